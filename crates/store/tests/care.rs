//! The care plan, on both databases.

use chrono::{Days, Duration, NaiveDate};
use throughline_domain::care::{
    CareAct, Doer, Evaluation, GoalState, InterventionState, NoGoalReason, Progress, Said, Standing, review_due,
};
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::episode::ClosureReason;
use throughline_domain::ids::{ConsentId, GoalId, InterventionId, PersonId, TaskId};
use throughline_domain::role::Role;
use throughline_domain::task::{TaskKind, TaskState};
use throughline_domain::time::Instant;
use throughline_policy::{
    ChangeConsent, ChangeEpisode, ChangeFollowUp, CloseEpisode, EvaluateGoal, RecordProgress, Subject, ViewCarePlan,
    ViewClinical, ViewEpisode, ViewFollowUp, WriteCarePlan,
};
use throughline_store::care::{self, NeedAsSeen, NewDecision, NewGoal, NewIntervention, NewReason, Reviewer};
use throughline_store::consents::{self, NewConsent};
use throughline_store::{Error, Tx, Value, episodes, events, raw, tasks, worklists};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

/// Somebody with an open episode.
async fn somebody(kit: &Kit) -> Subject {
    let person = kit.person("Jan", "Kowalski").await;
    let episode = kit.episode(person).await;
    Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) }
}

fn person_of(subject: Subject) -> PersonId {
    subject.person.unwrap()
}

fn new_goal(kit: &Kit, need: Option<NeedAsSeen>) -> NewGoal {
    NewGoal {
        id: GoalId::new(Uuid::now_v7()),
        need,
        own_words: "A door <i>I</i> can lock".into(),
        aim: "A tenancy that lasts".into(),
        at: kit.now - Duration::hours(2),
    }
}

async fn set(kit: &Kit, subject: Subject, need: Option<NeedAsSeen>) -> GoalId {
    let new = new_goal(kit, need);
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<WriteCarePlan>(subject).await.unwrap();
    care::set_goal(&mut tx, &grant, &new).await.unwrap();
    tx.commit().await.unwrap();
    new.id
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn ours(kit: &Kit) -> Reviewer {
    Reviewer { owner: Some(kit.user(Role::Practitioner)), organisation: kit.places.trust }
}

fn new_intervention(kit: &Kit, goal: GoalId, doer: Doer) -> NewIntervention {
    NewIntervention {
        id: InterventionId::new(Uuid::now_v7()),
        goal,
        what: "Fill in the housing form together".into(),
        approach: "supported_referral".into(),
        doer,
        referral: None,
        starts_on: day("2026-11-24"),
        review_on: day("2026-11-24") + Days::new(7),
        at: kit.now,
    }
}

async fn planned(kit: &Kit, subject: Subject, goal: GoalId, doer: Doer, reviewer: Reviewer) -> InterventionId {
    let new = new_intervention(kit, goal, doer);
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<WriteCarePlan>(subject).await.unwrap();
    care::plan(&mut tx, &grant, &new, reviewer).await.unwrap();
    tx.commit().await.unwrap();
    new.id
}

async fn goal(kit: &Kit, subject: Subject, id: GoalId) -> care::Goal {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewCarePlan>(subject).await.unwrap();
    let found = care::goal(&mut tx, &grant, id).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    found
}

async fn task(kit: &Kit, subject: Subject, id: InterventionId) -> tasks::Task {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewFollowUp>(subject).await.unwrap();
    tasks::get(&mut tx, &grant, TaskId::new(id.uuid())).await.unwrap().unwrap()
}

async fn recorded(
    kit: &Kit,
    role: Role,
    subject: Subject,
    id: InterventionId,
    version: i64,
    progress: &Progress,
) -> Result<(), Error> {
    let mut tx = kit.tx(role).await;
    let view = tx.authorise::<ViewCarePlan>(subject).await.unwrap();
    let before = care::intervention(&mut tx, &view, id).await?.unwrap();
    let grant = tx.authorise::<RecordProgress>(subject).await.unwrap();
    care::record(&mut tx, &grant, &before, version, progress, kit.now, ours(kit)).await?;
    tx.commit().await
}

async fn evaluated(kit: &Kit, subject: Subject, goal: GoalId, version: i64, found: &Evaluation) -> Result<(), Error> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<EvaluateGoal>(subject).await.unwrap();
    care::evaluate(&mut tx, &grant, goal, version, found, kit.now).await?;
    tx.commit().await
}

