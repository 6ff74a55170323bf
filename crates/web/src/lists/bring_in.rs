//! Bringing a list in: what was shown is done, all of it or nothing.

use super::compared::Compared;
use super::hearings;
use crate::Problem;
use crate::line;
use throughline_domain::ids::SiteId;
use throughline_lists::Change;
use throughline_matching::Band;
use throughline_policy::{Class, Grant, ImportList, SearchPeople, Subject};
use throughline_store::Tx;
use throughline_store::events::{self, NewEvent};
use throughline_store::lists::{self, Best, Likely, Line};

/// Does what was shown: all of it, or nothing.
pub(super) async fn bring_in(tx: &mut Tx, grant: &Grant<ImportList>, compared: &Compared) -> Result<(), Problem> {
    tx.authorise::<SearchPeople>(Subject::default()).await?;
    let list = &compared.list;
    let mut taken = hearings::Taken::of(compared);
    let before = lists::before(tx, grant, &compared.lines).await?;
    // What is gone makes room first: a line may come back under the key of another.
    for change in &compared.changes {
        if let Change::Gone { before } = change {
            lists::mark_gone(tx, grant, compared.lines[*before].id).await?;
        }
    }
    for change in &compared.changes {
        match change {
            Change::Gone { .. } => {}
            Change::Same { before, now } => {
                let line = &compared.lines[*before];
                let stands = taken.stands(compared, Some(line), *now);
                lists::keep_entry(tx, grant, line.id, list.id, stands.facts.source_row).await?;
                stands.keep(tx, grant, line.id).await?;
            }
            Change::New { now } => {
                let stands = taken.stands(compared, None, *now);
                let id = lists::add_entry(tx, grant, list.kind, list.id, &stands.facts).await?;
                stands.keep(tx, grant, id).await?;
                let listed = line::Listed { id: Some(id), entry: &stands.entry, date: stands.facts.list_date };
                let best = lists::find_best(tx, id, &listed.description()).await?;
                note_likeliest(tx, &best);
            }
            Change::Changed { before, now, .. } | Change::Moved { before, now, .. } => {
                let line = &compared.lines[*before];
                let stands = taken.stands(compared, Some(line), *now);
                // A line that the list does not have stays with the list that last had it.
                let of = if *now < compared.listed { list.id } else { line.list_id };
                lists::change_entry(tx, grant, line.id, of, &stands.facts).await?;
                stands.keep(tx, grant, line.id).await?;
                let listed = line::Listed { id: Some(line.id), entry: &stands.entry, date: stands.facts.list_date };
                let best = lists::find_best(tx, line.id, &listed.description()).await?;
                note_likeliest(tx, &best);
                look_again(tx, line, best, change.concerns_identity()).await?;
            }
        }
    }
    lists::keep_commit(tx, grant, (list.id, list.kind), before).await?;
    note(tx, grant.site(), compared).await
}

/// Who looked at somebody names whoever brought in a list on which they are the likeliest.
fn note_likeliest(tx: &mut Tx, best: &Best) {
    if let Some(person) = best.person() {
        tx.note_shown(person, "possible match");
    }
}

/// A match that was made stays, and says that it must be looked at again when the list changed who the
/// line is about.
async fn look_again(tx: &mut Tx, line: &Line, best: Best, identity: bool) -> Result<(), Problem> {
    let Some(person) = line.person_id.filter(|_| identity) else { return Ok(()) };
    let probability = match best {
        Best::Person(found, likely) if found == person => likely.probability,
        _ => 0.0,
    };
    let reason = "The list changed who this is: look at the match again".to_owned();
    let likely = Likely { probability, band: Band::Possible, reason };
    lists::set_best(tx, line.id, &Best::Person(person, likely)).await?;
    let words = "A matched row of the list now says somebody else: look at the match again".to_owned();
    add_event(tx, line.site_id, words, format!("/entries/{}", line.id)).await
}

async fn note(tx: &mut Tx, site: SiteId, compared: &Compared) -> Result<(), Problem> {
    let words = hearings::event_words(compared);
    add_event(tx, site, words, format!("/lists/{}", compared.list.id)).await
}

async fn add_event(tx: &mut Tx, site: SiteId, words: String, link: String) -> Result<(), Problem> {
    let new = NewEvent {
        at: None,
        site: Some(site),
        person: None,
        episode: None,
        kind: "list",
        class: Class::List,
        words,
        link,
    };
    Ok(events::add(tx, new).await?)
}
