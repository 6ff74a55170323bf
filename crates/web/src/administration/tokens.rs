//! Tokens: what lets a program hand in lists of one site. Issued, shown once, revoked.

use crate::{Answer, App, Cx, Fields, Problem};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use minijinja::{Value, context};
use throughline_domain::ids::{SiteId, TokenId};
use throughline_domain::time::{Instant, date_short, london_date};
use throughline_inbox::token;
use throughline_policy::{ChangeUsers, Subject, ViewUsers};
use throughline_store::organisations::{self, Site};
use throughline_store::tokens::{self, NewToken, Token};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/administration/tokens", get(show).post(issue))
        .route("/administration/tokens/{token}/revoke", post(revoke))
}

async fn show(cx: Cx, Query(done): Query<super::Done>) -> Answer {
    let values = page(&cx).await?;
    let text = "The token opens nothing any more.";
    let notice = (done.done == "revoked").then(|| context! { kind => "success", title => "Revoked", text });
    cx.page("administration/tokens.html", context! { notice, ..values })
}

async fn page(cx: &Cx) -> Result<Value, Problem> {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewUsers>(Subject::default()).await?;
    tx.audit_detail("tokens of programs");
    let all = tokens::all(&mut tx, &grant).await?;
    let sites = organisations::sites(&mut tx).await?;
    let may_change = tx.may::<ChangeUsers>(Subject::default()).await?;
    tx.commit().await?;
    let site = |site: &Site| context! { code => site.id.to_string(), label => site.name };
    Ok(context! {
        heading => "Tokens for programs",
        back => context! { href => "/administration", text => "Back to administration" },
        tokens => all.iter().map(|token| line(token, cx.now)).collect::<Vec<_>>(),
        sites => sites.iter().map(site).collect::<Vec<_>>(),
        may_change,
    })
}

fn line(token: &Token, now: Instant) -> Value {
    let (state, tone) = match token.revoked_at {
        Some(at) => (format!("Revoked {}", date_short(london_date(at))), "quiet"),
        None if !token.is_good(now) => ("Ended".to_owned(), "warn"),
        None => ("In use".to_owned(), "good"),
    };
    let last_day = london_date(token.expires_at - chrono::Duration::seconds(1));
    context! {
        id => token.id,
        name => token.name,
        site => token.site_name,
        created => date_short(london_date(token.created_at)),
        by => if token.created_by.is_empty() { "the command line" } else { &token.created_by },
        last_day => date_short(last_day),
        last_used => token.last_used_at,
        state,
        tone,
        may_end => token.revoked_at.is_none(),
    }
}

/// What was typed of a token, understood.
struct Typed {
    site: SiteId,
    name: String,
    expires_at: Instant,
}

/// A field and what is wrong with it.
type Wrong = (&'static str, String);

fn typed(fields: &Fields, now: Instant) -> Result<Typed, Vec<Wrong>> {
    let (name, site, until) = (typed_name(fields), typed_site(fields), typed_until(fields, now));
    match (name, site, until) {
        (Ok(name), Ok(site), Ok(expires_at)) => Ok(Typed { site, name, expires_at }),
        (name, site, until) => Err([name.err(), site.err(), until.err()].into_iter().flatten().collect()),
    }
}

fn typed_name(fields: &Fields) -> Result<String, Wrong> {
    let name = fields.given("name").ok_or_else(|| {
        ("name", "Say what the program is: the name stands beside the lists that it hands in".to_owned())
    })?;
    if name.chars().count() > token::LONGEST_NAME {
        return Err(("name", format!("Use {} characters or fewer", token::LONGEST_NAME)));
    }
    Ok(name.to_owned())
}

fn typed_site(fields: &Fields) -> Result<SiteId, Wrong> {
    let site = fields.given("site").and_then(|text| text.parse().ok());
    site.ok_or_else(|| ("site", "Choose the site whose lists it hands in".to_owned()))
}

/// The end of the last day.
fn typed_until(fields: &Fields, now: Instant) -> Result<Instant, Wrong> {
    let day = token::last_day(fields.given("until"), london_date(now));
    day.map(token::ends).map_err(|words| ("until", words))
}

async fn issue(cx: Cx, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeUsers>(Subject::default()).await?;
    let typed = match typed(&fields, cx.now) {
        Ok(typed) => typed,
        Err(wrong) => {
            drop(act);
            return again(&cx, &fields, &wrong).await;
        }
    };
    let made = token::make();
    let site = organisations::site_by_id(&mut act, typed.site).await?.ok_or(Problem::NotFound)?;
    let Typed { site: site_id, name, expires_at } = typed;
    let new = NewToken { id: made.id, site_id, name, secret_sha256: made.secret_sha256, expires_at };
    tokens::issue(&mut act, &grant, &new).await?;
    // The form sent twice is answered with the list of tokens: the secret is shown here and nowhere else.
    act.done("/administration/tokens").await?;
    let issued = context! { text => made.text, name => new.name, site => site.name };
    let values = page(&cx).await?;
    cx.page("administration/tokens.html", context! { issued, ..values })
}

async fn again(cx: &Cx, fields: &Fields, wrong: &[Wrong]) -> Answer {
    let values = page(cx).await?;
    let errors: Vec<Value> =
        wrong.iter().map(|(field_name, message)| context! { field_name => *field_name, message }).collect();
    let of: Value = wrong.iter().map(|(field, message)| (*field, Value::from(message.as_str()))).collect();
    let typed = fields.typed();
    cx.page_with_errors("administration/tokens.html", context! { errors, wrong => of, typed, ..values })
}

async fn revoke(cx: Cx, Path(id): Path<TokenId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeUsers>(Subject::default()).await?;
    tokens::find(&mut act, id).await?.ok_or(Problem::NotFound)?;
    tokens::revoke(&mut act, &grant, id).await?;
    act.done("/administration/tokens?done=revoked").await
}
