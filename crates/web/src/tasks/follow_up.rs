//! The follow-up of an episode: contacts, tasks, and who in the charity carries it on.

use super::page::contact_value;
use super::questions::{Questions, end_of_working_day, options, read_date_time};
use super::{of_episode, settle_next_action, tell};
use crate::banner::{self, Banner};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use chrono::Duration;
use minijinja::{Value, context};
use throughline_domain::board;
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::ids::{EpisodeId, OrganisationId, TaskId, UserId};
use throughline_domain::role::OrganisationKind;
use throughline_domain::task::{TaskKind, TaskState};
use throughline_policy::{
    ChangeEpisode, ChangeFollowUp, Class, Subject, Verb, ViewCarePlan, ViewConsent, ViewEpisode, ViewFollowUp,
};
use throughline_store::contacts::{self, Contact};
use throughline_store::episodes::{self, Episode};
use throughline_store::organisations::{self, Organisation};
use throughline_store::tasks::{self, NewTask, Task};
use throughline_store::users::{self, Colleague};
use throughline_store::{Tx, consents};
use uuid::Uuid;

/// The kinds of task that somebody adds by hand; the others follow from what is recorded.
const KINDS: &[TaskKind] = &[
    TaskKind::FollowUp,
    TaskKind::ContactAfterRelease,
    TaskKind::ChaseReferral,
    TaskKind::ChaseOutcome,
    TaskKind::Other,
];

/// Everything that the page shows.
struct FollowUpPage {
    subject: Subject,
    episode: Episode,
    tasks: Vec<Task>,
    contacts: Vec<Contact>,
    age: Option<u32>,
    banner: Value,
    /// What the person said of sharing with the link workers; `None` when the reader may not know.
    consent: Option<ConsentState>,
    partners: Vec<Organisation>,
    organisations: Vec<Organisation>,
    colleagues: Vec<Colleague>,
    may_change: bool,
    may_see_care: bool,
    may_allocate: bool,
}

pub(super) async fn show(cx: Cx, Path(id): Path<EpisodeId>) -> Answer {
    let page = load(&cx, id).await?;
    cx.page("tasks/follow_up.html", page.values(&cx, &Fields::default(), &Errors::default()))
}

async fn load(cx: &Cx, id: EpisodeId) -> Result<FollowUpPage, Problem> {
    let mut tx = cx.begin().await?;
    let subject = of_episode(&mut tx, id).await?;
    let grant = tx.authorise::<ViewFollowUp>(subject).await?;
    let person = grant.person();
    let Banner { age, value, .. } = banner::banner(&mut tx, person, Some(id)).await?;
    let tasks = tasks::of_episode(&mut tx, &grant).await?;
    let contacts = contacts::of_episode(&mut tx, &grant).await?;
    let episode = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(&mut tx, &episode).await?.ok_or(Problem::NotFound)?;
    let consent = consent(&mut tx, subject).await?;
    let organisations = organisations::all(&mut tx).await?;
    let colleagues = users::colleagues(&mut tx).await?;
    let may_change = tx.may::<ChangeFollowUp>(subject).await? && episode.closed_at.is_none();
    let may_see_care = tx.may::<ViewCarePlan>(subject).await?;
    let may_allocate = tx.may::<ChangeEpisode>(subject).await? && episode.closed_at.is_none();
    tx.commit().await?;
    let partners = organisations.iter().filter(|one| one.kind == OrganisationKind::Partner).cloned().collect();
    Ok(FollowUpPage {
        subject,
        episode,
        tasks,
        contacts,
        age,
        banner: value,
        consent,
        partners,
        organisations,
        colleagues,
        may_change,
        may_see_care,
        may_allocate,
    })
}

async fn consent(tx: &mut Tx, subject: Subject) -> Result<Option<ConsentState>, Problem> {
    if !tx.may::<ViewConsent>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewConsent>(subject).await?;
    let ledger = consents::ledger(tx, &grant).await?;
    Ok(Some(consents::state(&ledger, ConsentFor::LinkWorkers)))
}

impl FollowUpPage {
    fn organisation(&self, id: OrganisationId) -> &str {
        self.organisations.iter().find(|one| one.id == id).map_or("", |one| one.name.as_str())
    }

    fn name(&self, user: Option<UserId>) -> Option<&str> {
        self.colleagues.iter().find(|one| Some(one.id) == user).map(|one| one.name.as_str())
    }

    fn agreed(&self) -> bool {
        self.consent.is_some_and(ConsentState::permits)
    }

    /// Who may be given a task here: one's own colleagues, and the link workers who carry on.
    fn owners(&self, cx: &Cx) -> Vec<&Colleague> {
        let own = cx.signed_in.user.organisation_id;
        let partner = self.episode.link_organisation_id.filter(|_| self.agreed());
        self.colleagues
            .iter()
            .filter(|one| one.organisation_id == own || Some(one.organisation_id) == partner)
            .collect()
    }

