//! Outreach: the offer, by letter, telephone or text, to somebody who came and left while nobody was there.
//!
//! It may be made only where it harms nobody and nothing forbids it: [`may_offer`] says so, and why not. What it takes
//! to make the offer is held until a date and then emptied. The basis, the date and the words are data, in
//! `reference/outreach.toml`.
//!
//! **What counts as telling somebody outside.** The offer goes to the person themself and tells a third party nothing,
//! so that it is no line of the disclosure ledger. Naming the person to a link worker of the partner charity tells
//! another organisation, and is one: see `assign` in the store's `outreach`.

use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::name::Name;

codes! {
    /// Where an offer stands.
    pub enum OutreachState {
        /// Something must be checked before it may be offered; the obstacle says what.
        ToCheck = "to_check", "To check first";
        /// It may be offered.
        ToOffer = "to_offer", "To offer";
        /// A child's: the youth lead decides whether and how, through a parent or guardian.
        YouthLead = "youth_lead", "For the youth lead";
        /// Offered; no answer yet.
        Offered = "offered", "Offered";
        /// They want to be seen: an episode is owed.
        Accepted = "accepted", "Accepted";
        /// They do not.
        Declined = "declined", "Declined";
        /// No answer came.
        NotReached = "not_reached", "Not reached";
        /// It may not be offered; the obstacle says why.
        NotPossible = "not_possible", "Not possible";
        /// They did not come and leave out of hours after all, or were seen since.
        Withdrawn = "withdrawn", "No longer owed";
    }
}

impl OutreachState {
    /// Whether somebody still has to act.
    pub fn is_open(self) -> bool {
        matches!(self, Self::ToCheck | Self::ToOffer | Self::YouthLead | Self::Offered)
    }

    /// Whether the details of the person are still needed: where they are not, they are not held.
    pub fn needs_details(self) -> bool {
        self.is_open() || matches!(self, Self::Accepted | Self::NotReached)
    }

    /// Which answers may follow.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::ToCheck => matches!(next, Self::ToCheck | Self::ToOffer | Self::NotPossible),
            Self::ToOffer => matches!(next, Self::Offered | Self::ToCheck | Self::NotPossible | Self::YouthLead),
            Self::YouthLead => matches!(next, Self::NotPossible | Self::Accepted),
            Self::Offered | Self::NotReached => {
                matches!(next, Self::Accepted | Self::Declined | Self::NotReached | Self::Offered | Self::NotPossible)
            }
            Self::Accepted | Self::Declined | Self::NotPossible | Self::Withdrawn => false,
        }
    }
}

codes! {
    /// Why an offer may not be made, or not yet.
    pub enum Obstacle {
        /// They have died.
        Deceased = "deceased", "They have died";
        /// An order or a bail condition restricts contact.
        Restricted = "restricted", "An order or condition restricts contact";
        /// They refused before.
        RefusedBefore = "refused_before", "They refused the service before";
        /// They do not want to be contacted, or it is not safe.
        ContactRefused = "contact_refused", "They do not want to be contacted, or contact is not safe";
        /// Under 18.
        Child = "child", "Under 18: only through a parent or guardian";
        /// No address and no telephone number.
        NoWay = "no_way", "No address or telephone number is known";
        /// Their age is not known: they may be a child.
        AgeUnknown = "age_unknown", "Their age is not known: they may be a child";
        /// Nobody has said which contact is safe.
        SafetyUnknown = "safety_unknown", "Nobody has checked which contact is safe";
    }
}

impl Obstacle {
    /// Where an offer stands that meets this obstacle.
    pub fn state(self) -> OutreachState {
        match self {
            Self::Child => OutreachState::YouthLead,
            Self::AgeUnknown | Self::SafetyUnknown => OutreachState::ToCheck,
            _ => OutreachState::NotPossible,
        }
    }
}

codes! {
    /// How the offer is made.
    pub enum OfferChannel {
        /// A letter.
        Letter = "letter", "Letter";
        /// A telephone call.
        Phone = "phone", "Telephone";
        /// A text message.
        Text = "text", "Text message";
    }
}

