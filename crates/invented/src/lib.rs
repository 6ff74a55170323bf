//! Invented people, and invented lists of whom some are known: for measuring without anybody's data.
//!
//! The same order writes the same files on every machine. Who is on a list, and what goes wrong on
//! it, was judged, not counted: see the limits in `docs/matching.md`.

mod names;
mod people;
mod places;
mod random;
mod slips;

use std::fs::File;
use std::path::Path;

use chrono::NaiveDate;
use people::Wanted;
pub use people::{Person, World};
use random::Random;
use slips::Written;

/// What to invent.
#[derive(Debug)]
pub struct Order {
    /// People in the index.
    pub people: u64,
    /// Lines of the list, half of them of people who are known.
    pub lines: usize,
    pub seed: u64,
    /// Which list against these people: other words, other lines.
    pub list: String,
}

/// Unknown people who resemble somebody known, in thousandths of all who are unknown.
const HARD: [(&str, usize); 5] =
    [("twin", 30), ("sibling", 60), ("junior", 20), ("namesake", 30), ("near_namesake", 15)];

/// Share of people who have a second record.
const SECOND_RECORDS: f64 = 0.015;

/// A known person and their records.
struct Known {
    person: Person,
    records: Vec<String>,
}

/// Some of many, the likelier the heavier, without keeping the many.
struct Sample {
    most: usize,
    kept: Vec<(f64, Known)>,
    /// Below this nobody will be kept.
    least: f64,
}

impl Sample {
    fn new(most: usize) -> Self {
        Self { most, kept: Vec::new(), least: 0.0 }
    }

