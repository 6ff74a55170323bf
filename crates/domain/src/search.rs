//! What somebody typed to find a person, taken apart: one box takes names, dates and numbers in
//! any order and any form that people use.

use crate::identifier;
use crate::name::Name;
use crate::time::{TypedError, date_long, parse_date};
use chrono::NaiveDate;

/// The most words that are looked at: nobody types more to find one person.
const MOST_WORDS: usize = 24;

/// A typed search, taken apart. Nothing typed is dropped: what is no date and no number is a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// The name. One word alone is held as the surname.
    pub name: Name,
    /// The date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// The year of birth, when only the year was typed.
    pub born_in: Option<i32>,
    /// Ten digits; their check digit need not be right.
    pub nhs_number: Option<String>,
    /// A PNC id, in its canonical form.
    pub pnc: Option<String>,
    /// A CRO number, in its canonical form.
    pub cro: Option<String>,
    /// A postcode, as typed.
    pub postcode: Option<String>,
    /// Custody record numbers: any other word with digits in it.
    pub custody_numbers: Vec<String>,
    /// What was odd about what was typed, in words for the page.
    pub doubts: Vec<String>,
}

impl Search {
    /// Takes a typed search apart. `today` settles two-digit years, as in [`parse_date`].
    ///
    /// ```
    /// use throughline_domain::search::Search;
    /// let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    /// let search = Search::read("obrien 12/3/84", today);
    /// assert_eq!(search.name.surname, "obrien");
    /// assert_eq!(search.date_of_birth, chrono::NaiveDate::from_ymd_opt(1984, 3, 12));
    /// ```
    pub fn read(text: &str, today: NaiveDate) -> Self {
        let spaced = text.replace(',', " , ");
        let mut words: Vec<&str> = spaced.split_whitespace().take(MOST_WORDS).collect();
        let mut search = Self::default();
        search.take_nhs_number(&mut words);
        search.take_date(&mut words, today);
        search.take_postcode(&mut words);
        words.retain(|word| !search.take_number(word, today));
        search.name = name(&words);
        search
    }

    /// Whether nothing was typed that somebody can be found by.
    pub fn is_empty(&self) -> bool {
        self.name.is_unknown()
            && self.date_of_birth.is_none()
            && self.nhs_number.is_none()
            && self.pnc.is_none()
            && self.cro.is_none()
            && self.custody_numbers.is_empty()
    }

    /// How the search was understood, a line a part, so that the reader sees a slip at once.
    pub fn in_words(&self) -> Vec<String> {
        let part = |label: &str, value: Option<String>| value.map(|value| format!("{label} {value}"));
        let name = Some(self.name.natural()).filter(|name| !name.is_empty());
        let custody = self.custody_numbers.iter().map(|number| format!("custody number {number}"));
        [
            part("name", name),
            part("born", self.date_of_birth.map(date_long)),
            part("born in", self.born_in.map(|year| year.to_string())),
            part("NHS number", self.nhs_number.as_deref().map(grouped)),
            part("PNC ID", self.pnc.clone()),
            part("CRO number", self.cro.clone()),
            part("postcode", self.postcode.clone()),
        ]
        .into_iter()
        .flatten()
        .chain(custody)
        .collect()
    }

    /// Ten digits in one word or in up to four: `9991234567`, `999 123 4567`, `999-123-4567`.
    fn take_nhs_number(&mut self, words: &mut Vec<&str>) {
        let digits = |window: &[&str]| -> Option<String> {
            let joined: String = window.concat().replace('-', "");
            (joined.len() == 10 && joined.bytes().all(|byte| byte.is_ascii_digit())).then_some(joined)
        };
        if let Some(found) = take(words, &[1, 3, 2, 4], digits) {
            if let Err(error) = identifier::NhsNumber::parse(&found) {
                self.doubts.push(error.to_string());
            }
            self.nhs_number = Some(found);
        }
    }

