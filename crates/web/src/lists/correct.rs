//! Correcting a row of a list while it is looked over.

use super::compared::Compared;
use super::corrections::{self, Laid, words};
use super::rows::{rows_of, verbatim};
use super::{on_to, site_of};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use minijinja::{Value, context};
use std::collections::BTreeMap;
use throughline_domain::ids::ListId;
use throughline_domain::list::{ListKind, ListState};
use throughline_domain::time::Instant;
use throughline_lists::{Change, CorrectableRow, Correction, Entry, Field, Sex, row};
use throughline_policy::{Grant, ImportList, ViewList};
use throughline_store::lists::{self, List, NewCorrection};
use throughline_store::{Error as StoreError, Tx};

/// A row of a list that waits for review: as the list gives it, and as it was corrected.
struct Correcting {
    list: List,
    laid: Laid,
    number: usize,
}

impl Correcting {
    async fn of(tx: &mut Tx, view: &Grant<ViewList>, id: ListId, number: usize) -> Result<Self, Problem> {
        let list = lists::get(tx, view, id).await?.ok_or(Problem::NotFound)?;
        let laid = corrections::laid(tx, view, &list).await?;
        row(&laid.read, number).ok_or(Problem::NotFound)?;
        Ok(Self { list, laid, number })
    }

    fn row(&self) -> Result<CorrectableRow<'_>, Problem> {
        row(&self.laid.read, self.number).ok_or(Problem::NotFound)
    }

    /// The row with what was said of it, and with what is about to be said.
    fn entry(&self, row: &CorrectableRow<'_>, new: &[Correction]) -> Entry {
        let said: Vec<Correction> = self.laid.said.iter().chain(new).cloned().collect();
        row.corrected(&self.laid.read, &said, self.list.list_date)
    }
}

pub async fn show(cx: Cx, Path((id, number)): Path<(ListId, usize)>) -> Answer {
    let mut tx = cx.begin().await?;
    let site = site_of(&mut tx, id).await?;
    tx.authorise::<ImportList>(site).await?;
    let view = tx.authorise::<ViewList>(site).await?;
    let correcting = Correcting::of(&mut tx, &view, id, number).await?;
    tx.commit().await?;
    if correcting.list.state != ListState::Preview {
        return Ok(on_to(&format!("/lists/{id}")));
    }
    cx.page("lists/correct.html", page(&correcting, &Typed::default())?)
}

/// What was typed, and what is wrong with it, by field.
#[derive(Default)]
struct Typed {
    values: BTreeMap<Field, String>,
    errors: BTreeMap<Field, String>,
}

fn page(correcting: &Correcting, typed: &Typed) -> Result<Value, Problem> {
    let row = correcting.row()?;
    let entry = correcting.entry(&row, &[]);
    let doubts = correcting.laid.reading.doubts(&entry);
    let first = typed.errors.keys().chain(&doubts).next().copied();
    let questions: Vec<Value> =
        Field::of(correcting.list.kind).map(|field| question(&row, &entry, *field, typed, first)).collect();
    let errors = typed.errors.iter().map(|(field, message)| context! { field_name => field.code(), message });
    let id = correcting.list.id;
    Ok(context! {
        heading => format!("Correct {}", entry.position), caption => entry.name.formal(),
        crumbs => [context! { text => "Lists", href => "/lists" }, context! { text => "Look this list over", href => format!("/lists/{id}/review#row-{}", correcting.number) }],
        list => id.to_string(), number => correcting.number, questions, errors => errors.collect::<Vec<_>>(),
        rejected => row.rejected.map(|reason| reason.to_string()), corrected => words(&entry),
        notices => crate::line::facts::notices(&entry), verbatim => verbatim(&entry.verbatim),
    })
}

fn question(row: &CorrectableRow<'_>, entry: &Entry, field: Field, typed: &Typed, first: Option<Field>) -> Value {
    let shown = row.shown(entry, field);
    let says = row.says(field);
    let value = typed.values.get(&field).unwrap_or(&shown);
    let kind = match field {
        Field::Sex => "select",
        Field::Restriction | Field::Offences => "long_text",
        _ => "text",
    };
    let is_told = says != shown;
    let says = if says.is_empty() { "nothing".to_owned() } else { format!("“{}”", field.words(&says)) };
    let hint = match (is_told, field) {
        (true, _) => Some(format!("The list says {says}")),
        (false, Field::Offences) => Some("One a line".to_owned()),
        (false, _) => None,
    };
    let options = Sex::ALL
        .iter()
        .map(|sex| context! { code => sex.code(), label => sex.label(), checked => sex.code() == value });
    context! {
        id => field.code(), name => field.code(), kind, label => field.label(), value, was => shown, hint, rows => 2,
        error => typed.errors.get(&field), options => options.collect::<Vec<_>>(), first => first == Some(field),
    }
}

