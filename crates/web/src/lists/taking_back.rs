//! What pages say of taking back a list: what it would do, why it cannot be, and what it did.

use crate::Problem;
use minijinja::{Value, context};
use throughline_domain::list::ListState;
use throughline_domain::time::date_time_long;
use throughline_policy::{Grant, ViewList};
use throughline_store::Tx;
use throughline_store::lists::{self, List, NotTakenBack, Stayed, TakenBack};

/// What the page of a list that was brought in says of taking it back: what it would do, or why it cannot be.
pub(super) async fn offered(tx: &mut Tx, grant: &Grant<ViewList>, list: &List) -> Result<Option<Value>, Problem> {
    if list.state != ListState::Committed {
        return Ok(None);
    }
    let now = tx.now();
    Ok(Some(match lists::taking_back(tx, grant, list, now).await? {
        Ok(plan) => context! { may => true, stays => plan.stays.iter().map(stayed).collect::<Vec<_>>(), plan },
        Err(why) => {
            let newer = match why {
                NotTakenBack::NotNewest(newer) => Some(format!("/lists/{newer}")),
                _ => None,
            };
            context! { may => false, why => words(&why), newer }
        }
    }))
}

fn words(why: &NotTakenBack) -> String {
    match why {
        NotTakenBack::NotBroughtIn => "It is not brought in.".to_owned(),
        NotTakenBack::NotKept => {
            "What the rows said before was not kept when it was brought in. Bring the right list in instead.".to_owned()
        }
        NotTakenBack::TooLate(until) => format!(
            "That was possible within the shift, until {}. Others have worked from the board since: bring the right list in instead.",
            date_time_long(*until)
        ),
        NotTakenBack::NotNewest(_) => "Another list was brought in after it. Take that one back first.".to_owned(),
    }
}

fn stayed(one: &Stayed) -> Value {
    context! { id => one.id.to_string(), name => one.name.formal(), why => one.why.label(), change => one.change.label() }
}

/// What the review of a list that was taken back says of it.
pub(super) fn told(taken: &TakenBack) -> Value {
    context! { by => taken.by, at => taken.at, stays => taken.stayed.iter().map(stayed).collect::<Vec<_>>() }
}
