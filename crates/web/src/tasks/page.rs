//! The page of a task: what to know before making contact, what was tried, and what came of it.

use super::questions::{Questions, options};
use crate::asking::only_when;
use crate::banner::{self, Banner};
use crate::forms::WITHHELD;
use crate::{Answer, Cx, Errors, Fields, Problem, risk};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::board;
use throughline_domain::contact::{AfterContact, Attendance, ContactMode, missed_in_a_row};
use throughline_domain::ids::TaskId;
use throughline_domain::risk::AlertKind;
use throughline_domain::task::TaskState;
use throughline_policy::{ChangeFollowUp, RaiseAlert, Subject, ViewFollowUp, ViewNeedsPlan};
use throughline_store::contacts::{self, Contact};
use throughline_store::people::ContactDetails;
use throughline_store::records::{self, NeedsPlan};
use throughline_store::tasks::Task;
use throughline_store::users::{self, Colleague};
use throughline_store::{Tx, organisations};

/// The concerns that may be raised with a contact.
pub(super) const CONCERNS: &[AlertKind] = &[
    AlertKind::SelfHarm,
    AlertKind::SafeguardingAdult,
    AlertKind::SafeguardingChild,
    AlertKind::RiskToOthers,
    AlertKind::RiskFromOthers,
    AlertKind::Other,
];

/// Everything that the page shows.
pub(super) struct TaskPage {
    pub(super) task: Task,
    pub(super) contacts: Vec<Contact>,
    pub(super) age: Option<u32>,
    pub(super) colleagues: Vec<Colleague>,
    banner: Value,
    reach: Option<ContactDetails>,
    risk: Value,
    plan: Option<Vec<NeedsPlan>>,
    plan_words: &'static str,
    organisation: String,
    may_change: bool,
    pub(super) may_raise: bool,
}

pub(super) async fn show(cx: Cx, Path(id): Path<TaskId>) -> Answer {
    let page = load(&cx, id).await?;
    cx.page("tasks/show.html", page.values(&cx, &Fields::default(), &Errors::default()))
}

/// The page again with what was typed and what is wrong with it.
pub(super) fn show_errors(cx: &Cx, page: &TaskPage, typed: &Fields, errors: &Errors) -> Answer {
    cx.page_with_errors("tasks/show.html", page.values(cx, typed, errors))
}

pub(super) async fn load(cx: &Cx, id: TaskId) -> Result<TaskPage, Problem> {
    let mut tx = cx.begin().await?;
    let (subject, task) = super::find(&mut tx, id).await?;
    let Banner { age, value, .. } = banner::banner(&mut tx, task.person_id, Some(task.episode_id)).await?;
    let follow_up = tx.authorise::<ViewFollowUp>(subject).await?;
    let contacts = contacts::of_episode(&mut tx, &follow_up).await?;
    let reach = banner::contact_details(&mut tx, task.person_id).await?;
    let card = risk::read(&mut tx, subject).await?;
    let risk = risk::value(&card, cx.now, None, &|_| None);
    let (plan, plan_words) = plan(&mut tx, subject).await?;
    let colleagues = users::colleagues(&mut tx).await?;
    let organisations = organisations::all(&mut tx).await?;
    let may_change = tx.may::<ChangeFollowUp>(subject).await?;
    let may_raise = tx.may::<RaiseAlert>(subject).await?;
    tx.commit().await?;
    Ok(TaskPage {
        organisation: organisations
            .into_iter()
            .find(|one| one.id == task.organisation_id)
            .map(|one| one.name)
            .unwrap_or_default(),
        colleagues: colleagues.into_iter().filter(|one| one.organisation_id == task.organisation_id).collect(),
        task,
        contacts,
        age,
        banner: value,
        reach,
        risk,
        plan,
        plan_words,
        may_change,
        may_raise,
    })
}

/// Needs and plan, or why they are not shown.
async fn plan(tx: &mut Tx, subject: Subject) -> Result<(Option<Vec<NeedsPlan>>, &'static str), Problem> {
    if !tx.may::<ViewNeedsPlan>(subject).await? {
        return Ok((None, "Your role does not open needs and plan."));
    }
    let grant = tx.authorise::<ViewNeedsPlan>(subject).await?;
    match records::needs_plan(tx, &grant).await {
        Ok(told) if told.withheld => Ok((Some(told.plans), WITHHELD)),
        Ok(told) => Ok((Some(told.plans), "")),
        Err(throughline_store::Error::Corrupt(why)) => {
            tracing::error!(%why, "a snapshot could not be read");
            Ok((None, "Needs and plan could not be read. There may be something here: ask the owner of the episode."))
        }
        Err(error) => Err(error.into()),
    }
}

impl TaskPage {
    /// How many tries since the person was last reached came to nothing.
    pub(super) fn missed(&self) -> usize {
        missed_in_a_row(self.contacts.iter().map(|contact| contact.attendance))
    }

    fn owner(&self) -> Option<&Colleague> {
        self.task.owner_id.and_then(|owner| self.colleagues.iter().find(|one| one.id == owner))
    }

