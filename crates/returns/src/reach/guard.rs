//! Secondary suppression: withholding rows until no withheld figure can be worked out.
//!
//! The reader is taken to know the totals, every row that is given, and of a withheld row whether each of its figures
//! is "fewer than 5" or withheld. From these follow bounds; they are narrowed by subtraction until nothing changes.

use super::{LEAST, LEAST_POSSIBLE};
use crate::suppress::Ratio;

/// One row, and whether it is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub ratio: Ratio,
    pub given: bool,
}

/// Which rows may be given so that no other can be worked out; `None` when none of the dimension may.
pub(super) fn guarded(mut rows: Vec<Row>, whole: Ratio) -> Option<Vec<bool>> {
    loop {
        if is_guarded(&rows, whole) {
            return Some(rows.iter().map(|row| row.given).collect());
        }
        // The smallest that is given goes next: what is lost to the reader is least.
        let next = rows.iter_mut().filter(|row| row.given).min_by_key(|row| row.ratio.denominator)?;
        next.given = false;
    }
}

/// The least and greatest number a figure can stand for.
type Bounds = (i64, i64);

const ANY: i64 = 1 << 40;

fn as_count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(ANY)
}

/// What the words on a withheld figure say.
fn by_its_words(count: u64) -> Bounds {
    let least = as_count(LEAST);
    if count < LEAST { (0, least - 1) } else { (least, ANY) }
}

fn intersect(one: Bounds, other: Bounds) -> Bounds {
    (one.0.max(other.0), one.1.min(other.1))
}

/// Bounds of a withheld row: those seen, those not seen, and both together.
#[derive(Clone, Copy, PartialEq)]
struct Reasoned {
    seen: Bounds,
    not_seen: Bounds,
    listed: Bounds,
}

fn is_guarded(rows: &[Row], whole: Ratio) -> bool {
    // Nobody hides behind a group that everybody knows to be empty, though its words say "fewer than 5" too.
    let hides = |row: &&Row| !row.given && row.ratio.denominator > 0;
    let withheld: Vec<Ratio> = rows.iter().filter(hides).map(|row| row.ratio).collect();
    let given = rows.iter().filter(|row| row.given).fold(Ratio::default(), |sum, row| Ratio {
        numerator: sum.numerator + row.ratio.numerator,
        denominator: sum.denominator + row.ratio.denominator,
    });
    // What is left for the withheld rows, as anybody can subtract it.
    let seen = as_count(whole.numerator - given.numerator);
    let listed = as_count(whole.denominator - given.denominator);
    let mut bounds: Vec<Reasoned> = withheld
        .iter()
        .map(|ratio| Reasoned {
            seen: by_its_words(ratio.numerator),
            not_seen: (0, ANY),
            listed: by_its_words(ratio.denominator),
        })
        .collect();
    loop {
        let before = bounds.clone();
        sums(&mut bounds, seen, |row| &mut row.seen);
        sums(&mut bounds, listed - seen, |row| &mut row.not_seen);
        sums(&mut bounds, listed, |row| &mut row.listed);
        bounds.iter_mut().for_each(within_row);
        if bounds == before {
            break;
        }
    }
    let wide = |(least, most): Bounds| most - least + 1 >= LEAST_POSSIBLE;
    bounds.iter().all(|row| wide(row.seen) && wide(row.not_seen) && wide(row.listed))
}

/// Each row is what is left less the other rows.
fn sums(rows: &mut [Reasoned], left: i64, column: fn(&mut Reasoned) -> &mut Bounds) {
    let all: Vec<Bounds> = rows.iter_mut().map(|row| *column(row)).collect();
    let least: i64 = all.iter().map(|bounds| bounds.0).sum();
    let most: i64 = all.iter().map(|bounds| bounds.1).sum();
    for (row, own) in rows.iter_mut().zip(&all) {
        *column(row) = intersect(*own, (left - (most - own.1), left - (least - own.0)));
    }
}

/// Those seen and those not seen are together those listed.
fn within_row(row: &mut Reasoned) {
    row.listed = intersect(row.listed, (row.seen.0 + row.not_seen.0, row.seen.1 + row.not_seen.1));
    row.seen = intersect(row.seen, (row.listed.0 - row.not_seen.1, row.listed.1 - row.not_seen.0));
    row.not_seen = intersect(row.not_seen, (row.listed.0 - row.seen.1, row.listed.1 - row.seen.0));
}
