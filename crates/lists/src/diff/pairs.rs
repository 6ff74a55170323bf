//! Which line of the board is which line of a list.

use std::collections::HashMap;

use super::Known;
use crate::{Entry, Hearing, Scope, System, gather};

/// A name for a line: the system and the key of a hearing, or the key of a custody record.
type Name<'a> = (Option<System>, &'a str);

/// For each line of the list the line of the board that it is.
pub(super) fn pairs(scope: &Scope, before: &[Known<'_>], now: &[Entry]) -> Vec<Option<usize>> {
    let mut pairing =
        Pairing { scope, before, now, of_now: vec![None; now.len()], is_taken: vec![false; before.len()] };
    pairing.by_key(are_alike_or_custody);
    pairing.by_key(has_all_hearings);
    pairing.by_second_key();
    pairing.by_person();
    pairing.of_now
}

struct Pairing<'a> {
    scope: &'a Scope,
    before: &'a [Known<'a>],
    now: &'a [Entry],
    of_now: Vec<Option<usize>>,
    is_taken: Vec<bool>,
}

impl Pairing<'_> {
    fn by_key(&mut self, may_be_one: fn(&Known<'_>, &Entry) -> bool) {
        let mut by_key: HashMap<Name<'_>, Vec<usize>> = HashMap::new();
        for at in live_first(self.before) {
            for name in keys(self.before[at].entry) {
                by_key.entry(name).or_default().push(at);
            }
        }
        for (at, entry) in self.now.iter().enumerate() {
            let found = keys(entry).into_iter().filter_map(|name| by_key.get(&name)).flatten().copied();
            let found = found.into_iter().find(|found| self.may_pair(*found, at, may_be_one));
            self.pair(found, at);
        }
    }

    /// By the looser keys that only one line of each side has.
    fn by_second_key(&mut self) {
        let before = self.before;
        let left = |is_gone: bool| {
            let all = before.iter().map(|known| known.entry).enumerate();
            lone(all.filter(|(at, _)| !self.is_taken[*at] && before[*at].is_gone == is_gone))
        };
        // A line that is there comes before one that is gone.
        let mut lone_before = left(true);
        lone_before.extend(left(false));
        let lone_now = lone(self.now.iter().enumerate().filter(|(at, _)| self.of_now[*at].is_none()));
        let mut found: Vec<(usize, usize)> =
            lone_now.into_iter().filter_map(|(name, at)| Some((at, *lone_before.get(&name)?))).collect();
        found.sort_unstable();
        // Those who are alike come first: another party may stand in the same place of the case.
        for may_be_one in [are_alike as fn(&Known<'_>, &Entry) -> bool, are_lone] {
            for (at, found) in &found {
                let found = Some(*found).filter(|found| self.may_pair(*found, *at, may_be_one));
                self.pair(found, *at);
            }
        }
    }

    /// By the same defendant for certain.
    fn by_person(&mut self) {
        let mut by_person: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, known) in self.before.iter().enumerate().filter(|(at, _)| !self.is_taken[*at]) {
            for identity in gather::line_identities(known.entry) {
                by_person.entry(identity).or_default().push(at);
            }
        }
        for (at, entry) in self.now.iter().enumerate() {
            if self.of_now[at].is_some() || by_person.is_empty() {
                continue;
            }
            let identities = gather::line_identities(entry);
            let mut found: Vec<usize> =
                identities.iter().filter_map(|identity| by_person.get(identity)).flatten().copied().collect();
            found.retain(|found| is_of_day(self.before[*found].entry, entry) && self.may_pair(*found, at, are_alike));
            found.sort_by_key(|found| (self.before[*found].is_gone, *found));
            self.pair(found.first().copied(), at);
        }
    }

    fn may_pair(&self, found: usize, at: usize, may_be_one: fn(&Known<'_>, &Entry) -> bool) -> bool {
        let is_free = self.of_now[at].is_none() && !self.is_taken[found];
        let (known, now) = (&self.before[found], &self.now[at]);
        is_free && may_be_one(known, now) && self.may_stay(known, now)
    }

    /// Whether what the line keeps from elsewhere can stay on one line with what the list says: it is of
    /// the same day, and may be of the same person.
    fn may_stay(&self, known: &Known<'_>, now: &Entry) -> bool {
        if known.is_gone {
            return true;
        }
        let is_matched = |hearing: &Hearing| keys(now).contains(&(Some(hearing.system), hearing.key.as_str()));
        let kept = known.entry.hearings.iter().filter(|hearing| !self.scope.has(hearing) && !is_matched(hearing));
        kept.into_iter().all(|kept| {
            let day = kept.sitting.day().zip(now.hearing_day());
            day.is_none_or(|(one, other)| one == other)
                && now.hearings.iter().all(|hearing| gather::are_alike(kept, hearing))
        })
    }

    fn pair(&mut self, found: Option<usize>, at: usize) {
        if let Some(found) = found {
            self.of_now[at] = Some(found);
            self.is_taken[found] = true;
        }
    }
}

fn keys(entry: &Entry) -> Vec<Name<'_>> {
    if entry.hearings.is_empty() {
        return vec![(None, &entry.key)];
    }
    entry.hearings.iter().map(|hearing| (Some(hearing.system), hearing.key.as_str())).collect()
}