    fn take_date(&mut self, words: &mut Vec<&str>, today: NaiveDate) {
        let date = |window: &[&str]| parse_date(&window.join(" "), today).ok();
        self.date_of_birth = take(words, &[3, 1], date);
        if self.date_of_birth.is_some() {
            return;
        }
        let no_such_date = |window: &[&str]| match parse_date(&window.join(" "), today) {
            Err(error @ TypedError::NoSuchDate(_)) if looks_like_a_date(window) => Some(error.to_string()),
            _ => None,
        };
        self.doubts.extend(take(words, &[3, 1], no_such_date));
    }

    fn take_postcode(&mut self, words: &mut Vec<&str>) {
        self.postcode =
            take(words, &[2, 1], |window| postcode(&window.concat()).map(|_| window.join(" ").to_uppercase()));
    }

    /// Takes a word that is a number of some kind; `false` when it is a part of a name.
    fn take_number(&mut self, word: &str, today: NaiveDate) -> bool {
        use chrono::Datelike;
        if !word.bytes().any(|byte| byte.is_ascii_digit()) {
            return false;
        }
        if let Some(pnc) = identifier::pnc(word) {
            self.pnc = Some(pnc.canonical);
        } else if let Some(cro) = identifier::cro(word) {
            self.cro = Some(cro.canonical);
        } else if let Some(year) = word.parse().ok().filter(|year| (1900..=today.year()).contains(year)) {
            self.born_in = Some(year);
        } else {
            self.custody_numbers.push(word.to_uppercase());
        }
        true
    }
}

/// Figures with a month of one or two: a custody number such as `01PY/4821/26` is no wrong date.
fn looks_like_a_date(window: &[&str]) -> bool {
    let text = window.join(" ");
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let figures = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    figures && parts.get(1).is_some_and(|month| month.len() <= 2)
}

/// Takes the first run of words, of one of these lengths, that `reads` as something.
fn take<T>(words: &mut Vec<&str>, lengths: &[usize], reads: impl Fn(&[&str]) -> Option<T>) -> Option<T> {
    for length in lengths {
        for start in 0..(words.len() + 1).saturating_sub(*length) {
            if let Some(found) = reads(&words[start..start + length]) {
                words.drain(start..start + length);
                return Some(found);
            }
        }
    }
    None
}

/// `KOWALSKI, Jan` or `Jan Kowalski`; one word alone is a surname.
fn name(words: &[&str]) -> Name {
    if let Some(comma) = words.iter().position(|word| *word == ",") {
        let given: Vec<&str> = words[comma + 1..].iter().copied().filter(|word| *word != ",").collect();
        // A comma at either end only closes a date or a number.
        if comma > 0 && !given.is_empty() {
            return Name::new(&given.join(" "), &words[..comma].join(" "));
        }
    }
    let words: Vec<&str> = words.iter().copied().filter(|word| *word != ",").collect();
    match words.split_last() {
        Some((surname, forenames)) => Name::new(&forenames.join(" "), surname),
        None => Name::default(),
    }
}

fn grouped(digits: &str) -> String {
    format!("{} {} {}", &digits[..3], &digits[3..6], &digits[6..])
}

/// A postcode's outward and inward part; `None` when the text has not the shape of one.
fn postcode(text: &str) -> Option<(String, String)> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    if !bare.is_ascii() || !(5..=7).contains(&bare.len()) {
        return None;
    }
    let (outward, inward) = bare.split_at(bare.len() - 3);
    let letters = outward.bytes().take_while(u8::is_ascii_uppercase).count();
    let fits = (1..=2).contains(&letters)
        && outward.as_bytes().get(letters).is_some_and(u8::is_ascii_digit)
        && outward.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && outward.len() - letters <= 2
        && inward.as_bytes()[0].is_ascii_digit()
        && inward[1..].bytes().all(|byte| byte.is_ascii_uppercase());
    fits.then(|| (outward.to_owned(), inward.to_owned()))
}

