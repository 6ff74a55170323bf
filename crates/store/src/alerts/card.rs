//! The risk card: what the open alerts and the signed risk forms say together.

use super::{Alert, COLUMNS, FROM, alert};
use crate::{Conn, Result, Tx, args, records};
use sqlx::AssertSqlSafe;
use throughline_domain::risk::{AlertState, RiskEvidence, RiskState, SignedRisk};
use throughline_domain::time::Instant;
use throughline_forms::{AudienceClass, Snapshot, SnapshotSection};
use throughline_policy::{Grant, ViewRiskCard};

/// The risk card: its state and what stands behind it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RiskCard {
    /// One of four words.
    pub state: RiskState,
    /// Alerts that are not resolved: by tier, what nobody has answered for first, then the newest.
    pub alerts: Vec<Alert>,
    /// When the risk form was signed that the state rests on.
    pub assessed_at: Option<Instant>,
    /// By whom.
    pub assessed_by: String,
    /// The areas in which that form found risk, in its own words.
    pub known: Vec<String>,
    /// The areas that nobody asked about in it.
    pub not_asked: Vec<String>,
    /// When somebody tried since and could not ask, and who.
    pub could_not_ask: Option<(Instant, String)>,
}

impl RiskCard {
    /// A card of which nothing can be said: what stands behind it may not or could not be read.
    pub fn unavailable() -> Self {
        Self {
            state: RiskState::Unavailable,
            alerts: Vec::new(),
            assessed_at: None,
            assessed_by: String::new(),
            known: Vec::new(),
            not_asked: Vec::new(),
            could_not_ask: None,
        }
    }
}

/// A signed risk form, as far as the card needs it.
struct SignedForm {
    says: SignedRisk,
    snapshot: String,
    at: Option<Instant>,
    by: String,
}

/// The risk card of the grant's person.
///
/// # Errors
/// The store's. A page that gets an error shows "Unavailable", never an empty card.
pub async fn risk_card(tx: &mut Tx, grant: &Grant<ViewRiskCard>) -> Result<RiskCard> {
    let alerts = unresolved(tx, grant).await?;
    let forms = signed_forms(tx, grant).await?;
    let withheld = records::something_withheld(tx, grant.person()).await?;
    let of_risk = alerts.iter().filter(|alert| alert.kind.speaks_of_risk()).count();
    let evidence = RiskEvidence::of(of_risk, forms.iter().map(|form| form.says));
    let rests_on = forms.iter().find(|form| form.says != SignedRisk::NotConcluded).filter(|_| evidence.is_assessed());
    let could_not_ask = forms.first().filter(|form| form.says == SignedRisk::NotConcluded);
    let (known, not_asked) = rests_on.or(could_not_ask).map(|form| areas(&form.snapshot)).unwrap_or_default();
    Ok(RiskCard {
        state: RiskState::of(evidence).when_withheld(withheld),
        alerts,
        assessed_at: rests_on.and_then(|form| form.at),
        assessed_by: rests_on.map(|form| form.by.clone()).unwrap_or_default(),
        known,
        not_asked,
        could_not_ask: could_not_ask.and_then(|form| Some((form.at?, form.by.clone()))),
    })
}

async fn unresolved(conn: &mut Conn, grant: &Grant<ViewRiskCard>) -> Result<Vec<Alert>> {
    let sql = format!(
        "SELECT {COLUMNS} {FROM} WHERE a.person_id = $1 AND a.state <> 'resolved' ORDER BY a.raised_at DESC, a.id DESC"
    );
    let rows = conn.fetch_text(AssertSqlSafe(sql), args![grant.person()]).await?;
    let mut alerts: Vec<Alert> = rows.iter().map(alert).collect::<Result<_>>()?;
    alerts.sort_by_key(|alert| (alert.tier(), alert.state != AlertState::Open));
    Ok(alerts)
}

async fn signed_forms(conn: &mut Conn, grant: &Grant<ViewRiskCard>) -> Result<Vec<SignedForm>> {
    let rows = conn
        .fetch_all(
            "SELECT snapshot, signed_at, signed_by_name FROM record
              WHERE person_id = $1 AND step = 'risk' AND state IN ('signed', 'awaiting') ORDER BY signed_at DESC, id DESC",
            args![grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let snapshot: Option<String> = row.get("snapshot")?;
            let snapshot = snapshot.unwrap_or_default();
            let says = signed_risk(&snapshot);
            Ok(SignedForm { says, snapshot, at: row.get("signed_at")?, by: row.get("signed_by_name")? })
        })
        .collect()
}

/// The snapshot with what was frozen on top of it.
#[derive(serde::Deserialize)]
struct Frozen {
    risk_state: Option<RiskState>,
    sections: Option<Vec<SnapshotSection>>,
}

/// What a signed risk form says, from its snapshot. One that concludes "not assessed" says so; one
/// that cannot be read is never taken for one that found nothing.
pub(crate) fn signed_risk(snapshot: &str) -> SignedRisk {
    let Ok(frozen) = serde_json::from_str::<Frozen>(snapshot) else { return SignedRisk::Unreadable };
    match frozen.risk_state {
        Some(RiskState::Known) => SignedRisk::Known,
        Some(RiskState::NoneIdentified) => SignedRisk::NoneIdentified,
        None if concludes_not_assessed(frozen.sections.unwrap_or_default().as_slice()) => SignedRisk::NotConcluded,
        _ => SignedRisk::Unreadable,
    }
}

fn concludes_not_assessed(sections: &[SnapshotSection]) -> bool {
    let mut answers = sections.iter().flat_map(|section| &section.answers);
    answers.any(|answer| answer.codes.iter().any(|code| code.code == "not_assessed"))
}

/// The areas of risk that were identified, and those that nobody asked about, in the words of the form
/// as it was signed.
fn areas(snapshot: &str) -> (Vec<String>, Vec<String>) {
    let Ok(snapshot) = serde_json::from_str::<Snapshot>(snapshot) else { return Default::default() };
    let answered = |code: &str| {
        let risk = snapshot.sections.iter().filter(|section| section.class == AudienceClass::Risk);
        let answers = risk.flat_map(|section| &section.answers);
        answers
            .filter(|answer| answer.codes.iter().any(|given| given.code == code))
            .map(|answer| answer.label.clone())
            .collect()
    };
    (answered("identified"), answered("not_asked"))
}
