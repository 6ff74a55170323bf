//! Sending a referral: the service is told, so it is a disclosure with its basis.

use super::{follow, show};
use crate::documents::sharing::{Ledger, ask};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use throughline_domain::consent::ConsentFor;
use throughline_domain::ids::ReferralId;
use throughline_domain::referral::ReferralState;
use throughline_policy::{ChangeReferral, CreateDisclosure};
use throughline_store::disclosures;
use throughline_store::referrals::{self, Move};

/// The state, the ledger's line, the task of chasing and the next action: all of them, or nothing.
pub(super) async fn send(cx: Cx, Path(id): Path<ReferralId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let (subject, before) = show::find(&mut act, id).await?;
    let grant = act.authorise::<ChangeReferral>(subject).await?;
    let disclose = act.authorise::<CreateDisclosure>(subject).await?;
    if !before.state.next().contains(&ReferralState::Sent) {
        return Err(Problem::Stale);
    }
    let ledger = Ledger::read(&mut act, subject).await?;
    let mut errors = Errors::default();
    let Some(asked) = ask(&fields, &ledger, ConsentFor::OnwardServices, &mut errors) else {
        drop(act);
        return show::draw(&cx, id, &fields, &errors).await;
    };
    let to = Move { to: ReferralState::Sent, note: String::new(), appointment_at: None };
    referrals::record(&mut act, &grant, id, fields.version()?, &to).await?;
    // The recipient names the service; the summary stands on timelines, and does not.
    let summary = "Onward referral".to_owned();
    disclosures::record(&mut act, &disclose, disclose.site(), &asked.disclosure(&ledger, None, summary)).await?;
    let (_, after) = show::find(&mut act, id).await?;
    follow(&mut act, subject, &grant, &after).await?;
    act.done(&format!("/referrals/{id}")).await
}
