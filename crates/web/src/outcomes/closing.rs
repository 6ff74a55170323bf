//! Closure: what stands in the way, each with the page that mends it; then a reason, and done.

use super::{FieldError, open, wrong};
use crate::{Answer, App, Cx, Fields, Problem, banner};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::get;
use minijinja::{Value, context};
use throughline_domain::episode::{ClosureBlock, ClosureReason, Progress, Step, StepState};
use throughline_domain::ids::{EpisodeId, PersonId};
use throughline_policy::{CloseEpisode, Subject, ViewEpisode};
use throughline_store::Tx;
use throughline_store::episodes::{self, Episode};

/// The page of closure.
pub fn routes() -> Router<App> {
    Router::new().route("/episodes/{episode}/close", get(show).post(close))
}

async fn show(cx: Cx, Path(id): Path<EpisodeId>, Query(done): Query<super::Done>) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, episode) = open(&mut tx, id).await?;
    let (_, values) = page(&mut tx, subject, &episode).await?;
    tx.commit().await?;
    let notice = (done.done == "closed" && episode.closed_at.is_some())
        .then(|| context! { kind => "success", title => "Saved", text => "The episode is closed." });
    cx.page("outcomes/close.html", context! { notice, typed => context! {}, ..values })
}

/// Everything of the page but what was typed, and what the record holds.
async fn page(tx: &mut Tx, subject: Subject, episode: &Episode) -> Result<(Progress, Value), Problem> {
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    let progress = episodes::progress(tx, &grant).await?;
    let may_close = tx.may::<CloseEpisode>(subject).await?;
    let person = banner::banner(tx, episode.person_id, Some(episode.id)).await?.value;
    let blocks = progress.closure_blocks();
    let values = context! {
        heading => if episode.closed_at.is_some() { "Episode closed" } else { "Close the episode" },
        caption => &episode.site_name,
        back => context! { href => format!("/episodes/{}", episode.id), text => "Back to the episode" },
        person,
        episode,
        may_close,
        blocks => blocks.iter().map(|block| block_row(block, episode.id, episode.person_id)).collect::<Vec<_>>(),
        plan => crate::care::left_open(tx, subject).await?,
        steps => steps(&progress),
        outcomes => progress.outcomes,
        outcome_href => format!("/episodes/{}/outcome", episode.id),
        reasons => ClosureReason::ALL.iter().map(|one| context! { code => one.code(), label => one.label() }).collect::<Vec<_>>(),
        reason => episode.closure_reason.map(ClosureReason::label),
    };
    Ok((progress, values))
}

/// What was done and what was not, but for closure itself.
fn steps(progress: &Progress) -> Vec<Value> {
    let shown = progress.steps().into_iter().filter(|(step, _)| *step != Step::Closure);
    shown
        .map(|(step, state)| {
            let tone = match state {
                StepState::Done => "good",
                StepState::InProgress => "warn",
                StepState::CannotStart | StepState::NotStarted | StepState::NotNeeded => "neutral",
            };
            // After closure nothing waits any more.
            let waits = matches!(state, StepState::CannotStart | StepState::NotStarted);
            let words = if progress.closed && waits { "Not done" } else { state.label() };
            context! { label => step.label(), state => words, tone }
        })
        .collect()
}

fn block_row(block: &ClosureBlock, episode: EpisodeId, person: PersonId) -> Value {
    let (text, href) = way_out(block, episode, person);
    context! { words => block.to_string(), text, href }
}

/// The page where a block is put right.
fn way_out(block: &ClosureBlock, episode: EpisodeId, person: PersonId) -> (&'static str, String) {
    if let ClosureBlock::OpenAlerts(_) = block {
        return ("Answer the alerts", format!("/people/{person}"));
    }
    if let ClosureBlock::OpenGoals(_) = block {
        return ("Open the care plan", format!("/people/{person}/care"));
    }
    match block.step() {
        Step::FollowUp => ("Open the tasks", format!("/episodes/{episode}/follow-up")),
        Step::Referrals => ("Open the referrals", format!("/episodes/{episode}/referrals")),
        Step::CustodyAdvice => ("Open the custody advice", format!("/episodes/{episode}/documents/custody_advice")),
        Step::CourtReport => ("Open the court report", format!("/episodes/{episode}/documents/court_report")),
        step => ("Open the form", format!("/episodes/{episode}/steps/{}", step.code())),
    }
}

