//! The two records of a pair or of a joining: opened together, and told apart in words.

use crate::Problem;
use minijinja::{Value, context};
use throughline_domain::ids::{DuplicateId, PersonId};
use throughline_domain::merge::DuplicateState;
use throughline_policy::{Grant, Permit, Subject, ViewDuplicates};
use throughline_store::Tx;
use throughline_store::merges::{self, Compared, Known};

/// The two of a pair or of a joining are asked for one after the other, always in one order: two who
/// join at once wait for each other instead of standing in each other's way.
pub(super) async fn authorise_both<P: Permit>(
    tx: &mut Tx,
    one: PersonId,
    other: PersonId,
) -> Result<(Grant<P>, Grant<P>), Problem> {
    if one <= other {
        let first = tx.authorise::<P>(one).await?;
        return Ok((first, tx.authorise::<P>(other).await?));
    }
    let second = tx.authorise::<P>(other).await?;
    Ok((tx.authorise::<P>(one).await?, second))
}

/// Opens a pair; both people get the audit row of being looked at.
pub(super) async fn open(tx: &mut Tx, pair: DuplicateId) -> Result<Compared, Problem> {
    let Some(people) = merges::people_of(tx, pair).await? else {
        // Refused to those whose role may not look at any, and not found by the others: alike.
        tx.authorise::<ViewDuplicates>(Subject::default()).await?;
        return Err(Problem::NotFound);
    };
    let (one, other) = authorise_both::<ViewDuplicates>(tx, people.first(), people.second()).await?;
    merges::open(tx, &one, &other).await?.ok_or(Problem::NotFound)
}

/// Whether somebody may still decide about it.
pub(super) fn is_open(compared: &Compared) -> bool {
    compared.line.state != DuplicateState::Merged && compared.sides.iter().all(|side| side.merged_into.is_none())
}

/// Which of the two, in words: they may have one and the same name.
pub(super) fn which(compared: &Compared, person: PersonId) -> &'static str {
    if compared.sides[0].person.id == person { "first record" } else { "second record" }
}

/// A record's name and date of birth.
pub(super) fn known(known: &Known) -> Value {
    context! { name => known.name.formal(), born => known.date_of_birth.map(|born| born.to_string()) }
}
