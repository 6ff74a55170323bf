//! Adding a person, which only follows a search; and opening an episode for them.

use super::details::{self, Identity, contact};
use super::frame;
use super::note::note;
use crate::asking::{codes, typed_date};
use crate::people_found::{SHOWN, looked_for, rows};
use crate::{Act, Answer, Asking, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use minijinja::{Value, context};
use throughline_domain::calendar::OpeningHours;
use throughline_domain::episode::{LegalStatus, ReferralSource};
use throughline_domain::identifier;
use throughline_domain::ids::{EpisodeId, PersonId};
use throughline_domain::place::{PointOfContact, SiteKind};
use throughline_domain::search::Search;
use throughline_domain::time::london_date;
use throughline_matching::Description;
use throughline_policy::{Class, CreatePerson, OpenEpisode, SearchPeople, Subject, Verb, ViewEpisode, ViewIdentity};
use throughline_store::episodes::{self, Justice, NewEpisode};
use throughline_store::organisations::Site;
use throughline_store::people::{self, NewPerson};
use throughline_store::search::{self, Candidate, Found};
use uuid::Uuid;

/// What is owed first of an episode.
const FIRST_ACTION: &str = "Meet the person: offer, consent and screening";

/// Nobody is added without a search: whoever comes by an address is sent to it.
pub(super) async fn search_first() -> Redirect {
    Redirect::to("/people")
}

/// The form for a new person, below those whom the search just made has shown.
pub(super) async fn show(cx: Cx, fields: Fields) -> Answer {
    if fields.given("q").is_none() {
        return Ok(Redirect::to("/people").into_response());
    }
    let search = Search::read(fields.text("q"), london_date(cx.now));
    let site = cx.site().ok();
    let answer = |field: &str| first_answer(&search, site, field);
    draw(&cx, &fields, &Asking { answer: &answer, errors: &Errors::default() }, &[]).await
}

/// What the form shows first: everything that was typed into the search, and what the site gives.
fn first_answer(search: &Search, site: Option<&Site>, field: &str) -> String {
    match field {
        "forenames" => search.name.forenames.clone(),
        "surname" => search.name.surname.clone(),
        "date_of_birth" => search.date_of_birth.map(typed_date).unwrap_or_default(),
        "nhs_number" => search.nhs_number.clone().unwrap_or_default(),
        "pnc" => search.pnc.clone().unwrap_or_default(),
        "postcode" => search.postcode.clone().unwrap_or_default(),
        "custody_number" => search.custody_numbers.first().cloned().unwrap_or_default(),
        _ => site.and_then(|site| site_answer(site.kind, field)).unwrap_or_default().to_owned(),
    }
}

/// What most people at a site of this kind are.
fn site_answer(kind: SiteKind, field: &str) -> Option<&'static str> {
    Some(match field {
        "point_of_contact" => PointOfContact::from(kind).code(),
        "referral_source" if kind.is_court() => ReferralSource::Courts.code(),
        "referral_source" => ReferralSource::Police.code(),
        "legal_status" if kind == SiteKind::Custody => LegalStatus::Pace.code(),
        "legal_status" => LegalStatus::NotKnown.code(),
        _ => return None,
    })
}

async fn draw(cx: &Cx, fields: &Fields, asking: &Asking<'_>, more: &[PersonId]) -> Answer {
    let q = fields.text("q");
    let mut shown = shown_ids(fields);
    shown.extend(more);
    let mut tx = cx.begin().await?;
    if !tx.may::<CreatePerson>(Subject::default()).await? {
        return Err(Problem::NotFound);
    }
    let grant = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let search = Search::read(q, london_date(cx.now));
    let found: Vec<Found> = search::shown_before(&mut tx, &grant, &looked_for(&search), shown.clone()).await?;
    let candidates = rows(cx, &mut tx, &found).await?;
    tx.commit().await?;
    let values = context! {
        heading => "Add a person",
        back => context! { href => "/people", text => "Back to search" },
        q,
        shown => shown.iter().map(ToString::to_string).collect::<Vec<_>>(),
        candidates,
        ask_again => fields.ticked("nobody_of_these") || asking.errors.of("nobody_of_these").is_some(),
        nobody_of_these => fields.ticked("nobody_of_these"),
        nobody_error => asking.errors.of("nobody_of_these"),
        identity => details::identity_questions(asking),
        pnc => asking.question("text", "pnc", "PNC ID", "For example, 2012/0345678X"),
        needs => details::needs_questions(asking),
        contact => details::contact_questions(asking),
        episode => episode_part(cx, asking),
        errors => asking.errors.summary(),
    };
    if asking.errors.is_empty() {
        cx.page("people/new.html", values)
    } else {
        cx.page_with_errors("people/new.html", values)
    }
}

/// The ids that the search showed, as the form carries them.
fn shown_ids(fields: &Fields) -> Vec<PersonId> {
    fields.all("shown").filter_map(|id| id.parse().ok()).take(SHOWN * 2).collect()
}

