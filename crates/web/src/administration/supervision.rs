//! New starters: until when what a colleague signs waits for a countersignature.

use crate::{Answer, App, Cx, Errors, Fields, Problem};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use chrono::{Duration, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::ids::UserId;
use throughline_domain::time::{date_long, london_date, parse_date};
use throughline_policy::{ChangeSupervision, Subject};
use throughline_store::users::{self, User};

/// A new starter is looked after for two years at the most: later it is another matter.
const LONGEST_DAYS: i64 = 2 * 366;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/countersigning", get(show)).route("/countersigning/{user}", post(change))
}

/// Whose line was saved just before.
#[derive(Debug, Default, serde::Deserialize)]
struct Saved {
    done: Option<UserId>,
}

async fn show(cx: Cx, Query(saved): Query<Saved>) -> Answer {
    draw(&cx, saved.done, None, &Fields::default(), &Errors::default()).await
}

async fn draw(cx: &Cx, saved: Option<UserId>, wrong: Option<UserId>, typed: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ChangeSupervision>(Subject::default()).await?;
    let signers = users::signers(&mut tx, &grant).await?;
    tx.commit().await?;
    let today = london_date(cx.now);
    let (always, others): (Vec<&User>, Vec<&User>) =
        signers.iter().partition(|user| user.role.needs_countersignature());
    let waits = cx.signed_in.user.is_countersigned(today);
    let saved = others.iter().find(|user| saved == Some(user.id));
    let values = context! {
        heading => "Countersigning",
        notice => saved.map(|user| context! { kind => "success", title => "Saved", text => told(user, today) }),
        always => always.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(),
        colleagues => others.iter().map(|user| line(user, cx.signed_in.user.id, today, wrong, typed, errors)).collect::<Vec<_>>(),
        waits,
        errors => errors.summary(),
    };
    cx.page_of_form("administration/countersigning.html", errors, values)
}

fn line(user: &User, me: UserId, today: NaiveDate, wrong: Option<UserId>, typed: &Fields, errors: &Errors) -> Value {
    let field = field(user.id);
    let until = standing(user, today);
    let typed = (wrong == Some(user.id)).then(|| typed.text(&field).to_owned());
    context! {
        action => format!("/countersigning/{}", user.id),
        name => user.name,
        role => user.role.label(),
        version => user.version,
        own => user.id == me,
        until => until.map(date_long),
        value => typed.unwrap_or_else(|| until.map(|until| until.format("%-d/%-m/%Y").to_string()).unwrap_or_default()),
        error => errors.by_field().get_attr(&field).ok().filter(|error| !error.is_undefined()),
        field,
    }
}

/// The last day on which a colleague's signatures wait, while it is not over.
fn standing(user: &User, today: NaiveDate) -> Option<NaiveDate> {
    user.countersign_until.filter(|until| *until >= today)
}

/// What holds for a colleague now, as it was saved.
fn told(user: &User, today: NaiveDate) -> String {
    match standing(user, today) {
        Some(until) => format!("What {} signs is now countersigned until {}", user.name, date_long(until)),
        None => format!("{} signs alone now", user.name),
    }
}

/// Each line has a field of its own, so that an error leads to it.
fn field(user: UserId) -> String {
    format!("until-{user}")
}

async fn change(cx: Cx, Path(user): Path<UserId>, fields: Fields) -> Answer {
    let until = match read_until(fields.text(&field(user)), london_date(cx.now)) {
        Ok(until) => until,
        Err(words) => {
            let mut errors = Errors::default();
            errors.add(field(user), words);
            return draw(&cx, None, Some(user), &fields, &errors).await;
        }
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeSupervision>(Subject::default()).await?;
    let me = &cx.signed_in.user;
    // Nobody says who signs alone while what they sign themselves waits for a colleague.
    if me.is_countersigned(london_date(cx.now)) {
        return Err(Problem::NotFound);
    }
    if user == me.id || !users::signers(&mut act, &grant).await?.iter().any(|one| one.id == user) {
        return Err(Problem::NotFound);
    }
    users::set_countersign_until(&mut act, &grant, user, fields.version()?, until).await?;
    act.done(&format!("/countersigning?done={user}")).await
}

/// The last day of it; nothing typed ends it.
fn read_until(text: &str, today: NaiveDate) -> Result<Option<NaiveDate>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let until = parse_date(text, today).map_err(|error| error.to_string())?;
    if until < today {
        return Err("The day is in the past: enter a later one, or nothing to end it now".into());
    }
    if until > today + Duration::days(LONGEST_DAYS) {
        return Err("The day is more than two years ahead: enter an earlier one".into());
    }
    Ok(Some(until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_today_or_later_and_nothing_ends_it() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        assert_eq!(read_until("24/11/2026", today), Ok(Some(today)));
        assert_eq!(read_until("  ", today), Ok(None));
        for text in ["23/11/2026", "24/11/2029", "soon"] {
            assert!(read_until(text, today).is_err(), "{text}");
        }
    }
}
