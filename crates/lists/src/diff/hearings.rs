//! Which hearing of a line is which, and what became of each.

use std::collections::HashMap;

use throughline_domain::name::folded;

use super::{FieldChange, HearingChange, Known, Move, fields};
use crate::{Entry, Hearing, Scope, System, gather};

/// What is told of the hearings of a line.
#[derive(Default)]
pub(super) struct Told {
    pub(super) fields: Vec<FieldChange>,
    pub(super) changes: Vec<HearingChange>,
}

/// The hearings of a line as they are to stand: those of the list, and those that are out of its scope.
pub(super) fn merged(scope: &Scope, known: &Known<'_>, now: &Entry) -> (Vec<Hearing>, Told) {
    let (before, mut now) = (gather::hearings_of(known.entry), gather::hearings_of(now));
    let matches = matched(&before, &now);
    let mut told = Told::default();
    let are_several = before.len() > 1 || now.len() > 1;
    for (hearing, pair) in now.iter_mut().zip(&matches) {
        match pair {
            None if known.is_gone => {}
            None => told.changes.push(added(&before, hearing)),
            Some(at) => {
                // A list of the day gives no ids, and says nothing of results.
                hearing.hearing_id = hearing.hearing_id.take().or(before[*at].hearing_id.clone());
                hearing.results_shared |= before[*at].results_shared;
                tell(&before[*at], hearing, are_several, &mut told);
            }
        }
    }
    for (at, hearing) in before.into_iter().enumerate() {
        if known.is_gone || matches.contains(&Some(at)) {
            continue;
        }
        if scope.has(&hearing) {
            told.changes.push(gone(&hearing));
        } else {
            now.push(hearing);
        }
    }
    (now, told)
}

fn tell(before: &Hearing, now: &Hearing, are_several: bool, told: &mut Told) {
    let changes = fields::of_hearings(before, now, are_several);
    let has_moved = before.sitting.differs(&now.sitting);
    let is_of_one_form = before.key == now.key || before.second_key == now.second_key;
    if has_moved {
        let (from, to) = (before.sitting.clone(), now.sitting.clone());
        told.changes.push(HearingChange::Moved(Move { urn: now.urn.clone(), from, to }));
    } else if changes.is_empty() && is_of_one_form {
        told.fields.extend(fields::of_rows(&before.verbatim, &now.verbatim));
    }
    told.fields.extend(changes);
}

fn added(before: &[Hearing], hearing: &Hearing) -> HearingChange {
    HearingChange::Added {
        urn: hearing.urn.clone(),
        sitting: hearing.sitting.clone(),
        system: hearing.system,
        also_on: before.iter().all(|other| other.system != hearing.system),
    }
}

/// A hearing that a list no longer has.
pub(super) fn gone(hearing: &Hearing) -> HearingChange {
    HearingChange::Gone { urn: hearing.urn.clone(), sitting: hearing.sitting.clone(), system: hearing.system }
}

/// For each hearing of the list the hearing of the line that it is: by its key; then by the looser key,
/// and by the case, that only one hearing of each side has.
fn matched(before: &[Hearing], now: &[Hearing]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; now.len()];
    let mut is_taken = vec![false; before.len()];
    let names: [fn(&Hearing) -> Option<String>; 3] =
        [|hearing| Some(hearing.key.clone()), |hearing| hearing.second_key.clone(), case];
    for name in names {
        let lone_before = lone(before, name, |at| !is_taken[at]);
        let lone_now = lone(now, name, |at| pairs[at].is_none());
        for (named, at) in lone_now {
            let Some(found) = lone_before.get(&named).copied() else { continue };
            if !have_two_ids(&before[found], &now[at]) {
                pairs[at] = Some(found);
                is_taken[found] = true;
            }
        }
    }
    pairs
}

fn case(hearing: &Hearing) -> Option<String> {
    hearing.urn.as_deref().map(folded).filter(|urn| !urn.is_empty())
}

fn lone(
    hearings: &[Hearing],
    name: fn(&Hearing) -> Option<String>,
    is_left: impl Fn(usize) -> bool,
) -> HashMap<(System, String), usize> {
    let mut found: HashMap<(System, String), Option<usize>> = HashMap::new();
    for (at, hearing) in hearings.iter().enumerate().filter(|(at, _)| is_left(*at)) {
        let Some(named) = name(hearing) else { continue };
        found.entry((hearing.system, named)).and_modify(|only| *only = None).or_insert(Some(at));
    }
    found.into_iter().filter_map(|(named, only)| Some((named, only?))).collect()
}

/// One case may be listed in two hearings: ids tell them apart.
fn have_two_ids(before: &Hearing, now: &Hearing) -> bool {
    let ids = before.hearing_id.as_ref().zip(now.hearing_id.as_ref());
    ids.is_some_and(|(before, now)| !before.eq_ignore_ascii_case(now))
}
