//! Legal clocks: when a review is due and when a power to hold somebody ends, worked out from
//! the times that were recorded and from dated rule tables.
//!
//! **What this crate is for.** A practitioner in a custody suite has to know how long is left to
//! see somebody. [`clocks`] takes the recorded [`Events`] and an instant and gives an [`Answer`]:
//! one [`Clock`] per rule that applies, and notices in plain English about whatever does not fit.
//! [`short`] puts a clock in the few words that fit on a board.
//!
//! **Its words.** An *event* is something that happened at a known instant (arrest, arrival,
//! review). The *relevant time* is where the detention limits start: arrival at the station, or
//! 24 hours after arrest when that is earlier. *Excluded time* is time in hospital that does not
//! count. A *limit* ends a power; a *review* is owed by an officer. A *basis* is the power under
//! which somebody is held, or the freedom they have; the [`timeline`] says which one held minute
//! by minute, and marks gaps, overlaps and powers beyond their limit. A *rule* is one row of
//! `reference/legal/*.toml`; a rule has one version for each period in which the law was the
//! same, and the version in force on the day the clock starts is the one that is used.
//!
//! **How a clock runs.** Hours are elapsed time in UTC, so a night on which the clocks change is
//! neither shorter nor longer in law. Excluded time stops a clock for as long as it lasts, when
//! the rule says `excluded_time = "moves"`: an interval that straddles the start counts from the
//! start, one that begins after the time is up counts not at all, and what lies ahead of now does not
//! count yet.
//!
//! **How to add one more.** Add a `[[rule]]` to a file in `reference/legal/` (a new file is also
//! named in [`EMBEDDED`]). When the law changes, give the old rule its `in_force_to` and add the
//! new version under the same `id`. Run the tests: [`check`] tells what is wrong and in which
//! file. Only a clock that starts from a new kind of event needs code: a field in [`Events`], a
//! variant of [`StartsFrom`], and where people record it, a kind of legal event in
//! `throughline-domain` that [`events_of`] turns into the field. `docs/clocks.md` tells the rules.
//!
//! **What it will never do.** Give advice or decide lawfulness: the custody officer or clinician
//! owns the clock and every time here is an estimate. It reads no clock, file or database.
#![warn(missing_docs)]

mod answer;
mod basis;
mod clock;
mod detention;
mod events;
mod impossible;
mod notices;
mod read;
mod recorded;
mod run;
mod table;
mod timeline;
mod words;

pub use answer::{Answer, clocks, clocks_by};
pub use basis::Basis;
pub use clock::{Clock, State};
pub use events::{ChargeHeld, Events, Excluded, Hours, HoursError, PreChargeBail, Section, Warrant};
pub use read::ReadError;
pub use recorded::{events_of, limit_in_force, next_due, review_ahead, review_not_recorded};
pub use table::{
    Check, EMBEDDED, ExcludedTime, Finding, Kind, Length, MAX_AGE_OF_CHECK_DAYS, MetBy, Paper, Permission, Rule,
    StartsFrom, Tables, check,
};
pub use timeline::{Mark, MarkKind, Span, Timeline, timeline};
pub use words::short;
