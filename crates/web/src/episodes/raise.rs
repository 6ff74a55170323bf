//! Raising an alert by hand: what somebody saw, heard or was told, outside any form.

use crate::asking::only_when;
use crate::banner::banner;
use crate::pathway::{episode, subject};
use crate::{Act, Answer, Asking, Cx, Errors, Fields, Problem, risk};
use axum::extract::Path;
use minijinja::context;
use throughline_domain::ids::{AlertId, EpisodeId, UserId};
use throughline_domain::risk::AlertKind;
use throughline_domain::time::{Instant, date_long, london_date};
use throughline_policy::{RaiseAlert, Subject};
use throughline_store::Tx;
use throughline_store::alerts::{self, NewAlert, Owner};
use throughline_store::episodes::Episode;
use uuid::Uuid;

pub(super) async fn show(cx: Cx, Path(id): Path<EpisodeId>) -> Answer {
    draw(&cx, id, &Fields::default(), &Errors::default()).await
}

/// Who is asked to answer for the alert: the owner of the episode first, then whoever can.
async fn owners(tx: &mut Tx, episode: &Episode) -> Result<Vec<Owner>, Problem> {
    let mut owners = vec![Owner { id: episode.owner_id, name: episode.owner_name.clone() }];
    let others = risk::may_own(tx).await?.into_iter().filter(|one| one.id != episode.owner_id);
    owners.extend(others.map(|one| Owner { id: one.id, name: one.name }));
    Ok(owners)
}

/// Every kind that is raised now, what must be read first at the top.
fn kinds() -> Vec<(&'static str, &'static str)> {
    let mut kinds: Vec<AlertKind> = AlertKind::ALL.iter().copied().filter(|kind| kind.is_raised()).collect();
    kinds.sort_by_key(|kind| kind.tier());
    kinds.into_iter().map(|kind| (kind.code(), kind.label())).collect()
}

async fn draw(cx: &Cx, id: EpisodeId, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    let episode = episode(&mut tx, subject).await?;
    if !tx.may::<RaiseAlert>(subject).await? {
        return Err(Problem::NotFound);
    }
    let owners = owners(&mut tx, &episode).await?;
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    tx.commit().await?;
    let me = cx.signed_in.user.id;
    let asked = owners.iter().find(|one| one.id == me).or(owners.first()).map(|one| one.id.to_string());
    let today = date_long(london_date(cx.now));
    let answer = |field: &str| match fields.given(field) {
        Some(typed) => typed.to_owned(),
        None if field == "owner" => asked.clone().unwrap_or_default(),
        None if field == "due_at" => today.clone(),
        None => String::new(),
    };
    let asking = Asking { answer: &answer, errors };
    let named: Vec<(String, &str)> = owners.iter().map(|one| (one.id.to_string(), one.name.as_str())).collect();
    let values = context! {
        heading => "Raise an alert",
        person => banner.value,
        back => context! { href => format!("/episodes/{id}"), text => "Episode" },
        base => format!("/episodes/{id}"),
        of_person => episode.person_id.to_string(),
        questions => [
            asking.choice("select", "kind", "What is it about?", "", kinds()),
            asking.question(
                "long_text",
                "words",
                "What did you see or hear, or who told you what?",
                "In their own words where you can. Write no allegation here: it stands in the risk form",
            ),
            only_when(
                asking.date_time("due_at", "When is the medication due?", ""),
                "kind",
                AlertKind::MedicationDue.code(),
                "it is about medication due",
            ),
            asking.choice(
                "select",
                "owner",
                "Who is to answer for it?",
                "It stands on their worklist at once",
                named.iter().map(|(id, name)| (id.as_str(), *name)),
            ),
        ],
        errors => errors.summary(),
    };
    cx.page_of_form("episodes/raise.html", errors, values)
}

/// What was typed, understood.
struct Raised {
    kind: AlertKind,
    words: String,
    due_at: Option<Instant>,
    owner: UserId,
}

