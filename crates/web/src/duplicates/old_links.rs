//! Old links: whoever opens a record that was joined into another is led on to where it is now.

use crate::{App, Cx, Fields, Problem};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use throughline_domain::ids::PersonId;
use throughline_policy::{ClaimAccess, ViewIdentity, ViewWhoLooked};
use throughline_store::merges;

/// Leads from the pages of a person who was joined into another to that person's. What is sent there
/// by a form that was open in the meantime is not acted on and not lost.
pub(crate) async fn lead_on(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some((person, page)) = addressed(request.uri().path()) else { return next.run(request).await };
    let kept = async { merges::kept(&mut *app.store.read().await?, person).await };
    match kept.await {
        Ok(None) => next.run(request).await,
        Ok(Some(kept)) => answer(&app, request, person, kept, &page).await.unwrap_or_else(IntoResponse::into_response),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// The person that an address is about, and the page of theirs.
fn addressed(path: &str) -> Option<(PersonId, String)> {
    let rest = path.strip_prefix("/people/")?;
    let (id, page) = rest.split_once('/').unwrap_or((rest, ""));
    Some((id.parse().ok()?, page.to_owned()))
}

async fn answer(
    app: &App,
    request: Request,
    person: PersonId,
    kept: PersonId,
    page: &str,
) -> Result<Response, Problem> {
    let is_read = request.method() == Method::GET || request.method() == Method::HEAD;
    let (mut parts, body) = request.into_parts();
    let cx = Cx::from_request_parts(&mut parts, app).await?;
    if !is_read {
        // Read, so that the page of the problem shows what was typed.
        Fields::from_request(Request::from_parts(parts, body), app).await?;
    }
    let mut tx = cx.begin().await?;
    let to = if tx.may::<ViewIdentity>(kept).await? {
        let joined = merges::how_joined(&mut tx, person).await?;
        Some(joined.map_or_else(|| format!("/people/{kept}"), |joined| format!("/people/{kept}?joined={joined}")))
    } else if page == "who-looked" && tx.may::<ViewWhoLooked>(kept).await? {
        Some(format!("/people/{kept}/who-looked"))
    } else if page == "claim" && tx.may::<ClaimAccess>(kept).await? {
        Some(format!("/people/{kept}/claim"))
    } else {
        None
    };
    match to {
        Some(to) if is_read => Ok(Redirect::to(&to).into_response()),
        Some(_) => Err(Problem::Stale),
        None => {
            // Written as any refusal is, about the record that was asked for.
            tx.authorise::<ViewIdentity>(person).await?;
            Err(Problem::NotFound)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_one_person_are_led_on() {
        let id = "01900000-0000-7000-8000-00000000dead";
        let person: PersonId = id.parse().unwrap();
        assert_eq!(addressed(&format!("/people/{id}")), Some((person, String::new())));
        assert_eq!(addressed(&format!("/people/{id}/who-looked")), Some((person, "who-looked".to_owned())));
        for other in ["/people", "/people/new", "/people/search", "/episodes/x"] {
            assert_eq!(addressed(other), None);
        }
    }
}
