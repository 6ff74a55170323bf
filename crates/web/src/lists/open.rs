//! Opening an episode from a line of a list: for the person decided on, or for a new one, with
//! nothing typed again; or going on with the episode that is open.

use super::entry;
use crate::line::{self, facts};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use axum::http::StatusCode;
use minijinja::context;
use throughline_domain::episode::{LegalStatus, ReferralSource};
use throughline_domain::ids::{EntryId, EpisodeId, PersonId};
use throughline_domain::list::{EntryState, ListKind, MatchDecision};
use throughline_lists::Entry;
use throughline_policy::{
    ChangeEpisode, ChangeJustice, ChangeList, Class, CreatePerson, Grant, OpenEpisode, SearchPeople, Subject,
    ViewEpisode, ViewJustice, ViewList,
};
use throughline_store::appointments::Appointment;
use throughline_store::episodes::{self, Episode, NewEpisode};
use throughline_store::events::{self, NewEvent};
use throughline_store::lists::{self, Best, Line};
use throughline_store::{Tx, appointments, elsewhere, organisations, people};
use uuid::Uuid;

/// Why an episode cannot be opened yet, and at which field it is said.
struct NotYet {
    field: &'static str,
    message: String,
}

/// Either a step done, or why it cannot be done yet.
type Step<T> = Result<Result<T, NotYet>, Problem>;

fn not_yet<T>(field: &'static str, message: &str) -> Result<T, NotYet> {
    Err(NotYet { field, message: message.to_owned() })
}

pub async fn open(cx: Cx, Path(id): Path<EntryId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let mut changing = entry::changing(&cx, id, &fields).await?;
    let line = changing.line.clone();
    if let Some(episode) = line.episode_id {
        return changing.act.done(&format!("/episodes/{episode}")).await;
    }
    let with_colleague =
        line.state == EntryState::BeingSeen && line.taken_by.is_some_and(|user| user != cx.signed_in.user.id);
    if line.version != version || with_colleague {
        return entry::overtaken(&cx, changing).await;
    }
    let listed = line::source(&line)?;
    let grant = changing.grant.clone();
    let act = &mut changing.act;
    let step = match person(act, &grant, &line, &listed, &fields).await? {
        Ok(person) => episode(&cx, act, &line, &listed, person, &fields).await?,
        Err(not_yet) => Err(not_yet),
    };
    let episode = match step {
        Ok(episode) => episode,
        Err(NotYet { field, message }) => {
            drop(changing.act);
            let errors = [context! { field_name => field, message }];
            let extra = context! { errors, open_field => field, open_error => message, typed => fields.typed() };
            return entry::again(&cx, id, StatusCode::UNPROCESSABLE_ENTITY, extra).await;
        }
    };
    lists::join_episode(act, &grant, id, episode).await?;
    changing.act.done(&format!("/episodes/{episode}")).await
}

/// The person decided on, or a new one once everybody it may be was looked at.
async fn person(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    line: &Line,
    listed: &Entry,
    fields: &Fields,
) -> Step<PersonId> {
    if let Some(person) = line.person_id {
        return Ok(Ok(person));
    }
    let view = tx.authorise::<ViewList>(line.site_id).await?;
    let search = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let possible = line::matches(tx, &view, &search, line::Listed::of(line, listed)).await?;
    let shown: Vec<&str> = fields.text("shown").split(' ').collect();
    if possible.shown().split_whitespace().any(|id| !shown.contains(&id)) {
        return Ok(not_yet(
            "possible-matches",
            "Somebody was found whom you have not been shown: look at the possible matches first",
        ));
    }
    if !possible.is_empty() && !fields.ticked("none_of_these") {
        return Ok(not_yet(
            "none_of_these",
            "Say whether one of the possible matches is this person: compare them, or confirm that none of them is",
        ));
    }
    let (different, described) = (MatchDecision::Different, facts::description(listed, line.list_date));
    for candidate in &possible.asked {
        lists::decide(tx, grant, line.id, candidate.person.id, different, &described, &candidate.scored).await?;
    }
    for candidate in &possible.elsewhere {
        elsewhere::decide(tx, grant, line.id, candidate.elsewhere.id, different, &described, &candidate.scored).await?;
    }
    let create = tx.authorise::<CreatePerson>(Subject::default()).await?;
    let person = PersonId::new(Uuid::now_v7());
    let mut new = facts::new_person(listed);
    if let Some(appointment) = appointment(tx, line).await? {
        // How to reach them safely was asked when they were booked in.
        new.contact.phone = appointment.details.phone;
        new.contact.safe_contact = appointment.details.safe_contact;
    }
    people::create(tx, &create, person, &new).await?;
    lists::link(tx, grant, line.id, line.version, Some(person)).await?;
    lists::set_best(tx, line.id, &Best::Nobody(String::new())).await?;
    Ok(Ok(person))
}