/// Which ways of contact are safe, as codes with spaces between.
pub fn ways_in(codes: &str) -> Vec<OfferChannel> {
    codes.split(' ').filter_map(OfferChannel::from_code).collect()
}

/// The codes of [`ways_in`].
pub fn ways_as_codes(ways: &[OfferChannel]) -> String {
    ways.iter().map(|way| way.code()).collect::<Vec<_>>().join(" ")
}

/// What is known about contact with the person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Contact {
    /// Nobody has asked or checked.
    #[default]
    Unknown,
    /// These ways are safe.
    Safe(Vec<OfferChannel>),
    /// It is refused or unsafe.
    Refused,
}

/// Whether they are a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Age {
    /// Under 18, by date of birth, printed age or the list's mark.
    Child,
    /// 18 or over.
    Adult,
    /// Nobody knows.
    #[default]
    Unknown,
}

impl Age {
    /// From the age on the day, the list's mark of a youth, and whether somebody checked that they are 18 or over.
    /// What speaks for a child is believed first.
    pub fn of(years: Option<u32>, is_youth: bool, adult_checked: bool) -> Self {
        match years {
            _ if is_youth => Self::Child,
            Some(0..=17) => Self::Child,
            Some(_) => Self::Adult,
            None if adult_checked => Self::Adult,
            None => Self::Unknown,
        }
    }
}

/// What decides whether an offer may be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Whether they are a child.
    pub age: Age,
    /// Whether they have died.
    pub deceased: bool,
    /// Whether they refused the service, or an offer, before.
    pub refused_before: bool,
    /// What is known about contact.
    pub contact: Contact,
    /// Channels for which there is an address or a number.
    pub ways: Vec<OfferChannel>,
}

/// In which ways the offer may be made now.
///
/// # Errors
/// The first obstacle: those that nothing can mend come first, so that nobody checks the rest in vain.
pub fn may_offer(facts: &Facts) -> Result<Vec<OfferChannel>, Obstacle> {
    match &facts.contact {
        _ if facts.deceased => Err(Obstacle::Deceased),
        _ if facts.refused_before => Err(Obstacle::RefusedBefore),
        Contact::Refused => Err(Obstacle::ContactRefused),
        _ if facts.age == Age::Child => Err(Obstacle::Child),
        _ if facts.ways.is_empty() => Err(Obstacle::NoWay),
        _ if facts.age == Age::Unknown => Err(Obstacle::AgeUnknown),
        Contact::Unknown => Err(Obstacle::SafetyUnknown),
        Contact::Safe(safe) => {
            let ways: Vec<OfferChannel> = safe.iter().copied().filter(|way| facts.ways.contains(way)).collect();
            if ways.is_empty() { Err(Obstacle::NoWay) } else { Ok(ways) }
        }
    }
}

const FILE: &str = include_str!("../../../reference/outreach.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutreachFile {
    #[expect(dead_code, reason = "for the people who keep the file")]
    checked_on: toml::value::Datetime,
    purge_days: u64,
    purge_reason: String,
    basis: Vec<LawfulBasis>,
    wording: Wording,
}

/// On which lawful basis details are held and used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawfulBasis {
    /// Its code, as it is stored with each offer.
    pub id: String,
    /// In words.
    pub title: String,
    /// The provisions.
    pub law: String,
    /// Why the duty of confidence is kept.
    pub confidentiality: String,
    /// Where this is from, and who confirms it.
    pub source: String,
}

/// The words of the offer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// Which words these are: kept with each offer.
    pub version: String,
    /// Who it is from, in words that tell nobody anything.
    pub sender: String,
    /// Where people ring.
    pub ring: String,
    letter: String,
    text: String,
    phone: String,
}

static OUTREACH: LazyLock<OutreachFile> =
    LazyLock::new(|| toml::from_str(FILE).expect("the tests read the file of outreach"));

/// The basis on which details are held for the offer.
pub fn basis() -> &'static LawfulBasis {
    &OUTREACH.basis[0]
}

