//! The bases on which somebody is held or free, and the one table of which event begins and ends which.

use throughline_domain::episode::LegalStatus;
use throughline_domain::legal::{Detail, LegalEvent, LegalEventKind, MhaSection};

/// On which basis somebody is held, or free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// Police detention without charge.
    Police,
    /// Charged and held for court.
    Charged,
    /// Remanded in custody.
    Remanded,
    /// Section 136.
    S136,
    /// Section 135.
    S135,
    /// Another section of the Mental Health Act.
    Section(MhaSection),
    /// On bail.
    Bail,
    /// Released under investigation.
    UnderInvestigation,
    /// At liberty.
    Liberty,
}

impl Basis {
    /// The basis in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Police => "Police detention",
            Self::Charged => "Charged and held for court",
            Self::Remanded => "Remanded in custody",
            Self::S136 => "Section 136",
            Self::S135 => "Section 135",
            Self::Section(section) => section.label(),
            Self::Bail => "On bail",
            Self::UnderInvestigation => "Released under investigation",
            Self::Liberty => "At liberty",
        }
    }

    /// Whether it is a power to hold somebody.
    pub fn is_held(self) -> bool {
        !matches!(self, Self::Bail | Self::UnderInvestigation | Self::Liberty)
    }

    /// The legal status of an episode whose person is on this basis.
    pub fn legal_status(self) -> LegalStatus {
        match self {
            Self::Police => LegalStatus::Pace,
            Self::Charged => LegalStatus::ChargedHeld,
            Self::Remanded => LegalStatus::Remanded,
            Self::S136 | Self::S135 => LegalStatus::Section136,
            Self::Section(_) => LegalStatus::Hospital,
            Self::Bail => LegalStatus::Bail,
            Self::UnderInvestigation => LegalStatus::UnderInvestigation,
            Self::Liberty => LegalStatus::Liberty,
        }
    }

    /// Whether the beginning of another basis ends this one. Two powers that hold the same person
    /// are never put right in silence: only what by law takes another's place ends it here.
    fn ends_with(self, next: Self) -> bool {
        match next {
            Self::Police => !self.is_held(),
            Self::Charged => self == Self::Police,
            Self::Remanded => matches!(self, Self::Police | Self::Charged) || !self.is_held(),
            Self::S136 | Self::S135 => self == Self::Liberty,
            Self::Section(section) => {
                matches!(self, Self::S136 | Self::S135 | Self::Section(_) | Self::Liberty)
                    || (is_by_court(section) && matches!(self, Self::Police | Self::Charged | Self::Remanded))
            }
            Self::Bail | Self::UnderInvestigation => {
                matches!(self, Self::Police | Self::Charged | Self::Remanded) || !self.is_held()
            }
            Self::Liberty => true,
        }
    }
}

/// Sections by which a court or the Ministry of Justice moves somebody from a cell to a hospital.
fn is_by_court(section: MhaSection) -> bool {
    !matches!(section, MhaSection::S2 | MhaSection::S3 | MhaSection::S4 | MhaSection::S5Doctor | MhaSection::S5Nurse)
}

/// The basis that an event begins. A charge begins one for somebody whom police hold, and otherwise none.
pub(crate) fn begins(event: &LegalEvent) -> Option<Basis> {
    match (event.kind, &event.detail) {
        (
            LegalEventKind::Arrested
            | LegalEventKind::BailBreachArrest
            | LegalEventKind::ArrivedStation
            | LegalEventKind::DetentionAuthorised,
            _,
        ) => Some(Basis::Police),
        (LegalEventKind::Charged, _) => Some(Basis::Charged),
        (LegalEventKind::Bailed | LegalEventKind::BailedAfterCharge, _) => Some(Basis::Bail),
        (LegalEventKind::UnderInvestigation, _) => Some(Basis::UnderInvestigation),
        (LegalEventKind::Released, _) => Some(Basis::Liberty),
        (LegalEventKind::Remanded, _) => Some(Basis::Remanded),
        (LegalEventKind::S136Detained | LegalEventKind::S136Arrived, _) => Some(Basis::S136),
        (LegalEventKind::S135Arrived, _) => Some(Basis::S135),
        (LegalEventKind::SectionBegan, Detail::Section(section)) => Some(Basis::Section(*section)),
        _ => None,
    }
}

/// Whether an event ends a basis: by itself, or because by law what it begins takes the place of that basis.
pub(crate) fn ends(event: &LegalEvent, basis: Basis) -> bool {
    match (event.kind, &event.detail) {
        (LegalEventKind::PoliceDetentionEnded, _) => matches!(basis, Basis::Police | Basis::Charged),
        (LegalEventKind::S136Ended, _) => basis == Basis::S136,
        (LegalEventKind::S135Ended, _) => basis == Basis::S135,
        (LegalEventKind::SectionEnded, Detail::Section(section)) => basis == Basis::Section(*section),
        _ => begins(event).is_some_and(|next| next != basis && basis.ends_with(next)),
    }
}
