//! Households and the people in them.

use chrono::{Datelike, Days, NaiveDate};

use crate::names::{Community, Custom, communities};
use crate::places::{Home, home, moved};
use crate::random::{Random, Weighted};

/// The year in which lists are written: ages are reckoned from it, never from a clock.
pub const YEAR: i32 = 2026;

/// An invented person.
#[derive(Debug, Clone)]
pub struct Person {
    /// Which household, so that relatives can be invented.
    pub household: u64,
    pub community: usize,
    pub forename: String,
    pub middle: String,
    pub surname: String,
    /// The surname before marriage.
    pub earlier_surname: String,
    /// Other names they have given.
    pub aliases: Vec<(String, String)>,
    pub born: NaiveDate,
    pub is_male: bool,
    pub home: Home,
    pub earlier_postcodes: Vec<String>,
    pub nhs_number: String,
    pub pnc: String,
}

impl Person {
    pub fn age(&self) -> i32 {
        YEAR - self.born.year()
    }

    /// How much likelier than others to be on a list of people in custody or before a court.
    pub fn weight(&self) -> f64 {
        let by_age = match self.age() {
            ..16 => 0.15,
            16..30 => 1.0,
            30..40 => 0.9,
            40..50 => 0.55,
            50..60 => 0.25,
            _ => 0.06,
        };
        by_age * if self.is_male { 1.0 } else { 0.2 } * if self.pnc.is_empty() { 1.0 } else { 3.5 }
    }
}

/// What is drawn of a person before the rest follows from it.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub community: usize,
    pub surname: &'a str,
    pub is_male: bool,
    pub born: NaiveDate,
    pub home: Home,
    pub household: u64,
}

/// Everything that invented people have in common.
#[derive(Debug)]
pub struct World {
    seed: u64,
    households: u64,
    communities: Vec<Community>,
    shares: Weighted<usize>,
}

impl World {
    pub fn new(seed: u64, people: u64) -> Self {
        let (communities, shares) = communities().split();
        // Two and a half to a household.
        Self { seed, households: people * 2 / 5 + 1, communities, shares }
    }

    /// How many households make up the index, and about how many more there are.
    pub fn households(&self) -> u64 {
        self.households
    }

    pub fn community(&self, person: &Person) -> &Community {
        &self.communities[person.community]
    }

    pub fn born(&self, random: &mut Random, community: usize, age: i32) -> NaiveDate {
        let year = YEAR - age;
        let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("a first of January");
        if random.chance(self.communities[community].on_new_years_day) {
            return first;
        }
        first + Days::new(random.below(365) as u64)
    }

    pub fn person(&self, random: &mut Random, number: u64, wanted: Wanted) -> Person {
        let community = &self.communities[wanted.community];
        let (is_male, year) = (wanted.is_male, wanted.born.year());
        let mut forename = community.forename(random, is_male, year);
        let mut middle = community.middle_names(random, is_male, year);
        if community.custom == Custom::Mohammed && is_male && forename != "Mohammed" && random.chance(0.3) {
            middle = std::mem::replace(&mut forename, "Mohammed".to_owned());
        }
        if community.custom == Custom::Patronymic {
            middle = community.forename(random, true, year - 30);
        }
        let mut surname = community.borne(wanted.surname, is_male, random);
        let mut earlier_surname = String::new();
        let age = YEAR - year;
        if !is_male && age > 24 && random.chance(0.3) && community.custom == Custom::Plain {
            earlier_surname = community.surname(random);
            if random.chance(0.06) {
                surname = format!("{surname}-{earlier_surname}");
            }
        }
        let is_known_to_police = (14..70).contains(&age) && random.chance(if is_male { 0.16 } else { 0.04 });
        let mut aliases = Vec::new();
        if is_known_to_police && random.chance(0.12) {
            let other = community.surname(random);
            aliases.push((
                community.forename(random, is_male, year),
                if random.chance(0.5) { surname.clone() } else { other },
            ));
        }
        if !earlier_surname.is_empty() && random.chance(0.5) {
            aliases.push((forename.clone(), earlier_surname.clone()));
        }
        let mut earlier_postcodes = Vec::new();
        while earlier_postcodes.len() < 3 && random.chance(if is_known_to_police { 0.5 } else { 0.2 }) {
            earlier_postcodes.push(moved(&wanted.home, self.households, random).postcode);
        }
        Person {
            household: wanted.household,
            community: wanted.community,
            forename,
            middle,
            surname,
            earlier_surname,
            aliases,
            born: wanted.born,
            is_male,
            home: wanted.home,
            earlier_postcodes,
            nhs_number: nhs_number(number),
            pnc: if is_known_to_police { pnc(random, year) } else { String::new() },
        }
    }

