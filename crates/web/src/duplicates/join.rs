//! Joining two records: what will move, said before, and then done.

use super::both::{authorise_both, is_open, open, which};
use crate::{Answer, Asking, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::ids::{DuplicateId, PersonId};
use throughline_domain::merge::{Reason, Refusal, WrongNumber};
use throughline_policy::{Class, MergePeople, Verb, ViewContactDetails};
use throughline_store::Tx;
use throughline_store::merges::{self, Compared, Detail, Side};

/// The two, as who stays and who goes.
fn roles<'a>(compared: &'a Compared, fields: &Fields) -> Option<(&'a Side, &'a Side)> {
    let keep: PersonId = fields.text("keep").parse().ok()?;
    let [one, other] = &compared.sides;
    match keep {
        keep if keep == one.person.id => Some((one, other)),
        keep if keep == other.person.id => Some((other, one)),
        _ => None,
    }
}

/// Two different NHS numbers: somebody has to say which one is wrong.
fn numbers_differ(keep: &Side, away: &Side) -> bool {
    let (keep, away) = (&keep.person.nhs_number, &away.person.nhs_number);
    keep.is_some() && away.is_some() && keep != away
}

/// The page that says what will move, before anything does.
pub(super) async fn confirm(cx: &Cx, id: DuplicateId, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let compared = open(&mut tx, id).await?;
    if !is_open(&compared) {
        return Err(Problem::Stale);
    }
    let (keep, away) =
        roles(&compared, fields).ok_or_else(|| Problem::Invalid("Choose which of the two records stays".into()))?;
    let left = left_behind(&mut tx, keep.person.id, away.person.id).await?;
    tx.commit().await?;
    let two_numbers = numbers_differ(keep, away);
    let values = context! {
        heading => "Check before you join these records",
        back => context! { href => format!("/duplicates/{id}"), text => "Back to the two records" },
        errors => errors.summary(),
        id => id.to_string(),
        version => fields.given("version").map_or_else(|| compared.line.version.to_string(), str::to_owned),
        keep => keep.person.id.to_string(),
        keep_which => which(&compared, keep.person.id),
        away_which => which(&compared, away.person.id),
        keep_name => keep.person.name.formal(),
        away_name => away.person.name.formal(),
        takes_number => keep.person.nhs_number.is_none() && away.person.nhs_number.is_some(),
        moves => away.holds.iter().filter(|(_, count)| *count > 0).map(|(kind, count)| context! { kind, count }).collect::<Vec<_>>(),
        left => left.as_deref().map(details),
        numbers => two_numbers.then(|| numbers(&compared, keep, away, fields, errors)),
        question => reason(fields, errors),
    };
    cx.page_of_form("duplicates/join.html", errors, values)
}

/// What is not shown any more once they are joined; `None` for those who may not see it in both.
async fn left_behind(tx: &mut Tx, keep: PersonId, away: PersonId) -> Result<Option<Vec<Detail>>, Problem> {
    if !tx.may::<ViewContactDetails>(keep).await? || !tx.may::<ViewContactDetails>(away).await? {
        return Ok(None);
    }
    let (keep, away) = authorise_both::<ViewContactDetails>(tx, keep, away).await?;
    Ok(Some(merges::left_behind(tx, &keep, &away).await?))
}

pub(super) fn details(details: &[Detail]) -> Vec<Value> {
    details
        .iter()
        .map(|detail| {
            let agree = if detail.keep.is_empty() { "missing" } else { "differ" };
            context! { label => detail.label, left => detail.keep, right => detail.away, agree }
        })
        .collect()
}

fn reason(fields: &Fields, errors: &Errors) -> Value {
    let typed = |field: &str| fields.text(field).to_owned();
    Asking { answer: &typed, errors }.question(
        "long_text",
        "reason",
        "How do you know that they are one person?",
        "Kept with both records. Somebody else will read it",
    )
}

fn numbers(compared: &Compared, keep: &Side, away: &Side, fields: &Fields, errors: &Errors) -> Vec<Value> {
    let typed = |field: &str| fields.text(field).to_owned();
    let asking = Asking { answer: &typed, errors };
    let of = |side: &Side| {
        let number = side.person.nhs_number.as_ref().map(throughline_domain::identifier::NhsNumber::spaced);
        format!("{} of the {}", number.unwrap_or_default(), which(compared, side.person.id))
    };
    let options = [(WrongNumber::OfTheOneThatStays.code(), of(keep)), (WrongNumber::OfTheOther.code(), of(away))];
    vec![
        asking.choice(
            "single",
            "wrong_number",
            "Which NHS number is wrong?",
            "The other one is the number of the joined record",
            options.iter().map(|(code, label)| (*code, label.as_str())),
        ),
        asking.question(
            "long_text",
            "wrong_number_reason",
            "How do you know that it is wrong?",
            "For example: traced with the NHS's own register today",
        ),
    ]
}

/// Joins them.
pub(super) async fn join(cx: Cx, Path(id): Path<DuplicateId>, fields: Fields) -> Answer {
    if !cx.role_may(Verb::Merge, Class::Identity) {
        return Err(Problem::NotFound);
    }
    let mut errors = Errors::default();
    let reason = Reason::new(fields.text("reason")).map_err(|refusal| errors.add("reason", refusal)).ok();
    let wrong = wrong_number(&fields, &mut errors);
    let (Some(reason), true) = (reason, errors.is_empty()) else {
        return confirm(&cx, id, &fields, &errors).await;
    };
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let compared = open(&mut act, id).await?;
    if !is_open(&compared) || compared.line.version != version {
        return Err(Problem::Stale);
    }
    let (keep, away) =
        roles(&compared, &fields).ok_or_else(|| Problem::Invalid("Choose which of the two records stays".into()))?;
    let (keep, away) = authorise_both::<MergePeople>(&mut act, keep.person.id, away.person.id).await?;
    let wrong = wrong.as_ref().map(|(wrong, reason)| (*wrong, reason));
    match merges::merge(&mut act, &keep, &away, &reason, wrong).await? {
        Ok(merge) => act.done(&format!("/duplicates/joined/{merge}?done=joined")).await,
        Err(refusal) => {
            drop(act);
            let field = if refusal == Refusal::TwoNhsNumbers { "wrong_number" } else { "reason" };
            errors.add(field, refusal);
            confirm(&cx, id, &fields, &errors).await
        }
    }
}

/// Which number is said to be wrong, when one is, with the reason that goes with it.
fn wrong_number(fields: &Fields, errors: &mut Errors) -> Option<(WrongNumber, Reason)> {
    let wrong = WrongNumber::from_code(fields.text("wrong_number"))?;
    let Ok(reason) = Reason::new(fields.text("wrong_number_reason")) else {
        errors.add("wrong_number_reason", Refusal::NumberReason);
        return None;
    };
    Some((wrong, reason))
}
