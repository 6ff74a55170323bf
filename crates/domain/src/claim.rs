//! Claimed access: opening the record of somebody with whom there is no relationship yet, with a
//! reason, for an hour, to be reviewed by information governance.

codes! {
    /// Why access is claimed.
    pub enum ClaimReason {
        /// The person is with the service, or about to be.
        DirectCare = "direct_care", "I am about to see or speak with this person";
        /// Somebody may come to harm.
        Risk = "risk", "Somebody may come to harm if I do not look";
        /// A colleague's work.
        Cover = "cover", "I am covering for a colleague";
        /// A complaint, an incident or a supervision.
        Review = "review", "Complaint, incident or supervision";
        /// The person asked for their record, or a court did.
        Request = "request", "Request of the person, a court or a regulator";
    }
}

/// Minutes for which a claim opens a record.
pub const CLAIM_MINUTES: i64 = 60;

/// The fewest letters of an explanation that somebody else can review.
pub const FEWEST_LETTERS: usize = 20;

/// Why a claim is not accepted, in words for the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// No reason.
    #[error("Choose why you need to see this record")]
    NoReason,
    /// The explanation is too short for anybody to review.
    #[error("Say in at least {FEWEST_LETTERS} letters why you need to see this record: somebody else will read it")]
    TooShort,
}

/// Checks a claim.
///
/// # Errors
/// The first thing that is missing.
pub fn check(reason: Option<ClaimReason>, words: &str) -> Result<ClaimReason, ClaimError> {
    let reason = reason.ok_or(ClaimError::NoReason)?;
    if words.chars().filter(|c| c.is_alphanumeric()).count() < FEWEST_LETTERS {
        return Err(ClaimError::TooShort);
    }
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_needs_a_reason_and_words_that_can_be_reviewed() {
        let words = "On the phone to her GP about tonight's release";
        assert_eq!(check(Some(ClaimReason::Risk), words), Ok(ClaimReason::Risk));
        assert_eq!(check(None, words), Err(ClaimError::NoReason));
        assert_eq!(check(Some(ClaimReason::Risk), "...................."), Err(ClaimError::TooShort));
    }
}
