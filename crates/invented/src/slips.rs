//! What goes wrong between a person and a list.

use chrono::{Datelike, Days, NaiveDate};

use crate::names::{Custom, familiar, respelt};
use crate::people::{Person, World};
use crate::places::{hurried, moved};
use crate::random::Random;

/// What is written down of a person.
#[derive(Debug, Clone)]
pub struct Written {
    pub forename: String,
    pub middle: String,
    pub surname: String,
    pub born: Option<NaiveDate>,
    pub sex: &'static str,
    pub address: String,
    pub postcode: String,
    pub pnc: String,
    pub nhs_number: String,
}

impl Written {
    pub fn of(person: &Person) -> Self {
        Self {
            forename: person.forename.clone(),
            middle: person.middle.clone(),
            surname: person.surname.clone(),
            born: Some(person.born),
            sex: if person.is_male { "M" } else { "F" },
            address: person.home.address.clone(),
            postcode: person.home.postcode.clone(),
            pnc: person.pnc.clone(),
            nhs_number: person.nhs_number.clone(),
        }
    }
}

/// How much goes wrong: its name, how often in a hundred, and the slips in name or date of birth.
const SEVERITIES: [(&str, usize, usize); 4] = [("clean", 36, 0), ("light", 40, 1), ("medium", 17, 2), ("heavy", 7, 3)];

type Slip = fn(&mut Written, &Person, &World, &mut Random) -> bool;

/// Slips in a name, and how often one is chosen against another. Those that a person's name does
/// not allow are passed over.
const NAME_SLIPS: [(&str, Slip, usize); 17] = [
    ("typing-surname", |w, _, _, r| typing(&mut w.surname, r), 14),
    ("typing-forename", |w, _, _, r| typing(&mut w.forename, r), 11),
    ("heard-surname", |w, _, _, r| heard(&mut w.surname, r), 8),
    ("heard-forename", |w, _, _, r| heard(&mut w.forename, r), 8),
    ("swapped", |w, _, _, _| swap(w), 5),
    ("middle-as-forename", |w, _, _, r| middle_as_forename(w, r), 5),
    ("another-surname", another_surname, 2),
    ("initial", |w, _, _, _| initial(w), 3),
    ("one-field", |w, _, _, r| one_field(w, r), 4),
    ("short-form", |w, _, _, r| replace(&mut w.forename, |name| familiar(name, r)), 12),
    ("spelling-forename", |w, _, _, r| replace(&mut w.forename, |name| respelt(name, r)), 9),
    ("spelling-surname", |w, _, _, r| replace(&mut w.surname, |name| respelt(name, r)), 9),
    ("alias", |w, p, _, r| alias(w, p, r), 12),
    ("earlier-surname", |w, p, _, _| replace(&mut w.surname, |_| some(&p.earlier_surname)), 10),
    ("part-of-surname", |w, _, _, r| part_of_surname(w, r), 8),
    ("punctuation", |w, _, _, _| punctuation(w), 6),
    ("other-link", |w, p, world, _| other_link(w, world.community(p).custom), 9),
];

/// From here on slips are such as only some people's names allow.
const OF_SOME: usize = 9;

type DateSlip = fn(NaiveDate, &mut Random) -> Option<NaiveDate>;

const DATE_SLIPS: [(&str, DateSlip, usize); 7] = [
    ("date-swapped", |d, _| NaiveDate::from_ymd_opt(d.year(), d.day(), d.month()), 24),
    ("date-digit", |d, r| digit(d, r), 30),
    ("date-next-day", |d, r| if r.chance(0.5) { d.succ_opt() } else { d.pred_opt() }, 10),
    ("date-year", |d, r| d.with_year(d.year() + if r.chance(0.5) { 1 } else { -1 }), 12),
    ("date-decade", |d, r| d.with_year(d.year() + if r.chance(0.5) { 10 } else { -10 }), 5),
    ("date-january", |d, _| NaiveDate::from_ymd_opt(d.year(), 1, 1), 8),
    ("date-month", |d, _| d.with_month(d.month() % 12 + 1), 8),
];

/// What a list makes of a person: what is written, how severe it is and which slips were made.
pub fn written(
    person: &Person,
    world: &World,
    random: &mut Random,
    severity: Option<&str>,
) -> (Written, &'static str, Vec<&'static str>) {
    let (severity, count) = severity_of(random, severity);
    let mut written = Written::of(person);
    let mut slips: Vec<&'static str> = Vec::new();
    for _ in 0..60 {
        if slips.len() >= count {
            break;
        }
        let made = if random.chance(0.26) {
            let is_done = slips.iter().any(|slip| slip.starts_with("date"));
            if is_done { None } else { date_slip(&mut written, random) }
        } else {
            // Whoever has an alias or a name of many spellings is the likelier to be found under it.
            let from = if random.chance(0.4) { OF_SOME } else { 0 };
            let (name, slip, _) = chosen(&NAME_SLIPS[from..], |slip| slip.2, random);
            // The whole name in one field is no name any more that could slip.
            let is_over = slips.contains(name) || slips.contains(&"one-field");
            (!is_over && slip(&mut written, person, world, random)).then_some(*name)
        };
        slips.extend(made);
    }
    circumstances(&mut written, person, world, random, &mut slips);
    (written, severity, slips)
}