    /// The open contact after release that is still with the NHS team.
    fn open_contact(&self) -> Option<&Task> {
        let is_ours = |task: &&Task| self.partners.iter().all(|partner| partner.id != task.organisation_id);
        self.tasks
            .iter()
            .filter(|task| task.kind == TaskKind::ContactAfterRelease && task.state == TaskState::Open)
            .find(is_ours)
    }

    fn values(&self, cx: &Cx, typed: &Fields, errors: &Errors) -> Value {
        let (open, ended): (Vec<&Task>, Vec<&Task>) = self.tasks.iter().partition(|task| task.state == TaskState::Open);
        let id = self.episode.id;
        let ask = Questions::new(typed, errors);
        context! {
            heading => "Follow-up",
            caption => self.episode.point_of_contact.label(),
            person => self.banner,
            crumbs => self.crumbs(cx),
            errors => errors.summary(),
            episode => id.to_string(),
            is_closed => self.episode.closed_at.is_some(),
            next_action => self.episode.next_action,
            next_action_due => self.episode.next_action_due,
            open => open.into_iter().map(|task| self.task_value(task, cx)).collect::<Vec<_>>(),
            ended => ended.into_iter().map(|task| self.task_value(task, cx)).collect::<Vec<_>>(),
            contacts => self.contacts.iter().map(|contact| contact_value(contact, self.age)).collect::<Vec<_>>(),
            may_change => self.may_change,
            care => self.may_see_care.then(|| format!("/people/{}/care", self.episode.person_id)),
            may_allocate => self.may_allocate,
            agreed => self.agreed(),
            consent => self.consent.map(ConsentState::label),
            consent_is_answer => self.consent.is_some_and(ConsentState::is_answer),
            may_record_consent => cx.role_may(Verb::Change, Class::Consent),
            allocated => self.episode.link_organisation_id.map(|organisation| context! {
                organisation => self.organisation(organisation),
                worker => self.name(self.episode.link_worker_id),
            }),
            has_partners => !self.partners.is_empty(),
            allocate_open => errors.concern(&["worker", "first_date", "first_time"]) || self.episode.link_organisation_id.is_none(),
            open_contact => self.open_contact().map(|task| task.due_at),
            add => self.add_questions(cx, &ask),
            allocate => self.allocate_questions(cx, &ask),
        }
    }

    fn crumbs(&self, cx: &Cx) -> Vec<Value> {
        let clinical = cx.role_may(Verb::View, Class::Board);
        let first = if clinical {
            context! { text => "Today", href => "/" }
        } else {
            context! { text => "Worklist", href => "/worklist" }
        };
        vec![first, context! { text => "Episode", href => format!("/episodes/{}", self.episode.id) }]
    }

    fn task_value(&self, task: &Task, cx: &Cx) -> Value {
        let overdue = task.due_at < cx.now;
        context! {
            href => format!("/tasks/{}", task.id),
            title => task.title,
            due => task.due_at,
            state => task.state.label(),
            outcome => task.outcome,
            owner => self.name(task.owner_id),
            organisation => self.organisation(task.organisation_id),
            clock => context! {
                name => "",
                due => task.due_at,
                state => if overdue { "overdue" } else if task.due_at - cx.now <= Duration::hours(4) { "soon" } else { "running" },
                words => board::left_in_words(task.due_at, cx.now),
                soon_minutes => 240,
            },
        }
    }

    fn add_questions(&self, cx: &Cx, ask: &Questions<'_>) -> Value {
        let owners =
            self.owners(cx).into_iter().map(|one| (one.id.to_string(), format!("{} ({})", one.name, one.role)));
        context! {
            kind => ask.choice("kind", "select", "What is owed", "", TaskKind::FollowUp.code(), options!(KINDS)),
            title => ask.text("title", "text", "What exactly", "Such as: ring about the housing appointment. No clinical detail: this shows on worklists", ""),
            due => ask.date_time("due", "By when", "A time left empty is 17:00", None),
            owner => ask.choice("owner", "select", "Who does it", "", &cx.signed_in.user.id.to_string(), owners),
        }
    }

