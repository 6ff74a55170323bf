//! What is known of how somebody is held: events, clocks and timeline, read once for every page.

use crate::Problem;
use minijinja::{Value, context};
use throughline_clocks::{
    Answer, Clock, Mark, MarkKind, State, Timeline, clocks, events_of, next_due, review_not_recorded, timeline,
};
use throughline_domain::board::left_in_words;
use throughline_domain::episode::LegalStatus;
use throughline_domain::legal::{LegalEvent, LegalEventKind, Listed, known};
use throughline_domain::time::{Instant, clock_time, date_time_long, london_date};
use throughline_policy::{Grant, ViewJustice};
use throughline_store::episodes::{Episode, Justice};
use throughline_store::legal::{self, Entry};
use throughline_store::{Tx, episodes};

/// What is known of how the person of an episode is held.
#[derive(Debug)]
pub(crate) struct Held {
    /// Every line that was recorded, replaced ones too.
    pub entries: Vec<Entry>,
    /// What stands, with the list's times where nobody recorded others.
    pub known: Vec<LegalEvent>,
    /// The clocks and their notices.
    pub answer: Answer,
    /// The basis, minute by minute.
    pub timeline: Timeline,
}

/// Reads it.
///
/// # Errors
/// The store's.
pub(crate) async fn held(
    tx: &mut Tx,
    grant: &Grant<ViewJustice>,
    episode: &Episode,
    now: Instant,
) -> Result<Held, Problem> {
    let justice = episodes::justice(tx, grant).await?;
    let entries = legal::of_episode(tx, grant).await?;
    Ok(Held::of(episode, &justice, entries, now))
}

impl Held {
    /// What the lines and the times of an episode say at an instant.
    pub(crate) fn of(episode: &Episode, justice: &Justice, entries: Vec<Entry>, now: Instant) -> Self {
        let recorded: Vec<LegalEvent> =
            entries.iter().filter(|entry| entry.stands()).map(|entry| entry.event.clone()).collect();
        let known = known(&listed(episode, justice, &recorded), &recorded);
        let answer = clocks(&events_of(&known), now);
        let timeline = timeline(&known, &answer, now);
        Self { entries, known, answer, timeline }
    }

    /// Whether anything is known at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The clock that matters next, for the banner; with the review that nobody recorded.
    pub(crate) fn next_clock(&self, now: Instant) -> Option<Value> {
        let next = next_due(&self.answer)?;
        let review = review_not_recorded(&self.answer).filter(|review| review.id != next.id);
        let note = review.and_then(|review| {
            Some(format!("({}, {})", review.label.to_lowercase(), not_recorded(review.due_at?, now)))
        });
        Some(context! { note, ..clock_value(next, now)? })
    }

    /// The clocks that press now, most pressing first: not those of a detention that has ended.
    pub(crate) fn running(&self, now: Instant) -> Vec<Value> {
        running(&self.answer, now)
    }

    /// What the episode says of the legal status, where the events say another.
    pub(crate) fn contradiction(&self, status: LegalStatus) -> Option<String> {
        let current = self.timeline.current()?.basis;
        let agree = current.legal_status() == status
            || status == LegalStatus::NotKnown
            || (!current.is_held() && status.walked_out());
        (!agree).then(|| {
            format!(
                "The episode says “{status}”, and what is recorded here ends with “{}”. Record what happened since.",
                current.words()
            )
        })
    }
}

/// The times that the episode took over, as far as they can be meant: a list says when police detention
/// began and not when it ended, so of somebody police no longer hold they would say too much.
fn listed(episode: &Episode, justice: &Justice, recorded: &[LegalEvent]) -> Listed {
    let ended = |event: &LegalEvent| {
        event.kind.walks_out_on().is_some()
            || matches!(
                event.kind,
                LegalEventKind::Charged | LegalEventKind::PoliceDetentionEnded | LegalEventKind::Remanded
            )
    };
    let is_told = episode.released_at.is_some() || recorded.iter().any(ended);
    let still_there =
        matches!(episode.legal_status, LegalStatus::Pace | LegalStatus::Section136 | LegalStatus::NotKnown);
    if !is_told && !still_there {
        return Listed::default();
    }
    Listed {
        arrested_at: justice.arrested_at,
        arrived_at: justice.arrived_at,
        detention_authorised_at: justice.detention_authorised_at,
        released: episode.released_at.map(|at| (episode.legal_status, at)),
    }
}

/// The clocks that matter now, most pressing first.
pub(crate) fn running(answer: &Answer, now: Instant) -> Vec<Value> {
    let mut clocks: Vec<&Clock> = answer.clocks.iter().filter(|clock| clock.matters()).collect();
    clocks.sort_by_key(|clock| clock.due_at);
    clocks.into_iter().filter_map(|clock| clock_value(clock, now)).collect()
}

/// A running clock as `parts/words.html` draws it; nothing for one that matters no more.
fn clock_value(clock: &Clock, now: Instant) -> Option<Value> {
    let state = match clock.state {
        State::Running => "running",
        State::DueSoon => "soon",
        State::Overdue => "unrecorded",
        State::Expired => "overdue",
        _ => return None,
    };
    let due = clock.due_at?;
    let name = if clock.about.is_empty() { clock.label.clone() } else { format!("{}, {}", clock.label, clock.about) };
    if clock.state == State::Overdue {
        return Some(context! { name, state, words => not_recorded(due, now) });
    }
    let soon_minutes = clock.due_soon.num_minutes();
    Some(context! { name, due, state, soon_minutes, words => left_in_words(due, now) })
}

/// Of a review that is past: reviews are held by the police, and what nobody entered here may have been held.
fn not_recorded(due: Instant, now: Instant) -> String {
    let when = if london_date(due) == london_date(now) { clock_time(due) } else { date_time_long(due) };
    format!("due {when}: none recorded here")
}

/// A stretch of time that somebody should look at.
pub(crate) fn mark_value(mark: &Mark) -> Value {
    let title = match mark.kind {
        MarkKind::Gap => "Gap",
        MarkKind::Overlap => "Overlap",
        MarkKind::BeyondLimit => "Beyond the limit",
    };
    context! { title, words => mark.words, from => mark.from, to => mark.to }
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_clocks::Events;

    #[test]
    fn a_past_review_is_not_recorded_here_and_what_the_charge_ended_is_not_shown() {
        let at = |text: &str| -> Instant { text.parse().unwrap() };
        let held = Events {
            arrived_station_at: Some(at("2026-03-02T09:00:00Z")),
            detention_authorised_at: Some(at("2026-03-02T09:15:00Z")),
            ..Events::default()
        };
        let now = at("2026-03-03T10:00:00Z");
        let shown = |events: &Events| -> Vec<[String; 3]> {
            let values = running(&clocks(events, now), now);
            let text = |value: &Value, name: &str| value.get_attr(name).unwrap().to_string();
            values.iter().map(|value| ["name", "state", "words"].map(|name| text(value, name))).collect()
        };
        let [review, limit] = &shown(&held)[..] else { panic!("two clocks matter: {:?}", shown(&held)) };
        assert_eq!([review[0].as_str(), review[1].as_str()], ["First review", "unrecorded"]);
        assert!(review[2].ends_with("none recorded here"), "{review:?}");
        assert_eq!([limit[0].as_str(), limit[1].as_str()], ["24 h limit", "overdue"]);
        let charged = Events { charged_at: Some(at("2026-03-03T09:30:00Z")), ..held };
        assert_eq!(shown(&charged).iter().map(|one| one[0].as_str()).collect::<Vec<_>>(), ["First review"]);
    }
}
