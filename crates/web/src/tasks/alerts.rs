//! Alerts on the worklist: those I have to answer for, and for leaders those that nobody answered in time.

use crate::{Cx, Problem, risk};
use minijinja::{Value, context};
use throughline_domain::alert::Owed;
use throughline_domain::board;
use throughline_domain::role::Role;
use throughline_domain::time::{Instant, date_long, days_ago, london_date};
use throughline_store::Tx;
use throughline_store::alerts::{self, OwedAlert};

/// The alerts of the signed-in user's worklist.
pub(super) async fn of_worklist(cx: &Cx, tx: &mut Tx) -> Result<Value, Problem> {
    let (user, within) = (&cx.signed_in.user, cx.app.settings.alert_answer);
    let own = alerts::of_owner(tx, user.id, within).await?;
    let late = match user.role {
        Role::TeamLeader => Some(alerts::late(tx, &user.sites, within).await?),
        _ => None,
    };
    let rows = |lines: &[OwedAlert]| lines.iter().map(|line| row(line, cx.now)).collect::<Vec<_>>();
    Ok(context! { own => rows(&own), late => late.as_deref().map(rows) })
}

fn row(line: &OwedAlert, now: Instant) -> Value {
    let alert = &line.alert;
    let shown = line.name.is_some();
    context! {
        id => alert.id.to_string(),
        href => format!("/people/{}/alerts/{}", line.person_id, alert.id),
        name => line.name.as_ref().map(throughline_domain::name::Name::formal),
        kind => shown.then(|| alert.kind.label()),
        tier => alert.tier().label(),
        due => alert.due_at.filter(|_| shown).map(|due| risk::due_words(due, now)),
        owner => alert.owner_name,
        site => line.site_name,
        late => line.owed.is_late(now, london_date(now)),
        words => owed_words(line, now),
    }
}

/// What is owed and how long it has waited.
fn owed_words(line: &OwedAlert, now: Instant) -> String {
    match line.owed {
        Owed::Answer(by) => {
            let waited = board::length_in_words(now - line.alert.waiting_since);
            format!("Nobody has answered for {waited}: {}", board::left_in_words(by, now))
        }
        Owed::Review(day) => {
            let today = london_date(now);
            let ago = if day < today { format!(", {}", days_ago(day, today)) } else { String::new() };
            format!("To be looked at again on {}{ago}", date_long(day))
        }
    }
}