fn read(fields: &Fields, now: Instant, errors: &mut Errors) -> Option<Raised> {
    let kind = fields.given("kind").and_then(AlertKind::from_code).filter(|kind| kind.is_raised());
    if kind.is_none() {
        errors.add("kind", "Choose what the alert is about");
    }
    if fields.given("words").is_none() {
        errors.add("words", "Write what you saw or heard, or who told you what");
    }
    let due_at = match kind {
        Some(AlertKind::MedicationDue) => errors.moment(fields, "due_at", london_date(now)),
        _ => None,
    };
    let owner = fields.given("owner").and_then(|id| id.parse().ok());
    if owner.is_none() {
        errors.add("owner", "Choose who is to answer for the alert");
    }
    Some(Raised { kind: kind?, words: fields.text("words").to_owned(), due_at, owner: owner? })
        .filter(|_| errors.is_empty())
}

pub(super) async fn raise(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let Some(raised) = read(&fields, cx.now, &mut errors) else {
        return draw(&cx, id, &fields, &errors).await;
    };
    let mut act = cx.act(&fields).await?;
    let subject = subject(&mut act, id).await?;
    let episode = episode(&mut act, subject).await?;
    fields.of_person(episode.person_id)?;
    let Some(owner) = owners(&mut act, &episode).await?.into_iter().find(|one| one.id == raised.owner) else {
        drop(act);
        errors.add("owner", "Choose somebody from the list");
        return draw(&cx, id, &fields, &errors).await;
    };
    let (alert, is_new) = save(&mut act, subject, raised, owner).await?;
    let done = if is_new { "raised" } else { "stands" };
    act.done(&format!("/people/{}/alerts/{alert}?done={done}", episode.person_id)).await
}

/// The alert that stands now, and whether it is new.
async fn save(act: &mut Act, subject: Subject, raised: Raised, owner: Owner) -> Result<(AlertId, bool), Problem> {
    let grant = act.authorise::<RaiseAlert>(subject).await?;
    let id = AlertId::new(Uuid::now_v7());
    let Raised { kind, words, due_at, .. } = raised;
    let new = NewAlert { id, record: None, kind, detail: words, due_at, owner: Some(owner) };
    let stands = alerts::raise(act, &grant, &new).await?;
    Ok((stands, stands == id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(pairs: &[(&str, &str)]) -> Vec<&'static str> {
        let now: Instant = "2026-11-24T10:00:00Z".parse().unwrap();
        let mut errors = Errors::default();
        let read = read(&pairs.iter().copied().collect(), now, &mut errors);
        assert_eq!(read.is_some(), errors.is_empty());
        ["kind", "words", "due_at", "due_at.time", "owner"]
            .into_iter()
            .filter(|field| errors.of(field).is_some())
            .collect()
    }

    #[test]
    fn an_alert_says_what_and_whose_it_is_and_medication_says_when() {
        let me = Uuid::from_u128(7).to_string();
        assert_eq!(wrong(&[]), ["kind", "words", "owner"]);
        assert_eq!(wrong(&[("kind", "safeguarding"), ("words", "x"), ("owner", &me)]), ["kind"], "of whom is not said");
        let dose = [("kind", "medication_due"), ("words", "Insulin"), ("owner", me.as_str())];
        assert_eq!(wrong(&dose), ["due_at", "due_at.time"]);
        let when = [("due_at", "24/11/2026"), ("due_at.time", "14:30")];
        assert!(wrong(&[dose.as_slice(), &when].concat()).is_empty());
        assert!(wrong(&[("kind", "self_harm"), ("words", "Told me on the stairs"), ("owner", &me)]).is_empty());
    }

    #[test]
    fn what_must_be_read_first_is_offered_first() {
        assert_eq!(kinds()[0].0, "self_harm");
        assert!(kinds().iter().all(|(code, _)| *code != "safeguarding"));
    }
}