    fn offer(&mut self, random: &mut Random, weight: f64, known: impl FnOnce() -> Known) {
        let key = random.share().powf(1.0 / weight);
        if key < self.least {
            return;
        }
        self.kept.push((key, known()));
        if self.kept.len() >= 2 * self.most + 64 {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.kept.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.kept.truncate(self.most);
        self.least = self.kept.last().map_or(0.0, |(key, _)| *key);
    }
}

/// A line of the list before it is written.
struct Line {
    person: Person,
    records: Vec<String>,
    kind: &'static str,
}

/// Writes `index.csv`, `queries.csv` and `truth.csv`.
pub fn invent(folder: &Path, order: &Order) {
    std::fs::create_dir_all(folder).expect("a folder to write to");
    let world = World::new(order.seed, order.people);
    let known_lines = order.lines / 2;
    let (known, models) = index(folder, order, &world, known_lines);
    let mut lines: Vec<Line> =
        known.into_iter().map(|known| Line { person: known.person, records: known.records, kind: "known" }).collect();
    unknown(&mut lines, &models, order, &world);
    let mut random = Random::new(order.seed, &format!("order of {}", order.list));
    lines.sort_by_cached_key(|_| random.next());
    list(folder, &lines, order, &world);
}

fn sheet(folder: &Path, file: &str, headings: &[&str]) -> csv::Writer<File> {
    let mut writer = csv::Writer::from_path(folder.join(file)).expect("a file to write to");
    writer.write_record(headings).expect("room on the disk");
    writer
}

fn date(born: Option<NaiveDate>) -> String {
    born.map(|born| born.to_string()).unwrap_or_default()
}

/// Writes the people, and picks those who are on the list and those whom unknown people resemble.
fn index(folder: &Path, order: &Order, world: &World, lines: usize) -> (Vec<Known>, Vec<Known>) {
    const HEADINGS: [&str; 12] = [
        "record_id",
        "nhs_number",
        "pnc_id",
        "first_name",
        "middle_names",
        "last_name",
        "alias_names",
        "dob",
        "sex",
        "address",
        "postcode",
        "prev_postcodes",
    ];
    let mut out = sheet(folder, "index.csv", &HEADINGS);
    let mut noise = Random::new(order.seed, "what the service keeps");
    let mut draw = Random::new(order.seed, &format!("who is on {}", order.list));
    let mut listed = Sample::new(lines);
    let mut models = Sample::new(lines);
    let (mut people, mut record) = (0, 0_u64);
    let mut write = |person: &Person, kept: &Written, aliases: &[(String, String)]| {
        // Ids carry no order.
        let id = format!("R{:08X}", record.wrapping_mul(0x9E37_79B1) & 0xFFFF_FFFF);
        record += 1;
        let aliases: Vec<String> = aliases.iter().map(|(forename, surname)| format!("{forename} {surname}")).collect();
        out.write_record([
            &id,
            &kept.nhs_number,
            &kept.pnc,
            &kept.forename,
            &kept.middle,
            &kept.surname,
            &aliases.join("|"),
            &date(kept.born),
            kept.sex,
            &kept.address,
            &kept.postcode,
            &person.earlier_postcodes.join("|"),
        ])
        .expect("room on the disk");
        id
    };
    for household in 0.. {
        if people >= order.people {
            break;
        }
        for person in world.household(household, people) {
            people += 1;
            let mut records = vec![write(&person, &slips::kept(&person, &mut noise), &person.aliases)];
            if noise.chance(SECOND_RECORDS) {
                let severity = if noise.chance(0.7) { "light" } else { "clean" };
                let (mut second, ..) = slips::written(&person, world, &mut noise, Some(severity));
                if noise.chance(0.6) {
                    second.nhs_number.clear();
                }
                if noise.chance(0.6) {
                    second.pnc.clear();
                }
                records.push(write(&person, &second, &[]));
            }
            let known = || Known { person: person.clone(), records: records.clone() };
            listed.offer(&mut draw, person.weight(), known);
            models.offer(&mut draw, 1.0, known);
        }
    }
    out.flush().expect("room on the disk");
    listed.settle();
    models.settle();
    let of = |sample: Sample| sample.kept.into_iter().map(|(_, known)| known).collect();
    (of(listed), of(models))
}

/// Adds lines of people whom nobody knows: some resemble somebody known, most do not.
fn unknown(lines: &mut Vec<Line>, models: &[Known], order: &Order, world: &World) {
    let count = order.lines - lines.len();
    let mut random = Random::new(order.seed, &format!("strangers of {}", order.list));
    let mut number = order.people + 1;
    let mut models = models.iter().map(|known| &known.person).cycle();
    for (kind, thousandths) in HARD {
        for model in models.by_ref().take(count * thousandths / 1_000) {
            number += 1;
            lines.push(Line { person: resembling(kind, model, number, world, &mut random), records: Vec::new(), kind });
        }
    }
    let mut household = world.households() * 2 + (random.next() >> 20);
    while lines.len() < order.lines {
        household += 1;
        for person in world.household(household, number) {
            number += 1;
            if lines.len() < order.lines && random.chance(person.weight() / 3.5) {
                lines.push(Line { person, records: Vec::new(), kind: "unknown" });
            }
        }
    }
}

fn resembling(kind: &str, model: &Person, number: u64, world: &World, random: &mut Random) -> Person {
    if kind == "twin" {
        return world.twin(random, number, model);
    }
    let age = model.age().max(16);
    let (is_male, age) = match kind {
        "sibling" => (random.chance(0.7), (age + random.between(-8, 8)).clamp(16, 80)),
        "junior" => {
            let years = random.between(19, 34);
            (model.is_male, if age - years >= 16 { age - years } else { age + years })
        }
        "namesake" => (model.is_male, random.between(18, 60)),
        _ => (model.is_male, age),
    };
    let is_near = kind == "near_namesake";
    let born = if is_near { slips::digit(model.born, random) } else { None };
    let is_at_home = matches!(kind, "sibling" | "junior");
    let household = if is_at_home { model.household } else { random.next() % world.households() };
    let home = if is_at_home { model.home.clone() } else { places::home(household) };
    let born = born.unwrap_or_else(|| world.born(random, model.community, age));
    let wanted = Wanted { community: model.community, surname: &model.surname, is_male, born, home, household };
    let mut person = world.person(random, number, wanted);
    person.surname.clone_from(&model.surname);
    if kind == "sibling" {
        while person.forename == model.forename {
            person.forename = world.community(model).forename(random, is_male, age);
        }
    } else {
        person.forename.clone_from(&model.forename);
    }
    if kind == "junior" {
        person.middle.clear();
    }
    person
}

/// Writes the list and its truth.
fn list(folder: &Path, lines: &[Line], order: &Order, world: &World) {
    const HEADINGS: [&str; 10] = [
        "query_id",
        "first_name",
        "middle_names",
        "last_name",
        "dob",
        "sex",
        "address",
        "postcode",
        "pnc_id",
        "nhs_number",
    ];
    let mut queries = sheet(folder, "queries.csv", &HEADINGS);
    let mut truth = sheet(folder, "truth.csv", &["query_id", "known", "record_ids", "kind", "severity", "ops"]);
    let mut random = Random::new(order.seed, &format!("slips of {}", order.list));
    for (at, line) in lines.iter().enumerate() {
        let id = format!("Q{at:06}");
        let (written, severity, mut slips) = slips::written(&line.person, world, &mut random, None);
        // Court lists are in capitals and seldom give numbers; custody lists are the other way about.
        let is_court = random.chance(0.6);
        let case = |text: &str| if is_court { text.to_uppercase() } else { text.to_owned() };
        let mut pnc = String::new();
        if random.chance(if is_court { 0.32 } else { 0.68 }) {
            pnc = slips::pnc_as_given(&written.pnc, &mut random);
        }
        if !pnc.is_empty() && random.chance(0.02) && slips::typing(&mut pnc, &mut random) {
            slips.push("typing-pnc");
        }
        let gives_number = random.chance(if is_court { 0.02 } else { 0.04 });
        let nhs_number = if gives_number { written.nhs_number } else { String::new() };
        queries
            .write_record([
                &id,
                &case(&written.forename),
                &case(&written.middle),
                &case(&written.surname),
                &date(written.born),
                written.sex,
                &written.address,
                &written.postcode,
                &pnc,
                &nhs_number,
            ])
            .expect("room on the disk");
        let known = if line.records.is_empty() { "0" } else { "1" };
        truth
            .write_record([&id, known, &line.records.join("|"), line.kind, severity, &slips.join("|")])
            .expect("room on the disk");
    }
    queries.flush().expect("room on the disk");
    truth.flush().expect("room on the disk");
}
