//! Taking a record of another register into our own, by somebody's word.

use crate::{Act, Problem};
use throughline_domain::elsewhere::Taking;
use throughline_domain::ids::PersonId;
use throughline_domain::name::{Name, folded};
use throughline_domain::person::{Ethnicity, Gender};
use throughline_policy::{ChangeIdentity, CreatePerson, Subject};
use throughline_store::elsewhere::{self, Elsewhere};
use throughline_store::people::{self, NewPerson};
use uuid::Uuid;

/// Takes a record into our own: the person it is added to, or who is made from it. `said` is what is known
/// of them besides, from a list or a search. In words, what was done.
pub(super) async fn take(
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
    use chrono::NaiveDate;
    use throughline_domain::ids::ElsewhereId;
    use throughline_domain::time::stored;
    use throughline_store::elsewhere::Record;

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
}
