//! Legal events: what begins, ends or moves the power under which somebody is held.
//!
//! Two rules always hold: an event is never changed, only replaced by another one that says why;
//! and when it happened and when it was written down are two times.

use crate::episode::LegalStatus;
use crate::time::Instant;

codes! {
    /// What happened.
    pub enum LegalEventKind {
        /// Arrest.
        Arrested = "arrested", "Arrested";
        /// Arrest for breach of, or failing to answer, pre-charge bail: it pauses the detention clock.
        BailBreachArrest = "bail_breach_arrest", "Arrested for breach of pre-charge bail";
        /// Within the station's grounds, which is earlier than being booked in.
        ArrivedStation = "arrived_station", "Arrived at the police station";
        /// The custody officer's authority to detain.
        DetentionAuthorised = "detention_authorised", "Detention authorised";
        /// A review of detention.
        ReviewHeld = "review_held", "Review held";
        /// Time that does not count, with its end once it has ended.
        ExcludedTime = "excluded_time", "Time that does not count (hospital, journey)";
        /// Beyond the basic limit.
        SuperintendentExtension = "superintendent_extension", "Superintendent's extension";
        /// A magistrates' warrant of further detention, with its hours.
        Warrant = "warrant", "Warrant of further detention";
        /// Charge, with its allocation and first appearance when they are known.
        Charged = "charged", "Charged";
        /// Police detention ended, and the person did not walk out.
        PoliceDetentionEnded = "police_detention_ended", "Police detention ended, not released";
        /// Pre-charge bail.
        Bailed = "bailed", "Released on pre-charge bail";
        /// Pre-charge bail extended by an inspector.
        BailExtendedInspector = "bail_inspector", "Pre-charge bail extended by an inspector";
        /// Pre-charge bail extended by a superintendent.
        BailExtendedSuperintendent = "bail_superintendent", "Pre-charge bail extended by a superintendent";
        /// Released under investigation.
        UnderInvestigation = "rui", "Released under investigation";
        /// Walks out, under no power at all.
        Released = "released", "Released, at liberty";
        /// Bail by a court, or by police after charge.
        BailedAfterCharge = "court_bail", "Bailed after charge, by police or a court";
        /// Remand in custody.
        Remanded = "remanded", "Remanded in custody";
        /// The power of section 136 was used; its clock starts on arrival.
        S136Detained = "s136_detained", "Detained under section 136 (before arrival)";
        /// Arrival at the place of safety.
        S136Arrived = "s136_arrived", "Arrived at the place of safety (section 136)";
        /// The doctor's extension, with its hours.
        S136Extended = "s136_extended", "Section 136 extended";
        /// Section 136 ended without another section.
        S136Ended = "s136_ended", "Section 136 ended";
        /// Arrival at the place of safety under a warrant.
        S135Arrived = "s135_arrived", "Arrived at the place of safety (section 135)";
        /// The doctor's extension, with its hours.
        S135Extended = "s135_extended", "Section 135 extended";
        /// Section 135 ended without another section.
        S135Ended = "s135_ended", "Section 135 ended";
        /// A section of the Mental Health Act began.
        SectionBegan = "section_began", "Mental Health Act section began";
        /// It was renewed.
        SectionRenewed = "section_renewed", "Mental Health Act section renewed";
        /// It ended.
        SectionEnded = "section_ended", "Mental Health Act section ended";
    }
}

/// What has to be said of an event beside its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nothing more.
    Nothing,
    /// When it ended, if it has.
    End,
    /// For how many hours.
    Hours,
    /// Which section.
    Section,
    /// Which charge, its allocation and first appearance.
    Charge,
}

impl LegalEventKind {
    /// What has to be said beside the time.
    pub fn asks(self) -> Asks {
        match self {
            Self::ExcludedTime => Asks::End,
            Self::Warrant | Self::S136Extended | Self::S135Extended => Asks::Hours,
            Self::SectionBegan | Self::SectionRenewed | Self::SectionEnded => Asks::Section,
            Self::Charged => Asks::Charge,
            _ => Asks::Nothing,
        }
    }

    /// Who decides such a thing as a rule; `None` for what nobody decides, such as an arrival.
    pub fn decider(self) -> Option<DecidedBy> {
        match self {
            Self::DetentionAuthorised | Self::Bailed | Self::UnderInvestigation | Self::Charged => {
                Some(DecidedBy::CustodyOfficer)
            }
            Self::ReviewHeld | Self::BailExtendedInspector => Some(DecidedBy::Inspector),
            Self::SuperintendentExtension | Self::BailExtendedSuperintendent => Some(DecidedBy::Superintendent),
            Self::Warrant | Self::Remanded => Some(DecidedBy::Court),
            Self::Arrested | Self::BailBreachArrest | Self::S136Detained => Some(DecidedBy::Constable),
            Self::S136Extended | Self::S135Extended => Some(DecidedBy::Doctor),
            _ => None,
        }
    }