fn second_keys(entry: &Entry) -> Vec<Name<'_>> {
    if entry.hearings.is_empty() {
        return entry.second_key.iter().map(|key| (None, key.as_str())).collect();
    }
    let named = |hearing: &'_ Hearing| hearing.second_key.is_some();
    let hearings = entry.hearings.iter().filter(|hearing| named(hearing));
    hearings.filter_map(|hearing| Some((Some(hearing.system), hearing.second_key.as_deref()?))).collect()
}

/// The places of what is left, by second key, without those whose second key is not theirs alone.
fn lone<'a>(left: impl Iterator<Item = (usize, &'a Entry)>) -> HashMap<Name<'a>, usize> {
    let mut found: HashMap<Name<'a>, Option<usize>> = HashMap::new();
    for (at, entry) in left {
        for name in second_keys(entry) {
            found.entry(name).and_modify(|only| *only = None).or_insert(Some(at));
        }
    }
    found.into_iter().filter_map(|(name, only)| Some((name, only?))).collect()
}

/// Whether two lines may be of one person: one name and nothing against it; of custody, not two numbers.
fn are_alike(known: &Known<'_>, now: &Entry) -> bool {
    let before = known.entry;
    if before.hearings.is_empty() || now.hearings.is_empty() {
        return before.hearings.len() == now.hearings.len() && is_one_detention(before, now);
    }
    gather::all_alike(&before.hearings, &now.hearings)
}

/// As [`are_alike`]; one key of custody records is one detention, however it is printed.
fn are_alike_or_custody(known: &Known<'_>, now: &Entry) -> bool {
    (known.entry.hearings.is_empty() && now.hearings.is_empty()) || are_alike(known, now)
}

/// Whether every hearing of a line is on the list's line, by key: they may be the same line though they name
/// people differently. A name is corrected, or the court put another party in the place. Nobody takes the
/// line of somebody who was gone before.
fn has_all_hearings(known: &Known<'_>, now: &Entry) -> bool {
    let (before, keys_now) = (known.entry, keys(now));
    !known.is_gone && !before.hearings.is_empty() && keys(before).iter().all(|key| keys_now.contains(key))
}

/// Whether two lines of one hearing each may be the same line though they name people differently.
fn are_lone(known: &Known<'_>, now: &Entry) -> bool {
    !known.is_gone && known.entry.hearings.len() == 1 && now.hearings.len() == 1
}

/// The places of the lines: those that are there before those that are gone.
pub(super) fn live_first(before: &[Known<'_>]) -> impl Iterator<Item = usize> {
    let of = |is_gone: bool| (0..before.len()).filter(move |at| before[*at].is_gone == is_gone);
    of(false).chain(of(true))
}

fn is_one_detention(before: &Entry, now: &Entry) -> bool {
    match (&before.custody_number, &now.custody_number) {
        (Some(before), Some(now)) => before == now,
        _ => true,
    }
}

fn is_of_day(before: &Entry, now: &Entry) -> bool {
    before.hearing_day().zip(now.hearing_day()).is_none_or(|(one, other)| one == other)
}
