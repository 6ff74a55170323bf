//! The audit log: whether it is whole, claims of access to be reviewed, and its newest rows.

use crate::{Answer, App, Cx, Fields, Problem};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use chrono::Duration;
use minijinja::{Value, context};
use throughline_audit::{Broken, Head};
use throughline_domain::ids::UserId;
use throughline_domain::role::Role;
use throughline_domain::time::Instant;
use throughline_policy::{Class, Denied, Relationship, Subject, Verb, ViewAuditLog};
use throughline_store::Conn;
use throughline_store::audit::{self, Look};
use throughline_store::relationships::{self, Claim};
use uuid::Uuid;

/// The newest rows that are shown.
const NEWEST: i64 = 200;

/// The most claims of each kind that are shown.
const CLAIMS: i64 = 200;

/// The pages of the audit log.
pub fn routes() -> Router<App> {
    Router::new().route("/audit", get(show)).route("/audit/claims/{claim}", post(review))
}

/// What was just done, as a code in the address.
#[derive(Debug, Default, serde::Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

/// How far this process has verified the log, and when it last verified all of it. A view reads
/// only what was written since; once a day one reads all, as `throughline audit verify` always does.
#[derive(Debug, Default)]
pub(crate) struct Verified(tokio::sync::Mutex<Option<(Head, Instant)>>);

impl Verified {
    /// Verifies what is new, or all. Says also when all was last verified.
    async fn log(
        &self,
        conn: &mut Conn,
        now: Instant,
    ) -> throughline_store::Result<(Result<Head, Broken>, Option<Instant>)> {
        let mut known = self.0.lock().await;
        let recent = known.take().filter(|(_, all)| now - *all < Duration::hours(24));
        let (from, all) = recent.unwrap_or_else(|| (Head::empty(), now));
        let found = audit::verify_after(conn, &from, None).await?;
        // A broken log is read from its start at each view, so that the first break is named.
        *known = found.as_ref().ok().map(|head| (head.clone(), all));
        Ok((found, known.as_ref().map(|(_, all)| *all)))
    }
}

async fn show(cx: Cx, Query(done): Query<Done>) -> Answer {
    let notice = (done.done == "reviewed").then(|| context! { kind => "success", text => "The review was saved" });
    draw(&cx, None, notice).await
}

/// A review that lacks its words: which claim.
async fn draw(cx: &Cx, wrong: Option<Uuid>, notice: Option<Value>) -> Answer {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewAuditLog>(Subject::default()).await?;
    tx.commit().await?;
    // Read apart from the writer: to verify a long log takes a while, and nobody waits for it.
    let mut read = cx.read().await?;
    let (verified, all_checked_at) = cx.app.verified.log(&mut read, cx.now).await?;
    let rows: Vec<Value> = audit::newest(&mut read, &grant, NEWEST).await?.iter().map(look_in_words).collect();
    let claims = relationships::to_review(&mut read, &grant, CLAIMS).await?;
    let reviewed = relationships::reviewed(&mut read, &grant, CLAIMS).await?;
    let reader = cx.signed_in.user.id;
    let errors = wrong
        .map(|claim| vec![context! { field_name => format!("note-{claim}"), message => "Say what the review found" }]);
    let values = context! {
        heading => "Audit log",
        notice,
        whole => verified.as_ref().ok().map(|head| grouped(head.seq)),
        all_checked_at,
        broken => verified.as_ref().err().map(ToString::to_string),
        claims => claims.iter().map(|claim| claim_value(claim, reader, wrong)).collect::<Vec<_>>(),
        reviewed => reviewed.iter().map(|claim| claim_value(claim, reader, None)).collect::<Vec<_>>(),
        rows,
        errors,
    };
    if wrong.is_none() { cx.page("audit/show.html", values) } else { cx.page_with_errors("audit/show.html", values) }
}

fn claim_value(claim: &Claim, reader: UserId, wrong: Option<Uuid>) -> Value {
    context! {
        id => claim.id.to_string(),
        by => claim.user_name,
        role => claim.role.label(),
        person => claim.person_id.to_string(),
        reason => claim.reason,
        from => claim.starts_at,
        until => claim.ends_at,
        reviewed_at => claim.reviewed_at,
        reviewed_by => claim.reviewed_by_name,
        note => claim.review_note,
        own => claim.user_id == reader,
        error => (wrong == Some(claim.id)).then_some("Say what the review found"),
    }
}

