//! What the page of a row says of who has it.

use crate::{Cx, Problem};
use minijinja::{Value, context};
use throughline_domain::board::TakeOverReason;
use throughline_domain::list::EntryState;
use throughline_policy::{Class, Grant, Verb, ViewList};
use throughline_store::Tx;
use throughline_store::lists::{self, Line};

/// What the page of a row says of taking it over, and of who did before.
pub(super) async fn values(cx: &Cx, tx: &mut Tx, grant: &Grant<ViewList>, line: &Line) -> Result<Value, Problem> {
    let before = lists::taken_over(tx, grant, line.id).await?;
    let from = line.taken_by.filter(|user| *user != cx.signed_in.user.id && line.state == EntryState::BeingSeen);
    let may = cx.role_may(Verb::Change, Class::List) && line.episode_id.is_none();
    let from = from.filter(|_| may);
    Ok(context! {
        from => from.map(|user| user.to_string()),
        from_name => line.taken_by_name,
        reasons => TakeOverReason::ALL.iter().map(|reason| context! { code => reason.code(), label => reason.label() }).collect::<Vec<_>>(),
        before => before.iter().map(|one| context! { from => one.from, to => one.to, reason => one.reason.label(), at => one.at }).collect::<Vec<_>>(),
    })
}
