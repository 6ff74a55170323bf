//! What a file takes the place of.

use crate::{Entry, Hearing, HearingEvent, Reading, SetAside, SetAsideReason, System};

/// What a file takes the place of: whatever is in its scope and not in the file is gone. What is out of
/// its scope stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Whatever there was: in this, two sendings of one list are compared.
    Everything,
    /// All that a system said of the days of the list.
    List(System),
    /// Nothing: whoever is not in it stays. One officer's list of voluntary attendances says nothing of those of
    /// another.
    Nothing,
    /// One hearing of Common Platform, by its id; one without an id takes the place of nothing.
    Hearing(Option<String>),
}

impl Scope {
    /// Whether a hearing is in it.
    pub fn has(&self, hearing: &Hearing) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::List(system) => hearing.system == *system,
            Self::Hearing(id) => {
                let same =
                    |id: &String| hearing.hearing_id.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(id));
                hearing.system == System::CommonPlatform && id.as_ref().is_some_and(same)
            }
        }
    }

    /// Whether any of a line is in it. A line of a custody list has no hearings, and is the list's.
    pub fn concerns(&self, entry: &Entry) -> bool {
        let is_of_list = matches!(self, Self::Everything | Self::List(_));
        if entry.hearings.is_empty() { is_of_list } else { entry.hearings.iter().any(|hearing| self.has(hearing)) }
    }
}

impl Reading {
    /// The system it comes from.
    pub fn system(&self) -> System {
        System::of(&self.format, self.kind)
    }

    /// What it takes the place of.
    pub fn scope(&self) -> Scope {
        match &self.event {
            Some(event) => Scope::Hearing(event.hearing_id().map(str::to_owned)),
            None if !self.kind.takes_the_days_place() => Scope::Nothing,
            None => Scope::List(self.system()),
        }
    }
}

/// The characters of a court's OU code that name the court: the two behind them name a part of it.
const COURT: usize = 5;

impl Reading {
    /// What the list says of one court, by its OU code (5 or 7 characters): hearings before others are set aside.
    /// A hearing of which the list does not say before which court it is stays: nobody is left out for what a
    /// list does not say.
    #[must_use]
    pub fn of_court(self, code: &str) -> Self {
        let name = |code: &str| code.trim().chars().take(COURT).collect::<String>().to_uppercase();
        let wanted = name(code);
        let mut rows = self.in_rows();
        let (stay, others): (Vec<Entry>, Vec<Entry>) = std::mem::take(&mut rows.entries)
            .into_iter()
            .partition(|row| row.court_code.as_deref().is_none_or(|code| name(code) == wanted));
        rows.entries = stay;
        rows.set_aside.extend(others.into_iter().map(|row| SetAside {
            reason: SetAsideReason::OtherCourt(row.court_code.unwrap_or_default()),
            row: row.position,
            name: row.name_as_printed,
            urn: row.urn,
        }));
        rows.in_lines()
    }
}

impl HearingEvent {
    /// What happened, in a few words.
    pub fn words(&self) -> &'static str {
        match self {
            Self::ConfirmedOrUpdated { .. } => "The hearing is listed, or its listing has changed",
            Self::Resulted { .. } => "The court has shared the hearing's results",
            Self::Deleted { .. } => "The court has taken the hearing off its lists",
        }
    }
}