    /// The people of one household. Any can be drawn without those before it.
    pub fn household(&self, number: u64, first_person: u64) -> Vec<Person> {
        let mut random = Random::new(self.seed ^ number.wrapping_mul(0xD6E8_FEB8_6659_FD93), "household");
        let community = *self.shares.pick(&mut random);
        let surname = self.communities[community].surname(&mut random);
        let home = home(number % self.households);
        let head = random.between(18, 82);
        let head_is_male = random.chance(0.5);
        let mut members: Vec<(i32, bool, String)> = vec![(head, head_is_male, surname.clone())];
        let has_partner = random.chance(0.55);
        if has_partner {
            let own = random.chance(0.25).then(|| self.communities[community].surname(&mut random));
            let age = (head + random.between(-6, 6)).max(18);
            members.push((age, !head_is_male, own.unwrap_or_else(|| surname.clone())));
        }
        if random.chance(if has_partner { 0.6 } else { 0.3 }) && head >= 30 {
            for _ in 0..random.between(1, 3) {
                let age = head - random.between(19, 36);
                // Those who are older have moved out in the end.
                if (10..36).contains(&age) && (age < 20 || random.chance(0.6)) {
                    members.push((age, random.chance(0.5), surname.clone()));
                }
            }
        }
        let mut people: Vec<Person> = Vec::new();
        for (at, (age, is_male, surname)) in members.iter().enumerate() {
            let born = self.born(&mut random, community, *age);
            let wanted = Wanted { community, surname, is_male: *is_male, born, home: home.clone(), household: number };
            let mut person = self.person(&mut random, first_person + people.len() as u64, wanted);
            let is_child = at > usize::from(has_partner);
            if is_child && *is_male && head_is_male && random.chance(0.07) {
                person.forename.clone_from(&people[0].forename);
            }
            people.push(person);
            if is_child && random.chance(0.035) {
                let twin = self.twin(&mut random, first_person + people.len() as u64, people.last().expect("a child"));
                people.push(twin);
            }
        }
        people
    }

    /// Somebody born on the same day in the same family.
    pub fn twin(&self, random: &mut Random, number: u64, of: &Person) -> Person {
        let is_male = if random.chance(0.65) { of.is_male } else { !of.is_male };
        let wanted = Wanted {
            community: of.community,
            surname: &of.surname,
            is_male,
            born: of.born,
            home: of.home.clone(),
            household: of.household,
        };
        let mut twin = self.person(random, number, wanted);
        while twin.forename == of.forename {
            twin.forename = self.communities[of.community].forename(random, is_male, of.born.year());
        }
        twin.surname.clone_from(&of.surname);
        twin
    }
}

/// A number of the range kept for tests; nobody bears one whose check digit would be 10. Indexes of
/// more than a million go on downwards.
fn nhs_number(person: u64) -> String {
    let nine = 999_999_999 - person % 900_000_000;
    let digits = format!("{nine:09}");
    let sum: u32 = digits.bytes().zip((2..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    match 11 - sum % 11 {
        10 => String::new(),
        11 => format!("{digits}0"),
        check => format!("{digits}{check}"),
    }
}

fn pnc(random: &mut Random, born: i32) -> String {
    const LETTERS: &[u8] = b"ZABCDEFGHJKLMNPQRTUVWXY";
    let year = (born + random.between(14, 40)).clamp(1980, YEAR - 1);
    let serial = random.between(0, 499_999);
    let check = usize::try_from((i64::from(year % 100) * 10_000_000 + i64::from(serial)) % 23).unwrap_or_default();
    format!("{year}/{serial:07}{}", char::from(LETTERS[check]))
}
