//! Rows that stand on a line already stay on it: what was two lines is not made one over somebody's work,
//! and what was one line is not two because a list says less.

use std::collections::HashMap;

use super::Known;
use super::pairs::live_first;
use crate::{Entry, Hearing, System, gather};

/// The lines of a list, gathered as the board has them. A row whose hearing is on a line of the board goes
/// with that line while its name is the same and nothing speaks against it; the rows that were gathered
/// with it and are nowhere go with it too.
pub(super) fn settled(before: &[Known<'_>], now: Vec<Entry>) -> Vec<Entry> {
    let owners = owners(before);
    if owners.is_empty() {
        return now;
    }
    let mut groups = Groups::default();
    for entry in now {
        let hearings = gather::hearings_of(&entry);
        let lines: Vec<Option<usize>> = hearings.iter().map(|hearing| owner(&owners, before, hearing)).collect();
        let first = lines.iter().flatten().next().copied();
        let mut own = None;
        for (hearing, line) in hearings.into_iter().zip(lines) {
            own = Some(groups.put(line.or(first), own, &entry, hearing));
        }
        if own.is_none() {
            groups.all.push((entry, Vec::new()));
        }
    }
    groups.all.into_iter().map(|(entry, hearings)| as_gathered(entry, hearings)).collect()
}

/// Rows that go together, each group with the line that its first row came in.
#[derive(Default)]
struct Groups {
    all: Vec<(Entry, Vec<Hearing>)>,
    of_line: HashMap<usize, usize>,
}

impl Groups {
    /// Puts a row with those of its line of the board, or else with those it came with (`own`); gives its
    /// group.
    fn put(&mut self, line: Option<usize>, own: Option<usize>, came: &Entry, hearing: Hearing) -> usize {
        let found = line.map_or(own, |line| self.of_line.get(&line).copied());
        let fits = |at: &usize| self.all[*at].1.iter().all(|other| may_share_a_line(&hearing, other));
        if let Some(at) = found.filter(fits) {
            self.all[at].1.push(hearing);
            return at;
        }
        let at = self.all.len();
        self.all.push((came.clone(), vec![hearing]));
        if let Some(line) = line {
            self.of_line.entry(line).or_insert(at);
        }
        at
    }
}

/// The line of a group: as it came when it is one that came.
fn as_gathered(entry: Entry, hearings: Vec<Hearing>) -> Entry {
    let is_as_it_came = hearings.len() == entry.hearings.len()
        && hearings.iter().all(|hearing| entry.hearings.iter().any(|other| other.key == hearing.key));
    if is_as_it_came { entry } else { gather::line(hearings) }
}

fn may_share_a_line(one: &Hearing, other: &Hearing) -> bool {
    let days = one.sitting.day().zip(other.sitting.day());
    gather::are_alike(one, other) && days.is_none_or(|(one, other)| one == other)
}

type Owners<'a> = HashMap<(System, &'a str), usize>;

fn owners<'a>(before: &[Known<'a>]) -> Owners<'a> {
    let mut owners = HashMap::new();
    for at in live_first(before) {
        for hearing in before[at].entry.hearings.iter() {
            owners.entry((hearing.system, hearing.key.as_str())).or_insert(at);
        }
    }
    owners
}

fn owner(owners: &Owners<'_>, before: &[Known<'_>], hearing: &Hearing) -> Option<usize> {
    let found = owners.get(&(hearing.system, hearing.key.as_str())).copied()?;
    let line = &before[found].entry.hearings;
    line.iter().all(|other| gather::are_alike(other, hearing)).then_some(found)
}
