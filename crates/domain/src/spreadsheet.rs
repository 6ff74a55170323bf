//! Texts for files that open in a spreadsheet.

/// The text as a cell that no spreadsheet takes for a formula: one that would be run gets a leading apostrophe.
pub fn cell(text: &str) -> String {
    // The last four are the wide forms that some spreadsheets read as the plain ones.
    const STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let text: String = text.chars().filter(|c| *c != '\0').collect();
    let control_first = text.starts_with(['\t', '\r', '\n']);
    if control_first || text.trim_start().starts_with(STARTS) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cell_never_starts_a_formula() {
        for text in ["=1+1", "+44", "-3", "@SUM(A1)", "\tx", "\r=x", "  =x", "＝1", "\0=1"] {
            assert!(super::cell(text).starts_with('\''), "{text:?}");
        }
        for text in ["Bromley", "*", "24 to 72 hours", "", "Woolwich - Crown"] {
            assert_eq!(super::cell(text), text);
        }
    }
}