/// A signed form that found a need of housing.
async fn found_need(kit: &Kit, subject: Subject, signed_at: Instant) {
    let (person, episode) = (person_of(subject), subject.episode.unwrap());
    let (record, user) = (Uuid::now_v7(), kit.user(Role::Practitioner));
    let mut tx = kit.tx(Role::Practitioner).await;
    raw::execute(
        &mut tx,
        "INSERT INTO record (id, person_id, episode_id, form_id, form_version, state, answers, created_at, created_by, updated_at,
                             updated_by, updated_by_name, signed_at, signed_by_name)
         VALUES ($1, $2, $3, 'assessment', '1', 'signed', '{}', $4, $5, $4, $5, 'Amara Bello', $4, 'Amara Bello')",
        vec![record.into(), person.into(), episode.into(), signed_at.into(), user.into()],
    )
    .await
    .unwrap();
    raw::execute(
        &mut tx,
        "INSERT INTO finding (id, person_id, episode_id, record_id, list, code, label, status, already_known)
         VALUES ($1, $2, $3, $4, 'need', 'accommodation', 'Housing', 'identified', false)",
        vec![Uuid::now_v7().into(), person.into(), episode.into(), record.into()],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

fn new_decision(kit: &Kit, seen: usize) -> NewDecision {
    NewDecision {
        question: "Where is he safe tonight?".into(),
        considered: "Home with the home treatment team; informal admission; an assessment under the Act".into(),
        least_restrictive: "Home with the home treatment team, who can see him tonight".into(),
        chosen: "Home".into(),
        why: "He agrees, and his brother stays".into(),
        own_words: "I will take the tablets".into(),
        at: kit.now - Duration::hours(1),
        seen,
    }
}

async fn needs(kit: &Kit, subject: Subject) -> Vec<care::Need> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewCarePlan>(subject).await.unwrap();
    care::needs(&mut tx, &grant).await.unwrap()
}

async fn said_why(kit: &Kit, subject: Subject, reason: NoGoalReason, at: Instant) {
    let need = needs(kit, subject).await[0].as_seen();
    let mut tx = kit.tx_at(Role::Practitioner, at).await;
    let grant = tx.authorise::<WriteCarePlan>(subject).await.unwrap();
    let new = NewReason { need, reason, words: "After the hearing".into() };
    care::say_why(&mut tx, &grant, &new).await.unwrap();
    tx.commit().await.unwrap();
}

/// What the person says of being known to somebody.
async fn answered(tx: &mut Tx, kit: &Kit, subject: Subject, consent_for: ConsentFor, state: ConsentState) {
    let grant = tx.authorise::<ChangeConsent>(subject).await.unwrap();
    let id = ConsentId::new(Uuid::now_v7());
    let new = NewConsent { id, consent_for, state, words: String::new(), how_explained: String::new() };
    consents::record(tx, &grant, kit.custody(), &new).await.unwrap();
}

/// Gives the follow-up to the charity's link worker, with the person's answer.
async fn allocate(kit: &Kit, subject: Subject, answer: ConsentState) {
    let mut tx = kit.tx(Role::Practitioner).await;
    answered(&mut tx, kit, subject, ConsentFor::LinkWorkers, answer).await;
    let grant = tx.authorise::<ChangeEpisode>(subject).await.unwrap();
    episodes::allocate(&mut tx, &grant, kit.places.partner, Some(kit.user(Role::LinkWorker))).await.unwrap();
    tx.commit().await.unwrap();
}

