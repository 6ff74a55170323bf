//! The invented service: a busy day in two custody suites, two magistrates' courts and a Crown
//! Court, and the weeks before it, made from a seed and the current date.
//!
//! **What this crate is for.** To look at Throughline with work in every state, and to test it in
//! a browser. Everything is made by the store's own functions, by the demo's own staff, under the
//! same policy and with the same audit rows as real work: there is no SQL here and no way around.
//!
//! **Its words.** [`places`] and [`staff`] come first. `population` puts people together from
//! `names` and `stories`; a `Course` takes an episode as far as it has come by now; `history` makes
//! the weeks before, `today` the lists as they are sent and the work on them, `voluntary` the clinics.
//!
//! **How to add one more.** A story: one more in `stories`, told for the three forms; the tests
//! prove that it can be signed.
//!
//! **What it will never do.** Name anybody real: names are put together from lists of our own, NHS
//! numbers come from the 999 range that is never issued, postcodes from areas that do not exist.
#![warn(missing_docs)]

mod answers;
mod care;
mod chance;
mod consultations;
mod course;
mod directory;
mod duplicates;
mod further;
mod history;
mod hospital;
mod instruments;
mod legal;
mod names;
mod nights;
mod notes;
mod papers;
pub mod places;
mod population;
mod rota;
pub mod staff;
mod stories;
mod team;
mod today;
mod voluntary;

use std::sync::Arc;
use throughline_domain::time::{Instant, stored};
use throughline_store::Store;

/// Fills a service that has its places and staff with a busy day and the weeks before it.
/// `progress` is told hundredths.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn fill(
    store: &Store,
    seed: u64,
    now: Instant,
    progress: &mut (dyn FnMut(usize) + Send),
) -> anyhow::Result<()> {
    let mut team = team::Team::gather(store, seed, stored(now)).await?;
    directory::make(&mut team).await?;
    rota::make(&team).await?;
    let team = Arc::new(team);
    let listed = history::make(&team, progress).await?;
    duplicates::make(&team).await?;
    nights::make(&team, &listed).await?;
    today::make(&team).await?;
    hospital::make(&team).await?;
    voluntary::make(&team).await?;
    care::make(&team, &listed).await?;
    notes::make(&team).await?;
    consultations::make(&team).await?;
    progress(100);
    Ok(())
}