    /// What the person leaves on when they walk out by this event: their release, which starts the
    /// contact within 48 hours.
    pub fn walks_out_on(self) -> Option<LegalStatus> {
        match self {
            Self::Bailed | Self::BailedAfterCharge => Some(LegalStatus::Bail),
            Self::UnderInvestigation => Some(LegalStatus::UnderInvestigation),
            Self::Released => Some(LegalStatus::Liberty),
            _ => None,
        }
    }

    /// The event that a release or move on a status is, where it is one.
    pub fn of_leaving_on(status: LegalStatus) -> Option<Self> {
        match status {
            LegalStatus::Bail => Some(Self::Bailed),
            LegalStatus::UnderInvestigation => Some(Self::UnderInvestigation),
            LegalStatus::Liberty => Some(Self::Released),
            LegalStatus::ChargedHeld => Some(Self::Charged),
            LegalStatus::Remanded => Some(Self::Remanded),
            LegalStatus::Section136 => Some(Self::S136Detained),
            _ => None,
        }
    }
}

codes! {
    /// Who decided.
    pub enum DecidedBy {
        /// A constable.
        Constable = "constable", "Police officer";
        /// The custody officer.
        CustodyOfficer = "custody_officer", "Custody officer";
        /// An inspector, who reviews detention without charge.
        Inspector = "inspector", "Inspector";
        /// A superintendent.
        Superintendent = "superintendent", "Superintendent";
        /// Magistrates or a judge.
        Court = "court", "Court";
        /// The examining doctor of section 136 or 135.
        Doctor = "doctor", "Examining doctor";
        /// The doctor or approved clinician in charge.
        Clinician = "clinician", "Responsible clinician";
        /// A nurse, for section 5(4).
        Nurse = "nurse", "Nurse";
        /// The approved mental health professional.
        Amhp = "amhp", "Approved mental health professional";
        /// The Ministry of Justice, for transfers and restrictions.
        Ministry = "ministry", "Ministry of Justice";
        /// Nobody has said.
        NotKnown = "not_known", "Not known";
    }
}

codes! {
    /// Sections of the Mental Health Act 1983 under which somebody is detained in hospital.
    pub enum MhaSection {
        /// Assessment.
        S2 = "s2", "Section 2";
        /// Treatment.
        S3 = "s3", "Section 3";
        /// Emergency admission.
        S4 = "s4", "Section 4";
        /// Doctor's or clinician's holding power.
        S5Doctor = "s5_2", "Section 5(2)";
        /// Nurse's holding power.
        S5Nurse = "s5_4", "Section 5(4)";
        /// Remand to hospital for a report.
        S35 = "s35", "Section 35";
        /// Remand to hospital for treatment.
        S36 = "s36", "Section 36";
        /// Hospital order.
        S37 = "s37", "Section 37";
        /// Hospital order with restrictions.
        S37Restricted = "s37_41", "Section 37 with 41";
        /// Interim hospital order.
        S38 = "s38", "Section 38";
        /// Transfer of somebody who serves a sentence.
        S47 = "s47", "Section 47";
        /// The same with restrictions.
        S47Restricted = "s47_49", "Section 47 with 49";
        /// Transfer of somebody on remand.
        S48 = "s48", "Section 48";
        /// The same with restrictions.
        S48Restricted = "s48_49", "Section 48 with 49";
    }
}

codes! {
    /// Where a charge is heard, as far as it decides how long somebody may wait for trial in custody.
    pub enum Allocation {
        /// Summary only.
        Summary = "summary", "Summary only";
        /// Either way, and not yet decided, or decided after 56 days.
        EitherWay = "either_way", "Either way";
        /// Either way, summary trial decided within 56 days.
        EitherWaySummary = "either_way_summary", "Either way, summary trial decided within 56 days";
        /// Sent to the Crown Court.
        Crown = "crown", "Sent to the Crown Court";
    }
}

/// What is said of an event beside its kind and time.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// Nothing more.
    #[default]
    None,
    /// When it ended; `None` while it lasts.
    End(Option<Instant>),
    /// For how many minutes.
    Minutes(u32),
    /// Which section.
    Section(MhaSection),
    /// A charge.
    Charge(Charge),
}

/// A charge, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Charge {
    /// What the charge is, as written.
    pub offence: String,
    /// Where it is heard.
    pub allocation: Option<Allocation>,
    /// The first appearance in court.
    pub first_appearance: Option<Instant>,
}

impl Detail {
    /// Whether this is what the kind asks for. What a charge is may become known later.
    pub fn fits(&self, kind: LegalEventKind) -> bool {
        matches!(
            (kind.asks(), self),
            (Asks::Nothing | Asks::Charge, Self::None)
                | (Asks::End, Self::End(_))
                | (Asks::Hours, Self::Minutes(1..))
                | (Asks::Section, Self::Section(_))
                | (Asks::Charge, Self::Charge(_))
        )
    }
}

