//! Acts on rows of the board: one row in its place, or all that were ticked.

use super::Asked;
use crate::{Answer, Cx, Fields};
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use minijinja::{Value, context};
use std::collections::BTreeSet;
use throughline_domain::board::BoardAct;
use throughline_domain::ids::EntryId;
use throughline_domain::list::NotSeenReason;
use throughline_policy::ChangeList;
use throughline_store::lists::{self, Doing, Ticked, Told};
use uuid::Uuid;

/// What a form asks to be done, and to which rows.
struct Wanted {
    doing: Doing,
    rows: Vec<Ticked>,
    /// The rows that stay ticked: those that somebody ticked for something else.
    still_ticked: BTreeSet<EntryId>,
}

/// A row as its box and its button carry it: the id, a colon, and the version that is shown.
fn ticked(text: &str) -> Option<Ticked> {
    let (id, version) = text.split_once(':')?;
    Some(Ticked { id: id.parse().ok()?, version: version.parse().ok()? })
}

fn all_ticked(fields: &Fields) -> Vec<Ticked> {
    fields.all("row").filter_map(ticked).collect()
}

fn wanted(fields: &Fields) -> Result<Wanted, &'static str> {
    if let Some(row) = fields.given("take").and_then(ticked) {
        let still_ticked = all_ticked(fields).iter().map(|one| one.id).filter(|id| *id != row.id).collect();
        return Ok(Wanted { doing: Doing::Take, rows: vec![row], still_ticked });
    }
    let rows = all_ticked(fields);
    let doing = match BoardAct::from_code(fields.text("act")) {
        Some(BoardAct::Take) => Doing::Take,
        Some(BoardAct::PutBack) => Doing::PutBack,
        Some(BoardAct::NotSeen) => match NotSeenReason::from_code(fields.text("reason")) {
            Some(reason) if reason.may_be_of_several() => Doing::NotSeen(reason),
            Some(_) => return Err("This reason is recorded on each person's own row"),
            None => return Err("Choose why they were not seen"),
        },
        Some(BoardAct::Undo) | None => return Err("Choose what to do with the people you ticked"),
    };
    if rows.is_empty() {
        return Err("Tick the people first");
    }
    Ok(Wanted { doing, rows, still_ticked: BTreeSet::new() })
}

/// Takes a row in its place, or does one thing to all that were ticked. A script is answered with the
/// board as it is then; a page goes on to it, unless there was something to be told of a single row.
pub(super) async fn act(cx: Cx, headers: HeaderMap, fields: Fields) -> Answer {
    let is_script = headers.get("x-requested-with").is_some_and(|with| with == "fetch");
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeList>(cx.site_id()?).await?;
    let wanted = match wanted(&fields) {
        Ok(wanted) => wanted,
        Err(message) => {
            drop(act);
            let ticked = all_ticked(&fields).iter().map(|one| one.id).collect();
            let asked =
                Asked { ticked, error: Some(message), reason: fields.text("reason").to_owned(), ..Asked::default() };
            return again(&cx, is_script, StatusCode::UNPROCESSABLE_ENTITY, &fields, asked).await;
        }
    };
    let acted = lists::act(&mut act, &grant, wanted.doing, &wanted.rows).await?;
    let on = act.done(&format!("/?did={}", acted.id)).await?;
    let nothing_was_done = acted.done == 0;
    if !is_script && !nothing_was_done {
        return Ok(on);
    }
    let asked = Asked { did: Some(acted.id), ticked: wanted.still_ticked, ..Asked::default() };
    let status = if nothing_was_done { StatusCode::CONFLICT } else { StatusCode::OK };
    again(&cx, is_script, status, &fields, asked).await
}

/// The board again, as a page or as the part of it that a script puts in place.
async fn again(cx: &Cx, is_script: bool, status: StatusCode, fields: &Fields, asked: Asked) -> Answer {
    let answer = if is_script {
        // A window keeps the filters that it shows.
        let asked = Asked { query: Fields::of_query(fields.given("shown")), ..asked };
        cx.fragment("board/show.html", "board", super::values(cx, &asked).await?)?
    } else {
        cx.page("board/show.html", super::values(cx, &asked).await?)?
    };
    Ok((status, answer).into_response())
}