/// The questions of an episode, for those who may open one at a site of theirs.
fn episode_part(cx: &Cx, asking: &Asking<'_>) -> Option<Value> {
    let site = cx.site().ok().filter(|_| cx.role_may(Verb::Create, Class::Episode))?;
    Some(context! {
        site => site.name,
        open => asking.yes_no("open_episode", "Open an episode now?", "Yes when they are here, or are about to be seen"),
        questions => episode_questions(asking),
    })
}

fn episode_questions(asking: &Asking<'_>) -> Vec<Value> {
    vec![
        asking.choice(
            "select",
            "point_of_contact",
            "Where they came to the service",
            "",
            codes(PointOfContact::ALL, PointOfContact::code, PointOfContact::label),
        ),
        asking.choice(
            "select",
            "referral_source",
            "Who told the service",
            "",
            codes(ReferralSource::ALL, ReferralSource::code, ReferralSource::label),
        ),
        asking.choice(
            "select",
            "legal_status",
            "Legal status",
            "",
            codes(LegalStatus::ALL, LegalStatus::code, LegalStatus::label),
        ),
        asking.question("text", "custody_number", "Custody number, if they have one", ""),
    ]
}

/// Adds the person and, when asked, opens an episode.
pub(super) async fn create(cx: Cx, fields: Fields) -> Answer {
    if fields.given("q").is_none() {
        return Ok(Redirect::to("/people").into_response());
    }
    let mut errors = Errors::default();
    let identity = Identity::read(&fields, london_date(cx.now), &mut errors);
    let pnc = read_pnc(&fields, &mut errors);
    let episode = fields.text("open_episode") == "yes";
    let facts = if episode { read_episode(&fields, &mut errors) } else { None };
    if cx.role_may(Verb::Create, Class::Episode) && fields.given("open_episode").is_none() {
        errors.add("open_episode", "Say whether to open an episode now");
    }
    let more = unseen_candidates(&cx, &fields, &identity, pnc.as_deref(), &mut errors).await?;
    if !errors.is_empty() {
        let answer = |field: &str| fields.text(field).to_owned();
        return draw(&cx, &fields, &Asking { answer: &answer, errors: &errors }, &more).await;
    }
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<CreatePerson>(Subject::default()).await?;
    let person = PersonId::new(Uuid::now_v7());
    people::create(&mut act, &grant, person, &new_person(identity, pnc, &fields)).await?;
    note(&cx, &mut act, person, "Added to Throughline").await?;
    match facts {
        Some(facts) => {
            let episode = open(&cx, &mut act, person, facts).await?;
            act.done(&format!("/episodes/{episode}")).await
        }
        None => act.done(&format!("/people/{person}?done=added")).await,
    }
}

fn new_person(identity: Identity, pnc: Option<String>, fields: &Fields) -> NewPerson {
    NewPerson {
        name: identity.name,
        date_of_birth: identity.date_of_birth,
        gender: Some(identity.gender),
        ethnicity: Some(identity.ethnicity),
        nhs_number: identity.nhs_number,
        identifiers: pnc.map(|pnc| ("pnc".to_owned(), pnc)).into_iter().collect(),
        adjustments: identity.adjustments,
        language: identity.language,
        interpreter: identity.interpreter,
        contact: contact(fields),
        aliases: Vec::new(),
    }
}

/// A PNC id is kept as written when its letter is wrong: lists carry such ones.
fn read_pnc(fields: &Fields, errors: &mut Errors) -> Option<String> {
    let text = fields.given("pnc")?;
    let read = identifier::pnc(text);
    if read.is_none() {
        errors.add("pnc", "A PNC ID looks like 2012/0345678X. Leave it empty when you do not know it");
    }
    read.map(|pnc| pnc.canonical)
}

/// People who may be the one described by the whole form and were not shown with the search.
/// Somebody who may be known is never added before the reader has seen whom it may be.
async fn unseen_candidates(
    cx: &Cx,
    fields: &Fields,
    identity: &Identity,
    pnc: Option<&str>,
    errors: &mut Errors,
) -> Result<Vec<PersonId>, Problem> {
    let described = Description {
        name: identity.name.clone(),
        date_of_birth: identity.date_of_birth,
        postcodes: fields.given("postcode").map(str::to_owned).into_iter().collect(),
        pnc: pnc.map(str::to_owned),
        nhs_number: identity.nhs_number.as_ref().map(|number| number.digits().to_owned()),
        ..Description::default()
    };
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let candidates: Vec<Candidate> = search::candidates(&mut tx, &grant, &described, SHOWN).await?;
    tx.commit().await?;
    let taken = |one: &Candidate| identity.nhs_number.is_some() && one.person.nhs_number == identity.nhs_number;
    if candidates.iter().any(taken) {
        errors.add(
            "nhs_number",
            "Somebody already has this NHS number: they are in the list above. Open them, or check the number",
        );
    }
    let shown = shown_ids(fields);
    let unseen: Vec<PersonId> = candidates.iter().map(|one| one.person.id).filter(|id| !shown.contains(id)).collect();
    if !unseen.is_empty() {
        errors.add("nobody_of_these", "With these details there are more people whom it may be: look at the list, and say that it is nobody there");
    } else if !candidates.is_empty() && !fields.ticked("nobody_of_these") {
        errors.add("nobody_of_these", "Say that it is nobody in the list above");
    }
    Ok(unseen)
}