/// Goes on with the open episode of the same matter, or opens a new one.
async fn episode(
    cx: &Cx,
    tx: &mut Tx,
    line: &Line,
    listed: &Entry,
    person: PersonId,
    fields: &Fields,
) -> Step<EpisodeId> {
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    let mut open = episodes::of_person(tx, &grant).await?;
    open.retain(|episode| episode.closed_at.is_none());
    let same = same_matter(tx, line, listed, person, &open).await?;
    let chosen = fields.text("carry_on");
    if let Some(episode) = same.or_else(|| open.iter().find(|episode| episode.id.to_string() == chosen).cloned()) {
        return carry_on(cx, tx, line, listed, person, &episode).await.map(Ok);
    }
    if !open.is_empty() && chosen != "new" {
        return Ok(not_yet("carry_on", "Choose whether to go on with the open episode or to open a new one"));
    }
    open_new(cx, tx, line, listed, person).await.map(Ok)
}

/// The open episode of the same custody record at this site, or of the same case.
async fn same_matter(
    tx: &mut Tx,
    line: &Line,
    listed: &Entry,
    person: PersonId,
    open: &[Episode],
) -> Result<Option<Episode>, Problem> {
    let is = |known: &str, listed: &Option<String>| !known.is_empty() && listed.as_deref() == Some(known);
    let cases = facts::cases(listed);
    let is_one_of = |known: &str| known.split(facts::BETWEEN_CASES).any(|known| cases.iter().any(|case| case == known));
    for episode in open {
        let grant = tx
            .authorise::<ViewJustice>(Subject { person: Some(person), episode: Some(episode.id), site: None })
            .await?;
        let justice = episodes::justice(tx, &grant).await?;
        let here = episode.site_id == line.site_id;
        if here && (is(&justice.custody_number, &listed.custody_number) || is_one_of(&justice.urn)) {
            return Ok(Some(episode.clone()));
        }
    }
    Ok(None)
}

async fn carry_on(
    cx: &Cx,
    tx: &mut Tx,
    line: &Line,
    listed: &Entry,
    person: PersonId,
    episode: &Episode,
) -> Result<EpisodeId, Problem> {
    let subject = Subject { person: Some(person), episode: Some(episode.id), site: Some(episode.site_id) };
    let justice = tx.authorise::<ChangeJustice>(subject).await?;
    let held = line.kind == ListKind::Court && listed.in_custody && episode.legal_status == LegalStatus::Pace;
    let status = held.then_some(LegalStatus::ChargedHeld);
    episodes::carry_on(tx, &justice, status, &facts::justice(listed), facts::next_sitting(listed, cx.now)).await?;
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    let now = episodes::get(tx, &grant).await?.ok_or(Problem::NotFound)?;
    let change = tx.authorise::<ChangeEpisode>(subject).await?;
    let due = facts::first_step_due(cx.now, facts::next_sitting(listed, cx.now));
    episodes::hand_over(
        tx,
        &change,
        now.version,
        cx.signed_in.user.id,
        "See the person and bring the record up to date",
        due,
    )
    .await?;
    let words = format!("Goes on from the {}, with {}", line.kind.label().to_lowercase(), cx.signed_in.user.name);
    let new = NewEvent {
        at: None,
        site: Some(line.site_id),
        person: Some(person),
        episode: Some(episode.id),
        kind: "episode",
        class: Class::Episode,
        words,
        link: format!("/episodes/{}", episode.id),
    };
    events::add(tx, new).await?;
    Ok(episode.id)
}

/// The newest appointment of a line, when it is one of a voluntary attendance.
async fn appointment(tx: &mut Tx, line: &Line) -> Result<Option<Appointment>, Problem> {
    if line.kind != ListKind::Voluntary {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewList>(line.site_id).await?;
    Ok(appointments::of_line(tx, &grant, line.id).await?.into_iter().next())
}

/// Who told the service: of an appointment what was said when it was booked.
async fn told_by(tx: &mut Tx, line: &Line) -> Result<ReferralSource, Problem> {
    let newest = appointment(tx, line).await?;
    Ok(newest.map_or_else(|| facts::referral_source(line.kind), |newest| newest.details.referral_source))
}

async fn open_new(cx: &Cx, tx: &mut Tx, line: &Line, listed: &Entry, person: PersonId) -> Result<EpisodeId, Problem> {
    let site = organisations::site_by_id(tx, line.site_id).await?.ok_or(Problem::NotFound)?;
    let grant =
        tx.authorise::<OpenEpisode>(Subject { person: Some(person), episode: None, site: Some(site.id) }).await?;
    let new = NewEpisode {
        id: EpisodeId::new(Uuid::now_v7()),
        site_id: site.id,
        entry_id: Some(line.id),
        point_of_contact: facts::point_of_contact(line.kind, site.kind, listed),
        referral_source: told_by(tx, line).await?,
        legal_status: facts::legal_status(line.kind, listed),
        justice: facts::justice(listed),
        next_hearing_at: facts::next_sitting(listed, cx.now),
        out_of_hours: facts::out_of_hours(&site.hours, listed, cx.now),
        owner: cx.signed_in.user.id,
        next_action: "Offer and consent".into(),
        // Whoever is interviewed is seen before that.
        next_action_due: facts::first_step_due(cx.now, facts::next_sitting(listed, cx.now).or(listed.interview_at)),
    };
    episodes::open(tx, &grant, &new).await?;
    Ok(new.id)
}