async fn close(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let (subject, episode) = open(&mut act, id).await?;
    let grant = act.authorise::<CloseEpisode>(subject).await?;
    if episode.closed_at.is_some() {
        return Err(Problem::Stale);
    }
    // Asked again here: since the page was drawn a task may have come.
    let (progress, values) = page(&mut act, subject, &episode).await?;
    match read(&fields, &progress) {
        Ok((reason, words)) => {
            episodes::close(&mut act, &grant, fields.version()?, episode.site_id, reason, &words).await?;
            act.done(&format!("/episodes/{id}/close?done=closed")).await
        }
        Err(errors) => {
            cx.page_with_errors("outcomes/close.html", context! { errors, typed => fields.typed(), ..values })
        }
    }
}

/// Reads the reason and the words that stand beside it.
fn read(fields: &Fields, progress: &Progress) -> Result<(ClosureReason, String), Vec<FieldError>> {
    if !progress.closure_blocks().is_empty() {
        return Err(vec![wrong("blocks", "The episode cannot close yet: something is still owed")]);
    }
    let mut errors = Vec::new();
    let reason = ClosureReason::from_code(fields.text("reason"));
    if reason.is_none() {
        errors.push(wrong("reason", "Choose why the episode closes"));
    }
    let unknown = fields.given("outcome_unknown").filter(|_| progress.outcomes == 0);
    if progress.outcomes == 0 && unknown.is_none() {
        errors.push(wrong("outcome_unknown", "Record the CJ outcome, or say why it is not known yet"));
    }
    match reason {
        Some(reason) if errors.is_empty() => Ok((reason, closure_note(fields.text("note"), unknown))),
        _ => Err(errors),
    }
}

/// The note as it was typed, and under it why the outcome is not known.
fn closure_note(note: &str, outcome_unknown: Option<&str>) -> String {
    let unknown = outcome_unknown.map(|why| format!("CJ outcome not known at closure: {why}"));
    [Some(note).filter(|note| !note.trim().is_empty()).map(str::to_owned), unknown]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn closing(pairs: &[(&str, &str)], progress: &Progress) -> Result<(ClosureReason, String), Vec<&'static str>> {
        read(&pairs.iter().copied().collect(), progress)
            .map_err(|errors| errors.into_iter().map(|error| error.field_name).collect())
    }

    #[test]
    fn an_episode_closes_with_an_outcome_or_with_why_it_is_not_known() {
        let known = Progress { outcomes: 1, ..Progress::default() };
        assert_eq!(closing(&[("reason", "linked")], &known), Ok((ClosureReason::Linked, String::new())));
        let unknown = Progress::default();
        assert_eq!(closing(&[("reason", "linked")], &unknown), Err(vec!["outcome_unknown"]));
        let said = [("reason", "moved"), ("note", "Now in Leeds"), ("outcome_unknown", "Hearing in January")];
        let words = "Now in Leeds\nCJ outcome not known at closure: Hearing in January".to_owned();
        assert_eq!(closing(&said, &unknown), Ok((ClosureReason::Moved, words)));
    }

    #[test]
    fn nothing_closes_while_a_task_is_open() {
        let owed = Progress { open_tasks: 1, outcomes: 1, ..Progress::default() };
        assert_eq!(closing(&[("reason", "linked")], &owed), Err(vec!["blocks"]));
    }

    #[test]
    fn each_block_leads_to_the_page_that_mends_it() {
        let (episode, person) = (EpisodeId::new(Uuid::nil()), PersonId::new(Uuid::nil()));
        for (block, end) in [
            (ClosureBlock::OpenTasks(1), "/follow-up"),
            (ClosureBlock::OpenReferrals(1), "/referrals"),
            (ClosureBlock::Draft("screening"), "/steps/screening"),
            (ClosureBlock::Draft("risk and safety plan"), "/steps/risk"),
            (ClosureBlock::Unreleased("court report"), "/documents/court_report"),
        ] {
            assert!(way_out(&block, episode, person).1.ends_with(end), "{block}");
        }
        assert_eq!(way_out(&ClosureBlock::OpenAlerts(1), episode, person).1, format!("/people/{person}"));
        assert_eq!(way_out(&ClosureBlock::OpenGoals(1), episode, person).1, format!("/people/{person}/care"));
    }
}
