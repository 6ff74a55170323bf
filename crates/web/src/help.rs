//! Help: open to everybody, also to those who cannot sign in.

use crate::{Answer, App, SignedIn};
use axum::extract::State;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use axum::{Extension, Router};
use minijinja::{Value, context};
use throughline_domain::claim::CLAIM_MINUTES;
use throughline_domain::role::Role;
use throughline_policy::{Class, Needs, Verb};

/// The help page.
pub fn routes() -> Router<App> {
    Router::new().route("/help", get(show))
}

/// The parts of a person's record, in the order of the page.
const PARTS: &[Class] = &[
    Class::Identity,
    Class::ContactDetails,
    Class::RiskCard,
    Class::Episode,
    Class::Clinical,
    Class::NeedsPlan,
    Class::Justice,
    Class::Document,
    Class::Referral,
    Class::FollowUp,
    Class::Consent,
    Class::Disclosure,
    Class::WhoLooked,
];

async fn show(State(app): State<App>, signed_in: Option<Extension<SignedIn>>) -> Answer {
    let signed_in = signed_in.map(|Extension(signed_in)| signed_in);
    let own = signed_in.as_ref().map(|signed_in| signed_in.user.role);
    let mut roles: Vec<Role> = Role::ALL.to_vec();
    roles.sort_by_key(|role| Some(*role) != own);
    let values = context! {
        heading => "Help",
        roles => roles.iter().map(|role| role_row(*role, own)).collect::<Vec<_>>(),
        lock_minutes => app.settings.lock_after_seconds / 60,
        claim_minutes => CLAIM_MINUTES,
    };
    let html = app.pages.page("help/show.html", &crate::cx::shell(&app, signed_in.as_ref(), "/help"), values)?;
    Ok(Html(html).into_response())
}

/// Who sees what, read from the table that decides it: the page cannot say something else.
fn role_row(role: Role, own: Option<Role>) -> Value {
    let of = |verb: Verb, class: Class| {
        throughline_policy::TABLE
            .iter()
            .find(|row| row.class == class && row.verbs.contains(&verb) && row.roles.contains(&role))
    };
    let seen: Vec<&str> =
        PARTS.iter().filter(|class| of(Verb::View, **class).is_some()).map(|class| class.label()).collect();
    let when = PARTS
        .iter()
        .find_map(|class| of(Verb::View, *class))
        .map(|row| when(row.needs, of(Verb::Claim, Class::Search).is_some()));
    context! {
        name => role.label(),
        own => own == Some(role),
        sees => if seen.is_empty() { "No record of anybody: numbers or settings only".to_owned() } else { seen.join(", ") },
        when => when.unwrap_or("Never"),
    }
}

fn when(needs: Needs, may_claim: bool) -> &'static str {
    match needs {
        Needs::Nothing => "At any time",
        Needs::OwnSite => "At their own sites",
        Needs::Care if may_claim => {
            "The person is on a list or has an episode at their site, is on their caseload, or they claimed access with a reason"
        }
        Needs::Care => "The person is on a list or has an episode at their site, or is on their caseload",
        Needs::AnyRelationship => {
            "The person is on a list or has an episode at their site, is on their caseload, or they claimed access with a reason"
        }
        Needs::Caseload => "The person is on their caseload",
        Needs::Justified => "The person is on their caseload, or they claimed access with a reason",
        Needs::AllocatedWithConsent => {
            "The follow-up is with their organisation, and the person agreed to sharing with it"
        }
        Needs::Author => "They wrote it themselves",
        Needs::AuthorOrTeam => {
            "They wrote it themselves, or the person is on a list or has an episode at their site, or is on their caseload"
        }
        Needs::Assigned => "It was given to them by name",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_the_policy_decides() {
        let row = |role| role_row(role, None);
        let sees = |role| row(role).get_attr("sees").unwrap().to_string();
        assert!(sees(Role::Practitioner).contains("Clinical record"));
        assert!(!sees(Role::LinkWorker).contains("Clinical record"));
        assert!(sees(Role::Analyst).starts_with("No record of anybody"));
    }
}
