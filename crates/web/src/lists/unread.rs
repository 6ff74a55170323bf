//! Files that came in by themselves and could not be read: told until somebody has dealt with them.

use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use throughline_domain::ids::UnreadId;
use throughline_policy::ImportList;
use throughline_store::lists;

pub async fn deal_with(cx: Cx, Path(id): Path<UnreadId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let site = lists::site_of_unread(&mut act, id).await?.ok_or(Problem::NotFound)?;
    let grant = act.authorise::<ImportList>(site).await?;
    lists::deal_with(&mut act, &grant, id).await?;
    act.done("/lists").await
}
