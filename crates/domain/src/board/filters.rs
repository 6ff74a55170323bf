//! What somebody wants to see of a board: filters that stay, and what they hide.

use super::order::{RiskSeen, Standing, TimeLeft};
use crate::time::Instant;
use std::collections::BTreeSet;

codes! {
    /// A filter of a board: whom it shows.
    pub enum BoardFilter {
        /// Nobody has decided yet who they are in our record.
        NotMatched = "not_matched", "Not yet matched";
        /// A risk is known, of them or of their very likely match.
        KnownRisk = "known_risk", "Known risk";
        /// Found to be urgent, very urgent or an emergency.
        Urgent = "urgent", "Urgent";
        /// Women.
        Women = "women", "Women";
        /// People under 18.
        Under18 = "under_18", "Under 18";
        /// Produced from custody (courts).
        InCustody = "in_custody", "In custody";
        /// A reporting restriction is printed.
        Restricted = "restricted", "Reporting restriction";
        /// The newest list no longer has them.
        Left = "left", "Left the list";
        /// The reader of the list found something to be checked.
        ToCheck = "to_check", "Needs a check";
        /// Taken by whoever looks.
        Mine = "mine", "Mine";
    }
}

codes! {
    /// How a board is laid out.
    #[derive(Default)]
    pub enum BoardView {
        /// A column for each decision.
        #[default]
        Columns = "columns", "Columns";
        /// One list.
        List = "list", "List";
    }
}

/// What one user wants to see of the board of one site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoardChoice {
    /// Whoever is shown fits all of these.
    pub filters: BTreeSet<BoardFilter>,
    /// Court rooms, as [`room_code`] writes them: one of these, or every room when there are none.
    pub rooms: BTreeSet<String>,
    /// How it is laid out.
    pub view: BoardView,
}

impl BoardChoice {
    /// Whether everybody is shown.
    pub fn shows_everybody(&self) -> bool {
        self.filters.is_empty() && self.rooms.is_empty()
    }

    /// Whether a row is shown whose filters and room these are.
    pub fn shows(&self, fits: &BTreeSet<BoardFilter>, room: &str) -> bool {
        self.filters.is_subset(fits) && (self.rooms.is_empty() || self.rooms.contains(&room_code(room)))
    }

    /// The filters as the database keeps them: codes with a space between.
    pub fn filters_kept(&self) -> String {
        self.filters.iter().map(|filter| filter.code()).collect::<Vec<_>>().join(" ")
    }

    /// The rooms as the database keeps them.
    pub fn rooms_kept(&self) -> String {
        self.rooms.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// A choice from what was kept. A filter that no longer exists is left out: then more is shown.
    pub fn kept(filters: &str, rooms: &str, view: &str) -> Self {
        Self {
            filters: filters.split_whitespace().filter_map(BoardFilter::from_code).collect(),
            rooms: rooms.split_whitespace().map(room_code).collect(),
            view: BoardView::from_code(view).unwrap_or_default(),
        }
    }
}

/// A court room as an address and the database write it: small letters and digits, joined by hyphens.
/// A room that is not given is `none`.
pub fn room_code(room: &str) -> String {
    let words: Vec<String> = room
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() { "none".to_owned() } else { words.join("-") }
}

/// Whom the filters hide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hidden {
    /// All of them.
    pub all: usize,
    /// Those still there for whom less than an hour is left, or whose time is not known.
    pub nearly_over: usize,
    /// Those with a known risk, or whose likely match has one.
    pub known_risk: usize,
}

impl Hidden {
    /// Counts the rows that are hidden.
    pub fn count<'a>(hidden: impl IntoIterator<Item = &'a Standing>, now: Instant) -> Self {
        let mut count = Self::default();
        for row in hidden {
            count.all += 1;
            count.nearly_over += usize::from(row.waits() && row.time_left(now) == TimeLeft::NearlyOver);
            count.known_risk += usize::from(row.risk != RiskSeen::NotKnown);
        }
        count
    }

    /// Who is hidden that must not be forgotten, in words; `None` when nobody is.
    pub fn warning(&self) -> Option<String> {
        let people = |count: usize| if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
        let parts: Vec<String> = [
            (self.nearly_over, "with less than an hour left or no time known"),
            (self.known_risk, "with a known risk"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", people(count)))
        .collect();
        (!parts.is_empty()).then(|| format!("Hidden by your filters: {}.", parts.join(", and ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::NextEvent;
    use crate::list::EntryState;
    use chrono::Duration;

    fn now() -> Instant {
        "2026-11-24T10:15:00Z".parse().unwrap()
    }

    fn row(minutes: i64) -> Standing {
        let next = Some((NextEvent::DetentionLimit, now() + Duration::minutes(minutes)));
        Standing { state: EntryState::ToConsider, gone: false, next, urgency: None, risk: RiskSeen::NotKnown }
    }

    #[test]
    fn whoever_is_shown_fits_every_filter_and_one_of_the_rooms() {
        let choice = BoardChoice::kept("women under_18", "courtroom-1 2", "");
        let fits = |filters: &[BoardFilter]| filters.iter().copied().collect::<BTreeSet<_>>();
        let girl = fits(&[BoardFilter::Women, BoardFilter::Under18, BoardFilter::Mine]);
        assert!(choice.shows(&girl, "Courtroom 1") && choice.shows(&girl, "2"));
        assert!(!choice.shows(&girl, "3"), "another room");
        assert!(!choice.shows(&fits(&[BoardFilter::Women]), "2"), "a woman of age");
        assert!(BoardChoice::default().shows(&fits(&[]), ""));
    }

    #[test]
    fn a_choice_is_kept_as_it_was_made() {
        let choice = BoardChoice::kept("mine women", "none 2", "list");
        assert_eq!(BoardChoice::kept(&choice.filters_kept(), &choice.rooms_kept(), choice.view.code()), choice);
        assert_eq!(choice.rooms.len(), 2);
        assert!(BoardChoice::kept("no_longer_there", "", "").shows_everybody());
    }

    #[test]
    fn a_room_is_written_for_an_address() {
        assert_eq!(room_code("Courtroom 1"), "courtroom-1");
        assert_eq!(room_code("2"), "2");
        assert_eq!(room_code(" Court  No. 3 (Annexe) "), "court-no-3-annexe");
        assert_eq!(room_code(""), "none");
        assert_eq!(room_code("\u{2013}"), "none");
    }

    #[test]
    fn nobody_with_little_time_or_a_known_risk_is_hidden_in_silence() {
        let risk = Standing { risk: RiskSeen::OfLikelyMatch, ..row(500) };
        let unknown = Standing { next: None, ..row(0) };
        let hidden = Hidden::count(&[row(59), row(60), risk, unknown], now());
        assert_eq!(hidden, Hidden { all: 4, nearly_over: 2, known_risk: 1 });
        let words = "Hidden by your filters: 2 people with less than an hour left or no time known, and 1 person with a known risk.";
        assert_eq!(hidden.warning().as_deref(), Some(words));
        assert_eq!(Hidden::count(&[row(60)], now()).warning(), None);
        let done = Standing { state: EntryState::Seen, ..row(5) };
        assert_eq!(Hidden::count(&[done], now()).nearly_over, 0, "nobody waits for them");
    }
}
