//! Alerts on the worklist: those I have to answer for, and for leaders those that nobody answered in time.

use crate::{Cx, Problem, risk};
use minijinja::{Value, context};
use throughline_domain::alert::Owed;
use throughline_domain::board;
use throughline_domain::role::Role;
use throughline_domain::time::{Instant, date_long, days_ago, london_date};
use throughline_store::Tx;
use throughline_store::alerts::{self, OwedAlert};

/// How many people a list shows before the rest is folded.
const SHOWN: usize = 10;

/// The alerts of the signed-in user's worklist.
pub(super) async fn of_worklist(cx: &Cx, tx: &mut Tx) -> Result<Value, Problem> {
    let (user, within) = (&cx.signed_in.user, cx.app.settings.alert_answer);
    let own = alerts::of_owner(tx, user.id, within).await?;
    let late = match user.role {
        Role::TeamLeader => Some(alerts::late(tx, &user.sites, within).await?),
        _ => None,
    };
    let list = |lines: &[OwedAlert]| list(lines, cx.now);
    Ok(context! { own => list(&own), late => late.as_deref().map(list) })
}

/// A list of what is owed: the first few, and the rest folded. A list that is a wall is not read.
fn list(lines: &[OwedAlert], now: Instant) -> Value {
    let people = by_person(lines);
    let rows: Vec<Value> = people.iter().map(|alerts| row(alerts, now)).collect();
    let (first, rest) = rows.split_at(rows.len().min(SHOWN));
    context! { count => lines.len(), first, rest }
}

/// The alerts of one person that one owner owes are one line. Whose life may depend on it comes first,
/// then who has waited longest: `lines` are oldest first.
fn by_person(lines: &[OwedAlert]) -> Vec<Vec<&OwedAlert>> {
    let mut people: Vec<Vec<&OwedAlert>> = Vec::new();
    for line in lines {
        let same = |known: &&mut Vec<&OwedAlert>| {
            known[0].person_id == line.person_id && known[0].alert.owner_id == line.alert.owner_id
        };
        match people.iter_mut().find(same) {
            Some(known) => known.push(line),
            None => people.push(vec![line]),
        }
    }
    for known in &mut people {
        known.sort_by_key(|line| line.alert.tier());
    }
    people.sort_by_key(|known| known[0].alert.tier());
    people
}

fn row(lines: &[&OwedAlert], now: Instant) -> Value {
    let first = lines[0];
    let shown = first.name.is_some();
    let oldest = lines.iter().min_by_key(|line| line.alert.waiting_since).unwrap_or(&first);
    let alert = |line: &&OwedAlert| {
        let alert = &line.alert;
        context! {
            href => format!("/people/{}/alerts/{}", line.person_id, alert.id),
            kind => alert.kind.label(),
            due => alert.due_at.map(|due| risk::due_words(due, now)),
        }
    };
    context! {
        name => first.name.as_ref().map(throughline_domain::name::Name::formal),
        alerts => shown.then(|| lines.iter().map(alert).collect::<Vec<_>>()),
        tier => first.alert.tier().label(),
        owner => first.alert.owner_name,
        site => first.site_name,
        late => lines.iter().any(|line| line.owed.is_late(now, london_date(now))),
        words => owed_words(oldest, now),
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
