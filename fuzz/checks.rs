//! What holds whatever is read and whoever is compared. The fuzz targets and the tests of every build
//! call these with the same bytes.

use arbitrary::{Arbitrary, Unstructured};
use chrono::NaiveDate;
use throughline_domain::name::{Name, folded};
use throughline_matching::people_csv::{self, PersonRow};
use throughline_matching::{Band, Description, Index, Limits, Parameters, Scored, Sex, in_words, reason_line, score};

/// The day on which everything is read.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 3).expect("it is a date")
}

/// A file of people: every row that is not blank is taken, or rejected with its number and a reason.
pub fn a_file_of_people(bytes: &[u8]) {
    let Ok(people) = people_csv::read(bytes, &[]) else { return };
    let mut numbers: Vec<usize> = people.rows.iter().map(|row| row.row).collect();
    numbers.extend(people.unread.iter().map(|(row, _)| *row));
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|two| two[0] < two[1]), "a row is told twice: {numbers:?}");
    assert!(numbers.first().is_none_or(|first| *first > 1), "the headings are the first row");
    assert!(people.unread.iter().all(|(_, reason)| !reason.trim().is_empty()), "a row is rejected without a reason");
    if let Some(expected) = rows_without_quotes(bytes) {
        assert_eq!(numbers, expected, "a row is lost");
    }
    read_as_another_reader_does(bytes, &people.rows);
    for row in &people.rows {
        a_row(row);
    }
    let known: Vec<Description> = people.rows.iter().take(12).map(|row| row.description(today())).collect();
    found_by_their_own(&known);
}

fn a_row(row: &PersonRow) {
    assert!(!row.id().is_empty());
    assert!(row.complaint(today()).is_none_or(|reason| !reason.trim().is_empty()));
    assert!(row.misplaced().is_none_or(|reason| !reason.trim().is_empty()));
    let described = row.description(today());
    assert_eq!(row.date_of_birth(today()).ok().flatten(), described.date_of_birth);
    assert!(described.name.natural().len() < 8 * 1024 * 1024);
}

/// The numbers of the rows after the headings, where no quotation mark makes a cell of several lines.
fn rows_without_quotes(bytes: &[u8]) -> Option<Vec<usize>> {
    if bytes.contains(&b'"') {
        return None;
    }
    let mut lines = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        lines.push(&rest[..end]);
        let ending = if rest[end..].starts_with(b"\r\n") { 2 } else { usize::from(end < rest.len()) };
        rest = &rest[end + ending..];
    }
    let rows = (1..).zip(lines).filter(|(_, line)| !line.trim_ascii().is_empty());
    Some(rows.map(|(number, _)| number).skip(1).collect())
}

/// Where no row has a quotation mark, another reader sees the same cells.
fn read_as_another_reader_does(bytes: &[u8], rows: &[PersonRow]) {
    let is_plain = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('"'));
    if !is_plain {
        return;
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let Ok(headings) = reader.headers().cloned() else { return };
    let Some(surname) = headings.iter().position(|heading| heading == "last") else { return };
    if headings.iter().any(|heading| matches!(plain(heading).as_str(), "last_name" | "surname" | "family_name"))
        || headings.iter().filter(|heading| plain(heading) == "last").count() > 1
    {
        return;
    }
    let theirs: Vec<String> = reader
        .records()
        .flatten()
        .filter(|record| record.len() > 1 || record.iter().any(|cell| !cell.is_empty()))
        .map(|record| record.get(surname).unwrap_or_default().to_owned())
        .collect();
    let ours: Vec<&str> = rows.iter().map(|row| row.cell("last")).collect();
    assert_eq!(ours, theirs, "another reader sees other surnames");
}

fn plain(heading: &str) -> String {
    heading.trim().to_lowercase().replace([' ', '-'], "_")
}

/// People of whom one is known by others, and one is looked for.
#[derive(Debug, Arbitrary)]
struct Case {
    asked: Person,
    known: Vec<Person>,
    guest: Person,
}