/// One legal event, as the clocks and the timeline need it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LegalEvent {
    /// What happened.
    pub kind: LegalEventKind,
    /// When it happened.
    pub at: Instant,
    /// What else is said of it.
    pub detail: Detail,
    /// Where it was taken from.
    pub origin: Origin,
}

codes! {
    /// Where an event was taken from. What a person recorded outranks what a list says.
    pub enum Origin {
        /// A person recorded it.
        Recorded = "recorded", "Recorded";
        /// A list said so, and nobody has recorded it.
        List = "list", "From the list";
    }
}

/// The times that an episode took over from lists and releases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listed {
    /// Arrest.
    pub arrested_at: Option<Instant>,
    /// Arrival at the station.
    pub arrived_at: Option<Instant>,
    /// Detention authorised.
    pub detention_authorised_at: Option<Instant>,
    /// Release, and what the person left on.
    pub released: Option<(LegalStatus, Instant)>,
}

/// What is known: what people recorded, and of the listed times those that nobody recorded.
/// In the order in which it happened.
pub fn known(listed: &Listed, recorded: &[LegalEvent]) -> Vec<LegalEvent> {
    use LegalEventKind::{Arrested, ArrivedStation, BailBreachArrest, DetentionAuthorised};
    let has = |kinds: &[LegalEventKind]| recorded.iter().any(|event| kinds.contains(&event.kind));
    let from_list = [
        (Arrested, listed.arrested_at.filter(|_| !has(&[Arrested, BailBreachArrest]))),
        (ArrivedStation, listed.arrived_at.filter(|_| !has(&[ArrivedStation]))),
        (DetentionAuthorised, listed.detention_authorised_at.filter(|_| !has(&[DetentionAuthorised]))),
    ];
    let left = listed.released.filter(|_| !recorded.iter().any(|event| event.kind.walks_out_on().is_some()));
    // A status of today says little of a release long ago: only that the detention was over.
    let left = left.map(|(status, at)| {
        let kind = LegalEventKind::of_leaving_on(status).filter(|_| status.walked_out());
        (kind.unwrap_or(LegalEventKind::PoliceDetentionEnded), Some(at))
    });
    let listed = from_list
        .into_iter()
        .chain(left)
        .filter_map(|(kind, at)| Some(LegalEvent { kind, at: at?, detail: Detail::None, origin: Origin::List }));
    let mut known: Vec<LegalEvent> = listed.chain(recorded.iter().cloned()).collect();
    known.sort_by_key(|event| event.at);
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    fn at(hour: i64) -> Instant {
        "2026-11-10T00:00:00Z".parse::<Instant>().unwrap() + Duration::hours(hour)
    }

    fn recorded(kind: LegalEventKind, hour: i64) -> LegalEvent {
        LegalEvent { kind, at: at(hour), detail: Detail::None, origin: Origin::Recorded }
    }

    #[test]
    fn what_a_person_recorded_outranks_the_list_and_the_rest_of_the_list_stays() {
        let listed = Listed { arrested_at: Some(at(8)), arrived_at: Some(at(9)), ..Listed::default() };
        let known = known(&listed, &[recorded(LegalEventKind::ArrivedStation, 10)]);
        let said: Vec<_> = known.iter().map(|event| (event.kind, event.at, event.origin)).collect();
        assert_eq!(
            said,
            [
                (LegalEventKind::Arrested, at(8), Origin::List),
                (LegalEventKind::ArrivedStation, at(10), Origin::Recorded)
            ]
        );
    }

    #[test]
    fn a_release_that_was_recorded_is_said_once() {
        let listed = Listed { released: Some((LegalStatus::Bail, at(12))), ..Listed::default() };
        assert_eq!(known(&listed, &[])[0].kind, LegalEventKind::Bailed);
        let one = known(&listed, &[recorded(LegalEventKind::UnderInvestigation, 12)]);
        assert_eq!(one.len(), 1);
        assert_eq!(one[0].kind, LegalEventKind::UnderInvestigation);
        let held_again = Listed { released: Some((LegalStatus::Pace, at(12))), ..Listed::default() };
        assert_eq!(known(&held_again, &[])[0].kind, LegalEventKind::PoliceDetentionEnded);
    }

    #[test]
    fn a_detail_has_to_be_what_the_event_asks_for() {
        assert!(Detail::None.fits(LegalEventKind::Arrested));
        assert!(Detail::None.fits(LegalEventKind::Charged));
        assert!(!Detail::None.fits(LegalEventKind::Warrant));
        assert!(!Detail::Minutes(0).fits(LegalEventKind::Warrant));
        assert!(!Detail::Section(MhaSection::S2).fits(LegalEventKind::S136Extended));
        assert!(Detail::End(None).fits(LegalEventKind::ExcludedTime));
    }

    #[test]
    fn every_way_out_is_an_event_and_every_such_event_a_way_out() {
        for status in LegalStatus::ALL.iter().copied().filter(|status| status.walked_out()) {
            let kind = LegalEventKind::of_leaving_on(status).unwrap();
            assert_eq!(kind.walks_out_on(), Some(status));
        }
    }
}