/// The facts of an episode, as typed.
#[derive(Debug)]
struct Facts {
    point_of_contact: PointOfContact,
    referral_source: ReferralSource,
    legal_status: LegalStatus,
    custody_number: String,
}

fn read_episode(fields: &Fields, errors: &mut Errors) -> Option<Facts> {
    let point_of_contact = PointOfContact::from_code(fields.text("point_of_contact"));
    let referral_source = ReferralSource::from_code(fields.text("referral_source"));
    let legal_status = LegalStatus::from_code(fields.text("legal_status"));
    if point_of_contact.is_none() {
        errors.add("point_of_contact", "Choose where they came to the service");
    }
    if referral_source.is_none() {
        errors.add("referral_source", "Choose who told the service");
    }
    if legal_status.is_none() {
        errors.add("legal_status", "Choose the legal status, or 'Not known'");
    }
    Some(Facts {
        point_of_contact: point_of_contact?,
        referral_source: referral_source?,
        legal_status: legal_status?,
        custody_number: fields.text("custody_number").trim().to_owned(),
    })
}

async fn open(cx: &Cx, act: &mut Act, person: PersonId, facts: Facts) -> Result<EpisodeId, Problem> {
    let site = cx.site()?;
    let episode = EpisodeId::new(Uuid::now_v7());
    let subject = Subject { person: Some(person), episode: Some(episode), site: Some(site.id) };
    let grant = act.authorise::<OpenEpisode>(subject).await?;
    let hours: Option<OpeningHours> = serde_json::from_str(&site.hours).ok();
    let new = NewEpisode {
        id: episode,
        site_id: site.id,
        entry_id: None,
        point_of_contact: facts.point_of_contact,
        referral_source: facts.referral_source,
        legal_status: facts.legal_status,
        justice: Justice { custody_number: facts.custody_number, ..Justice::default() },
        next_hearing_at: None,
        out_of_hours: hours.is_some_and(|hours| !hours.is_open(cx.now)),
        owner: cx.signed_in.user.id,
        next_action: FIRST_ACTION.into(),
        next_action_due: episodes::soon(cx.now),
    };
    episodes::open(act, &grant, &new).await?;
    Ok(episode)
}

/// The form that opens an episode for somebody who is known.
pub(super) async fn episode_form(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    let site = cx.site().ok();
    let search = Search::default();
    let answer = |field: &str| first_answer(&search, site, field);
    draw_episode(&cx, person, &Asking { answer: &answer, errors: &Errors::default() }).await
}

async fn draw_episode(cx: &Cx, person: PersonId, asking: &Asking<'_>) -> Answer {
    let site = cx.site()?;
    let mut tx = cx.begin().await?;
    if !tx.may::<OpenEpisode>(person).await? {
        return Err(Problem::NotFound);
    }
    let frame = frame::open(&mut tx, person, "").await?;
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    let standing: Vec<Value> = episodes::of_person(&mut tx, &grant)
        .await?
        .into_iter()
        .filter(|episode| episode.closed_at.is_none())
        .map(|episode| context! { id => episode.id.to_string(), site => episode.site_name, opened_at => episode.opened_at, owner => episode.owner_name })
        .collect();
    tx.commit().await?;
    let values = context! {
        heading => "Open an episode",
        back => context! { href => format!("/people/{person}"), text => "Back to the summary" },
        site => site.name,
        standing,
        questions => episode_questions(asking),
        errors => asking.errors.summary(),
        ..frame.value
    };
    if asking.errors.is_empty() {
        cx.page("people/episode.html", values)
    } else {
        cx.page_with_errors("people/episode.html", values)
    }
}

/// Opens an episode for somebody who is known.
pub(super) async fn open_episode(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let facts = read_episode(&fields, &mut errors);
    let Some(facts) = facts else {
        let answer = |field: &str| fields.text(field).to_owned();
        return draw_episode(&cx, person, &Asking { answer: &answer, errors: &errors }).await;
    };
    let mut act = cx.act(&fields).await?;
    act.authorise::<ViewIdentity>(person).await?;
    let episode = open(&cx, &mut act, person, facts).await?;
    act.done(&format!("/episodes/{episode}")).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_starts_with_what_was_typed_and_what_the_site_gives() {
        let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        let search = Search::read("Kowalski, Jan 12 mar 84 01PY/77/26", today);
        let first = |field| first_answer(&search, None, field);
        assert_eq!(first("forenames"), "Jan");
        assert_eq!(first("date_of_birth"), "12/3/1984");
        assert_eq!(first("custody_number"), "01PY/77/26");
        assert_eq!(first("point_of_contact"), "");
        assert_eq!(site_answer(SiteKind::Custody, "legal_status"), Some("pace"));
        assert_eq!(site_answer(SiteKind::Magistrates, "referral_source"), Some("E2"));
    }
}