#[derive(Debug, Arbitrary)]
struct Person {
    name: (Word, Word),
    aliases: Vec<(Word, Word)>,
    born: Option<(u8, u16)>,
    far_year: Option<i32>,
    born_between: Option<(i32, i32)>,
    is_male: Option<bool>,
    address: Word,
    postcodes: Vec<Word>,
    pnc: Option<Word>,
    nhs_number: Option<Word>,
    cro: Option<Word>,
    local_id: Option<Word>,
}

/// A text: one that people often have, so that pairs agree, or any at all.
#[derive(Debug, Arbitrary)]
enum Word {
    Usual(u8),
    TwoUsual(u8, u8),
    Any(String),
    Long(char, u8),
    /// A usual one with one letter changed.
    Slipped(u8, u8, char),
}

const USUAL: &[&str] = &[
    "",
    "William",
    "Bill",
    "Quillfeather",
    "Quill-Oakfield",
    "Marsh",
    "Mersh",
    "O'Brien",
    "Mc Carthy",
    "Mohammed",
    "Muhammad Ali",
    "Łukasz",
    "Żółć",
    "محمد",
    "Дмитрий",
    "王小明",
    "Ελένη",
    "Unknown",
    "Mr",
    "J",
    "12 Wesley Avenue, Bromley",
    "Flat 3, 12 Wesley Ave",
    "No fixed abode",
    "LS1 4AB",
    "LS14AC",
    "YO1 7HH",
    "ZZ99 3VZ",
    "NF1 1NF",
    "2119",
    "999 000 0018",
    "9990000026",
    "0000000000",
    "2004/0012345D",
    "04/12345D",
    "2004/0012346U",
    "123456/12A",
    "SF39/12345A",
    "000000/00Z",
    "RQ7-0012345",
    "ß",
    "ﬃ",
    "İ",
    "\u{301}",
    "\u{0}",
    "\u{feff}",
    "１２",
    "’",
    "-",
    "ZZ",
];

impl Word {
    fn text(&self) -> String {
        let usual = |at: u8| USUAL[usize::from(at) % USUAL.len()];
        match self {
            Self::Usual(at) => usual(*at).to_owned(),
            Self::TwoUsual(one, other) => format!("{} {}", usual(*one), usual(*other)),
            Self::Any(text) => text.clone(),
            Self::Long(letter, times) => letter.to_string().repeat(usize::from(*times)),
            Self::Slipped(at, place, letter) => {
                let mut letters: Vec<char> = usual(*at).chars().collect();
                match letters.len() {
                    0 => letters.push(*letter),
                    length => letters[usize::from(*place) % length] = *letter,
                }
                letters.into_iter().collect()
            }
        }
    }
}

impl Person {
    fn description(&self) -> Description {
        let name = |(forenames, surname): &(Word, Word)| Name { forenames: forenames.text(), surname: surname.text() };
        let text = |word: &Option<Word>| word.as_ref().map(Word::text);
        let year = |year: u8| self.far_year.unwrap_or(1980 + i32::from(year % 8));
        Description {
            name: name(&self.name),
            aliases: self.aliases.iter().take(6).map(name).collect(),
            date_of_birth: self.born.and_then(|(at, day)| NaiveDate::from_yo_opt(year(at), 1 + u32::from(day % 366))),
            born_between: self.born_between,
            sex: self.is_male.map(|is_male| if is_male { Sex::Male } else { Sex::Female }),
            address: self.address.text(),
            postcodes: self.postcodes.iter().take(6).map(Word::text).collect(),
            pnc: text(&self.pnc),
            nhs_number: text(&self.nhs_number),
            cro: text(&self.cro),
            local_id: text(&self.local_id),
        }
    }
}