    fn allocate_questions(&self, cx: &Cx, ask: &Questions<'_>) -> Value {
        let partners: Vec<(String, String)> = self
            .partners
            .iter()
            .flat_map(|partner| {
                let anybody = (format!("{}/", partner.id), format!("{}: whoever their lead chooses", partner.name));
                let workers = self.colleagues.iter().filter(|one| one.organisation_id == partner.id);
                let workers = workers
                    .map(|one| (format!("{}/{}", partner.id, one.id), format!("{}: {}", partner.name, one.name)));
                std::iter::once(anybody).chain(workers)
            })
            .collect();
        let two_days = cx.now + Duration::days(2);
        context! {
            worker => ask.choice("worker", "select", "Who follows up", "", "", partners),
            first => ask.date_time("first", "When is their first contact due?", "A time left empty is 17:00", Some(two_days)),
            hand_over => ask.tick("hand_over", "Hand over the contact within 48 hours as well", "It moves to their worklist, with the same date"),
        }
    }
}

/// Adds a task to the follow-up.
pub(super) async fn add(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let page = load(&cx, id).await?;
    let mut errors = Errors::default();
    let kind = TaskKind::from_code(fields.text("kind")).filter(|kind| KINDS.contains(kind));
    if kind.is_none() {
        errors.add("kind", "Choose what is owed");
    }
    let title = fields.given("title").or(kind.filter(|kind| *kind != TaskKind::Other).map(TaskKind::label));
    if title.is_none() {
        errors.add("title", "Say what exactly is owed");
    }
    let due = read_date_time(&fields, "due", cx.now, end_of_working_day(), &mut errors);
    if due.is_some_and(|due| due <= cx.now) {
        errors.add("due_date", "The date must be later than now");
    }
    let owner = fields.text("owner").parse::<UserId>().ok();
    let owner = owner.and_then(|owner| page.owners(&cx).into_iter().find(|one| one.id == owner));
    if owner.is_none() {
        errors.add("owner", "Choose who does it");
    }
    let (Some(kind), Some(title), Some(due_at), Some(owner), true) = (kind, title, due, owner, errors.is_empty())
    else {
        return cx.page_with_errors("tasks/follow_up.html", page.values(&cx, &fields, &errors));
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeFollowUp>(page.subject).await?;
    let task = NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id: grant.person(),
        episode_id: id,
        kind,
        title: title.to_owned(),
        due_at,
        owner_id: Some(owner.id),
        organisation_id: owner.organisation_id,
    };
    tasks::add(&mut act, &task).await?;
    tell(&mut act, page.subject, format!("Task added for {}: {title}", owner.name), format!("/tasks/{}", task.id))
        .await?;
    settle_next_action(&mut act, page.subject, title).await?;
    act.done(&format!("/episodes/{id}/follow-up")).await
}

/// Allocates the follow-up to the charity's link workers, with their first task.
pub(super) async fn allocate(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let page = load(&cx, id).await?;
    let mut errors = Errors::default();
    if !page.agreed() {
        errors.add("worker", "The person has not agreed to sharing with the charity: record their answer first");
    }
    let (partner, worker) = fields.text("worker").split_once('/').unwrap_or_default();
    let partner = page.partners.iter().find(|one| one.id.to_string() == partner);
    if partner.is_none() {
        errors.add("worker", "Choose who follows up");
    }
    let worker = page
        .colleagues
        .iter()
        .find(|one| one.id.to_string() == worker && Some(one.organisation_id) == partner.map(|one| one.id));
    let due = read_date_time(&fields, "first", cx.now, end_of_working_day(), &mut errors);
    if due.is_some_and(|due| due <= cx.now) {
        errors.add("first_date", "The date must be later than now");
    }
    let (Some(partner), Some(due_at), true) = (partner, due, errors.is_empty()) else {
        return cx.page_with_errors("tasks/follow_up.html", page.values(&cx, &fields, &errors));
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeEpisode>(page.subject).await?;
    // Consent may have been withdrawn while the form was filled in: asked again in this transaction.
    if !consent(&mut act, page.subject).await?.is_some_and(ConsentState::permits) {
        return Err(Problem::Stale);
    }
    let worker_id = worker.map(|one| one.id);
    episodes::allocate(&mut act, &grant, partner.id, worker_id).await?;
    let title = "First follow-up by the link worker";
    let task = NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id: grant.person(),
        episode_id: id,
        kind: TaskKind::FollowUp,
        title: title.into(),
        due_at,
        owner_id: worker_id,
        organisation_id: partner.id,
    };
    tasks::add(&mut act, &task).await?;
    if let Some(contact) = page.open_contact().filter(|_| fields.ticked("hand_over")) {
        let change = act.authorise::<ChangeFollowUp>(page.subject).await?;
        tasks::hand_to(&mut act, &change, contact.id, contact.version, partner.id, worker_id).await?;
    }
    tell(
        &mut act,
        page.subject,
        format!("Follow-up allocated to {}", partner.name),
        format!("/episodes/{id}/follow-up"),
    )
    .await?;
    settle_next_action(&mut act, page.subject, title).await?;
    act.done(&format!("/episodes/{id}/follow-up")).await
}
