//! Forms of the demo beyond the steps of the pathway: communication, capacity, the plan with a link
//! worker, and the summary at closing.

use crate::answers::{Told, tell, tell_all};
use crate::stories::Story;

/// What is told of how somebody communicates; nothing when the story says nothing of it.
pub fn communication(story: &Story) -> Option<Told> {
    if story.communication.is_empty() {
        return None;
    }
    let mut told = Told::new();
    tell_all(&mut told, "known_from", &["person", "seen"]);
    tell(&mut told, "understanding", "some");
    tell(&mut told, "understanding_detail", story.communication);
    tell(&mut told, "expressing", "fine");
    tell(&mut told, "led", "yes");
    tell(&mut told, "reading", "some");
    tell(&mut told, "attention", "some");
    tell_all(&mut told, "senses", &["noise"]);
    tell(&mut told, "signs", "Goes quiet, and agrees.");
    tell_all(&mut told, "adjustments", &["plain_words", "more_time", "check_back"]);
    tell(&mut told, "intermediary", "no");
    tell(&mut told, "taking_part", story.communication);
    Some(told)
}

/// What is told of a decision that the person turned out to be able to take.
pub fn capacity(story: &Story) -> Option<Told> {
    if story.theme != "memory" {
        return None;
    }
    let mut told = Told::new();
    tell(&mut told, "decision", "Whether a letter goes to the GP about memory");
    tell(&mut told, "about", "sharing");
    tell(&mut told, "doubt", "Asked three times in ten minutes where the solicitor was.");
    tell(&mut told, "can_wait", "no");
    tell_all(&mut told, "support", &["time", "words", "pictures"]);
    tell(&mut told, "support_detail", "After a meal and a rest, with the letter on the table between us.");
    for able in ["understand", "retain", "weigh", "communicate"] {
        tell(&mut told, able, "yes");
    }
    tell(&mut told, "conclusion", "has");
    tell(
        &mut told,
        "reasons",
        "Said what the letter is for, what would be in it, and why a GP should know; held on to it.",
    );
    tell(&mut told, "told", "yes");
    Some(told)
}

/// What is told of the weeks after, in the person's words.
pub fn link_worker_plan(story: &Story) -> Option<Told> {
    if story.own_words.is_empty() || story.plan_person.is_empty() {
        return None;
    }
    let mut told = Told::new();
    tell(&mut told, "link_worker", "The community team names one this week");
    tell(&mut told, "matters", story.own_words);
    tell(&mut told, "going_well", story.strengths);
    tell(&mut told, "goal_1", story.own_words);
    tell(&mut told, "goal_1_steps", story.plan_person);
    tell_all(&mut told, "help_with", &["health", "home", "money"]);
    tell(&mut told, "if_worse", "I ring the number on my card, and tell my link worker the next day.");
    tell(&mut told, "agreed", "yes");
    Some(told)
}

/// What is told when an episode closes with help that has started.
pub fn closing(story: &Story) -> Told {
    let mut told = Told::new();
    tell(&mut told, "found", if story.situation.is_empty() { story.concern } else { story.situation });
    tell(
        &mut told,
        "done",
        if story.plan.is_empty() { "Seen, listened to, and told where help is." } else { story.plan },
    );
    tell_all(&mut told, "goes_on", &["gp", "voluntary"]);
    tell(&mut told, "goes_on_detail", "The GP surgery from this week, and the group on Thursdays.");
    tell(&mut told, "back", "Ring the number on the card.");
    if story.self_harm.is_empty() {
        tell(&mut told, "risk_now", "none_identified");
    } else {
        tell(&mut told, "risk_now", "known");
        tell_all(&mut told, "risk_now_kinds", &["self_harm"]);
        tell(&mut told, "risk_now_detail", story.self_harm);
    }
    tell(&mut told, "alerts_answered", "yes");
    tell_all(&mut told, "told", &["person", "gp"]);
    tell(&mut told, "view_asked", "yes");
    tell(&mut told, "view", "Somebody listened.");
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::answered;
    use crate::stories::STORIES;
    use throughline_forms::catalogue;

    #[test]
    fn every_story_that_tells_of_a_further_form_can_be_signed_on_it() {
        let at = chrono::DateTime::parse_from_rfc3339("2026-03-03T11:00:00Z").unwrap().to_utc();
        let form = |id: &str| catalogue().get(id).unwrap();
        let mut signed = 0;
        for story in STORIES {
            let told = [("communication", communication(story)), ("capacity", capacity(story))];
            let plans = [("link_worker_plan", link_worker_plan(story)), ("closing", Some(closing(story)))];
            for (id, told) in told.into_iter().chain(plans).filter_map(|(id, told)| Some((id, told?))) {
                answered(form(id), &told, at).unwrap();
                signed += 1;
            }
        }
        assert!(signed > STORIES.len());
    }
}