/// Anybody and anybody else: what is said adds up, and who came and went leaves no trace.
pub fn anybody(bytes: &[u8]) {
    let Ok(case) = Case::arbitrary(&mut Unstructured::new(bytes)) else { return };
    let asked = case.asked.description();
    let known: Vec<Description> = case.known.iter().take(8).map(Person::description).collect();
    let guest = case.guest.description();
    for name in [&asked.name, &guest.name] {
        for text in [&name.forenames, &name.surname] {
            assert_eq!(folded(&folded(text)), folded(text), "what is folded is folded further");
        }
    }
    for other in known.iter().chain([&guest, &asked]) {
        a_score(&score(&Parameters::default(), &asked, other));
    }
    let mut index = built(&known);
    let before = said(&index, &asked);
    index.put(GUEST, &guest);
    assert!(index.contains(GUEST));
    said(&index, &asked);
    index.put(GUEST, &asked);
    index.put(GUEST, &guest);
    assert!(index.remove(GUEST) && !index.remove(GUEST));
    assert_eq!(said(&index, &asked), before, "somebody who came and went left a trace");
    found_by_their_own(&known);
}

/// The place of somebody who comes and goes.
const GUEST: usize = 1_000;

fn built(known: &[Description]) -> Index<usize> {
    Index::build(Parameters::default(), known.iter().cloned().enumerate())
}

/// All that an index says of a description.
fn said(index: &Index<usize>, asked: &Description) -> Vec<Vec<(usize, Scored)>> {
    let all = Limits::best(100);
    let answers = [index.query(asked, all), index.search(asked, all), index.query(asked, Limits::LIST)];
    let mut said: Vec<Vec<(usize, Scored)>> = answers
        .into_iter()
        .map(|found| found.into_iter().map(|candidate| (candidate.id, candidate.scored)).collect())
        .collect();
    said.push((0..index.len()).filter_map(|id| Some((id, index.compare(asked, id)?))).collect());
    for (_, scored) in said.iter().flatten() {
        a_score(scored);
    }
    said
}

/// Probabilities are probabilities, and the lines are the sum.
fn a_score(scored: &Scored) {
    for probability in [scored.probability, scored.probability_before_rules] {
        assert!((0.0..=1.0).contains(&probability), "{probability} is no probability");
    }
    assert!(scored.weight_bits.is_finite() && scored.prior_bits.is_finite());
    let sum: f64 = scored.evidence.iter().map(|line| line.weight_bits).sum();
    assert!((sum - scored.weight_bits).abs() < 1e-3, "{sum} is not {}: {:?}", scored.weight_bits, scored.evidence);
    assert_eq!(scored.band, Band::of(scored.probability));
    assert!(!reason_line(scored).is_empty() && !in_words(scored.probability).is_empty());
    assert!(scored.evidence.iter().all(|line| !line.level.is_empty() && line.weight_bits.is_finite()));
}

/// Somebody with a name and a date of birth is found by their own description, in a list and in a search.
fn found_by_their_own(known: &[Description]) {
    let index = built(known);
    for (id, description) in known.iter().enumerate() {
        let answers = [index.query(description, Limits::best(100)), index.search(description, Limits::best(100))];
        for candidate in answers.iter().flatten() {
            a_score(&candidate.scored);
        }
        assert!(index.compare(description, id).is_some(), "everybody can be compared with themselves");
        let has_name = [&description.name.forenames, &description.name.surname].map(|text| folded(text));
        let is_plain = has_name.iter().all(|text| text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_lowercase()))
            && !has_name.iter().any(|text| NO_NAMES.contains(&text.as_str()));
        if is_plain && description.date_of_birth.is_some() {
            let is_there = |found: &[throughline_matching::Candidate<usize>]| found.iter().any(|one| one.id == id);
            assert!(answers.iter().all(|found| is_there(found)), "not found by their own: {description:?}");
        }
    }
}

/// Words that stand in the field of a name and are none.
const NO_NAMES: &[&str] = &["mrs", "miss", "master", "sir", "rev", "unknown", "refused", "nfn", "nsn"];
