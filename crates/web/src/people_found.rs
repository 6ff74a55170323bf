//! People that a search found, as every page lists them: what tells them apart, and why each is in the list.

use crate::{Cx, Problem, evidence};
use minijinja::{Value, context};
use throughline_domain::name::Name;
use throughline_domain::search::{Search, postcode_district};
use throughline_matching::{Comparison, Description, Evidence, reason_line};
use throughline_policy::{Class, Relationship, Verb, ViewContactDetails, ViewIdentity};
use throughline_store::Tx;
use throughline_store::search::{Found, LookedFor};

/// The most people that are shown: who is not among them is found by typing more.
pub(crate) const SHOWN: usize = 20;

/// What the store looks for, for a typed search.
pub(crate) fn looked_for(search: &Search) -> LookedFor {
    // One word alone may be a surname or a forename: it is looked for as both.
    let alone = search.name.forenames.is_empty() && !search.name.surname.is_empty();
    let description = Description {
        name: search.name.clone(),
        aliases: alone.then(|| Name::new(&search.name.surname, "")).into_iter().collect(),
        date_of_birth: search.date_of_birth,
        postcodes: search.postcode.clone().into_iter().collect(),
        pnc: search.pnc.clone(),
        cro: search.cro.clone(),
        nhs_number: search.nhs_number.clone(),
        ..Description::default()
    };
    LookedFor {
        description,
        born_in: search.born_in,
        custody_numbers: search.custody_numbers.clone(),
        elsewhere: false,
    }
}

/// A row for each person found. Of those whom the reader may not open it holds only what tells
/// them apart: name and year of birth.
pub(crate) async fn rows(cx: &Cx, tx: &mut Tx, found: &[Found]) -> Result<Vec<Value>, Problem> {
    let may_claim = cx.role_may(Verb::Claim, Class::Search);
    let mut rows = Vec::with_capacity(found.len());
    for one in found {
        let id = one.person.id;
        let relationship = tx.relationship(id).await?;
        if !tx.may::<ViewIdentity>(id).await? {
            rows.push(closed_row(one, relationship, may_claim));
            continue;
        }
        let district = if tx.may::<ViewContactDetails>(id).await? {
            postcode_district(&one.postcode).unwrap_or_else(|| "Not known".to_owned())
        } else {
            "Not for your role".to_owned()
        };
        rows.push(context! {
            id => id.to_string(),
            may_open => true,
            family => one.person.name.surname,
            given => one.person.name.forenames,
            born => one.person.date_of_birth.map(|born| born.to_string()),
            gender => one.person.gender.label(),
            district,
            why => why_found(one),
            also => one.also.iter().map(crate::elsewhere::shown::in_short).collect::<Vec<_>>(),
            link => relationship.label(),
        });
    }
    Ok(rows)
}

fn closed_row(one: &Found, relationship: Relationship, may_claim: bool) -> Value {
    use chrono::Datelike;
    let link = match (relationship, may_claim) {
        (Relationship::None, true) => "No relationship: you may claim access with a reason",
        (_, true) => "At your site. Your role opens records only with a reason",
        (_, false) => "No relationship: ask a practitioner or your team leader",
    };
    context! {
        id => one.person.id.to_string(),
        may_open => false,
        may_claim,
        family => one.person.name.surname,
        given => one.person.name.forenames,
        year => one.person.date_of_birth.map(|born| born.year()),
        link,
    }
}

fn why_found(one: &Found) -> String {
    if one.by_custody_number {
        return "Same custody number".into();
    }
    let mut scored = one.scored.clone();
    // That the date of birth is not confirmed is no news to somebody who typed none.
    let typed_none = |line: &Evidence| line.comparison == Comparison::DateOfBirth && line.query_value.is_empty();
    if scored.evidence.iter().any(typed_none) {
        scored.rules.clear();
    }
    let reason = reason_line(&scored);
    match evidence::other_name(&scored) {
        Some(name) => format!("{reason}: {name}"),
        None => reason,
    }
}
