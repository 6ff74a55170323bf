//! The words of a Liaison and Diversion service: what a person, an episode, a consent, a
//! referral is, which states each may be in, and which rules hold between them.
//!
//! **What this crate is for.** Every other crate speaks in these types. A rule of the service
//! ("an episode closes only when no task is open") is a function here, of values in and a
//! decision out, so that it can be tested in microseconds and found by name.
//!
//! **How to add a word.** Add a module named by the noun, give it its states with
//! [`codes!`](crate::codes!), write the rule as a pure function beside them, and name the source
//! of the rule in its docstring.
//!
//! **What it will never do.** Read a clock, a file, a database or a random number. Instants,
//! identifiers and randomness are passed in.
#![warn(missing_docs)]

#[macro_use]
pub mod codes;
pub mod alert;
pub mod appointment;
pub mod board;
pub mod calendar;
pub mod care;
pub mod claim;
pub mod consent;
pub mod consultation;
pub mod contact;
pub mod coverage;
pub mod disclosure;
pub mod document;
pub mod elsewhere;
pub mod episode;
pub mod expected;
pub mod finding;
pub mod identifier;
pub mod ids;
pub mod legal;
pub mod list;
pub mod merge;
pub mod moment;
pub mod name;
pub mod origin;
pub mod outcome;
pub mod outreach;
pub mod passport;
pub mod person;
pub mod place;
pub mod printing;
pub mod referral;
pub mod risk;
pub mod role;
pub mod search;
pub mod spreadsheet;
pub mod task;
pub mod time;
pub mod within;