async fn review(cx: Cx, Path(claim): Path<Uuid>, fields: Fields) -> Answer {
    let field = format!("note-{claim}");
    let Some(note) = fields.given(&field) else {
        if !cx.role_may(Verb::View, Class::AuditLog) {
            return Err(Problem::NotFound);
        }
        return draw(&cx, Some(claim), None).await;
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ViewAuditLog>(Subject::default()).await?;
    relationships::review(&mut act, &grant, claim, note).await?;
    act.done("/audit?done=reviewed").await
}

/// One line of the log, with its codes in words.
pub(crate) fn look_in_words(look: &Look) -> Value {
    let parts: Vec<&str> = look.classes.split(' ').filter_map(Class::from_code).map(Class::label).collect();
    let refused =
        (look.outcome != "allowed").then(|| Denied::from_code(&look.outcome).map_or("Refused", Denied::label));
    context! {
        at => look.at,
        by => look.actor_name,
        role => Role::from_code(&look.role).map_or("The system itself", Role::label),
        why => why(&look.relationship),
        did => did(&look.verb),
        parts => parts.join(", "),
        refused,
    }
}

/// Relationships as they are told of somebody else.
fn why(code: &str) -> &'static str {
    match Relationship::from_code(code) {
        Some(Relationship::Site) => "On a list of, or with an episode at, their site",
        Some(Relationship::Caseload) => "On their caseload",
        Some(Relationship::Author) => "They wrote it themselves",
        Some(Relationship::Allocated) => "Allocated to their organisation",
        Some(Relationship::Claimed) => "Claimed access, with a reason",
        Some(Relationship::None) | None => "No relationship needed",
    }
}

fn did(verb: &str) -> &'static str {
    if verb == throughline_store::PRINTED {
        return "Printed";
    }
    Verb::from_code(verb).map_or("Did something to", past)
}

fn past(verb: Verb) -> &'static str {
    match verb {
        Verb::View => "Looked at",
        Verb::Create => "Made",
        Verb::Change => "Changed",
        Verb::Sign => "Signed",
        Verb::Countersign => "Countersigned",
        Verb::Release => "Released",
        Verb::Close => "Closed",
        Verb::Claim => "Claimed access to",
        Verb::Merge => "Joined with another record",
        Verb::Unmerge => "Took apart from another record",
    }
}

/// `12,345`.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_testkit::Kit;

    async fn tamper(kit: &Kit, seq: i64) {
        let mut tx = kit.tx(Role::InformationGovernance).await;
        let sql = "UPDATE audit_row SET actor_name = 'Somebody else' WHERE seq = $1";
        throughline_store::raw::execute(&mut tx, sql, vec![seq.into()]).await.expect("tampered");
        tx.commit().await.expect("it commits");
    }

    #[tokio::test]
    async fn a_view_reads_what_is_new_and_once_a_day_all() {
        let kit = Kit::sqlite().await;
        kit.person("Ada", "Marsh").await;
        let verified = Verified::default();
        let look = |minutes: i64| {
            let (kit, verified) = (&kit, &verified);
            async move {
                let mut read = kit.store.read().await.expect("it answers");
                verified.log(&mut read, kit.now + Duration::minutes(minutes)).await.expect("it answers")
            }
        };
        let (first, all) = look(0).await;
        let first = first.expect("the log is whole");
        assert_eq!(all, Some(kit.now));

        kit.person("Ada", "Hill").await;
        let (second, all) = look(5).await;
        assert!(second.expect("the log is whole").seq > first.seq);
        assert_eq!(all, Some(kit.now), "only what was new was read");

        kit.person("Ada", "Brook").await;
        tamper(&kit, 1).await;
        assert!(look(10).await.0.is_ok(), "old rows are read again tomorrow, and by the command at once");
        assert_eq!(look(24 * 60).await, (Err(Broken::Changed(1)), None));
        assert_eq!(look(24 * 60 + 1).await, (Err(Broken::Changed(1)), None), "and it stays broken");
    }

    #[tokio::test]
    async fn tampering_with_a_row_since_the_last_view_is_found_by_the_next() {
        let kit = Kit::sqlite().await;
        let verified = Verified::default();
        kit.person("Ada", "Marsh").await;
        let mut read = kit.store.read().await.expect("it answers");
        let head = verified.log(&mut read, kit.now).await.expect("it answers").0.expect("the log is whole");
        drop(read);
        kit.person("Ada", "Hill").await;
        tamper(&kit, head.seq + 1).await;
        let mut read = kit.store.read().await.expect("it answers");
        let found = verified.log(&mut read, kit.now).await.expect("it answers").0;
        assert_eq!(found, Err(Broken::Changed(head.seq + 1)));
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, text) in [(0, "0"), (999, "999"), (12_345, "12,345"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
