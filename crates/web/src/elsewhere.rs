//! Records of other registers, as pages show them and as a person of ours is made from one.

mod found;
mod row;

pub(crate) use found::of_person;

use crate::{Act, App, Problem, evidence};
use axum::Router;
use chrono::{Datelike, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::elsewhere::Taking;
use throughline_domain::ids::{EntryId, PersonId};
use throughline_domain::name::{Name, folded};
use throughline_domain::person::{Ethnicity, Gender};
use throughline_domain::time::{age_on, date_long, london_date};
use throughline_matching::in_words;
use throughline_policy::{ChangeIdentity, CreatePerson, Subject};
use throughline_store::elsewhere::{self, Decision, Elsewhere, Record};
use throughline_store::people::{self, NewPerson};
use throughline_store::search::ElsewhereCandidate;
use uuid::Uuid;

pub fn routes() -> Router<App> {
    row::routes().merge(found::routes())
}

/// `PAS, number 123`.
pub(crate) fn in_short(known: &Elsewhere) -> String {
    format!("{}, number {}", known.source, known.record.number)
}

/// What is told of a record wherever it is shown.
fn told(known: &Elsewhere) -> Value {
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
pub(crate) fn owned_row(known: &Elsewhere) -> Value {
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

/// Takes a record into our own: the person it is added to, or who is made from it. `said` is what is known
/// of them besides, from a list or a search. In words, what was done.
async fn take(
    act: &mut Act,
    known: &Elsewhere,
    taking: Taking,
    said: NewPerson,
) -> Result<(PersonId, String), Problem> {
    let (person, words) = match taking {
        Taking::AddTo(person) => {
            add_to(act, person, known).await?;
            (person, format!("Hospital record of {} added to this person", known.source))
        }
        Taking::Make => {
            let create = act.authorise::<CreatePerson>(Subject::default()).await?;
            let person = PersonId::new(Uuid::now_v7());
            people::create(act, &create, person, &new_person(known, said)).await?;
            (person, format!("Made known to us from the hospital's record in {}", known.source))
        }
    };
    let change = act.authorise::<ChangeIdentity>(person).await?;
    elsewhere::take(act, &change, known.id).await?;
    Ok((person, words))
}

async fn add_to(act: &mut Act, person: PersonId, known: &Elsewhere) -> Result<(), Problem> {
    let change = act.authorise::<ChangeIdentity>(person).await?;
    people::learn(act, &change, Some(&known.record.name), &known.identifiers()).await?;
    for alias in &known.record.aliases {
        people::learn(act, &change, Some(alias), &[]).await?;
    }
    Ok(())
}

/// What the hospital's record says, and what only a list or a search says.
fn new_person(known: &Elsewhere, said: NewPerson) -> NewPerson {
    let mut new = known.new_person();
    if new.name.is_unknown() {
        new.name = said.name;
    } else if !said.name.is_unknown() && is_another_name(&said.name, &new) {
        new.aliases.push(said.name);
    }
    new.date_of_birth = new.date_of_birth.or(said.date_of_birth);
    new.gender = new.gender.filter(|gender| *gender != Gender::NotKnown).or(said.gender);
    new.ethnicity = new.ethnicity.filter(|ethnicity| *ethnicity != Ethnicity::NotKnown).or(said.ethnicity);
    new.nhs_number = new.nhs_number.or(said.nhs_number);
    new.identifiers.extend(said.identifiers);
    (new.interpreter, new.language) = (said.interpreter, said.language);
    if new.contact.address.is_empty() && new.contact.postcode.is_empty() {
        (new.contact.address, new.contact.postcode) = (said.contact.address, said.contact.postcode);
    }
    new
}

fn is_another_name(name: &Name, new: &NewPerson) -> bool {
    let known = |other: &Name| folded(&other.natural()) == folded(&name.natural());
    !known(&new.name) && !new.aliases.iter().any(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::facts;
    use throughline_domain::ids::ElsewhereId;
    use throughline_domain::time::stored;

    fn listed() -> NewPerson {
        let text = "Custody No.,Surname,Forenames,D.O.B,Sex,Ethnicity,Post code,PNC,Interpreter\n\
                    FR/1/26,Marsh,Ada,14/02/1991,F,W2,ZZ1 1AA,2012/0345678U,Welsh\n";
        let today = NaiveDate::from_ymd_opt(2026, 3, 24).unwrap();
        facts::new_person(&throughline_lists::read(text.as_bytes(), today).unwrap().entries.remove(0))
    }

    fn known(record: Record) -> Elsewhere {
        Elsewhere {
            id: ElsewhereId::new(Uuid::nil()),
            source: "PAS".into(),
            record,
            first_seen_at: stored(chrono::DateTime::UNIX_EPOCH),
            last_seen_at: stored(chrono::DateTime::UNIX_EPOCH),
            gone_at: None,
            person_id: None,
        }
    }

    #[test]
    fn a_person_is_made_from_the_record_and_what_only_the_row_says() {
        let record = Record {
            number: "H1".into(),
            name: Name::new("Adeline", "Fenwick"),
            aliases: vec![Name::new("Addie", "Fenwick")],
            address: "12 Wesley Avenue, Bromley".into(),
            postcodes: vec!["ZZ2 2BB".into(), "ZZ1 1AA".into()],
            phone: "07700 900001".into(),
            nhs_number: Some("999 000 0018".into()),
            ..Record::default()
        };
        let new = new_person(&known(record), listed());
        assert_eq!(new.name, Name::new("Adeline", "Fenwick"));
        assert_eq!(new.aliases, [Name::new("Addie", "Fenwick"), Name::new("Ada", "Marsh")]);
        assert_eq!((new.contact.postcode.as_str(), new.contact.phone.as_str()), ("ZZ2 2BB", "07700 900001"));
        assert_eq!((new.gender, new.ethnicity), (Some(Gender::Female), Some(Ethnicity::WhiteIrish)));
        assert_eq!(new.date_of_birth, NaiveDate::from_ymd_opt(1991, 2, 14));
        assert_eq!(new.language, "Welsh");
        let has = |kind: &str, value: &str| new.identifiers.contains(&(kind.to_owned(), value.to_owned()));
        assert!(
            has("local", "PAS: H1") && has("custody", "FR/1/26") && has("pnc", "2012/0345678U"),
            "{:?}",
            new.identifiers
        );
    }

    #[test]
    fn a_name_that_is_the_same_is_no_other_name() {
        let record = Record { name: Name::new("ADA", "Mårsh"), ..Record::default() };
        assert!(new_person(&known(record), listed()).aliases.is_empty());
        assert_eq!(new_person(&known(Record::default()), listed()).name, Name::new("Ada", "Marsh"));
    }

    #[test]
    fn that_they_died_is_a_warning() {
        let day = NaiveDate::from_ymd_opt(2020, 10, 22);
        let record = Record { is_deceased: true, deceased_on: day, ..Record::default() };
        assert_eq!(died(&record).unwrap(), "the hospital has recorded that this person died on 22 October 2020.");
        assert_eq!(died(&Record::default()), None);
    }
}
