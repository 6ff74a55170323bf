//! What every page of one person shares: the banner, the sections, and why the reader may be here.

use crate::Problem;
use crate::banner::{self, Banner};
use minijinja::{Value, context};
use throughline_domain::ids::PersonId;
use throughline_domain::time::{Instant, clock_time};
use throughline_policy::{
    Relationship, ViewCarePlan, ViewClinical, ViewConsent, ViewDisclosure, ViewDocument, ViewEpisode, ViewFollowUp,
    ViewIdentity, ViewRiskCard,
};
use throughline_store::{Tx, relationships};

/// The sections of a record: code, words.
const SECTIONS: &[(&str, &str)] = &[
    ("", "Summary"),
    ("timeline", "Timeline"),
    ("care", "Care plan"),
    ("find", "Find"),
    ("documents", "Documents"),
    ("sharing", "Sharing"),
    ("who-looked", "Who looked"),
];

/// A page of one person, about to be filled.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Who the page is about.
    pub banner: Banner,
    /// The keys of `people/frame.html`.
    pub value: Value,
}

/// Opens the frame of a person's page. `current` is the section's code.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such person or they are not the reader's to see.
pub(crate) async fn open(tx: &mut Tx, person: PersonId, current: &str) -> Result<Frame, Problem> {
    let banner = banner::banner(tx, person, None).await?;
    let relationship = tx.relationship(person).await?;
    let mut sections = Vec::new();
    for (code, text) in SECTIONS {
        if may_open(tx, person, code).await? {
            let href = format!("/people/{person}/{code}");
            let href = href.trim_end_matches('/').to_owned();
            sections.push(context! { text, href, current => *code == current });
        }
    }
    let notice = claim_notice(tx, person, relationship).await?;
    let claimed = notice.is_some();
    let value = context! {
        person => banner.value.clone(),
        person_id => person.to_string(),
        sections,
        because => because(relationship),
        notice,
        body_class => claimed.then_some("tl-page--claimed"),
    };
    Ok(Frame { banner, value })
}

async fn may_open(tx: &mut Tx, person: PersonId, section: &str) -> Result<bool, Problem> {
    Ok(match section {
        "timeline" => tx.may::<ViewEpisode>(person).await?,
        "care" => tx.may::<ViewCarePlan>(person).await?,
        "find" => may_find(tx, person).await?,
        "documents" => tx.may::<ViewDocument>(person).await?,
        "sharing" => tx.may::<ViewConsent>(person).await? || tx.may::<ViewDisclosure>(person).await?,
        _ => true,
    })
}

/// Whether there is a part of the record that the reader may look through.
pub(super) async fn may_find(tx: &mut Tx, person: PersonId) -> Result<bool, Problem> {
    Ok(tx.may::<ViewClinical>(person).await?
        || tx.may::<ViewCarePlan>(person).await?
        || tx.may::<ViewFollowUp>(person).await?
        || tx.may::<ViewRiskCard>(person).await?
        || tx.may::<ViewConsent>(person).await?
        || tx.may::<ViewDocument>(person).await?)
}

/// Why the reader may see this record, as the end of "You can see this record because ...".
fn because(relationship: Relationship) -> &'static str {
    match relationship {
        Relationship::Caseload => "they are on your caseload",
        Relationship::Site => "they are on a list, or have an episode, at a site where you work",
        Relationship::Allocated => "their follow-up is with your organisation, and they agreed to sharing with it",
        Relationship::Claimed => "you claimed access and gave a reason. Your claim will be reviewed",
        Relationship::Author => "you wrote part of it",
        Relationship::None => "your role may see it",
    }
}

async fn claim_notice(tx: &mut Tx, person: PersonId, relationship: Relationship) -> Result<Option<Value>, Problem> {
    if relationship != Relationship::Claimed {
        return Ok(None);
    }
    let (grant, now) = (tx.authorise::<ViewIdentity>(person).await?, tx.now());
    let until = relationships::claimed_until(tx, &grant, now).await?;
    Ok(until.map(|until| context! { kind => "warning", text => claim_words(until, now) }))
}

fn claim_words(until: Instant, now: Instant) -> String {
    let left = (until - now).num_minutes() + 1;
    let minutes = if left == 1 { "minute" } else { "minutes" };
    format!(
        "You claimed access until {} ({left} {minutes} left). You can look and not change. It will be reviewed.",
        clock_time(until)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_says_until_when_and_how_long_is_left() {
        let now: Instant = "2026-11-24T14:47:30Z".parse().unwrap();
        let until: Instant = "2026-11-24T15:10:00Z".parse().unwrap();
        assert!(claim_words(until, now).starts_with("You claimed access until 15:10 (23 minutes left)."));
        assert!(claim_words(now + chrono::Duration::seconds(20), now).contains("(1 minute left)"));
    }
}
