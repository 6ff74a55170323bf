use super::*;
use chrono::{Duration, TimeZone};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_goal_is_evaluated_with_what_became_of_it() {
    assert_eq!(Evaluation::new(GoalState::WorkingOn, "seen", ""), Err(NotAnEvaluation::StillOpen));
    let found = Evaluation::new(GoalState::Reached, "", "I sleep again").unwrap();
    assert_eq!((found.state(), found.own_words()), (GoalState::Reached, "I sleep again"));
    assert_eq!(GoalState::evaluations().count(), 5);
}

#[test]
fn not_known_is_an_evaluation_that_says_why() {
    assert_eq!(Evaluation::new(GoalState::NotKnown, " \n", ""), Err(NotAnEvaluation::NoReason));
    let said = Evaluation::new(GoalState::NotKnown, "Three calls, no answer", "").unwrap();
    assert_eq!(said.words(), "Three calls, no answer");
}

#[test]
fn what_goes_on_is_looked_at_again_and_what_ended_says_with_what() {
    use InterventionState as S;
    let review = Some(day("2026-12-08"));
    assert_eq!(Progress::new(S::UnderWay, "Rang the surgery", None), Err(NotProgress::NoReview));
    assert_eq!(Progress::new(S::Planned, " ", review), Err(NotProgress::NoWords));
    assert_eq!(Progress::new(S::Stopped, "", None), Err(NotProgress::NoOutcome));
    // A day that was typed and is no longer owed is no review.
    let ended = Progress::new(S::Done, "Seen by the GP", review).unwrap();
    assert_eq!((ended.review_on(), ended.act(review)), (None, CareAct::Ended));
    let goes_on = Progress::new(S::UnderWay, "Rang the surgery", review).unwrap();
    assert_eq!(goes_on.act(review), CareAct::Progress);
    assert_eq!(goes_on.act(Some(day("2026-11-24"))), CareAct::Reviewed);
}

#[test]
fn a_review_is_today_or_within_three_months() {
    let today = day("2026-11-24");
    let at = |hour, minute| chrono::Utc.with_ymd_and_hms(2026, 11, 24, hour, minute, 0).unwrap();
    let morning = at(9, 0);
    assert_eq!(review_day(today, morning), Ok(today));
    assert_eq!(review_day(day("2026-11-23"), morning), Err(NotAReview::Past));
    assert_eq!(review_day(today + Days::new(92), morning), Ok(day("2027-02-24")));
    assert_eq!(review_day(day("2027-02-25"), morning), Err(NotAReview::TooFar));
    // A review that is late when it is set would be nobody's to do.
    assert_eq!(review_day(today, at(16, 59)), Ok(today));
    assert_eq!(review_day(today, at(17, 0)), Err(NotAReview::TooLate));
    assert_eq!(review_day(day("2026-11-25"), at(23, 30)), Ok(day("2026-11-25")));
    // In summer London is an hour ahead.
    assert_eq!(review_due(day("2026-07-01")), chrono::Utc.with_ymd_and_hms(2026, 7, 1, 16, 0, 0).unwrap());
}

#[test]
fn link_workers_record_what_is_theirs() {
    for doer in Doer::ALL {
        assert!(doer.recorded_by(Role::Practitioner), "{doer}");
        assert_eq!(doer.recorded_by(Role::LinkWorker), *doer == Doer::LinkWorker, "{doer}");
        assert_eq!(doer.recorded_by(Role::LinkWorkerLead), *doer == Doer::LinkWorker, "{doer}");
    }
}

#[test]
fn a_need_stands_by_what_was_said_since_it_was_last_found() {
    let found = chrono::Utc.with_ymd_and_hms(2026, 11, 24, 9, 0, 0).unwrap();
    let (before, after) = (found - Duration::days(1), found + Duration::days(1));
    let not_now = Said::NoGoal(NoGoalReason::NotNow);
    assert_eq!(standing(found, &[]), Standing::Unanswered);
    assert_eq!(standing(found, &[(after, not_now)]), Standing::Answered(not_now));
    // Found again since: what was said before does not speak for it.
    assert_eq!(standing(found, &[(before, not_now)]), Standing::Unanswered);
    assert_eq!(standing(found, &[(before, Said::Goal(GoalState::Reached))]), Standing::Unanswered);
    // A goal that is worked on does, whenever it was set.
    assert_eq!(standing(found, &[(before, Said::Goal(GoalState::WorkingOn)), (after, not_now)]), Standing::WorkedOn);
    let reached = Said::Goal(GoalState::Reached);
    assert_eq!(
        standing(found, &[(after, not_now), (after + Duration::hours(1), reached)]),
        Standing::Answered(reached)
    );
}

#[test]
fn every_approach_has_a_code_of_its_own_and_its_source() {
    assert!(approaches().len() >= 5);
    for one in approaches() {
        assert_eq!(approach(&one.id), Some(one), "two approaches have the code {}", one.id);
        assert!(!one.title.is_empty() && !one.source.is_empty(), "{}", one.id);
    }
    assert_eq!(approach("hope"), None);
}
