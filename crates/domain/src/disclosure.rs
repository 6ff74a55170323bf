//! Disclosure: one act of telling somebody outside something, with its basis.

use crate::consent::{ConsentFor, ConsentState};

codes! {
    /// What sets the duty of confidence aside for this disclosure.
    pub enum Basis {
        /// The person agreed.
        Consent = "consent", "The person consented";
        /// A best-interests decision for somebody who lacks capacity.
        BestInterests = "best_interests", "Best interests: the person lacks capacity";
        /// Needed to prevent serious harm; outweighs confidentiality.
        PublicInterest = "public_interest", "Overriding public interest: risk of serious harm";
        /// A statute or a court order requires it.
        RequiredByLaw = "required_by_law", "Required by law or court order";
        /// Safeguarding of a child or an adult at risk.
        Safeguarding = "safeguarding", "Safeguarding";
    }
}

codes! {
    /// How it was told.
    pub enum Channel {
        /// Handed over on paper.
        Paper = "paper", "Handed over on paper";
        /// Secure e-mail.
        SecureEmail = "secure_email", "Secure email";
        /// Spoken, with the document read back.
        Verbal = "verbal", "Told in person and read back";
        /// Spoken by telephone.
        Telephone = "telephone", "Telephone";
    }
}

/// Why a disclosure cannot be made as asked, in words for the person asking.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No recipient.
    #[error("Enter who this is going to: a name or a role, and where")]
    NoRecipient,
    /// No basis.
    #[error("Choose the basis for sharing this")]
    NoBasis,
    /// Consent claimed, but the ledger does not hold it.
    #[error("The consent ledger says '{0}' for this recipient: record consent, or choose another basis and say why")]
    NoConsent(ConsentState),
    /// A basis other than consent needs its reason.
    #[error("Say why this is being shared without consent, and why it is no more than is needed")]
    NoReason,
}

/// Checks that a disclosure has a recipient and a basis that holds.
///
/// A refusal by the person never blocks a disclosure that rests on another basis: the reason is
/// asked for instead (consensus statement on information sharing and suicide prevention, 2021).
///
/// # Errors
/// The first thing that is missing, in words for the page.
pub fn check(recipient: &str, basis: Option<Basis>, consent: ConsentState, reason: &str) -> Result<Basis, Refusal> {
    if recipient.trim().is_empty() {
        return Err(Refusal::NoRecipient);
    }
    let basis = basis.ok_or(Refusal::NoBasis)?;
    match basis {
        Basis::Consent if !consent.permits() => Err(Refusal::NoConsent(consent)),
        Basis::Consent => Ok(basis),
        _ if reason.trim().chars().count() < 10 => Err(Refusal::NoReason),
        _ => Ok(basis),
    }
}

/// Which line of the consent ledger speaks for a recipient of a document.
pub fn consent_for(recipient: crate::document::Audience) -> ConsentFor {
    match recipient {
        crate::document::Audience::Police => ConsentFor::Police,
        crate::document::Audience::Court => ConsentFor::Court,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_without_recipient_and_basis() {
        let given = ConsentState::Given;
        assert_eq!(check(" ", Some(Basis::Consent), given, ""), Err(Refusal::NoRecipient));
        assert_eq!(check("PS Vale", None, given, ""), Err(Refusal::NoBasis));
        assert_eq!(check("PS Vale", Some(Basis::Consent), given, ""), Ok(Basis::Consent));
    }

    #[test]
    fn consent_must_be_in_the_ledger() {
        for state in [ConsentState::NotAsked, ConsentState::Refused, ConsentState::Withdrawn] {
            assert_eq!(check("PS Vale", Some(Basis::Consent), state, ""), Err(Refusal::NoConsent(state)));
        }
    }

    #[test]
    fn a_refusal_does_not_block_a_disclosure_with_a_reason() {
        let basis = Some(Basis::PublicInterest);
        assert_eq!(check("PS Vale", basis, ConsentState::Refused, "short"), Err(Refusal::NoReason));
        assert_eq!(
            check("PS Vale", basis, ConsentState::Refused, "Says he will end his life tonight"),
            Ok(Basis::PublicInterest)
        );
    }
}