/// Undoes an act: each row that nobody changed since is as it was before.
pub(super) async fn undo(cx: Cx, Path(id): Path<Uuid>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeList>(cx.site_id()?).await?;
    let undone = lists::undo(&mut act, &grant, id).await?;
    act.done(&format!("/?did={undone}")).await
}

/// What is told of an act: how many it was done to, who was left alone and why, and whether it can be
/// undone.
pub(super) fn told_value(told: &Told) -> Value {
    let (left, done): (Vec<_>, Vec<_>) = told.rows.iter().partition(|row| !row.left_because.is_empty());
    let people = |count: usize| if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
    let name = |row: &&lists::ToldRow| row.name.formal();
    let done_names: Vec<String> = done.iter().map(name).collect();
    let who = if done.len() == 1 { done_names[0].clone() } else { people(done.len()) };
    let words = match (told.act, told.reason, done.len()) {
        (_, _, 0) => "Nothing was changed.".to_owned(),
        (BoardAct::Take, ..) => format!("You took {who}."),
        (BoardAct::PutBack, ..) => format!("Put back, to consider: {who}."),
        (BoardAct::NotSeen, Some(reason), _) => format!("Not seen ({}): {who}.", reason.label()),
        (BoardAct::NotSeen, None, _) => format!("Not seen: {who}."),
        (BoardAct::Undo, ..) => format!("Undone, as it was before: {who}."),
    };
    let left: Vec<Value> = left
        .iter()
        .map(|row| context! { key => row.id.to_string(), name => row.name.formal(), why => row.left_because })
        .collect();
    context! {
        id => told.id.to_string(),
        words,
        names => if done.len() > 1 { done_names } else { Vec::new() },
        left_words => if left.is_empty() { None } else { Some(format!("{} left alone:", people(left.len()))) },
        left,
        undo => (!done.is_empty() && told.act != BoardAct::Undo && !told.undone).then(|| {
            if done.len() == 1 { "Undo: put them back as they were".to_owned() } else { format!("Undo: put these {} back as they were", done.len()) }
        }),
        undone => told.undone,
        kind => if done.is_empty() { "warning" } else { "done" },
    }
}

/// The reasons that several people can have at once.
pub(super) fn reasons(chosen: &str) -> Vec<Value> {
    let several = NotSeenReason::ALL.iter().filter(|reason| reason.may_be_of_several());
    several
        .map(|reason| context! { code => reason.code(), label => reason.label(), chosen => reason.code() == chosen })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().copied().collect()
    }

    const ROW: &str = "01900000-0000-7000-8000-000000000001:3";
    const OTHER: &str = "01900000-0000-7000-8000-000000000002:1";

    #[test]
    fn one_row_is_taken_in_its_place_and_the_ticks_stay() {
        let wanted = wanted(&form(&[("row", ROW), ("row", OTHER), ("take", ROW)])).ok().unwrap();
        assert_eq!((wanted.doing, wanted.rows.len(), wanted.rows[0].version), (Doing::Take, 1, 3));
        assert_eq!(wanted.still_ticked.len(), 1);
    }

    #[test]
    fn what_is_wrong_with_a_form_is_said() {
        let wrong = |pairs: &[(&str, &str)]| wanted(&form(pairs)).err().unwrap();
        assert_eq!(wrong(&[("act", "take")]), "Tick the people first");
        assert_eq!(wrong(&[("row", ROW)]), "Choose what to do with the people you ticked");
        assert_eq!(wrong(&[("row", ROW), ("act", "not_seen")]), "Choose why they were not seen");
        assert_eq!(
            wrong(&[("row", ROW), ("act", "not_seen"), ("reason", "declined")]),
            "This reason is recorded on each person's own row"
        );
        assert_eq!(wrong(&[("row", "nobody"), ("act", "take")]), "Tick the people first");
    }
}
