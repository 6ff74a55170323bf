//! Whether a need is cared for: it has a goal, or somebody said why not, since it was last found.

use super::{GoalState, NoGoalReason};
use crate::time::Instant;

/// What was said of a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// A goal was set for it, which stands so now; the instant is its evaluation's when it has one, else when it was set.
    Goal(GoalState),
    /// There is no goal, for this reason.
    NoGoal(NoGoalReason),
}

/// Where a need stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A goal is worked on.
    WorkedOn,
    /// This was said of it last, and nothing has been found since.
    Answered(Said),
    /// Nobody has said anything of it, or it was found again since.
    Unanswered,
}

/// Where a need stands that was last found at an instant, by everything that was said of it. What was said before it
/// was found again does not speak for it any more, but for a goal that is still worked on.
pub fn standing(found_at: Instant, said: &[(Instant, Said)]) -> Standing {
    if said.iter().any(|(_, said)| matches!(said, Said::Goal(state) if state.is_open())) {
        return Standing::WorkedOn;
    }
    let last = said.iter().filter(|(at, _)| *at >= found_at).max_by_key(|(at, _)| *at);
    last.map_or(Standing::Unanswered, |(_, said)| Standing::Answered(*said))
}
