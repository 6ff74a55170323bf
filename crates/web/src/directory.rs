//! The directory of services: found by kind and area, kept by those who may, with the day it was
//! last checked.

use crate::{Answer, App, Cx, Errors, Fields, Problem};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::get;
use chrono::NaiveDate;
use minijinja::{Value, context};
use throughline_domain::ids::DirectoryId;
use throughline_domain::name::folded;
use throughline_domain::referral::HelpKind;
use throughline_domain::time::{days_ago, london_date, parse_date};
use throughline_policy::{ChangeDirectory, Class, Subject, Verb, ViewDirectory};
use throughline_store::directory::{self, Service};
use uuid::Uuid;

/// Days after which an entry is to be checked before it is relied on.
const RELIABLE_DAYS: i64 = 180;

/// The pages of the directory.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/directory", get(list))
        .route("/directory/new", get(new_page).post(create))
        .route("/directory/{service}", get(show).post(checked))
        .route("/directory/{service}/edit", get(edit_page).post(edit))
}

/// What is looked for. Nothing of a person, so it may stand in the address.
#[derive(Debug, Default, serde::Deserialize, serde::Serialize)]
struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    area: String,
}

impl Wanted {
    fn fits(&self, service: &Service) -> bool {
        let words = folded(&format!("{} {} {}", service.name, service.accepts, service.area));
        folded(&self.q).split_whitespace().all(|word| words.contains(word))
            && (self.kind.is_empty() || service.kind.code() == self.kind)
            && (self.area.is_empty() || service.area == self.area)
    }

    /// The filters that are on, each with the address that takes it off.
    fn chosen(&self) -> Vec<Value> {
        let kind = HelpKind::from_code(&self.kind).map(|kind| ("kind", kind.label().to_owned()));
        let area = Some(("area", self.area.clone())).filter(|(_, area)| !area.is_empty());
        let q = Some(("q", self.q.trim().to_owned())).filter(|(_, q)| !q.is_empty());
        let on = [q, kind, area].into_iter().flatten();
        on.map(|(name, text)| context! { text, remove_href => self.without(name) }).collect()
    }

    fn without(&self, name: &str) -> String {
        let all = [("q", &self.q), ("kind", &self.kind), ("area", &self.area)];
        let kept = all.iter().filter(|(known, value)| *known != name && !value.is_empty());
        let pairs: Vec<String> = kept.map(|(known, value)| format!("{known}={}", encoded(value))).collect();
        if pairs.is_empty() { "/directory".to_owned() } else { format!("/directory?{}", pairs.join("&")) }
    }
}

/// Percent-encodes a value of a query.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn service_value(service: &Service, today: NaiveDate) -> Value {
    let checked = days_ago(service.checked_on, today);
    let (words, tone) = match (service.active, (today - service.checked_on).num_days() > RELIABLE_DAYS) {
        (false, _) => ("Not taking referrals", "quiet"),
        (true, true) => ("Check before you rely on it", "warn"),
        (true, false) => ("Taking referrals", "good"),
    };
    context! { kind_label => service.kind.label(), checked, words, tone, ..Value::from_serialize(service) }
}

fn kinds(chosen: &str) -> Vec<Value> {
    HelpKind::ALL
        .iter()
        .map(|kind| context! { code => kind.code(), label => kind.label(), checked => kind.code() == chosen })
        .collect()
}

async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Answer {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewDirectory>(Subject::default()).await?;
    let all = directory::all(&mut tx, &grant).await?;
    tx.commit().await?;
    let today = london_date(cx.now);
    let mut areas: Vec<&str> =
        all.iter().map(|service| service.area.as_str()).filter(|area| !area.is_empty()).collect();
    areas.sort_unstable();
    areas.dedup();
    let areas = areas.iter().map(|area| context! { code => area, label => area, checked => *area == wanted.area });
    let found: Vec<Value> =
        all.iter().filter(|service| wanted.fits(service)).map(|service| service_value(service, today)).collect();
    cx.page(
        "directory/list.html",
        context! {
            heading => "Directory of services",
            total => all.len(),
            services => found,
            kinds => kinds(&wanted.kind),
            areas => areas.collect::<Vec<_>>(),
            chosen => wanted.chosen(),
            wanted,
            may_change => cx.role_may(Verb::Change, Class::Directory),
        },
    )
}

