//! The people: put together from names, streets and stories of our own.

use crate::chance::Chance;
use crate::names::{COMMUNITIES, Community, STREETS, TOWNS};
use crate::stories::{STORIES, Story, plain};
use chrono::{Datelike, Days, NaiveDate};
use throughline_domain::identifier::{NhsNumber, invented_pnc};
use throughline_domain::ids::PersonId;
use throughline_domain::name::Name;
use throughline_domain::person::{Ethnicity, Gender};
use throughline_store::people::{ContactDetails, NewPerson};

/// Somebody invented.
#[derive(Debug, Clone)]
pub struct Somebody {
    /// Their number: the same for the same seed.
    pub number: u32,
    /// Their id.
    pub id: PersonId,
    /// Who they are.
    pub person: NewPerson,
    /// Their PNC id, when they have one.
    pub pnc: Option<String>,
    /// Whether they are a woman.
    pub is_woman: bool,
    /// What brings them.
    pub story: &'static Story,
}

/// Makes somebody.
pub fn somebody(seed: u64, number: u32, today: NaiveDate) -> Somebody {
    let mut chance = Chance::new(seed, &format!("person {number}"));
    let id = PersonId::new(chance.id());
    let community = community(&mut chance);
    let is_woman = chance.in_hundred(17);
    let story = story(&mut chance, is_woman);
    let forenames = if is_woman { community.women } else { community.men };
    let mut forename = chance.word(forenames).to_owned();
    let middle = chance.word(forenames);
    if chance.in_hundred(30) && middle != forename {
        forename = format!("{forename} {middle}");
    }
    let surname = chance.word(community.surnames);
    let born = born(&mut chance, story, today);
    let pnc = chance.in_hundred(70).then(|| {
        let year = u16::try_from(chance.between(i64::from(born.year()) + 15, i64::from(today.year()))).unwrap_or(2015);
        invented_pnc(year, u32::try_from(chance.between(1, 899_999)).unwrap_or_default())
    });
    let speaks_other = !community.language.is_empty() && chance.in_hundred(14);
    let alias = chance.in_hundred(12).then(|| Name::new(&forename, chance.word(community.surnames)));
    let person = NewPerson {
        name: Name::new(&forename, surname),
        date_of_birth: Some(born),
        gender: Some(if is_woman { Gender::Female } else { Gender::Male }),
        ethnicity: Ethnicity::from_code(chance.word(community.ethnicities)),
        nhs_number: chance
            .in_hundred(75)
            .then(|| NhsNumber::invented(u32::try_from(seed % 400).unwrap_or_default() * 1_000 + number)),
        aliases: alias.into_iter().filter(|alias| alias.surname != surname).collect(),
        identifiers: pnc.iter().map(|pnc| ("pnc".to_owned(), pnc.clone())).collect(),
        adjustments: story.communication.to_owned(),
        language: if speaks_other { community.language.to_owned() } else { String::new() },
        interpreter: speaks_other,
        contact: contact(&mut chance, story),
    };
    Somebody { number, id, person, pnc, is_woman, story }
}

fn community(chance: &mut Chance) -> &'static Community {
    let mut share = chance.between(1, COMMUNITIES.iter().map(|community| community.share).sum());
    let found = COMMUNITIES.iter().find(|community| {
        share -= community.share;
        share <= 0
    });
    found.unwrap_or(&COMMUNITIES[0])
}

/// The stories are told with "he" or "she": a woman has a woman's story.
fn story(chance: &mut Chance, is_woman: bool) -> &'static Story {
    let named = |theme: &str| STORIES.iter().find(|story| story.theme == theme).unwrap_or(plain());
    if is_woman {
        return named(chance.word(&["domestic abuse", "care leaver", "care leaver", "plain"]));
    }
    named(chance.word(&[
        "low mood",
        "low mood",
        "low mood",
        "alcohol",
        "alcohol",
        "psychosis",
        "psychosis",
        "drugs and no home",
        "drugs and no home",
        "autism",
        "autism",
        "veteran",
        "memory",
        "learning disability",
        "gambling",
        "plain",
        "plain",
        "plain",
    ]))
}

fn born(chance: &mut Chance, story: &Story, today: NaiveDate) -> NaiveDate {
    let (youngest, oldest) = match story.theme {
        "care leaver" => (18, 18),
        "autism" => (19, 25),
        "veteran" => (35, 52),
        "memory" => (72, 84),
        "domestic abuse" => (24, 41),
        "plain" => (15, 55),
        _ => (21, 58),
    };
    let age = chance.between(youngest, oldest);
    let days = age * 365 + age / 4 + chance.between(1, 340);
    today - Days::new(u64::try_from(days).unwrap_or_default())
}

fn contact(chance: &mut Chance, story: &Story) -> ContactDetails {
    let (town, district) = *chance.pick(TOWNS);
    let inward = format!(
        "{}{}{}",
        chance.between(1, 9),
        chance.pick(&["A", "B", "D", "E", "H", "L", "N"]),
        chance.pick(&["A", "B", "D", "G", "P", "Q"])
    );
    let flat = if chance.in_hundred(35) { format!("Flat {}, ", chance.between(1, 40)) } else { String::new() };
    let address = format!("{flat}{} {}, {town}", chance.between(1, 180), chance.word(STREETS));
    let phone = format!("07700 900{:03}", chance.between(0, 999));
    let has_home = story.accommodation != "rough";
    ContactDetails {
        address: if has_home { address } else { "No fixed abode".into() },
        postcode: if has_home { format!("{district} {inward}") } else { String::new() },
        phone: if chance.in_hundred(80) { phone } else { String::new() },
        safe_contact: story.safe_contact.to_owned(),
        gp: format!(
            "{} Surgery (invented)",
            chance.pick(&["Weir Road", "Old Mill", "Larkfield", "The Parade", "St Aldhelm's"])
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_the_same_again_and_invented() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 3).unwrap();
        for number in 0..400 {
            let one = somebody(1, number, today);
            assert_eq!(one.person.name, somebody(1, number, today).person.name);
            assert!(one.person.nhs_number.is_none_or(|nhs| nhs.digits().starts_with("999")));
            assert!(one.person.date_of_birth.is_some_and(|born| born < today));
        }
        assert_ne!(somebody(1, 1, today).id, somebody(2, 1, today).id);
    }
}
