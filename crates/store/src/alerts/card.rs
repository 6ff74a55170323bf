//! The risk card: what the open alerts and the signed risk forms say together.

use super::{Alert, COLUMNS, FROM, alert};
use crate::{Conn, Result, Tx, args, records};
use sqlx::AssertSqlSafe;
use throughline_domain::risk::{AlertState, RiskEvidence, RiskState, SignedRisk};
use throughline_domain::time::Instant;
use throughline_forms::{RiskAnswer, RiskConclusion};
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
    answer: Option<RiskAnswer>,
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
    let areas = rests_on.or(could_not_ask).and_then(|form| form.answer.as_ref());
    Ok(RiskCard {
        state: RiskState::of(evidence).when_withheld(withheld),
        alerts,
        assessed_at: rests_on.and_then(|form| form.at),
        assessed_by: rests_on.map(|form| form.by.clone()).unwrap_or_default(),
        known: areas.map(|answer| answer.known.clone()).unwrap_or_default(),
        not_asked: areas.map(|answer| answer.not_asked.clone()).unwrap_or_default(),
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
            let answer = records::risk_of(&row.get::<String>("snapshot")?);
            Ok(SignedForm {
                says: says(answer.as_ref()),
                answer,
                at: row.get("signed_at")?,
                by: row.get("signed_by_name")?,
            })
        })
        .collect()
}

/// What a frozen risk form says. One that cannot be read is never taken for one that found nothing.
pub(crate) fn signed_risk(frozen: &str) -> SignedRisk {
    says(records::risk_of(frozen).as_ref())
}

fn says(answer: Option<&RiskAnswer>) -> SignedRisk {
    match answer.map(|answer| answer.conclusion) {
        Some(RiskConclusion::Known) => SignedRisk::Known,
        Some(RiskConclusion::NoneIdentified) => SignedRisk::NoneIdentified,
        Some(RiskConclusion::NotAssessed) => SignedRisk::NotConcluded,
        None => SignedRisk::Unreadable,
    }
}
