//! A joining that was done: what it moved, and its way back.

use super::both::{authorise_both, known};
use super::join::details;
use crate::{Answer, Asking, Cx, Errors, Fields, Problem};
use axum::extract::{Path, Query};
use minijinja::{Value, context};
use throughline_domain::ids::{MergeId, PersonId};
use throughline_domain::merge::{Reason, Refusal, WrongNumber};
use throughline_policy::{Class, Subject, UnmergePeople, Verb, ViewContactDetails, ViewDuplicates, ViewIdentity};
use throughline_store::Tx;
use throughline_store::merges::{self, Merge};

/// What was just done, as a code in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

pub(super) async fn show(cx: Cx, Path(merge): Path<MergeId>, Query(done): Query<Done>) -> Answer {
    let text = match done.done.as_str() {
        "joined" => Some("The records were joined"),
        "undone" => Some("The joining was undone. Both records are as they were"),
        _ => None,
    };
    let notice = text.map(|text| context! { kind => "success", text });
    draw(&cx, merge, &Fields::default(), &Errors::default(), notice).await
}

async fn open(tx: &mut Tx, merge: MergeId) -> Result<Merge, Problem> {
    let Some((keep, away)) = merges::people_of_merge(tx, merge).await? else {
        tx.authorise::<ViewDuplicates>(Subject::default()).await?;
        return Err(Problem::NotFound);
    };
    let (kept, gone) = authorise_both::<ViewDuplicates>(tx, keep, away).await?;
    merges::get(tx, &kept, &gone, merge).await?.ok_or(Problem::NotFound)
}

async fn draw(cx: &Cx, id: MergeId, fields: &Fields, errors: &Errors, notice: Option<Value>) -> Answer {
    let mut tx = cx.begin().await?;
    let merge = open(&mut tx, id).await?;
    let stands = merge.undone.is_none();
    let left = if stands && tx.may::<ViewContactDetails>(merge.keep.id).await? {
        let grant = tx.authorise::<ViewContactDetails>(merge.keep.id).await?;
        merges::left_behind_in(&mut tx, &grant, id).await?
    } else {
        Vec::new()
    };
    let keep_href = person_href(&mut tx, merge.keep.id).await?;
    let away_href = if stands { None } else { person_href(&mut tx, merge.away.id).await? };
    tx.commit().await?;
    let may_undo = stands && merge.not_now.is_none() && cx.role_may(Verb::Unmerge, Class::Identity);
    let typed = |field: &str| fields.text(field).to_owned();
    let asking = Asking { answer: &typed, errors };
    let values = context! {
        heading => if stands { "Records joined" } else { "Records taken apart again" },
        back => context! { href => "/duplicates?state=merged", text => "Possible duplicates" },
        notice,
        errors => errors.summary(),
        id => id.to_string(),
        keep => known(&merge.keep),
        away => known(&merge.away),
        keep_href,
        away_href,
        reason => merge.reason,
        at => merge.at,
        by => merge.by_name,
        wrong_number => merge.wrong_number.map(WrongNumber::label),
        wrong_number_reason => merge.wrong_number_reason,
        took_number => merge.took_number,
        moved => merge.moved.iter().map(|(kind, count)| context! { kind, count }).collect::<Vec<_>>(),
        left => details(&left),
        added => merge.added.iter().map(|added| context! { kind => added.kind, stays => added.stays, goes_back => added.goes_back }).collect::<Vec<_>>(),
        not_now => merge.not_now.as_ref().map(ToString::to_string),
        undone => merge.undone.map(|undone| context! { at => undone.at, by => undone.by_name, reason => undone.reason }),
        stands,
        may_undo,
        question => may_undo.then(|| asking.question("long_text", "reason", "Why are the records taken apart?", "For example: he showed a passport, and they are cousins")),
    };
    cx.page_of_form("duplicates/joined.html", errors, values)
}

async fn person_href(tx: &mut Tx, person: PersonId) -> Result<Option<String>, Problem> {
    Ok(tx.may::<ViewIdentity>(person).await?.then(|| format!("/people/{person}")))
}

/// Takes the records apart again.
pub(super) async fn undo(cx: Cx, Path(id): Path<MergeId>, fields: Fields) -> Answer {
    if !cx.role_may(Verb::Unmerge, Class::Identity) {
        return Err(Problem::NotFound);
    }
    let mut errors = Errors::default();
    let reason = match Reason::new(fields.text("reason")) {
        Ok(reason) => reason,
        Err(refusal) => {
            errors.add("reason", refusal);
            return draw(&cx, id, &fields, &errors, None).await;
        }
    };
    let mut act = cx.act(&fields).await?;
    let merge = open(&mut act, id).await?;
    let (keep, away) = authorise_both::<UnmergePeople>(&mut act, merge.keep.id, merge.away.id).await?;
    match merges::unmerge(&mut act, &keep, &away, id, &reason).await? {
        Ok(()) => act.done(&format!("/duplicates/joined/{id}?done=undone")).await,
        Err(Refusal::UndoneBefore) => Err(Problem::Stale),
        Err(refusal) => {
            drop(act);
            errors.add("reason", refusal);
            draw(&cx, id, &fields, &errors, None).await
        }
    }
}
