//! Keeping a list for review: once for the same bytes and day, whoever sends it and however often.

use super::received::{List, NewList, receive, receive_by_itself, same_bytes_at};
use crate::events::{self, NewEvent};
use crate::{Result, Tx, args};
use throughline_domain::ids::SiteId;
use throughline_domain::list::ListKind;
use throughline_domain::origin::ByItself;
use throughline_policy::{Class, Grant, ImportList};

/// What became of a list that came in.
#[derive(Debug, Clone)]
pub enum Kept {
    /// It waits for review.
    New,
    /// The site has these very bytes for that day already: waiting, or brought in.
    Same(Box<List>),
}

/// Keeps a list that somebody handed in.
///
/// # Errors
/// The store's.
pub async fn keep(tx: &mut Tx, grant: &Grant<ImportList>, new: &NewList) -> Result<Kept> {
    if let Some(same) = sent_before(tx, grant.site(), new).await? {
        return Ok(Kept::Same(Box::new(same)));
    }
    receive(tx, grant, new).await?;
    Ok(Kept::New)
}

/// Keeps a list that came by itself: the service's own act. Nothing of it is on the board until somebody has
/// looked it over and brought it in.
///
/// # Errors
/// The store's.
pub async fn keep_by_itself(tx: &mut Tx, site: SiteId, origin: &ByItself, new: &NewList) -> Result<Kept> {
    if let Some(same) = sent_before(tx, site, new).await? {
        return Ok(Kept::Same(Box::new(same)));
    }
    receive_by_itself(tx, site, origin, new).await?;
    tx.note_act("create", Class::List.code(), site.into(), &format!("list {} came by {}", new.id, way(origin)));
    let kind = if new.kind == ListKind::Court { "court list" } else { "custody list" };
    tell(
        tx,
        site,
        format!("A {kind} came by {} and waits for review", way(origin)),
        format!("/lists/{}/review", new.id),
    )
    .await?;
    Ok(Kept::New)
}

/// The very same bytes for the same day. A list that was discarded is not had: sent again, it waits again.
async fn sent_before(tx: &mut Tx, site: SiteId, new: &NewList) -> Result<Option<List>> {
    // Touching the site's row makes a second sender of the same wait until the first is kept.
    tx.execute("UPDATE site SET sort_order = sort_order WHERE id = $1", args![site]).await?;
    let same = same_bytes_at(tx, site, &new.sha256).await?;
    Ok(same.into_iter().find(|list| list.list_date == new.list_date))
}

/// The way in words that name no sender: for the log and the board's changes.
pub(super) fn way(origin: &ByItself) -> &str {
    match origin {
        ByItself::Folder { .. } => "a watched folder",
        ByItself::Email { .. } => "e-mail",
        ByItself::Program { .. } => "a program",
    }
}

/// Tells the site's boards.
pub(super) async fn tell(tx: &mut Tx, site: SiteId, words: String, link: String) -> Result<()> {
    let event = NewEvent {
        at: None,
        site: Some(site),
        person: None,
        episode: None,
        kind: "list",
        class: Class::List,
        words,
        link,
    };
    events::add(tx, event).await
}
