//! The parts of a record that a file may hold: each is asked for by itself, so that nobody gets more than is needed.

use crate::Problem;
use throughline_domain::codes;
use throughline_domain::ids::PersonId;
use throughline_policy::Class;
use throughline_store::Tx;

codes! {
    /// A part of the file.
    pub enum Part {
        /// How to reach the person.
        ContactDetails = "contact_details", "Address, telephone and how to contact safely";
        /// Where and when the person was seen.
        Episodes = "episodes", "Episodes";
        /// Forms as signed.
        Forms = "signed_forms", "Signed forms";
        /// What was found, coded.
        Findings = "findings", "Vulnerabilities and needs";
        /// The risk card, and every alert with its history.
        Risk = "risk", "The risk card and alerts";
        /// Goals, what is done for them, and why a need has none.
        CarePlan = "care_plan", "Care plan";
        /// Decisions about care.
        Decisions = "care_decisions", "Decisions about care";
        /// Work with the person, and tries at it.
        Contacts = "contacts", "Contacts";
        /// Onward referrals.
        Referrals = "referrals", "Onward referrals";
        /// Advice given to others about the person.
        Advice = "advice", "Advice to police, courts and colleagues about the person";
        /// Which documents there are.
        Documents = "documents", "A list of the documents, without the files";
        /// Police numbers, legal status, the alleged offence and what was decided.
        Justice = "justice", "Police numbers, legal status, alleged offences and outcomes";
        /// The consent ledger.
        Consents = "consents", "The consent ledger";
        /// The disclosure ledger.
        Disclosures = "disclosures", "The disclosure ledger";
    }
}

/// What no file has a place for: whoever reads it must not take it for empty.
const NO_PLACE: &str = "Forms that nobody signed, earlier versions of advice, tasks, offers out of hours, lines of lists and who looked at \
     the record: this file has no place for them";

impl Part {
    /// The class that opens it.
    pub(super) const fn class(self) -> Class {
        match self {
            Self::ContactDetails => Class::ContactDetails,
            Self::Episodes => Class::Episode,
            Self::Forms | Self::Decisions | Self::Advice => Class::Clinical,
            Self::Findings => Class::NeedsPlan,
            Self::Risk => Class::RiskCard,
            Self::CarePlan => Class::CarePlan,
            Self::Contacts => Class::FollowUp,
            Self::Referrals => Class::Referral,
            Self::Documents => Class::Document,
            Self::Justice => Class::Justice,
            Self::Consents => Class::Consent,
            Self::Disclosures => Class::Disclosure,
        }
    }

    /// Whether a service that goes on with somebody's care usually needs it. What is alleged is not care.
    pub(super) const fn is_usual(self) -> bool {
        !matches!(self, Self::Justice)
    }
}

/// Which parts a maker may give, and which they may not.
#[derive(Debug)]
pub(super) struct Open {
    /// Those that their role may see of this person.
    pub(super) to_maker: Vec<Part>,
    /// The others.
    pub(super) closed: Vec<Part>,
}

impl Open {
    /// What the policy says of each part for this person.
    pub(super) async fn read(tx: &mut Tx, person: PersonId) -> Result<Self, Problem> {
        let (mut to_maker, mut closed) = (Vec::new(), Vec::new());
        for part in Part::ALL.iter().copied() {
            if tx.may_view(part.class(), person).await? { to_maker.push(part) } else { closed.push(part) }
        }
        Ok(Self { to_maker, closed })
    }

    /// The parts of a choice that the maker may give.
    pub(super) fn of(&self, chosen: &[Part]) -> Vec<Part> {
        chosen.iter().copied().filter(|part| self.to_maker.contains(part)).collect()
    }

    /// What is in no file of this maker, in words.
    pub(super) fn never_in_it(&self) -> Vec<String> {
        let closed = self.closed.iter().map(|part| format!("{part}: not for the maker's role"));
        closed.chain([NO_PLACE.to_owned()]).collect()
    }

    /// What is not in a file of these parts, in words.
    pub(super) fn not_in(&self, asked: &[Part]) -> Vec<String> {
        let left = self.to_maker.iter().filter(|part| !asked.contains(part));
        left.map(|part| format!("{part}: not asked for")).chain(self.never_in_it()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_a_file_is_named_with_its_reason() {
        let open = Open { to_maker: vec![Part::Forms, Part::Risk], closed: vec![Part::Justice] };
        let expected = [
            "The risk card and alerts: not asked for",
            "Police numbers, legal status, alleged offences and outcomes: not for the maker's role",
            NO_PLACE,
        ];
        assert_eq!(open.not_in(&[Part::Forms]), expected);
    }

    #[test]
    fn nobody_gives_what_they_may_not_see() {
        let open = Open { to_maker: vec![Part::Episodes], closed: vec![Part::Forms] };
        assert_eq!(open.of(&[Part::Forms, Part::Episodes]), [Part::Episodes]);
        assert!(open.of(&[Part::Forms]).is_empty());
    }

    #[test]
    fn what_is_alleged_is_asked_for_by_itself() {
        let usual: Vec<Part> = Part::ALL.iter().copied().filter(|part| !part.is_usual()).collect();
        assert_eq!(usual, [Part::Justice]);
    }
}
