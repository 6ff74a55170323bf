//! The letter, to be looked at and printed. The page has nothing of the service on it: what is printed goes through
//! a letterbox that others open.

use super::safe_to_send;
use crate::{Answer, Cx, Problem};
use axum::extract::Path;
use minijinja::context;
use throughline_domain::ids::OutreachId;
use throughline_domain::outreach::{OfferChannel, addressed, wording};
use throughline_domain::time::london_date;
use throughline_policy::ViewOutreach;
use throughline_store::outreach;

pub(super) async fn show(cx: Cx, Path(id): Path<OutreachId>) -> Answer {
    let mut tx = cx.begin().await?;
    let (grant, offer) = outreach::open::<ViewOutreach>(&mut tx, id).await?;
    let ways = outreach::ways(&mut tx, &grant, &offer).await?;
    tx.commit().await?;
    if !ways.is_ok_and(|ways| ways.contains(&OfferChannel::Letter)) {
        return Err(Problem::NotFound);
    }
    safe_to_send(&cx, OfferChannel::Letter)?;
    let name = addressed(&offer.name);
    cx.page(
        "outreach/letter.html",
        context! {
            back => format!("/outreach/{id}"),
            address => offer.address,
            postcode => offer.postcode,
            sender => &wording().sender,
            today => london_date(cx.now),
            words => wording().written(OfferChannel::Letter, &name),
            name,
        },
    )
}
