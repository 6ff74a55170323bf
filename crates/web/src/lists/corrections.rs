//! The corrections of a list, laid over what was read, in the words of its pages.

use crate::Problem;
use minijinja::{Value, context};
use throughline_lists::{Correction, Entry, Field, Reading, corrected, no_longer_laid};
use throughline_policy::{Grant, ViewList};
use throughline_store::Tx;
use throughline_store::lists::{self, List};

/// A list as it was read, and as it was corrected.
pub(super) struct Laid {
    /// As it was read, each row by itself.
    pub read: Reading,
    /// As it was corrected, in lines.
    pub reading: Reading,
    /// Everything said, the newest last.
    pub said: Vec<Correction>,
    /// The newest version of what was said.
    pub newest: i64,
}

/// Reads a list with the corrections that hold for it.
pub(super) async fn laid(tx: &mut Tx, grant: &Grant<ViewList>, list: &List) -> Result<Laid, Problem> {
    let read = serde_json::from_str::<Reading>(&list.reading).map_err(|_| Problem::Failed)?.in_rows();
    let kept = lists::corrections(tx, grant, list).await?;
    let newest = kept.last().map_or(0, |one| one.version);
    let said: Vec<Correction> = kept.into_iter().filter_map(|one| correction(list, one)).collect();
    let reading = corrected(&read, &said, list.list_date);
    Ok(Laid { read, reading, said, newest })
}

/// A field that this version does not know cannot be corrected by it.
fn correction(list: &List, one: lists::Corrected) -> Option<Correction> {
    Some(Correction {
        row: one.row_key,
        field: Field::from_code(&one.field)?,
        list_says: one.list_says,
        should_say: one.should_say,
        by: one.by,
        at: one.at,
        earlier: one.list_id != list.id,
    })
}

/// What the pages of a list tell of its corrections.
#[derive(Debug, Default, serde::Serialize)]
pub(super) struct Told {
    /// How many rows are corrected.
    pub rows: usize,
    /// Those of them whose corrections were made on an earlier sending of the list.
    pub held: Vec<String>,
    /// Earlier corrections that are not laid over this list any more.
    pub dropped: Vec<String>,
    /// What is laid over the list, so that nothing else is brought in than what was shown.
    #[serde(skip)]
    pub fingerprint: Vec<String>,
}

impl Laid {
    /// The corrected reading, and what is told of it.
    pub(super) fn told(self) -> (Reading, Told) {
        let of = |entry: &&Entry| !entry.corrected.is_empty();
        let held = self.reading.entries.iter().filter(of).filter_map(held).collect();
        let fingerprint = self.reading.entries.iter().filter(of).flat_map(|entry| {
            let at = entry.position.number();
            entry
                .corrected
                .iter()
                .map(move |one| format!("corrected {at} {} {}", one.field.code(), one.field.value(entry)))
        });
        let told = Told {
            rows: self.reading.entries.iter().filter(of).count(),
            held,
            dropped: dropped(&self.read, &self.said),
            fingerprint: fingerprint.collect(),
        };
        (self.reading, told)
    }
}

fn held(entry: &Entry) -> Option<String> {
    let fields: Vec<String> =
        entry.corrected.iter().filter(|one| one.earlier).map(|one| one.field.label().to_lowercase()).collect();
    (!fields.is_empty()).then(|| format!("{}: {}", entry.name.formal(), fields.join(", ")))
}

fn dropped(read: &Reading, said: &[Correction]) -> Vec<String> {
    let gone = no_longer_laid(read, said);
    let told = gone.iter().filter(|one| !one.is_so_now()).map(|one| {
        let (field, correction) = (one.correction.field, one.correction);
        format!(
            "{}, {}: {} had corrected {} to {}, and the list says {} now",
            one.row.entry.name.formal(),
            field.label().to_lowercase(),
            correction.by,
            quoted(field, &correction.list_says),
            quoted(field, correction.should_say.as_deref().unwrap_or_default()),
            quoted(field, &one.says_now),
        )
    });
    told.collect()
}

fn quoted(field: Field, value: &str) -> String {
    if value.is_empty() { "nothing".to_owned() } else { format!("“{}”", field.words(value)) }
}

/// What was corrected of an entry, a line for each field.
pub(super) fn words(entry: &Entry) -> Vec<Value> {
    let each = entry.corrected.iter().map(|one| {
        context! {
            field => one.field.label(), code => one.field.code(), by => one.by, at => one.at, earlier => one.earlier,
            list_said => quoted(one.field, &one.list_says), says => quoted(one.field, &one.field.value(entry)),
        }
    });
    each.collect()
}