async fn episode(tx: &mut Tx, subject: Subject) -> episodes::Episode {
    let grant = tx.authorise::<ViewEpisode>(subject).await.unwrap();
    episodes::get(tx, &grant).await.unwrap().unwrap()
}

fn going_on(words: &str, review: &str) -> Progress {
    Progress::new(InterventionState::UnderWay, words, Some(day(review))).unwrap()
}

on_both! {
    async fn a_goal_keeps_when_it_was_agreed_and_every_word_it_had(kit: Kit) {
        let subject = somebody(&kit).await;
        let id = set(&kit, subject, None).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<WriteCarePlan>(subject).await.unwrap();
        care::reword(&mut tx, &grant, id, 1, "A door I can lock, near my mum", "A tenancy near Bromley").await.unwrap();
        tx.commit().await.unwrap();
        let goal = goal(&kit, subject, id).await;
        assert_eq!((goal.version, goal.aim.as_str()), (2, "A tenancy near Bromley"));
        assert_eq!(goal.set_at, kit.now - Duration::hours(2));
        let first = goal.lines.last().unwrap();
        assert_eq!((first.act, first.words.as_str()), (CareAct::Planned, "A tenancy that lasts"));
        assert_eq!(first.own_words, "A door <i>I</i> can lock");
        assert_eq!((first.at, first.entered_at), (kit.now - Duration::hours(2), kit.now));
        assert_eq!(goal.lines[0].by_name, "Josie Quill");
    }

    async fn two_changes_of_one_goal_conflict(kit: Kit) {
        let subject = somebody(&kit).await;
        let id = set(&kit, subject, None).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<WriteCarePlan>(subject).await.unwrap();
        care::reword(&mut tx, &grant, id, 1, "Hers", "Hers").await.unwrap();
        tx.commit().await.unwrap();
        let found = Evaluation::new(GoalState::Reached, "", "").unwrap();
        assert!(matches!(evaluated(&kit, subject, id, 1, &found).await, Err(Error::Stale)));
        let goal = goal(&kit, subject, id).await;
        assert_eq!((goal.state, goal.aim.as_str(), goal.lines.len()), (GoalState::WorkingOn, "Hers", 2));
    }

    async fn what_is_planned_owes_its_review(kit: Kit) {
        let subject = somebody(&kit).await;
        let id = set(&kit, subject, None).await;
        let done = planned(&kit, subject, id, Doer::Us, ours(&kit)).await;
        let owed = task(&kit, subject, done).await;
        assert_eq!((owed.kind, owed.state), (TaskKind::ReviewCare, TaskState::Open));
        assert_eq!(owed.due_at, review_due(day("2026-12-01")));
        assert_eq!(owed.owner_id, Some(kit.user(Role::Practitioner)));
        // It shows where work is looked for, and says nothing of the plan there.
        let mut tx = kit.tx(Role::Practitioner).await;
        let lines = worklists::of_user(&mut tx, kit.user(Role::Practitioner), worklists::MOST).await.unwrap();
        assert!(lines.iter().any(|line| line.task.id == owed.id));
        assert!(!owed.title.contains("housing"));
        // Something is due before it: that is still what the episode owes next.
        assert_eq!(episode(&mut tx, subject).await.next_action, "Offer and consent");
        drop(tx);

        recorded(&kit, Role::Practitioner, subject, done, 1, &going_on("Form sent", "2026-12-10")).await.unwrap();
        assert_eq!(task(&kit, subject, done).await.due_at, review_due(day("2026-12-10")));
        let goal_then = goal(&kit, subject, id).await;
        assert_eq!(goal_then.lines[0].act, CareAct::Reviewed);
        assert_eq!(goal_then.interventions[0].state, InterventionState::UnderWay);

        let ended = Progress::new(InterventionState::Done, "Offered a flat", None).unwrap();
        recorded(&kit, Role::Practitioner, subject, done, 2, &ended).await.unwrap();
        assert_eq!(task(&kit, subject, done).await.state, TaskState::Done);
        // Ended is ended: nothing is written over it.
        let late = recorded(&kit, Role::Practitioner, subject, done, 3, &going_on("Late", "2026-12-10")).await;
        assert!(matches!(late, Err(Error::Stale)));
    }

    async fn a_review_before_the_next_action_is_the_next_action(kit: Kit) {
        let subject = somebody(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeEpisode>(subject).await.unwrap();
        let version = episode(&mut tx, subject).await.version;
        let owner = kit.user(Role::Practitioner);
        episodes::hand_over(&mut tx, &grant, version, owner, "Hearing", kit.now + Duration::days(30)).await.unwrap();
        tx.commit().await.unwrap();
        let id = set(&kit, subject, None).await;
        planned(&kit, subject, id, Doer::Us, ours(&kit)).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let now = episode(&mut tx, subject).await;
        assert_eq!((now.next_action.as_str(), now.next_action_due), (care::review_title(), review_due(day("2026-12-01"))));
    }

    async fn two_reviews_of_one_intervention_conflict(kit: Kit) {
        let subject = somebody(&kit).await;
        let id = set(&kit, subject, None).await;
        let done = planned(&kit, subject, id, Doer::Us, ours(&kit)).await;
        recorded(&kit, Role::TeamLeader, subject, done, 1, &going_on("Hers", "2026-12-03")).await.unwrap();
        let mine = recorded(&kit, Role::Practitioner, subject, done, 1, &going_on("Mine", "2026-12-04")).await;
        assert!(matches!(mine, Err(Error::Stale)));
        let goal = goal(&kit, subject, id).await;
        assert_eq!(goal.interventions[0].review_on, Some(day("2026-12-03")));
        assert!(goal.lines.iter().all(|line| line.words != "Mine"));
    }

    async fn a_goal_that_is_evaluated_ends_what_was_done_for_it(kit: Kit) {
        let subject = somebody(&kit).await;
        let id = set(&kit, subject, None).await;
        let done = planned(&kit, subject, id, Doer::Us, ours(&kit)).await;
        let found = Evaluation::new(GoalState::PartlyReached, "A hostel for now", "It is a start").unwrap();
        evaluated(&kit, subject, id, 1, &found).await.unwrap();
        let goal = goal(&kit, subject, id).await;
        assert_eq!(goal.state, GoalState::PartlyReached);
        let line = goal.evaluation().unwrap();
        assert_eq!((line.words.as_str(), line.own_words.as_str()), ("A hostel for now", "It is a start"));
        assert_eq!(goal.interventions[0].state, InterventionState::Stopped);
        assert_eq!(task(&kit, subject, done).await.state, TaskState::Cancelled);
        // Nothing more can be planned for it.
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<WriteCarePlan>(subject).await.unwrap();
        let late = care::plan(&mut tx, &grant, &new_intervention(&kit, id, Doer::Us), ours(&kit)).await;
        assert!(matches!(late, Err(Error::Stale)));
    }

    async fn an_episode_closes_when_each_goal_is_evaluated(kit: Kit) {
        let subject = somebody(&kit).await;
        let id = set(&kit, subject, None).await;
        let close = async || -> Result<(), Error> {
            let mut tx = kit.tx(Role::Practitioner).await;
            let grant = tx.authorise::<CloseEpisode>(subject).await.unwrap();
            let version = episode(&mut tx, subject).await.version;
            episodes::close(&mut tx, &grant, version, kit.custody(), ClosureReason::Linked, "").await?;
            tx.commit().await
        };
        let mut tx = kit.tx(Role::Practitioner).await;
        let view = tx.authorise::<ViewEpisode>(subject).await.unwrap();
        assert_eq!(episodes::progress(&mut tx, &view).await.unwrap().open_goals, 1);
        drop(tx);
        assert!(matches!(close().await, Err(Error::Stale)));
        let found = Evaluation::new(GoalState::NotKnown, "Moved away; two letters came back", "").unwrap();
        evaluated(&kit, subject, id, 1, &found).await.unwrap();
        close().await.unwrap();
        // A plan for an episode that has ended would never be looked at.
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<WriteCarePlan>(subject).await.unwrap();
        let late = care::set_goal(&mut tx, &grant, &new_goal(&kit, None)).await;
        assert!(matches!(late, Err(Error::Stale)));
    }

    async fn a_need_has_a_goal_or_a_reason_until_it_is_found_again(kit: Kit) {
        let subject = somebody(&kit).await;
        found_need(&kit, subject, kit.now - Duration::days(2)).await;
        let standing = async || needs(&kit, subject).await[0].standing;
        assert_eq!(standing().await, Standing::Unanswered);
        said_why(&kit, subject, NoGoalReason::NotNow, kit.now - Duration::days(1)).await;
        assert_eq!(standing().await, Standing::Answered(Said::NoGoal(NoGoalReason::NotNow)));
        assert_eq!(needs(&kit, subject).await[0].reason().unwrap().1.words, "After the hearing");
        found_need(&kit, subject, kit.now).await;
        assert_eq!(standing().await, Standing::Unanswered);
        let need = needs(&kit, subject).await[0].as_seen();
        let id = set(&kit, subject, Some(need)).await;
        assert_eq!(standing().await, Standing::WorkedOn);
        let found = Evaluation::new(GoalState::Reached, "", "").unwrap();
        evaluated(&kit, subject, id, 1, &found).await.unwrap();
        assert_eq!(standing().await, Standing::Answered(Said::Goal(GoalState::Reached)));
        assert_eq!(needs(&kit, subject).await.len(), 1, "a need that was found twice is one need");
    }

    async fn link_workers_record_what_is_theirs_and_see_with_consent_only(kit: Kit) {
        let subject = somebody(&kit).await;
        let id = set(&kit, subject, None).await;
        let ours_to_do = planned(&kit, subject, id, Doer::Us, ours(&kit)).await;
        let theirs = Reviewer { owner: Some(kit.user(Role::LinkWorker)), organisation: kit.places.partner };
        let theirs_to_do = planned(&kit, subject, id, Doer::LinkWorker, theirs).await;
        allocate(&kit, subject, ConsentState::Given).await;
        recorded(&kit, Role::LinkWorker, subject, theirs_to_do, 1, &going_on("Rang", "2026-12-02")).await.unwrap();
        let not_theirs = recorded(&kit, Role::LinkWorker, subject, ours_to_do, 1, &going_on("Rang", "2026-12-02")).await;
        assert!(matches!(not_theirs, Err(Error::Stale)));
        let mut tx = kit.tx(Role::LinkWorker).await;
        assert!(tx.authorise::<WriteCarePlan>(subject).await.is_err());
        assert!(tx.authorise::<EvaluateGoal>(subject).await.is_err());
        assert!(tx.authorise::<ViewClinical>(subject).await.is_err(), "decisions about care are not for them");
        drop(tx);
        allocate(&kit, subject, ConsentState::Withdrawn).await;
        let mut tx = kit.tx(Role::LinkWorker).await;
        assert!(tx.authorise::<ViewCarePlan>(subject).await.is_err());
        assert!(tx.authorise::<RecordProgress>(subject).await.is_err());
    }

    async fn reviews_come_back_to_the_owner_when_consent_for_link_workers_ends(kit: Kit) {
        let (subject, other) = (somebody(&kit).await, somebody(&kit).await);
        let theirs = Reviewer { owner: Some(kit.user(Role::LinkWorker)), organisation: kit.places.partner };
        let mut planned_for = Vec::new();
        for subject in [subject, other] {
            allocate(&kit, subject, ConsentState::Given).await;
            let id = set(&kit, subject, None).await;
            planned_for.push(planned(&kit, subject, id, Doer::LinkWorker, theirs).await);
        }
        let review = async |of: usize| task(&kit, [subject, other][of], planned_for[of]).await;
        let happened = async || {
            let mut tx = kit.tx(Role::Practitioner).await;
            let grant = tx.authorise::<ViewEpisode>(subject).await.unwrap();
            let events = events::of_person(&mut tx, &grant, 100).await.unwrap();
            events.iter().filter(|event| event.kind == "task" && event.words.contains("link workers")).count()
        };
        for (consent_for, state) in
            [(ConsentFor::Police, ConsentState::Withdrawn), (ConsentFor::LinkWorkers, ConsentState::Limited)]
        {
            let mut tx = kit.tx(Role::Practitioner).await;
            answered(&mut tx, &kit, subject, consent_for, state).await;
            tx.commit().await.unwrap();
            assert_eq!(review(0).await.organisation_id, kit.places.partner, "{consent_for}: {state}");
        }
        assert_eq!(happened().await, 0);
        let before = review(0).await.version;
        let mut tx = kit.tx(Role::Practitioner).await;
        answered(&mut tx, &kit, subject, ConsentFor::LinkWorkers, ConsentState::Withdrawn).await;
        let owner = episode(&mut tx, subject).await.owner_id;
        tx.commit().await.unwrap();
        let now = review(0).await;
        assert_eq!((now.owner_id, now.organisation_id), (Some(owner), kit.places.trust));
        assert_eq!((now.state, now.version), (TaskState::Open, before + 1), "who has it open elsewhere finds out");
        assert_eq!(happened().await, 1);
        assert_eq!(review(1).await.organisation_id, kit.places.partner, "another person's stays");
    }

    async fn a_review_follows_the_organisation_that_owes_it_and_stays_with_whom_it_was_handed(kit: Kit) {
        let subject = somebody(&kit).await;
        let id = set(&kit, subject, None).await;
        let theirs = Reviewer { owner: Some(kit.user(Role::LinkWorker)), organisation: kit.places.partner };
        let one = planned(&kit, subject, id, Doer::LinkWorker, theirs).await;
        recorded(&kit, Role::Practitioner, subject, one, 1, &going_on("Rang", "2026-12-02")).await.unwrap();
        let now = task(&kit, subject, one).await;
        assert_eq!((now.owner_id, now.organisation_id), (Some(kit.user(Role::Practitioner)), kit.places.trust));
        let leader = kit.user(Role::TeamLeader);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeFollowUp>(subject).await.unwrap();
        tasks::assign(&mut tx, &grant, now.id, now.version, leader, now.due_at).await.unwrap();
        tx.commit().await.unwrap();
        recorded(&kit, Role::Practitioner, subject, one, 2, &going_on("Rang", "2026-12-03")).await.unwrap();
        assert_eq!(task(&kit, subject, one).await.owner_id, Some(leader));
    }

    async fn administrators_see_nothing_of_the_plan(kit: Kit) {
        let subject = somebody(&kit).await;
        set(&kit, subject, None).await;
        let mut tx = kit.tx(Role::Administrator).await;
        assert!(tx.authorise::<ViewEpisode>(subject).await.is_ok());
        assert!(tx.authorise::<ViewCarePlan>(subject).await.is_err());
    }

    async fn a_grant_for_one_person_opens_no_goal_of_another(kit: Kit) {
        let subject = somebody(&kit).await;
        let id = set(&kit, subject, None).await;
        let other = somebody(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let view = tx.authorise::<ViewCarePlan>(other).await.unwrap();
        assert!(care::goal(&mut tx, &view, id).await.unwrap().is_none());
        let evaluate = tx.authorise::<EvaluateGoal>(other).await.unwrap();
        let found = Evaluation::new(GoalState::Reached, "", "").unwrap();
        assert!(matches!(care::evaluate(&mut tx, &evaluate, id, 1, &found, kit.now).await, Err(Error::Stale)));
        let write = tx.authorise::<WriteCarePlan>(other).await.unwrap();
        let late = care::plan(&mut tx, &write, &new_intervention(&kit, id, Doer::Us), ours(&kit)).await;
        assert!(matches!(late, Err(Error::Stale)));
    }

    async fn a_colleague_who_was_quicker_is_read_before_more_is_said_of_a_need(kit: Kit) {
        let subject = somebody(&kit).await;
        found_need(&kit, subject, kit.now - Duration::days(2)).await;
        let before = needs(&kit, subject).await[0].as_seen();
        said_why(&kit, subject, NoGoalReason::Declined, kit.now - Duration::hours(1)).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<WriteCarePlan>(subject).await.unwrap();
        let goal = new_goal(&kit, Some(before.clone()));
        assert!(matches!(care::set_goal(&mut tx, &grant, &goal).await, Err(Error::Stale)));
        let reason = NewReason { need: before, reason: NoGoalReason::NotNow, words: String::new() };
        assert!(matches!(care::say_why(&mut tx, &grant, &reason).await, Err(Error::Stale)));
        drop(tx);
        let now = needs(&kit, subject).await.remove(0);
        assert_eq!(now.reason().unwrap().0, NoGoalReason::Declined);
        assert_eq!(now.said.len(), 1, "nothing was said over the colleague's words");
        set(&kit, subject, Some(now.as_seen())).await;
        let said: Vec<Said> = needs(&kit, subject).await[0].said.iter().map(|one| one.said).collect();
        assert_eq!(said, [Said::Goal(GoalState::WorkingOn), Said::NoGoal(NoGoalReason::Declined)], "newest first");
    }

    async fn who_decides_has_seen_what_a_colleague_decided(kit: Kit) {
        let subject = somebody(&kit).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<WriteCarePlan>(subject).await.unwrap();
        care::decide(&mut tx, &grant, &new_decision(&kit, 0)).await.unwrap();
        assert!(matches!(care::decide(&mut tx, &grant, &new_decision(&kit, 0)).await, Err(Error::Stale)));
        care::decide(&mut tx, &grant, &new_decision(&kit, 1)).await.unwrap();
        let view = tx.authorise::<ViewClinical>(subject).await.unwrap();
        assert_eq!(care::decisions(&mut tx, &view).await.unwrap().len(), 2);
    }

    async fn a_decision_keeps_what_was_considered(kit: Kit) {
        let subject = somebody(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<WriteCarePlan>(subject).await.unwrap();
        let new = new_decision(&kit, 0);
        care::decide(&mut tx, &grant, &new).await.unwrap();
        let view = tx.authorise::<ViewClinical>(subject).await.unwrap();
        let kept = care::decisions(&mut tx, &view).await.unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].least_restrictive, new.least_restrictive);
        assert_eq!((kept[0].at, kept[0].entered_at), (new.at, kit.now));
    }

    async fn every_change_of_the_plan_is_in_the_audit_log(kit: Kit) {
        let subject = somebody(&kit).await;
        let id = set(&kit, subject, None).await;
        let found = Evaluation::new(GoalState::Reached, "", "").unwrap();
        evaluated(&kit, subject, id, 1, &found).await.unwrap();
        goal(&kit, subject, id).await;
        let mut read = kit.store.read().await.unwrap();
        let person: Value = person_of(subject).into();
        let sql = "SELECT verb FROM audit_row WHERE person = $1 AND classes LIKE '%care_plan%' ORDER BY seq";
        let rows = raw::fetch_all(&mut read, sql, vec![person]).await.unwrap();
        let verbs: Vec<String> = rows.iter().map(|row| row.get("verb").unwrap()).collect();
        assert_eq!(verbs, ["create", "close", "view"]);
    }
}
