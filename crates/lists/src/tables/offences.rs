//! Offences from their cells.

use crate::Offence;

/// Offences from the cells that give titles, codes and wordings. A cell may hold several, apart by new
/// lines, semicolons or bars. Codes pair with titles when there are as many of each. Titles contain
/// commas, so a cell is cut at its commas only when that gives as many as there are codes; where it does
/// not, titles and codes stay together as one. Without codes, one that begins a title is taken from it.
/// A wording goes with the only offence, or is one by itself when there are no titles.
pub(crate) fn offences(titles: &[String], codes: &[String], wordings: &[String]) -> Vec<Offence> {
    let (titles, wordings) = if titles.is_empty() { (wordings, titles) } else { (titles, wordings) };
    let titles = parts(titles, &['\n', ';', '|']);
    let codes = parts(codes, &['\n', ';', '|', ',']);
    let mut found = paired(titles, codes);
    if let [only] = found.as_mut_slice() {
        only.wording = (!wordings.is_empty()).then(|| wordings.join("\n"));
    } else if !wordings.is_empty() {
        found.push(Offence { wording: Some(wordings.join("\n")), ..Offence::default() });
    }
    found
}

fn paired(titles: Vec<String>, codes: Vec<String>) -> Vec<Offence> {
    let pair = |(title, code)| Offence { code: Some(code), title, wording: None };
    if titles.len() == codes.len() {
        return titles.into_iter().zip(codes).map(pair).collect();
    }
    if let ([only], [_, _, ..]) = (titles.as_slice(), codes.as_slice()) {
        let cut = parts(&[only.replace(", ", "\n")], &['\n']);
        if cut.len() == codes.len() {
            return cut.into_iter().zip(codes).map(pair).collect();
        }
        return vec![pair((only.clone(), codes.join(", ")))];
    }
    let alone = codes.into_iter().map(|code| Offence { code: Some(code), ..Offence::default() });
    titles.into_iter().map(|title| coded(&title)).chain(alone).collect()
}

fn parts(cells: &[String], separators: &[char]) -> Vec<String> {
    let parts = cells.iter().flat_map(|cell| cell.split(separators)).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// `TH68001 - Theft from shop` is a CJS code (two letters and five digits, sometimes one letter
/// more) and a title.
fn coded(text: &str) -> Offence {
    let (first, rest) = text.split_once([' ', ':']).unwrap_or((text, ""));
    if !is_code(first) {
        return Offence { title: text.to_owned(), ..Offence::default() };
    }
    let title = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | ':'));
    Offence { code: Some(first.to_owned()), title: title.to_owned(), wording: None }
}

/// Whether a word has the shape of a CJS offence code.
pub(crate) fn is_code(word: &str) -> bool {
    let bytes = word.as_bytes();
    (7..=8).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..7].iter().all(u8::is_ascii_digit)
        && bytes[7..].iter().all(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(titles: &[&str], codes: &[&str], wordings: &[&str]) -> Vec<(String, String, String)> {
        let own = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let found = offences(&own(titles), &own(codes), &own(wordings));
        let plain = |one: Offence| (one.code.unwrap_or_default(), one.title, one.wording.unwrap_or_default());
        found.into_iter().map(plain).collect()
    }

    fn one(code: &str, title: &str, wording: &str) -> (String, String, String) {
        (code.to_owned(), title.to_owned(), wording.to_owned())
    }

    #[test]
    fn offences_joined_by_commas_are_cut_only_when_the_codes_say_into_how_many() {
        assert_eq!(
            read(&["Theft from shop, Assault by beating"], &["TH68001, CJ88001"], &[]),
            [one("TH68001", "Theft from shop", ""), one("CJ88001", "Assault by beating", "")]
        );
        assert_eq!(
            read(&["Drive, whilst unfit, Theft"], &["RT88001, TH68001"], &[]),
            [one("RT88001, TH68001", "Drive, whilst unfit, Theft", "")]
        );
        assert_eq!(read(&["Drive, whilst unfit"], &[], &[]), [one("", "Drive, whilst unfit", "")]);
    }

    #[test]
    fn a_wording_goes_with_the_only_offence_and_stands_for_a_title_that_is_missing() {
        assert_eq!(read(&["Theft"], &["TH68001"], &["Stole a coat"]), [one("TH68001", "Theft", "Stole a coat")]);
        assert_eq!(read(&[], &[], &["Theft from shop"]), [one("", "Theft from shop", "")]);
        assert_eq!(read(&["TH68001 - Theft"], &[], &[]), [one("TH68001", "Theft", "")]);
    }
}
