//! The adjustments passport: what custody and court are told of what a person needs to understand and to
//! take part (hazard H-22: a need that is not carried over). It holds these answers and no others, so
//! that nothing clinical and nothing of the case can come into it.

/// One line of the passport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What readers see.
    pub label: &'static str,
    /// The question of signed forms whose newest answer it states.
    pub question: &'static str,
}

/// The lines of the passport, in the order read.
pub const ENTRIES: &[Entry] = &[
    Entry { label: "What others should do", question: ADJUSTMENTS },
    Entry { label: "How they communicate best", question: "communication_needs" },
    Entry { label: "How to tell they have not understood", question: "not_understood" },
    Entry { label: "What makes things worse", question: "triggers" },
    Entry { label: "What helps", question: "what_helps" },
    Entry { label: "Interpreter", question: INTERPRETER },
    Entry { label: "Language", question: LANGUAGE },
    Entry { label: "Appropriate adult", question: "appropriate_adult" },
];

/// Whose current value is also kept with the person.
pub const ADJUSTMENTS: &str = "adjustments";
/// As [`ADJUSTMENTS`].
pub const INTERPRETER: &str = "interpreter";
/// As [`ADJUSTMENTS`].
pub const LANGUAGE: &str = "language";

/// What a line says of which nobody has an answer: it is never left blank.
pub const NOBODY_ASKED: &str = "Nobody has asked yet";