/// The basis of a code, as an older offer may have it.
pub fn basis_of(code: &str) -> Option<&'static LawfulBasis> {
    OUTREACH.basis.iter().find(|basis| basis.id == code)
}

/// The words of the offer.
pub fn wording() -> &'static Wording {
    &OUTREACH.wording
}

/// How many days after the day of the list the details are emptied, and why.
pub fn purge_after() -> (u64, &'static str) {
    (OUTREACH.purge_days, &OUTREACH.purge_reason)
}

/// On which day the details of somebody on a list of this day are emptied.
pub fn purge_on(list_day: NaiveDate) -> NaiveDate {
    list_day + Days::new(OUTREACH.purge_days)
}

/// A name as it is written on an envelope: lists print surnames in capitals, letters do not.
pub fn addressed(name: &Name) -> String {
    let natural = name.natural();
    let words = natural.split(' ').map(|word| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        if letters < 2 || word.chars().any(char::is_lowercase) { word.to_owned() } else { capitalised(word) }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// `O'NEILL-SMITH` as `O'Neill-Smith`.
fn capitalised(word: &str) -> String {
    let mut starts = true;
    let mut written = String::with_capacity(word.len());
    for c in word.chars() {
        let letter: String = if starts { c.to_uppercase().collect() } else { c.to_lowercase().collect() };
        written.push_str(&letter);
        starts = !c.is_alphabetic();
    }
    written
}

/// Words that must stand in no letter and no text: whoever opens it would learn where the person was, or what for.
pub const UNSAFE_WORDS: &[&str] = &[
    "mental",
    "psychiatr",
    "custody",
    "police",
    "court",
    "arrest",
    "detain",
    "detention",
    "offen",
    "crime",
    "criminal",
    "charge",
    "prison",
    "probation",
    "justice",
    "liaison",
    "diversion",
    "solicitor",
    "cell",
    "suicide",
    "self-harm",
    "drug",
    "alcohol",
    "addict",
    "risk",
    "assessment",
    "screening",
];

/// The unsafe words that a text has, in the order of the list.
pub fn unsafe_words(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
    UNSAFE_WORDS.iter().copied().filter(|bad| words.iter().any(|word| word.starts_with(bad))).collect()
}

impl Wording {
    /// What is written or said by this channel to somebody of this name.
    pub fn written(&self, channel: OfferChannel, name: &str) -> String {
        let words = match channel {
            OfferChannel::Letter => &self.letter,
            OfferChannel::Text => &self.text,
            OfferChannel::Phone => &self.phone,
        };
        // The name comes last: what stands in a name is never taken for a place to fill.
        let words = words.trim().replace("{sender}", &self.sender).replace("{ring}", &self.ring);
        words.replace("{name}", name)
    }

    /// What whoever sees the envelope or the screen may learn from these words: nothing, or these words are unsafe.
    pub fn betrays(&self, channel: OfferChannel) -> Vec<&'static str> {
        match channel {
            // Said to oneself: how to speak, not what is sent.
            OfferChannel::Phone => Vec::new(),
            sent => unsafe_words(&self.written(sent, "")),
        }
    }

    /// Whether the number to ring is one of those that Ofcom keeps for drama (020 7946 0000 to 0999): nobody answers.
    pub fn rings_nobody(&self) -> bool {
        let digits: String = self.ring.chars().filter(char::is_ascii_digit).collect();
        digits.starts_with("02079460")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adult() -> Facts {
        let all = OfferChannel::ALL.to_vec();
        Facts { age: Age::Adult, ways: all.clone(), contact: Contact::Safe(all), ..Facts::default() }
    }

    #[test]
    fn an_offer_is_made_only_where_nothing_forbids_it() {
        assert_eq!(may_offer(&adult()), Ok(OfferChannel::ALL.to_vec()));
        let by_phone = vec![OfferChannel::Phone, OfferChannel::Text];
        let table = [
            (Facts { deceased: true, ..adult() }, Obstacle::Deceased),
            (Facts { refused_before: true, ..adult() }, Obstacle::RefusedBefore),
            (Facts { contact: Contact::Refused, ..adult() }, Obstacle::ContactRefused),
            (Facts { age: Age::Child, ..adult() }, Obstacle::Child),
            (Facts { ways: Vec::new(), ..adult() }, Obstacle::NoWay),
            (Facts { age: Age::Unknown, ..adult() }, Obstacle::AgeUnknown),
            (Facts { contact: Contact::Unknown, ..adult() }, Obstacle::SafetyUnknown),
            (Facts { ways: by_phone, contact: Contact::Safe(vec![OfferChannel::Letter]), ..adult() }, Obstacle::NoWay),
            (Facts { deceased: true, refused_before: true, age: Age::Unknown, ..adult() }, Obstacle::Deceased),
        ];
        for (facts, obstacle) in table {
            assert_eq!(may_offer(&facts), Err(obstacle), "{facts:?}");
            assert!(obstacle.state() != OutreachState::ToOffer);
        }
        let letter_only = Facts { ways: vec![OfferChannel::Letter], ..adult() };
        assert_eq!(may_offer(&letter_only), Ok(vec![OfferChannel::Letter]));
    }

    #[test]
    fn what_speaks_for_a_child_is_believed_first() {
        assert_eq!(Age::of(Some(17), false, true), Age::Child);
        assert_eq!(Age::of(Some(18), true, true), Age::Child);
        assert_eq!(Age::of(Some(18), false, false), Age::Adult);
        assert_eq!(Age::of(None, false, true), Age::Adult);
        assert_eq!(Age::of(None, false, false), Age::Unknown);
    }

    #[test]
    fn a_child_is_the_youth_leads_and_never_offered_directly() {
        assert_eq!(Obstacle::Child.state(), OutreachState::YouthLead);
        assert!(!OutreachState::YouthLead.may_become(OutreachState::Offered));
        assert!(!OutreachState::YouthLead.may_become(OutreachState::ToOffer));
    }

    #[test]
    fn what_is_refused_or_impossible_is_not_offered_again_and_holds_no_details() {
        for ended in [OutreachState::Declined, OutreachState::NotPossible, OutreachState::Withdrawn] {
            assert!(!ended.needs_details(), "{ended}");
            assert!(OutreachState::ALL.iter().all(|next| !ended.may_become(*next)), "{ended}");
        }
        assert!(OutreachState::Accepted.needs_details());
    }

    #[test]
    fn the_words_are_safe_in_anybodys_hands() {
        for channel in [OfferChannel::Letter, OfferChannel::Text] {
            assert_eq!(wording().betrays(channel), Vec::<&str>::new(), "{channel}");
            assert!(!wording().written(channel, "Ada Marsh").contains('{'));
        }
        assert_eq!(unsafe_words("The mental-health team at the Police station"), ["mental", "police"]);
        assert_eq!(unsafe_words("A kind letter about offers and excellent charity"), Vec::<&str>::new());
        assert!(wording().text.len() < 300, "a text of two parts at most");
    }

    #[test]
    fn a_name_is_never_taken_for_a_place_to_fill() {
        let written = wording().written(OfferChannel::Text, "{ring} {sender}");
        assert!(written.contains("Hello {ring} {sender}."));
    }

    #[test]
    fn an_envelope_shouts_at_nobody() {
        for (surname, written) in
            [("PIKE", "Ada Pike"), ("O'NEILL-SMITH", "Ada O'Neill-Smith"), ("McDonald", "Ada McDonald")]
        {
            assert_eq!(addressed(&Name::new("Ada", surname)), written);
        }
        assert!(wording().rings_nobody(), "the number that comes with the program is nobody's");
    }

    #[test]
    fn the_file_says_the_basis_its_source_and_how_long() {
        let (days, why) = purge_after();
        assert_eq!((days, basis().id.as_str()), (28, "public_task"));
        assert!(!why.is_empty() && !basis().source.is_empty() && basis_of("public_task").is_some());
        assert_eq!(purge_on("2026-11-24".parse().unwrap()).to_string(), "2026-12-22");
    }
}