fn severity_of(random: &mut Random, wanted: Option<&str>) -> (&'static str, usize) {
    let fixed = SEVERITIES.iter().find(|one| wanted == Some(one.0));
    let (name, _, count) = fixed.unwrap_or_else(|| chosen(&SEVERITIES, |one| one.1, random));
    (name, *count + usize::from(*count == 3 && random.chance(0.5)))
}

fn chosen<'a, T>(all: &'a [T], weight: impl Fn(&T) -> usize, random: &mut Random) -> &'a T {
    let mut at = random.below(all.iter().map(&weight).sum());
    for one in all {
        if at < weight(one) {
            return one;
        }
        at -= weight(one);
    }
    &all[0]
}

fn date_slip(written: &mut Written, random: &mut Random) -> Option<&'static str> {
    let (name, slip, _) = chosen(&DATE_SLIPS, |slip| slip.2, random);
    let before = written.born?;
    let after = slip(before, random).filter(|after| *after != before && (1915..=2016).contains(&after.year()))?;
    written.born = Some(after);
    Some(name)
}

/// What may be missing or out of date on the cleanest of lists.
fn circumstances(
    written: &mut Written,
    person: &Person,
    world: &World,
    random: &mut Random,
    slips: &mut Vec<&'static str>,
) {
    let mut note = |happened: bool, slip| {
        if happened {
            slips.push(slip);
        }
        happened
    };
    if note(random.chance(0.34), "moved") {
        let home = moved(&person.home, world.households(), random);
        (written.address, written.postcode) = (home.address, home.postcode);
    } else if note(!person.earlier_postcodes.is_empty() && random.chance(0.08), "earlier-postcode") {
        written.postcode.clone_from(random.pick(&person.earlier_postcodes));
        written.address = moved(&person.home, world.households(), random).address;
    }
    if note(random.chance(0.06), "no-fixed-abode") {
        "No fixed abode".clone_into(&mut written.address);
        written.postcode.clear();
    } else if note(random.chance(0.09), "no-postcode") {
        written.postcode.clear();
    } else if note(random.chance(0.035), "typing-postcode") {
        postcode(&mut written.postcode, random);
    }
    if note(!written.middle.is_empty() && random.chance(0.45), "no-middle-name") {
        written.middle = if random.chance(0.7) { String::new() } else { written.middle.chars().take(1).collect() };
    }
    if note(random.chance(0.012), "other-sex") {
        written.sex = if written.sex == "M" { "F" } else { "M" };
    } else if note(random.chance(0.03), "no-sex") {
        written.sex = "";
    }
    if note(random.chance(0.022), "no-date") {
        written.born = None;
    }
    written.address = hurried(&written.address, random);
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn replace(name: &mut String, by: impl FnOnce(&str) -> Option<String>) -> bool {
    let Some(new) = by(name).filter(|new| new != name) else { return false };
    *name = new;
    true
}

/// One slip of the finger.
pub fn typing(name: &mut String, random: &mut Random) -> bool {
    const NEIGHBOURS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let mut letters: Vec<char> = name.chars().collect();
    if letters.len() < 3 {
        return false;
    }
    let at = 1 + random.below(letters.len() - 1);
    let beside = |letter: char, random: &mut Random| {
        let row = NEIGHBOURS.iter().find(|row| row.contains(letter.to_ascii_lowercase())).unwrap_or(&"e");
        let place = row.find(letter.to_ascii_lowercase()).unwrap_or_default();
        let other = if random.chance(0.5) { place + 1 } else { place.saturating_sub(1) };
        row.chars().nth(other).unwrap_or('e')
    };
    match random.below(4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters[at] = beside(letters[at], random),
    }
    replace(name, |_| Some(letters.into_iter().collect()))
}

/// Written as it was heard.
fn heard(name: &mut String, random: &mut Random) -> bool {
    const SOUNDS: [(&str, &str); 22] = [
        ("ph", "f"),
        ("ck", "k"),
        ("ie", "y"),
        ("ee", "ea"),
        ("ea", "ee"),
        ("ai", "ay"),
        ("ll", "l"),
        ("tt", "t"),
        ("nn", "n"),
        ("ss", "s"),
        ("y", "i"),
        ("c", "k"),
        ("s", "z"),
        ("ou", "ow"),
        ("er", "or"),
        ("son", "sen"),
        ("th", "t"),
        ("gh", ""),
        ("e", "a"),
        ("a", "e"),
        ("i", "e"),
        ("o", "u"),
    ];
    for _ in 0..12 {
        let (from, to) = random.pick(&SOUNDS);
        let Some(at) = name.char_indices().skip(1).map(|(at, _)| at).find(|at| name[*at..].starts_with(from)) else {
            continue;
        };
        name.replace_range(at..at + from.len(), to);
        return true;
    }
    false
}

fn swap(written: &mut Written) -> bool {
    std::mem::swap(&mut written.forename, &mut written.surname);
    true
}

fn middle_as_forename(written: &mut Written, random: &mut Random) -> bool {
    let Some(first) = written.middle.split(' ').next().and_then(some) else { return false };
    let forename = std::mem::replace(&mut written.forename, first);
    written.middle = if random.chance(0.4) { forename } else { String::new() };
    true
}

fn alias(written: &mut Written, person: &Person, random: &mut Random) -> bool {
    if person.aliases.is_empty() {
        return false;
    }
    (written.forename, written.surname) = random.pick(&person.aliases).clone();
    written.middle.clear();
    true
}

fn another_surname(written: &mut Written, person: &Person, world: &World, random: &mut Random) -> bool {
    let surname = world.community(person).surname(random);
    replace(&mut written.surname, |_| Some(surname))
}

fn part_of_surname(written: &mut Written, random: &mut Random) -> bool {
    let parts: Vec<&str> = written.surname.split(['-', ' ']).filter(|part| part.len() > 2).collect();
    if parts.len() < 2 {
        return false;
    }
    written.surname = (*random.pick(&parts)).to_owned();
    true
}

fn punctuation(written: &mut Written) -> bool {
    let surname = &written.surname;
    let new = if let Some(rest) = surname.strip_prefix("Mac") {
        format!("Mc{rest}")
    } else if let Some(rest) = surname.strip_prefix("Mc") {
        format!("Mac {rest}")
    } else {
        surname.replace('-', " ").replace('\'', "")
    };
    replace(&mut written.surname, |_| Some(new))
}

fn initial(written: &mut Written) -> bool {
    let first: String = written.forename.chars().take(1).collect();
    replace(&mut written.forename, |_| Some(first))
}

fn one_field(written: &mut Written, random: &mut Random) -> bool {
    let whole = format!("{} {}", written.forename, written.surname);
    let (full, empty) = if random.chance(0.5) {
        (&mut written.forename, &mut written.surname)
    } else {
        (&mut written.surname, &mut written.forename)
    };
    *full = whole;
    empty.clear();
    true
}

/// A date of which one figure is wrong.
pub fn digit(date: NaiveDate, random: &mut Random) -> Option<NaiveDate> {
    for _ in 0..40 {
        let mut text = date.format("%Y%m%d").to_string();
        let at = 2 + random.below(6);
        text.replace_range(at..=at, &random.below(10).to_string());
        let wrong = NaiveDate::parse_from_str(&text, "%Y%m%d").ok();
        let is_of_age = |wrong: &NaiveDate| (1930..=2014).contains(&wrong.year()) && *wrong != date;
        if let Some(wrong) = wrong.filter(is_of_age) {
            return Some(wrong);
        }
    }
    date.checked_add_days(Days::new(10))
}

fn postcode(postcode: &mut String, random: &mut Random) {
    let Some(at) = postcode.len().checked_sub(1 + random.below(3)) else { return };
    let is_digit = postcode.as_bytes()[at].is_ascii_digit();
    let other = if is_digit { (*random.pick(b"0123456789")).into() } else { (*random.pick(b"ABDEFGHJLNPQ")).into() };
    postcode.replace_range(at..=at, &char::to_string(&other));
}

/// A PNC id in one of the ways in which lists give it.
pub fn pnc_as_given(pnc: &str, random: &mut Random) -> String {
    let Some((year, rest)) = pnc.split_once('/') else { return String::new() };
    let (serial, letter) = rest.split_at(rest.len() - 1);
    match random.below(20) {
        0..9 => pnc.to_owned(),
        9..15 => format!("{}/{}{letter}", &year[2..], serial.trim_start_matches('0')),
        15..18 => format!("{year}{rest}"),
        _ => format!("{}{rest}", &year[2..]),
    }
}

/// What the service itself keeps of a person: older, and not without slips either.
pub fn kept(person: &Person, random: &mut Random) -> Written {
    let mut kept = Written::of(person);
    if random.chance(0.012) {
        typing(&mut kept.surname, random);
    }
    if random.chance(0.010) {
        typing(&mut kept.forename, random);
    }
    if random.chance(0.45) {
        kept.middle.clear();
    }
    if random.chance(0.006) {
        kept.born = digit(person.born, random);
    }
    if random.chance(0.003) {
        kept.born = None;
    }
    if random.chance(0.025) {
        kept.address.clear();
        kept.postcode.clear();
    }
    if random.chance(0.45) {
        kept.pnc.clear();
    }
    kept
}

/// In Somali custom a name is a chain, of which lists take different links.
fn other_link(written: &mut Written, custom: Custom) -> bool {
    if custom != Custom::Patronymic || written.middle.is_empty() {
        return false;
    }
    written.surname = std::mem::take(&mut written.middle);
    true
}
