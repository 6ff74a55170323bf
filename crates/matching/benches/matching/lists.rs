//! Reading: people, lists and their truth from CSV files.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use chrono::NaiveDate;
use csv::StringRecord;
use throughline_domain::name::Name;
use throughline_matching::{Answer, Builder, Description, Index, Parameters, Sex};

/// How many people are described at a time, so that millions never are.
const CHUNK: usize = 16_384;

/// A CSV file whose cells are asked for by their heading.
pub struct Sheet {
    reader: csv::Reader<std::fs::File>,
    columns: HashMap<String, usize>,
}

/// One row of a [`Sheet`].
pub struct Row<'a> {
    cells: &'a StringRecord,
    columns: &'a HashMap<String, usize>,
}

impl Row<'_> {
    /// The cell under a heading; empty when there is no such heading.
    pub fn get(&self, heading: &str) -> &str {
        self.columns.get(heading).and_then(|at| self.cells.get(*at)).unwrap_or_default()
    }

    fn some(&self, heading: &str) -> Option<String> {
        Some(self.get(heading).to_owned()).filter(|text| !text.is_empty())
    }
}

impl Sheet {
    pub fn open(path: &Path) -> Self {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_path(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let headings = reader.headers().expect("a first row of headings").clone();
        let columns = headings.iter().enumerate().map(|(at, heading)| (heading.to_owned(), at)).collect();
        Self { reader, columns }
    }

    /// Does something with every row, in order.
    pub fn each(mut self, mut act: impl FnMut(&Row)) {
        let mut cells = StringRecord::new();
        while self.reader.read_record(&mut cells).expect("a readable row") {
            act(&Row { cells: &cells, columns: &self.columns });
        }
    }

    /// Something of every row, in order.
    pub fn map<T>(self, mut of: impl FnMut(&Row) -> T) -> Vec<T> {
        let mut all = Vec::new();
        self.each(|row| all.push(of(row)));
        all
    }
}

/// A row of `index.csv` or `queries.csv` as the engine compares it.
pub fn describe(row: &Row) -> Description {
    let postcodes = std::iter::once(row.get("postcode")).chain(row.get("prev_postcodes").split('|'));
    let alias = |text: &str| {
        let (forenames, surname) = text.rsplit_once(' ').unwrap_or(("", text));
        Name::new(forenames, surname)
    };
    Description {
        name: Name::new(&format!("{} {}", row.get("first_name"), row.get("middle_names")), row.get("last_name")),
        aliases: row.get("alias_names").split('|').filter(|text| !text.is_empty()).map(alias).collect(),
        date_of_birth: NaiveDate::parse_from_str(row.get("dob"), "%Y-%m-%d").ok(),
        born_between: None,
        sex: Sex::from_code(row.get("sex")),
        address: row.get("address").to_owned(),
        postcodes: postcodes.map(str::to_owned).collect(),
        pnc: row.some("pnc_id"),
        nhs_number: row.some("nhs_number"),
        cro: None,
        local_id: None,
    }
}

/// What the truth says of one line.
pub struct Truth {
    pub query_id: String,
    pub is_known: bool,
    /// The records of the person.
    pub records: Vec<String>,
    pub kind: String,
    pub severity: String,
    /// The slips that were made, by their names.
    pub slips: Vec<String>,
}

/// A list and its truth, line by line.
pub struct List {
    pub lines: Vec<Description>,
    pub truth: Vec<Truth>,
}

impl List {
    pub fn read(folder: &Path) -> Self {
        let several = |text: &str| text.split('|').filter(|one| !one.is_empty()).map(str::to_owned).collect();
        let truth = Sheet::open(&folder.join("truth.csv")).map(|row| Truth {
            query_id: row.get("query_id").to_owned(),
            is_known: row.get("known") == "1",
            records: several(row.get("record_ids")),
            kind: row.get("kind").to_owned(),
            severity: row.get("severity").to_owned(),
            slips: several(row.get("ops")),
        });
        Self { lines: Sheet::open(&folder.join("queries.csv")).map(describe), truth }
    }

    /// The truth by the places of people in the index.
    pub fn answers(&self, ids: &Ids) -> Vec<Answer<u32>> {
        let answer = |truth: &Truth| {
            if truth.is_known {
                Answer::Known(truth.records.iter().map(|id| ids.places[id]).collect())
            } else {
                Answer::Unknown
            }
        };
        self.truth.iter().map(answer).collect()
    }
}

/// Record ids and the places they have in the index.
#[derive(Default)]
pub struct Ids {
    places: HashMap<String, u32>,
}

impl Ids {
    /// The record id of each place that is kept.
    pub fn by_place(&self) -> HashMap<u32, &str> {
        self.places.iter().map(|(id, place)| (*place, id.as_str())).collect()
    }
}

/// The people of a folder, read a few thousand at a time. Of their record ids only those that are
/// `wanted` are kept; all of them when nothing is said.
pub fn index(parameters: Parameters, folder: &Path, wanted: Option<&HashSet<String>>) -> (Ids, Index<u32>) {
    let (mut builder, mut ids) = (Builder::new(parameters), Ids::default());
    let (mut chunk, mut place) = (Vec::with_capacity(CHUNK), 0);
    Sheet::open(&folder.join("index.csv")).each(|row| {
        let id = row.get("record_id");
        if wanted.is_none_or(|wanted| wanted.contains(id)) {
            ids.places.insert(id.to_owned(), place);
        }
        chunk.push((place, describe(row)));
        place += 1;
        if chunk.len() == CHUNK {
            builder.add(&chunk);
            chunk.clear();
        }
    });
    builder.add(&chunk);
    drop(chunk);
    (ids, builder.finish())
}