async fn find(cx: &Cx, id: DirectoryId) -> Result<Service, Problem> {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewDirectory>(Subject::default()).await?;
    let service = directory::get(&mut tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    tx.commit().await?;
    Ok(service)
}

fn crumbs() -> Vec<Value> {
    vec![context! { text => "Directory", href => "/directory" }]
}

async fn show(cx: Cx, Path(id): Path<DirectoryId>) -> Answer {
    let service = find(&cx, id).await?;
    cx.page(
        "directory/show.html",
        context! {
            heading => service.name,
            crumbs => crumbs(),
            service => service_value(&service, london_date(cx.now)),
            may_change => cx.role_may(Verb::Change, Class::Directory),
        },
    )
}

/// "I checked this today": the entry is as it should be.
async fn checked(cx: Cx, Path(id): Path<DirectoryId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let view = act.authorise::<ViewDirectory>(Subject::default()).await?;
    let grant = act.authorise::<ChangeDirectory>(Subject::default()).await?;
    let known = directory::get(&mut act, &view, id).await?.ok_or(Problem::NotFound)?;
    let service = Service { version: fields.version()?, checked_on: london_date(cx.now), ..known };
    directory::change(&mut act, &grant, &service).await?;
    act.done(&format!("/directory/{id}")).await
}

async fn new_page(cx: Cx) -> Answer {
    draw_form(&cx, None, None, &Errors::default())
}

async fn edit_page(cx: Cx, Path(id): Path<DirectoryId>) -> Answer {
    let service = find(&cx, id).await?;
    draw_form(&cx, Some(&service), None, &Errors::default())
}

fn draw_form(cx: &Cx, service: Option<&Service>, fields: Option<&Fields>, errors: &Errors) -> Answer {
    if !cx.role_may(Verb::Change, Class::Directory) {
        return Err(Problem::NotFound);
    }
    let today = london_date(cx.now);
    let typed = match (fields, service) {
        (Some(fields), _) => fields.typed(),
        (None, Some(service)) => {
            context! { active => if service.active { "yes" } else { "no" }, checked_on => today.to_string(), ..Value::from_serialize(service) }
        }
        (None, None) => context! { active => "yes", checked_on => today.to_string() },
    };
    let kind = fields.map_or_else(
        || service.map_or("", |service| service.kind.code()).to_owned(),
        |fields| fields.text("kind").to_owned(),
    );
    let values = context! {
        heading => if service.is_some() { "Correct a service" } else { "Add a service" },
        crumbs => crumbs(),
        version => service.map(|service| service.version),
        kinds => kinds(&kind),
        typed,
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("directory/form.html", errors, values)
}

/// Reads the form of a service.
fn asked(fields: &Fields, id: DirectoryId, version: i64, today: NaiveDate, errors: &mut Errors) -> Option<Service> {
    let text = |name: &str| fields.text(name).trim().to_owned();
    if text("name").is_empty() {
        errors.add("name", "Enter the name of the service");
    }
    let kind = HelpKind::from_code(fields.text("kind"));
    if kind.is_none() {
        errors.add("kind", "Choose what kind of help it gives");
    }
    if text("area").is_empty() {
        errors.add("area", "Enter the area it covers, such as a borough, or 'England'");
    }
    if text("phone").is_empty() && text("email").is_empty() {
        errors.add("phone", "Enter a telephone number or an email address, so that it can be reached");
    }
    let active = fields.text("active") != "no";
    let checked_on = match parse_date(fields.text("checked_on"), today) {
        Ok(date) if date > today => {
            errors.add("checked_on", "The day it was checked cannot be in the future");
            None
        }
        Ok(date) => Some(date),
        Err(error) => {
            errors.add("checked_on", error.to_string());
            None
        }
    };
    let service = Service {
        id,
        version,
        name: text("name"),
        kind: kind?,
        area: text("area"),
        phone: text("phone"),
        email: text("email"),
        hours: text("hours"),
        accepts: text("accepts"),
        active,
        checked_on: checked_on?,
    };
    errors.is_empty().then_some(service)
}

async fn create(cx: Cx, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let id = DirectoryId::new(Uuid::now_v7());
    let Some(service) = asked(&fields, id, 1, london_date(cx.now), &mut errors) else {
        return draw_form(&cx, None, Some(&fields), &errors);
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeDirectory>(Subject::default()).await?;
    directory::create(&mut act, &grant, &service).await?;
    act.done(&format!("/directory/{id}")).await
}

async fn edit(cx: Cx, Path(id): Path<DirectoryId>, fields: Fields) -> Answer {
    let before = find(&cx, id).await?;
    let mut errors = Errors::default();
    let Some(service) = asked(&fields, id, fields.version()?, london_date(cx.now), &mut errors) else {
        let stated = Service { version: fields.version()?, ..before };
        return draw_form(&cx, Some(&stated), Some(&fields), &errors);
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeDirectory>(Subject::default()).await?;
    directory::change(&mut act, &grant, &service).await?;
    act.done(&format!("/directory/{id}")).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, kind: HelpKind, area: &str) -> Service {
        Service {
            id: DirectoryId::new(Uuid::from_u128(1)),
            version: 1,
            name: name.into(),
            kind,
            area: area.into(),
            phone: String::new(),
            email: String::new(),
            hours: String::new(),
            accepts: "Adults who sleep rough".into(),
            active: true,
            checked_on: NaiveDate::default(),
        }
    }

    #[test]
    fn services_are_found_by_any_words_kind_and_area() {
        let hostel = service("St Jude's Night Shelter", HelpKind::Housing, "Bromley");
        let wanted = |q: &str, kind: &str, area: &str| Wanted { q: q.into(), kind: kind.into(), area: area.into() };
        assert!(wanted("ROUGH shelter", "", "").fits(&hostel));
        assert!(wanted("", "housing", "Bromley").fits(&hostel));
        assert!(!wanted("", "debt", "").fits(&hostel));
        assert!(!wanted("veteran", "housing", "").fits(&hostel));
    }

    #[test]
    fn a_filter_is_taken_off_alone() {
        let wanted = Wanted { q: "night & day".into(), kind: "housing".into(), area: String::new() };
        assert_eq!(wanted.without("kind"), "/directory?q=night%20%26%20day");
        assert_eq!(Wanted { q: String::new(), ..wanted }.without("kind"), "/directory");
    }

    #[test]
    fn an_entry_that_nobody_checked_for_half_a_year_says_so() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        let old = Service { checked_on: today - chrono::Duration::days(200), ..service("A", HelpKind::Gp, "Bexley") };
        let value = service_value(&old, today);
        assert_eq!(value.get_attr("words").unwrap().as_str(), Some("Check before you rely on it"));
        assert_eq!(value.get_attr("checked").unwrap().as_str(), Some("6 months ago"));
    }
}
