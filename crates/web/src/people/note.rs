//! A line in a person's timeline about who they are.

use crate::{Act, Cx, Problem};
use throughline_domain::ids::PersonId;
use throughline_policy::Class;
use throughline_store::events::{self, NewEvent};

/// Adds a line about who the person is to their timeline.
pub(crate) async fn note(cx: &Cx, act: &mut Act, person: PersonId, words: &str) -> Result<(), Problem> {
    let event = NewEvent {
        at: None,
        site: cx.site_id().ok(),
        person: Some(person),
        episode: None,
        kind: "person",
        class: Class::Identity,
        words: words.to_owned(),
        link: format!("/people/{person}"),
    };
    Ok(events::add(act, event).await?)
}
