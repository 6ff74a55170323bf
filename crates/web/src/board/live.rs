//! The live line of a board: tells a window that its board changed, and that the line is alive.

use crate::{App, Cx, Problem};
use axum::response::sse::{Event, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;
use throughline_domain::expected::ListStanding;
use throughline_domain::ids::{SiteId, UserId};
use throughline_policy::{Class, Context, Decision, Relationship, Verb, decide};
use throughline_store::sessions::{self, Stage};
use throughline_store::{events, lists, organisations};
use uuid::Uuid;

/// How often the server looks for something new.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How many looks pass between two beats: one beat every 14 seconds, within the 15 that a window
/// waits for.
const LOOKS_PER_BEAT: u32 = 7;

/// How many windows of one user may be live at once. Each further one works without.
const LINES_PER_USER: usize = 6;

/// Lines that are open now, by user.
static OPEN: LazyLock<Mutex<HashMap<UserId, usize>>> = LazyLock::new(Mutex::default);

/// One open line; it counts until it is dropped.
#[derive(Debug)]
struct Line(UserId);

impl Line {
    fn open(user: UserId) -> Option<Self> {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_default();
        if *count >= LINES_PER_USER {
            return None;
        }
        *count += 1;
        Some(Self(user))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.0);
            }
        }
    }
}

/// What one live line knows.
#[derive(Debug)]
struct Watch {
    app: App,
    site: SiteId,
    session: Vec<u8>,
    newest: Option<Uuid>,
    standing: Option<ListStanding>,
    looks: u32,
    _line: Line,
}

/// The events of the board of the user's site. Nothing of a record goes over this line: a message
/// means "fetch the fragment", which asks the policy and writes who looked.
pub(super) async fn events(cx: Cx) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let site = cx.site_id()?;
    let here = Context { relationship: Relationship::None, own_site: true, link_worker_consent: false };
    if !matches!(decide(&cx.actor(), Verb::View, Class::Board, here), Decision::Allow(_)) {
        return Err(Problem::NotFound);
    }
    let line = Line::open(cx.signed_in.user.id).ok_or(Problem::TooMany)?;
    let newest = events::newest(&mut *cx.read().await?, site).await?;
    let session = cx.signed_in.session.id.clone();
    let watch = Watch { app: cx.app.clone(), site, session, newest, standing: None, looks: 0, _line: line };
    Ok(Sse::new(unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok(event), watch))
    })))
}

impl Watch {
    /// The next event; `None` when the line ends: signed out, locked, another site, or no database.
    async fn next(&mut self) -> Option<Event> {
        // The first beat tells the window at once that the line is alive.
        if self.looks == 0 {
            self.looks = 1;
            return Some(beat());
        }
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.looks += 1;
            let newest = self.look().await?;
            if newest != self.newest {
                self.newest = newest;
                return Some(changed());
            }
            if self.looks.is_multiple_of(LOOKS_PER_BEAT) {
                // The time by which a list is expected passes without an event.
                return Some(if self.stands_otherwise().await? { changed() } else { beat() });
            }
        }
    }

    /// Whether the site stands otherwise with its list for today than at the last beat.
    async fn stands_otherwise(&mut self) -> Option<bool> {
        let mut read = self.app.store.read().await.ok()?;
        let site = organisations::site_by_id(&mut read, self.site).await.ok()??;
        let standing = Some(lists::standing(&mut read, &site, self.app.now()).await.ok()?);
        let before = std::mem::replace(&mut self.standing, standing);
        Some(before.is_some() && before != standing)
    }

    /// The newest event of the site, while the session is open there.
    async fn look(&self) -> Option<Option<Uuid>> {
        let now = self.app.now();
        let mut read = self.app.store.read().await.ok()?;
        let session = sessions::find(&mut read, &self.session, now).await.ok()??;
        let idle = i64::from(self.app.settings.lock_after_seconds);
        let is_idle = idle > 0 && (now - session.seen_at).num_seconds() > idle;
        if session.stage != Stage::Open || is_idle || session.site_id.is_some_and(|site| site != self.site) {
            return None;
        }
        events::newest(&mut read, self.site).await.ok()
    }
}

fn changed() -> Event {
    Event::default().event("message").data("changed")
}

fn beat() -> Event {
    Event::default().event("beat").data("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_a_few_lines_and_gets_them_back() {
        let user = UserId::new(Uuid::from_u128(7));
        let lines: Vec<_> = (0..LINES_PER_USER).filter_map(|_| Line::open(user)).collect();
        assert_eq!(lines.len(), LINES_PER_USER);
        assert!(Line::open(user).is_none());
        drop(lines);
        assert!(Line::open(user).is_some());
    }
}
