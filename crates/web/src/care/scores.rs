//! Scores over time: a chart of each instrument, and every total in words beneath it.

use super::chart::chart;
use super::{address, frame_below};
use crate::{Answer, Cx, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use std::collections::BTreeMap;
use throughline_domain::ids::PersonId;
use throughline_forms::over_time::{Point, Run, runs};
use throughline_forms::{Form, catalogue};
use throughline_policy::{Permit, ViewCarePlan, ViewClinical, ViewJustice, ViewNeedsPlan, ViewRiskCard};
use throughline_store::Tx;
use throughline_store::scores::{self, Scored, Scores};

pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    tx.authorise::<ViewCarePlan>(person).await?;
    let sees_clinical = tx.may::<ViewClinical>(person).await?;
    let scores = readable(&mut tx, person).await?;
    tx.commit().await?;
    let mut by_form: BTreeMap<&str, Vec<&Scored>> = BTreeMap::new();
    for scored in &scores.scored {
        by_form.entry(&scored.form).or_default().push(scored);
    }
    let values = context! {
        heading => "Scores over time",
        base => address(person),
        instruments => by_form.values().map(|all| instrument(all)).collect::<Vec<_>>(),
        unreadable => scores.unreadable,
        sees_clinical,
        ..frame
    };
    cx.page("care/scores.html", values)
}

/// The scores of every class that the reader may see.
async fn readable(tx: &mut Tx, person: PersonId) -> Result<Scores, Problem> {
    let mut all = Scores::default();
    add::<ViewClinical>(tx, person, &mut all).await?;
    add::<ViewNeedsPlan>(tx, person, &mut all).await?;
    add::<ViewRiskCard>(tx, person, &mut all).await?;
    add::<ViewJustice>(tx, person, &mut all).await?;
    all.scored.sort_by_key(|scored| scored.at);
    Ok(all)
}

async fn add<P: Permit>(tx: &mut Tx, person: PersonId, all: &mut Scores) -> Result<(), Problem> {
    if !tx.may::<P>(person).await? {
        return Ok(());
    }
    let grant = tx.authorise::<P>(person).await?;
    let found = scores::of_person(tx, &grant).await?;
    // The same form cannot be read by any permit: it is counted once.
    all.unreadable = all.unreadable.max(found.unreadable);
    for scored in found.scored {
        if !all.scored.iter().any(|known| known.record_id == scored.record_id && known.score.is_ok()) {
            all.scored.retain(|known| known.record_id != scored.record_id);
            all.scored.push(scored);
        }
    }
    Ok(())
}

/// One instrument: `all` of its signed forms, oldest first.
fn instrument(all: &[&Scored]) -> Value {
    let form = all.first().and_then(|scored| catalogue().get(&scored.form));
    let points = all.iter().filter_map(|scored| point(scored)).collect();
    let of_version = |version| form.filter(|form| form.version == version).and_then(|form| form.scoring.as_ref());
    let runs = runs(points, of_version);
    let newest = all.last();
    context! {
        title => newest.map(|scored| scored.title.clone()),
        source => form.and_then(|form| form.scoring.as_ref()).map(|scoring| scoring.source.clone()),
        statement => newest.and_then(|scored| scored.score.as_ref().ok()).map(|score| score.score.statement.clone()),
        several_versions => runs.len() > 1,
        runs => runs.iter().map(|run| run_value(run, all, form)).collect::<Vec<_>>(),
        rows => all.iter().rev().map(|scored| row(scored)).collect::<Vec<_>>(),
    }
}

fn point(scored: &Scored) -> Option<Point> {
    let score = &scored.score.as_ref().ok()?.score;
    Some(Point {
        at: scored.at,
        version: score.version,
        total: score.total,
        out_of: score.out_of,
        band: score.band.clone(),
        prorated: score.prorated,
    })
}

fn run_value(run: &Run<'_>, all: &[&Scored], form: Option<&Form>) -> Value {
    let title = all.last().map_or("", |scored| scored.title.as_str());
    let versions: Vec<u32> = run.points.iter().map(|point| point.version).collect();
    context! {
        chart => chart(title, run),
        change => run.change().map(|change| change.to_string()),
        from_version => versions.first(),
        to_version => versions.last(),
        unknown_bands => run.scoring.is_none() && form.is_some(),
    }
}

/// One signed form as a row of the table.
fn row(scored: &Scored) -> Value {
    let score = scored.score.as_ref().ok().map(|score| &score.score);
    let notes = [
        score.is_some_and(|score| score.prorated).then(|| {
            let missing = score.map_or(0, |score| score.missing.len());
            format!("Prorated: {missing} not answered")
        }),
        scored.score.as_ref().err().map(|why| format!("No total: {why}")),
        scored.awaits.then(|| "Waits for a countersignature".to_owned()),
    ];
    context! {
        at => scored.at,
        href => format!("/records/{}", scored.record_id),
        total => score.map(|score| format!("{} of {}", score.total, score.out_of)),
        band => score.map(|score| score.band.clone()),
        version => scored.version,
        by => scored.by_name,
        notes => notes.into_iter().flatten().collect::<Vec<_>>().join(". "),
    }
}
