//! Records of other registers in lists and on pages: what is told of each, and how much.

use crate::{Problem, evidence};
use chrono::{Datelike, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{EntryId, PersonId};
use throughline_domain::name::Name;
use throughline_domain::time::{age_on, date_long, london_date};
use throughline_matching::in_words;
use throughline_policy::{Relationship, ViewIdentity};
use throughline_store::Tx;
use throughline_store::elsewhere::{self, Decision, Elsewhere, Record};
use throughline_store::search::ElsewhereCandidate;

/// `PAS, number 123`.
pub(crate) fn in_short(known: &Elsewhere) -> String {
    format!("{}, number {}", known.source, known.record.number)
}

/// What is told of a record wherever it is shown.
pub(super) fn told(known: &Elsewhere) -> Value {
    let record = &known.record;
    context! {
        source => known.source, number => record.number, died => died(record), in_use => record.in_use,
        last_seen_at => london_date(known.last_seen_at).to_string(),
        gone_at => known.gone_at.map(|at| london_date(at).to_string()),
    }
}

/// A record in a list of possible matches for a row.
pub(crate) fn candidate_row(
    candidate: &ElsewhereCandidate,
    entry: EntryId,
    decisions: &[Decision],
    today: NaiveDate,
) -> Value {
    let ElsewhereCandidate { elsewhere, scored } = candidate;
    let record = &elsewhere.record;
    let decided = decisions.iter().find(|decision| decision.elsewhere == elsewhere.id);
    context! {
        name => record.name.formal(), born => born(record, today),
        nhs_number => record.sound_nhs_number().map(|number| number.digits().to_owned()),
        aliases => record.aliases.iter().map(Name::natural).collect::<Vec<_>>().join(", "),
        probability => in_words(scored.probability), band => scored.band.label(),
        tone => crate::line::band_tone(scored.band), reason => evidence::reason(scored),
        care => evidence::care(scored), other_name => evidence::other_name(scored),
        href => format!("/entries/{entry}/elsewhere/{}", elsewhere.id),
        decision => decided.map(|decision| format!("{}, {}", decision.decision.label(), decision.decided_by)),
        ..told(elsewhere)
    }
}

/// A record among the results of a search, where nobody's care is a reason to see more: what tells it apart.
pub(crate) fn closed_row(candidate: &ElsewhereCandidate) -> Value {
    let Elsewhere { id, source, record, .. } = &candidate.elsewhere;
    let year = record.date_of_birth.map(|born| born.year()).or(record.born_between.map(|(from, _)| from));
    context! {
        id => id.to_string(), family => record.name.surname, given => record.name.forenames, year, source,
        number => record.number,
    }
}

/// A record of a person of ours, on their own page.
fn owned_row(known: &Elsewhere) -> Value {
    context! { in_short => in_short(known), decided => known.person_id.is_some(), ..told(known) }
}

/// A decision about a record, in the list of what was decided about a row.
pub(crate) fn decision_row(decision: &Decision, entry: EntryId) -> Value {
    context! {
        person => decision.name.formal(), source => decision.source, words => decision.decision.label(),
        probability => in_words(decision.probability), by => decision.decided_by, at => decision.decided_at,
        href => format!("/entries/{entry}/elsewhere/{}", decision.elsewhere),
    }
}

fn born(record: &Record, today: NaiveDate) -> String {
    match (record.date_of_birth, record.born_between) {
        (Some(born), _) => match age_on(born, today) {
            Some(age) if !record.is_deceased => format!("Born {}, aged {age}", date_long(born)),
            _ => format!("Born {}", date_long(born)),
        },
        (None, Some((year, _))) => format!("Born in {year}"),
        (None, None) => "Date of birth not known".to_owned(),
    }
}

/// A warning where the register says that they have died.
fn died(record: &Record) -> Option<String> {
    let when = record.deceased_on.map(|day| format!(" on {}", date_long(day))).unwrap_or_default();
    record.is_deceased.then(|| format!("the hospital has recorded that this person died{when}."))
}

/// Where else a person of ours is known, for their own page. Whoever sees only people allocated to them is
/// told nothing of other registers.
pub(crate) async fn of_person(
    tx: &mut Tx,
    person: PersonId,
    number: Option<&NhsNumber>,
) -> Result<Vec<Value>, Problem> {
    if tx.relationship(person).await? == Relationship::Allocated {
        return Ok(Vec::new());
    }
    let grant = tx.authorise::<ViewIdentity>(person).await?;
    let all = elsewhere::of_person(tx, &grant, number).await?;
    for known in &all {
        tx.note_elsewhere(known.id, "with the person whose it is");
    }
    Ok(all.iter().map(owned_row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_they_died_is_a_warning() {
        let day = NaiveDate::from_ymd_opt(2020, 10, 22);
        let record = Record { is_deceased: true, deceased_on: day, ..Record::default() };
        assert_eq!(died(&record).unwrap(), "the hospital has recorded that this person died on 22 October 2020.");
        assert_eq!(died(&Record::default()), None);
    }
}