/// The district of a postcode (`BR1` of `BR1 1AA`): enough to tell two people apart in a list of
/// results, too little to find a door. `None` when the text is no postcode.
pub fn postcode_district(text: &str) -> Option<String> {
    postcode(text).map(|(outward, _)| outward)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Search {
        Search::read(text, NaiveDate::from_ymd_opt(2026, 11, 24).unwrap())
    }

    fn date(y: i32, m: u32, d: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(y, m, d)
    }

    #[test]
    fn a_name_and_a_date_come_in_either_order_and_any_form() {
        for text in
            ["kowalski 12/3/84", "12/3/84 kowalski", "12 mar 84 kowalski", "kowalski, 12.03.1984", "kowalski 12 3 1984"]
        {
            let search = read(text);
            assert_eq!(search.name, Name::new("", "kowalski"), "{text}");
            assert_eq!(search.date_of_birth, date(1984, 3, 12), "{text}");
        }
    }

    #[test]
    fn a_full_name_is_read_with_and_without_a_comma() {
        assert_eq!(read("Jan Maria Kowalski").name, Name::new("Jan Maria", "Kowalski"));
        assert_eq!(read("KOWALSKI, Jan").name, Name::new("Jan", "KOWALSKI"));
        assert_eq!(read("van der Berg, Piet 1/2/90").name, Name::new("Piet", "van der Berg"));
        assert_eq!(read("June May").name, Name::new("June", "May"));
    }

    #[test]
    fn an_nhs_number_is_read_in_any_spacing_and_a_wrong_one_says_so() {
        for text in ["9434765919", "943 476 5919", "marsh 943-476-5919"] {
            let search = read(text);
            assert_eq!(search.nhs_number.as_deref(), Some("9434765919"), "{text}");
            assert!(search.doubts.is_empty(), "{text}");
        }
        let wrong = read("9434765918");
        assert_eq!(wrong.nhs_number.as_deref(), Some("9434765918"));
        assert_eq!(wrong.doubts.len(), 1);
    }

    #[test]
    fn numbers_of_police_and_custody_are_told_apart() {
        assert_eq!(read("2012/0345678x").pnc.as_deref(), Some("2012/0345678X"));
        assert_eq!(read("12/345678X").pnc.as_deref(), Some("12/0345678X"));
        assert_eq!(read("123456/12X").cro.as_deref(), Some("123456/12X"));
        assert_eq!(read("01py/4821/26").custody_numbers, ["01PY/4821/26"]);
        assert_eq!(read("4821").custody_numbers, ["4821"]);
        let both = read("marsh 01PY/4821/26");
        assert_eq!((both.name.surname.as_str(), both.custody_numbers.len()), ("marsh", 1));
    }

    #[test]
    fn a_year_and_a_postcode_narrow_a_name() {
        let search = read("marsh 1984 br1 1aa");
        assert_eq!(search.born_in, Some(1984));
        assert_eq!(search.postcode.as_deref(), Some("BR1 1AA"));
        assert_eq!(search.name, Name::new("", "marsh"));
        assert_eq!(postcode_district("br1 1aa").as_deref(), Some("BR1"));
        assert_eq!(postcode_district("no fixed abode"), None);
        assert_eq!(postcode_district("\u{e9}\u{e9}1 1aa"), None);
    }

    #[test]
    fn a_date_that_does_not_exist_is_told_and_not_taken_for_a_name() {
        let search = read("marsh 31/2/84");
        assert_eq!(search.date_of_birth, None);
        assert_eq!(search.doubts, ["There is no such date as '31/2/84'"]);
        assert_eq!(search.name, Name::new("", "marsh"));
    }

    #[test]
    fn nothing_finds_nobody_and_odd_text_harms_nothing() {
        for text in ["", "  ", ",", ", ,"] {
            assert!(read(text).is_empty(), "{text:?}");
        }
        assert!(!read("\u{1F600} \u{e9}\u{301} %zz '; --").is_empty());
    }

    #[test]
    fn the_search_is_told_back_as_it_was_understood() {
        assert_eq!(
            read("obrien 12/3/84 9434765919").in_words(),
            ["name obrien", "born 12 March 1984", "NHS number 943 476 5919"]
        );
    }
}
