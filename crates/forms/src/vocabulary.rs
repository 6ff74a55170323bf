//! The closed lists a definition may use. They are data: to add a word, add a row.

/// One row of a list: what is stored and what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// What is stored and exchanged.
    pub code: &'static str,
    /// What people read.
    pub label: &'static str,
}

const fn word(code: &'static str, label: &'static str) -> Word {
    Word { code, label }
}

/// How sure the service is of a finding.
pub const FINDING_STATUSES: &[Word] = &[
    word("identified", "Identified"),
    word("suspected", "Suspected"),
    word("diagnosed", "Diagnosed"),
    word("declined", "Declined to say"),
];

/// Whether anybody knew before this episode.
pub const FINDING_KNOWN: &[Word] = &[word("new", "New"), word("already_known", "Already known")];

/// Who says that a finding is so.
pub const FINDING_SOURCES: &[Word] = &[
    word("person", "The person"),
    word("seen", "Seen by the practitioner"),
    word("health_record", "Health record"),
    word("custody_or_court", "Custody or court"),
    word("family", "Family or carer"),
    word("service", "Another service"),
];

/// The fields of the person that a first answer may be taken from, and are told by the answer.
pub const PERSON_FIELDS: &[Word] = &[
    word("language", "Language"),
    word("interpreter", "Whether an interpreter is needed"),
    word("communication_needs", "How the person communicates best"),
    word("adjustments", "What others should do"),
    word("safe_contact", "Safe contact"),
];

/// The lists a finding may belong to.
pub const FINDING_LISTS: &[Word] = &[word("vulnerability", "Vulnerabilities"), word("need", "Needs")];

/// The kinds of document that may carry an answer out of the service.
pub const DOCUMENT_KINDS: &[Word] = &[
    word("custody_advice", "Custody advice"),
    word("charging_information", "Information for the charging decision"),
    word("court_verbal", "Verbal report to court"),
    word("court_report", "Written court report"),
    word("probation_input", "Input to a pre-sentence report"),
    word("prison_handover", "Handover to prison healthcare"),
    word("health_letter", "Letter to GP or mental health team"),
    word("safeguarding_referral", "Safeguarding referral"),
    word("link_worker_plan", "Plan for the community link worker"),
    word("person_copy", "Copy for the person"),
];

/// The two answers of a yes-or-no question.
pub const YES_NO: &[Word] = &[word("yes", "Yes"), word("no", "No")];

/// The words for a code of a list, or `None` when the list has no such code.
pub fn label(list: &[Word], code: &str) -> Option<&'static str> {
    list.iter().find(|word| word.code == code).map(|word| word.label)
}