    fn values(&self, cx: &Cx, typed: &Fields, errors: &Errors) -> Value {
        let task = &self.task;
        let overdue = task.state == TaskState::Open && task.due_at < cx.now;
        context! {
            heading => task.title,
            caption => if task.title == task.kind.label() { "Task" } else { task.kind.label() },
            person => self.banner,
            crumbs => vec![
                context! { text => "Worklist", href => "/worklist" },
                context! { text => "Follow-up of this episode", href => format!("/episodes/{}/follow-up", task.episode_id) },
            ],
            errors => errors.summary(),
            task => context! {
                id => task.id.to_string(),
                version => task.version,
                is_open => task.state == TaskState::Open,
                is_contact => task.kind.is_contact(),
                // The task of a review has the id of what is looked at.
                review => task.kind.is_review().then(|| format!("/people/{}/care/interventions/{}", task.person_id, task.id)),
                record => task.record_id.map(|record| format!("/records/{record}")),
                state => task.state.label(),
                tone => match task.state { TaskState::Open => "info", TaskState::Done => "good", TaskState::Cancelled => "neutral" },
                outcome => task.outcome,
                owner => self.owner().map(|owner| owner.name.clone()),
                is_taken => task.owner_id.is_some(),
                is_mine => task.owner_id == Some(cx.signed_in.user.id),
                organisation => self.organisation,
                episode => task.episode_id.to_string(),
                person => task.person_id.to_string(),
                clock => context! {
                    name => "To do",
                    due => task.due_at,
                    state => if overdue { "overdue" } else if task.due_at - cx.now <= chrono::Duration::hours(4) { "soon" } else { "running" },
                    words => board::left_in_words(task.due_at, cx.now),
                    soon_minutes => 240,
                },
                due => task.due_at,
            },
            reach => self.reach,
            risk => self.risk,
            plan => self.plan,
            plan_words => self.plan_words,
            contacts => self.contacts.iter().map(|contact| contact_value(contact, self.age)).collect::<Vec<_>>(),
            missed => self.missed(),
            may_change => self.may_change,
            may_raise => self.may_raise,
            me => cx.signed_in.user.id.to_string(),
            may_take => self.colleagues.iter().any(|one| one.id == cx.signed_in.user.id),
            questions => self.questions(cx, typed, errors),
            hand_on_open => errors.concern(&["owner", "due_date", "due_time"]),
            not_needed_open => errors.concern(&["reason"]),
        }
    }

    fn questions(&self, cx: &Cx, typed: &Fields, errors: &Errors) -> Value {
        let ask = Questions::new(typed, errors);
        let attendance = Attendance::ALL.iter().map(|one| (one.code().to_owned(), one.label_for(self.age).to_owned()));
        let colleagues = self.colleagues.iter().map(|one| (one.id.to_string(), format!("{} ({})", one.name, one.role)));
        context! {
            mode => ask.choice("mode", "single", "How did you contact them?", "", "", options!(ContactMode::ALL)),
            attendance => ask.choice("attendance", "single", "What came of it?", "", "", attendance),
            at => ask.date_time("at", "When was it?", "Change this if you are writing it down later", Some(cx.now)),
            minutes => ask.text("minutes", "number", "How many minutes did it take?", "Leave empty if it does not matter", ""),
            note => ask.text("note", "long_text", "What was said or done", "Only what the next person needs", ""),
            after => ask.choice("after", "single", "What happens now?", "", "", options!(AfterContact::ALL)),
            again => only_when(
                ask.date_time("again", "When is the next try?", "A time left empty is 17:00", None),
                "after", AfterContact::Again.code(), "somebody tries again",
            ),
            why => only_when(
                ask.text("why", "long_text", "Why is no further contact needed?", "", ""),
                "after", AfterContact::NotNeeded.code(), "no further contact is needed",
            ),
            concern => ask.tick("concern", "Raise a concern with the NHS team", "They get a task at once, and the alert shows on the person's risk card"),
            concern_kind => only_when(
                ask.choice("concern_kind", "single", "What is the concern about?", "", "", options!(CONCERNS)),
                "concern", "yes", "you raise a concern",
            ),
            concern_words => only_when(
                ask.text("concern_words", "long_text", "What have you seen or heard?", "Use the person's own words where you can", ""),
                "concern", "yes", "you raise a concern",
            ),
            owner => ask.choice("owner", "select", "Hand to", "", "", colleagues),
            due => ask.date_time("due", "By when", "", Some(self.task.due_at)),
            reason => ask.text("reason", "long_text", "Why is this not needed?", "", ""),
            outcome => ask.text("outcome", "long_text", "What came of it", "", ""),
        }
    }
}

/// A contact as an entry of a timeline.
pub(super) fn contact_value(contact: &Contact, age: Option<u32>) -> Value {
    let tone = if contact.attendance.reached() { "good" } else { "warn" };
    let minutes = match contact.minutes {
        0 => String::new(),
        1 => ", 1 minute".to_owned(),
        minutes => format!(", {minutes} minutes"),
    };
    context! {
        at => contact.at,
        entered_at => (contact.entered_at - contact.at > chrono::Duration::minutes(10)).then_some(contact.entered_at),
        title => format!("{}{minutes}", contact.mode),
        by => format!("{}, {}", contact.by_name, contact.organisation_name),
        text => contact.note,
        status => context! { text => contact.attendance.label_for(age), tone },
    }
}
