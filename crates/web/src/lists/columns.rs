//! What the columns of a list mean: proposed, corrected by whoever brings the list in, and remembered.

use super::{on_to, site_of};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::ids::{ListId, SiteId};
use throughline_domain::list::{ListKind, ListState};
use throughline_domain::time::london_date;
use throughline_lists::{Column, Mapping, Proposal, is_table, propose, read_mapped};
use throughline_policy::{ImportList, ViewList};
use throughline_store::lists;

/// What was told of columns before.
pub(super) async fn told(cx: &Cx, site: SiteId) -> Result<Vec<Mapping>, Problem> {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ImportList>(site).await?;
    let templates = lists::templates(&mut tx, &grant).await?;
    tx.commit().await?;
    Ok(throughline_inbox::mappings(&templates)?)
}

/// A list that waits for review, its bytes and what its columns may mean.
struct Told {
    site: SiteId,
    title: String,
    bytes: Vec<u8>,
    proposal: Proposal,
    /// What holds: as told before, or as proposed.
    mapping: Mapping,
}

async fn waiting(cx: &Cx, id: ListId) -> Result<Option<Told>, Problem> {
    let mut tx = cx.begin().await?;
    let site = site_of(&mut tx, id).await?;
    let grant = tx.authorise::<ImportList>(site).await?;
    let view = tx.authorise::<ViewList>(site).await?;
    let list = lists::get(&mut tx, &view, id).await?.ok_or(Problem::NotFound)?;
    let bytes = lists::original(&mut tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    tx.commit().await?;
    if list.state != ListState::Preview || !is_table(&list.format) {
        return Ok(None);
    }
    let told = told(cx, site).await?;
    let today = london_date(cx.now);
    let proposed = move || propose(&bytes, today).map(|proposal| (proposal, bytes));
    let proposed = tokio::task::spawn_blocking(proposed).await.map_err(|_| Problem::Failed)?;
    let (proposal, bytes) = proposed.map_err(|_| Problem::NotFound)?;
    let thought = proposal.mapping();
    let mapping = told.into_iter().find(|told| told.headings() == thought.headings()).unwrap_or(thought);
    Ok(Some(Told { site, title: list.file_name, bytes, proposal, mapping }))
}

pub async fn show(cx: Cx, Path(id): Path<ListId>) -> Answer {
    let Some(told) = waiting(&cx, id).await? else { return Ok(on_to(&format!("/lists/{id}"))) };
    let values = page(id, &told, &told.mapping, &[]);
    cx.page("lists/columns.html", values)
}

pub async fn tell(cx: Cx, Path(id): Path<ListId>, fields: Fields) -> Answer {
    let Some(mut told) = waiting(&cx, id).await? else { return Ok(on_to(&format!("/lists/{id}"))) };
    let mapping = typed(&told.proposal, &fields);
    let complaints = mapping.complaints();
    if !complaints.is_empty() {
        return cx.page_with_errors("lists/columns.html", page(id, &told, &mapping, &complaints));
    }
    let (bytes, today, by) = (std::mem::take(&mut told.bytes), london_date(cx.now), mapping.clone());
    let read = tokio::task::spawn_blocking(move || read_mapped(&bytes, &by, today)).await;
    let reading = match read.map_err(|_| Problem::Failed)? {
        Ok(reading) => reading,
        Err(error) => {
            return cx.page_with_errors("lists/columns.html", page(id, &told, &mapping, &[error.to_string()]));
        }
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ImportList>(told.site).await?;
    let text = |value: Result<String, serde_json::Error>| value.map_err(|_| Problem::Failed);
    let words = text(serde_json::to_string(&mapping))?;
    lists::remember_template(&mut act, &grant, &mapping.headings(), &words).await?;
    let words = text(serde_json::to_string(&reading))?;
    lists::read_anew(&mut act, &grant, id, (reading.kind, &reading.format), &words).await?;
    act.done(&format!("/lists/{id}/review")).await
}

/// What was chosen for each column.
fn typed(proposal: &Proposal, fields: &Fields) -> Mapping {
    let chosen = |at: usize| Column::from_code(fields.text(&format!("column-{at}")));
    let columns = proposal.columns.iter().enumerate().map(|(at, column)| (column.heading.clone(), chosen(at)));
    Mapping { kind: ListKind::from_code(fields.text("kind")).unwrap_or(proposal.kind), columns: columns.collect() }
}

fn page(id: ListId, told: &Told, mapping: &Mapping, complaints: &[String]) -> Value {
    let column = |at: usize| {
        let proposed = &told.proposal.columns[at];
        let chosen =
            mapping.columns.iter().find(|(heading, _)| *heading == proposed.heading).and_then(|(_, column)| *column);
        let is_as_proposed = chosen == proposed.column;
        let options = Column::ALL.iter().map(
            |column| context! { code => column.code(), label => column.label(), checked => Some(*column) == chosen },
        );
        context! {
            heading => proposed.heading, values => proposed.values, name => format!("column-{at}"),
            grounds => is_as_proposed.then(|| proposed.grounds.label()), check => is_as_proposed && proposed.grounds.code() == "values",
            options => options.collect::<Vec<_>>(),
        }
    };
    let kinds = ListKind::ALL
        .iter()
        .map(|kind| context! { code => kind.code(), label => kind.label(), checked => *kind == mapping.kind });
    let errors = complaints.iter().map(|message| context! { field_name => "columns", message });
    context! {
        heading => "What do the columns mean?", caption => told.title.clone(), list => id,
        crumbs => [context! { text => "Lists", href => "/lists" }],
        rows => told.proposal.rows, sheet => told.proposal.sheet.clone(), row => told.proposal.row,
        columns => (0..told.proposal.columns.len()).map(column).collect::<Vec<_>>(),
        kinds => kinds.collect::<Vec<_>>(), errors => errors.collect::<Vec<_>>(),
    }
}
