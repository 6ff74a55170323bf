//! Which relationships an actor has to a person, as the policy asks.

use super::Tx;
use crate::sql::Row;
use crate::{Result, args};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use throughline_domain::ids::{PersonId, UserId};
use throughline_policy::{Actor, Context, Denied, Grant, Permit, Relationship, Subject};

impl Tx {
    /// What the policy needs to know of this actor and subject: one context for each relationship
    /// that holds, the strongest first.
    pub(super) async fn contexts(&mut self, actor: &Actor, subject: Subject) -> Result<Vec<Context>> {
        let own_site = subject.site.is_some_and(|site| actor.sites.contains(&site));
        let Some(person) = subject.person else {
            return Ok(vec![Context { own_site, ..Context::NONE }]);
        };
        if let Some((_, contexts)) = self.known.as_ref().filter(|(known, _)| *known == person) {
            return Ok(contexts.iter().map(|context| Context { own_site, ..*context }).collect());
        }
        let contexts = self.held(actor, &[person]).await?.remove(&person).unwrap_or_else(no_relationship);
        self.known = Some((person, contexts.clone()));
        Ok(contexts.into_iter().map(|context| Context { own_site, ..context }).collect())
    }

    /// As [`Tx::contexts`], of a part of a record that `author` began: its author has a context more,
    /// as long as they have any to the person.
    pub(super) async fn contexts_of_part(
        &mut self,
        actor: &Actor,
        subject: Subject,
        author: UserId,
    ) -> Result<Vec<Context>> {
        let mut contexts = self.contexts(actor, subject).await?;
        let strongest = contexts.first().copied().unwrap_or(Context::NONE);
        if actor.user == author && strongest.relationship != Relationship::None {
            contexts.insert(0, Context { relationship: Relationship::Author, ..strongest });
        }
        Ok(contexts)
    }

    /// The relationships of the actor to each of these people, the strongest first, in one look.
    /// Whoever does not exist is left out.
    pub(super) async fn held(
        &mut self,
        actor: &Actor,
        people: &[PersonId],
    ) -> Result<BTreeMap<PersonId, Vec<Context>>> {
        let mut all = BTreeMap::new();
        for people in people.chunks(PEOPLE_AT_ONCE) {
            let sql = if people.len() == 1 { &*HELD_BY_ONE } else { &*HELD_BY_MANY };
            // A page of many has one statement, however many they are: the last is asked about again.
            let asked = if people.len() == 1 { 1 } else { PEOPLE_AT_ONCE };
            let ids = people.iter().chain(people.last().into_iter().cycle()).take(asked);
            let mut args = args![
                actor.user,
                actor.organisation,
                self.cause.at,
                // Link workers keep sight of a person for 28 days after closure, to hand over well.
                self.cause.at - chrono::Duration::days(28)
            ];
            args.extend(ids.map(|id| (*id).into()));
            for row in self.conn.fetch_text(sqlx::AssertSqlSafe(sql.as_str()), args).await? {
                all.insert(row.get("id")?, contexts_in(&row, actor)?);
            }
        }
        Ok(all)
    }
}

/// People asked about in one statement.
const PEOPLE_AT_ONCE: usize = 50;

/// What makes a relationship. Each part starts from the person: a site has tens of thousands of
/// episodes, a person has a few.
fn held_by(people: usize) -> String {
    format!(
        "SELECT p.id,
           EXISTS (SELECT 1 FROM episode e WHERE e.person_id = p.id AND e.closed_at IS NULL
                    AND (e.owner_id = $1 OR e.opened_by = $1
                         OR EXISTS (SELECT 1 FROM task t WHERE t.episode_id = e.id AND t.owner_id = $1 AND t.state = 'open'))) AS caseload,
           EXISTS (SELECT 1 FROM episode e WHERE e.person_id = p.id AND e.link_organisation_id = $2
                    AND (e.closed_at IS NULL OR e.closed_at > $4)) AS allocated,
           EXISTS (SELECT 1 FROM episode e WHERE e.person_id = p.id
                    AND EXISTS (SELECT 1 FROM user_site s WHERE s.user_id = $1 AND s.site_id = e.site_id)) AS at_site,
           EXISTS (SELECT 1 FROM list_entry l WHERE l.person_id = p.id
                    AND EXISTS (SELECT 1 FROM user_site s WHERE s.user_id = $1 AND s.site_id = l.site_id)) AS on_list,
           EXISTS (SELECT 1 FROM list_entry l WHERE l.best_person_id = p.id
                    AND EXISTS (SELECT 1 FROM user_site s WHERE s.user_id = $1 AND s.site_id = l.site_id)) AS likely_on_list,
           EXISTS (SELECT 1 FROM relationship r WHERE r.user_id = $1 AND r.person_id = p.id
                    AND r.starts_at <= $3 AND r.ends_at > $3) AS claimed,
           CASE WHEN p.created_by = $1 AND p.merged_into IS NULL THEN true ELSE false END AS created,
           (SELECT c.state FROM consent c WHERE c.person_id = p.id AND c.consent_for = 'link_workers'
             ORDER BY c.recorded_at DESC, c.id DESC LIMIT 1) AS link_worker_consent
         FROM person p WHERE p.id IN ({})",
        crate::sql::placeholders(5, people)
    )
}

static HELD_BY_ONE: LazyLock<String> = LazyLock::new(|| held_by(1));
static HELD_BY_MANY: LazyLock<String> = LazyLock::new(|| held_by(PEOPLE_AT_ONCE));

fn contexts_in(row: &Row, actor: &Actor) -> Result<Vec<Context>> {
    let consent: Option<String> = row.get("link_worker_consent")?;
    let consent = consent.and_then(|code| throughline_domain::consent::ConsentState::from_code(&code));
    let link_worker_consent = consent.is_some_and(throughline_domain::consent::ConsentState::permits);
    let holds = |column: &str| row.get::<bool>(column);
    let knows_from_site = holds("at_site")? || holds("on_list")? || holds("likely_on_list")? || holds("created")?;
    let is_partner = actor.organisation_kind == throughline_domain::role::OrganisationKind::Partner;
    let held = [
        (!is_partner && holds("caseload")?, Relationship::Caseload),
        (!is_partner && knows_from_site, Relationship::Site),
        (is_partner && holds("allocated")?, Relationship::Allocated),
        (!is_partner && holds("claimed")?, Relationship::Claimed),
        (true, Relationship::None),
    ];
    Ok(held
        .into_iter()
        .filter_map(|(holds, relationship)| {
            holds.then_some(Context { relationship, own_site: false, link_worker_consent })
        })
        .collect())
}

/// What holds of a person who does not exist.
fn no_relationship() -> Vec<Context> {
    vec![Context::NONE]
}

/// The policy's answer in the first context that allows; when none does, its answer in the strongest.
pub(super) fn first_allowed<P: Permit>(
    actor: &Actor,
    subject: Subject,
    contexts: &[Context],
) -> (Result<Grant<P>, Denied>, Relationship) {
    let answers =
        contexts.iter().map(|context| (throughline_policy::grant::<P>(actor, subject, *context), context.relationship));
    let mut first = None;
    for answer in answers {
        if answer.0.is_ok() {
            return answer;
        }
        first.get_or_insert(answer);
    }
    first.unwrap_or((Err(Denied::Relationship), Relationship::None))
}