pub async fn save(cx: Cx, Path((id, number)): Path<(ListId, usize)>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let site = site_of(&mut act, id).await?;
    let grant = act.authorise::<ImportList>(site).await?;
    let view = act.authorise::<ViewList>(site).await?;
    let is_open = match lists::begin_correction(&mut act, &grant, id).await {
        Err(StoreError::Stale) => false,
        other => other.map(|()| true)?,
    };
    let correcting = Correcting::of(&mut act, &view, id, number).await?;
    let row = correcting.row()?;
    let mut typed = Typed::default();
    let new = changes(&correcting, &row, &fields, (&cx.signed_in.user.name, cx.now), &mut typed);
    if !is_open {
        drop(act);
        return closed(&cx, &correcting, &typed);
    }
    let is_clash = new.iter().any(|one| matches!(one, Said::Clash));
    let new: Vec<Correction> = new.into_iter().filter_map(Said::correction).collect();
    nobody_left(&correcting, &row, &new, &mut typed);
    if !typed.errors.is_empty() {
        drop(act);
        let status = if is_clash { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
        return again(&cx, status, page(&correcting, &typed)?);
    }
    keep(&mut act, &grant, &correcting, &new).await?;
    let compared = Compared::of(&mut act, &view, id).await?;
    let next = next(&compared, &correcting);
    act.done(&onward(id, next, &fields)).await
}

/// One field of the form.
enum Said {
    New(Box<Correction>),
    /// A colleague corrected the same field meanwhile.
    Clash,
}

impl Said {
    fn correction(self) -> Option<Correction> {
        match self {
            Self::New(correction) => Some(*correction),
            Self::Clash => None,
        }
    }
}

/// What the form says that the row does not. A field that was left as the page showed it says nothing, also
/// when a colleague has corrected it since.
fn changes(
    correcting: &Correcting,
    row: &CorrectableRow<'_>,
    fields: &Fields,
    (by, at): (&str, Instant),
    typed: &mut Typed,
) -> Vec<Said> {
    let entry = correcting.entry(row, &[]);
    let mut said = Vec::new();
    for field in Field::of(correcting.list.kind).copied() {
        let (text, was) = (fields.text(field.code()), fields.text(&format!("was-{}", field.code())));
        let (now, list_says) = (row.shown(&entry, field), row.says(field));
        if text.trim() == was.trim() || text.trim() == now.trim() {
            continue;
        }
        typed.values.insert(field, text.to_owned());
        if was.trim() != now.trim() {
            let whose =
                entry.corrected.iter().find(|one| one.field == field).map_or("A colleague", |one| one.by.as_str());
            let now = if now.is_empty() { "nothing".to_owned() } else { format!("“{}”", field.words(&now)) };
            let message =
                format!("{whose} made this {now} while you were typing. Save again to put yours in its place");
            typed.errors.insert(field, message);
            said.push(Said::Clash);
            continue;
        }
        match field.read(text, &entry, correcting.list.list_date) {
            Err(message) => {
                typed.errors.insert(field, message);
            }
            Ok(value) if value == now => {}
            Ok(value) => said.push(Said::New(Box::new(Correction {
                row: row.key.to_string(),
                field,
                // What the list says itself is no correction.
                should_say: (value != list_says).then_some(value),
                list_says,
                by: by.to_owned(),
                at,
                earlier: false,
            }))),
        }
    }
    said
}

/// A row has to say who is meant.
fn nobody_left(correcting: &Correcting, row: &CorrectableRow<'_>, new: &[Correction], typed: &mut Typed) {
    let entry = correcting.entry(row, new);
    if new.is_empty() || !entry.name.is_unknown() || entry.custody_number.is_some() {
        return;
    }
    let what = match correcting.list.kind {
        ListKind::Custody => "Enter a name or a custody record number: without one nobody can tell who is meant",
        ListKind::Court | ListKind::Voluntary => "Enter a name: without one nobody can tell who is meant",
    };
    for one in new {
        typed.values.entry(one.field).or_insert_with(|| one.should_say.clone().unwrap_or_default());
    }
    typed.errors.entry(Field::Surname).or_insert_with(|| what.to_owned());
}

async fn keep(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    correcting: &Correcting,
    new: &[Correction],
) -> Result<(), Problem> {
    if new.is_empty() {
        return Ok(());
    }
    let row_number = i64::try_from(correcting.number).map_err(|_| Problem::NotFound)?;
    let new: Vec<NewCorrection<'_>> = new
        .iter()
        .map(|one| NewCorrection {
            row_key: &one.row,
            row_number,
            field: one.field.code(),
            list_says: &one.list_says,
            should_say: one.should_say.as_deref(),
        })
        .collect();
    Ok(lists::correct(tx, grant, &correcting.list, correcting.laid.newest, &new).await?)
}

/// The page again, with what was typed and why it is not kept.
fn again(cx: &Cx, status: StatusCode, values: Value) -> Answer {
    let html = cx.app.pages.page("lists/correct.html", &cx.shell(), values)?;
    Ok((status, Html(html)).into_response())
}

/// The list was brought in or discarded while somebody typed: what they typed stays on the page.
fn closed(cx: &Cx, correcting: &Correcting, typed: &Typed) -> Answer {
    let text = "A colleague brought this list in, or discarded it, while you were typing. Nothing of this was saved.";
    let base = page(correcting, typed)?;
    again(cx, StatusCode::CONFLICT, context! { notice => context! { kind => "warning", text }, closed => true, ..base })
}

/// The next row that needs attention: rejected rows first, then those in doubt, each in the order of the file.
fn next(compared: &Compared, correcting: &Correcting) -> Option<usize> {
    let was_rejected = |number: usize| row(&correcting.laid.read, number).is_some_and(|row| row.rejected.is_some());
    let place = |number: usize| (!was_rejected(number), number);
    let here = place(correcting.number);
    let rejected = compared.reading.rejected.iter().map(|row| row.row.number());
    let in_doubt = compared.changes.iter().filter_map(|change| match change {
        Change::New { now } | Change::Changed { now, .. } => Some(&compared.reading.entries[*now]),
        Change::Moved { .. } | Change::Same { .. } | Change::Gone { .. } => None,
    });
    let in_doubt = in_doubt.flat_map(|entry| rows_of(&compared.reading, entry));
    let in_doubt = in_doubt.filter(|row| !compared.reading.doubts(row).is_empty());
    let all = rejected.chain(in_doubt.map(|entry| entry.position.number()));
    all.map(place).filter(|place| *place > here).min().map(|(_, number)| number)
}

/// Where a form leads: a script that has it within the review opens the next row itself.
fn onward(id: ListId, next: Option<usize>, fields: &Fields) -> String {
    let next = next.map(|number| number.to_string());
    if fields.ticked("in_place") {
        return format!("/lists/{id}/review?next={}", next.unwrap_or_default());
    }
    format!("/lists/{id}/review#{}", next.map_or_else(|| "happens".to_owned(), |number| format!("row-{number}")))
}

/// Takes a correction back: the list speaks again.
pub async fn take_back(cx: Cx, Path((id, number)): Path<(ListId, usize)>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let site = site_of(&mut act, id).await?;
    let grant = act.authorise::<ImportList>(site).await?;
    let view = act.authorise::<ViewList>(site).await?;
    lists::begin_correction(&mut act, &grant, id).await?;
    let correcting = Correcting::of(&mut act, &view, id, number).await?;
    let row = correcting.row()?;
    let field = Field::from_code(fields.text("field"));
    let entry = correcting.entry(&row, &[]);
    // What a colleague took back a moment before is taken back.
    let taken = entry.corrected.iter().filter(|one| Some(one.field) == field).map(|one| Correction {
        row: row.key.to_string(),
        field: one.field,
        list_says: one.list_says.clone(),
        should_say: None,
        by: cx.signed_in.user.name.clone(),
        at: cx.now,
        earlier: false,
    });
    keep(&mut act, &grant, &correcting, &taken.collect::<Vec<_>>()).await?;
    act.done(&onward(id, Some(number), &fields)).await
}
