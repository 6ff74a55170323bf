//! The monthly return: what the service did, counted, and made safe to hand to a commissioner.
//!
//! **What this crate is for.** The store gives one [`EpisodeFact`] for each episode opened in a
//! month. [`MonthlyReturn::count`] counts every measure over them, in total and by site.
//! [`MonthlyReturn::rows`] gives the lines of a page and [`csv()`] the file, both in one of two
//! [`View`]s: exact, for the service's own managers, or released, with small numbers withheld.
//!
//! **Its words.** A *measure* is one file in `measures/`: its title and definition, and which
//! *counts* are its numerator and denominator. A *count* is a named number read off one episode
//! (see [`COUNTS`]). A *breakdown* puts every episode in one category (see [`BREAKDOWNS`]). A
//! *profile* is the rule by which small numbers are withheld (see [`suppress`]).
//!
//! **How to add one more.** A measure whose counts exist is one file in `measures/`: copy the one
//! most like it. A new count is one line in [`COUNTS`] and a sentence in `facts.rs`, which may
//! need a field of [`EpisodeFact`]. Set `zero_discloses = true` when a zero, or a whole, would
//! tell something about every person in the group ("nobody here has a vulnerability").
//!
//! **What it will never do.** See a name, an identifier or a date of birth; give the commissioner
//! a number without the rule of a profile; go finer than site by month or one characteristic by
//! month; read a clock or a database.
#![warn(missing_docs)]

mod csv_file;
mod facts;
mod measure;
mod monthly;
pub mod reach;
pub mod suppress;

pub use csv_file::csv;
pub use facts::{BREAKDOWNS, Breakdown, COUNTS, Count, DURATIONS, DocumentFact, DurationOf, EpisodeFact};
pub use measure::{Formula, Measure, MeasureError, Unit};
pub use monthly::{ALL_SITES, Heading, Month, MonthError, MonthlyReturn, Row, View};
pub use suppress::{Profile, Shown};
