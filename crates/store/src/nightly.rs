//! Work that one server does once a night for all of them.

use crate::matching::{Kept, Learning};
use crate::merges::{self, Decided};
use crate::{Cause, Result, Store, Tx, args, coverage, matching, outreach, people};
use chrono::{Duration, NaiveDate};
use throughline_domain::ids::PersonId;
use throughline_domain::merge::{Duplicate, Pair};
use throughline_domain::time::{Instant, london_date};
use throughline_matching::{Limits, reason_line};
use throughline_policy::Subject;
use uuid::Uuid;

/// People asked about before others may save: a piece takes some tens of milliseconds.
const PIECE: i64 = 50;

/// Records are put before somebody as of one person from this probability on.
const DUPLICATE_FROM: f64 = 0.5;

/// Work that was begun so long ago and has no end was cut short: another server may take it on.
const CUT_SHORT_AFTER: Duration = Duration::hours(2);

/// Takes on a job for tonight, unless another server has.
async fn is_ours(store: &Store, job: &str, now: Instant) -> Result<bool> {
    let mut tx = store.begin(Cause::upkeep(now)).await?;
    let is_ours = take_on(&mut tx, job, london_date(now)).await?;
    tx.commit().await?;
    Ok(is_ours)
}

/// Takes on a job for a night, unless another server has.
async fn take_on(tx: &mut Tx, job: &str, night: NaiveDate) -> Result<bool> {
    let now = tx.now();
    let is_first = tx
        .execute(
            "INSERT INTO night_work (job, night, started_at) VALUES ($1, $2, $3) ON CONFLICT (job, night) DO NOTHING",
            args![job, night, now],
        )
        .await?;
    let is_again = tx
        .execute(
            "UPDATE night_work SET started_at = $3 WHERE job = $1 AND night = $2 AND ended_at IS NULL AND started_at < $4",
            args![job, night, now, now - CUT_SHORT_AFTER],
        )
        .await?;
    Ok(is_first + is_again > 0)
}

async fn end(tx: &mut Tx, job: &str, night: NaiveDate) -> Result<()> {
    let now = tx.now();
    tx.execute("UPDATE night_work SET ended_at = $3 WHERE job = $1 AND night = $2", args![job, night, now]).await?;
    Ok(())
}

/// Asks for likely duplicates among our own people, and puts the new ones before whoever decides. What was
/// decided is asked again only where something has changed since. `None` when this night's work is done,
/// or another server does it.
///
/// # Errors
/// The store's.
pub async fn look_for_duplicates(store: &Store, now: Instant) -> Result<Option<Decided>> {
    const JOB: &str = "duplicates";
    if !is_ours(store, JOB, now).await? {
        return Ok(None);
    }
    let begin = || store.begin(Cause::upkeep(now));
    matching::follow(store).await?;
    let (mut asked, mut done) = (0, Decided::default());
    let mut after = PersonId::new(Uuid::nil());
    loop {
        let people = people::kept_after(&mut *store.read().await?, after, PIECE).await?;
        let Some((last, _)) = people.last() else { break };
        after = last.id;
        asked += people.len();
        let pairs = likely(store, &people).await?;
        if pairs.is_empty() {
            continue;
        }
        let mut tx = begin().await?;
        let decided = merges::propose(&mut tx, &pairs).await?;
        tx.commit().await?;
        done.new += decided.new;
        done.reopened += decided.reopened;
        done.unchanged += decided.unchanged;
    }
    let mut tx = begin().await?;
    let words = format!("{asked} people asked about, {} pairs new, {} asked again", done.new, done.reopened);
    tx.note_act("create", "duplicates", Subject::default(), &words);
    end(&mut tx, JOB, london_date(now)).await?;
    tx.commit().await?;
    Ok(Some(done))
}

/// Keeps everybody as a snapshot in the place of last night's, so that a start reads that and the changes since.
/// `None` when this night's is kept, or another server writes it.
///
/// # Errors
/// The store's. What was half written is not read, and is removed before the next is written.
pub async fn keep_snapshot(store: &Store, now: Instant) -> Result<Option<Kept>> {
    const JOB: &str = "snapshot";
    if !is_ours(store, JOB, now).await? {
        return Ok(None);
    }
    let kept = matching::keep_snapshot(store, now).await?;
    let mut tx = store.begin(Cause::upkeep(now)).await?;
    end(&mut tx, JOB, london_date(now)).await?;
    tx.commit().await?;
    Ok(Some(kept))
}

/// Learns the numbers that the matching engine weighs with from what was decided, once a month and when enough
/// was decided since. `None` when it is not time, or another server learns.
///
/// # Errors
/// The store's.
pub async fn learn_parameters(store: &Store, now: Instant) -> Result<Option<Learning>> {
    const JOB: &str = "learning";
    if !matching::is_time_to_learn(&mut *store.read().await?, now).await? || !is_ours(store, JOB, now).await? {
        return Ok(None);
    }
    let learning = matching::learn(store, now).await?;
    let mut tx = store.begin(Cause::upkeep(now)).await?;
    end(&mut tx, JOB, london_date(now)).await?;
    tx.commit().await?;
    Ok(Some(learning))
}

/// Finds who came and left while nobody of the service was there, and owes them the offer. `None` when this night's
/// work is done, or another server does it.
///
/// # Errors
/// The store's.
pub async fn find_out_of_hours(store: &Store, now: Instant) -> Result<Option<coverage::Found>> {
    const JOB: &str = "out_of_hours";
    if !is_ours(store, JOB, now).await? {
        return Ok(None);
    }
    let mut tx = store.begin(Cause::upkeep(now)).await?;
    let found = coverage::find_everywhere(&mut tx).await?;
    end(&mut tx, JOB, london_date(now)).await?;
    tx.commit().await?;
    Ok(Some(found))
}

/// Empties the offers whose day has come. `None` when this night's work is done, or another server does it.
///
/// # Errors
/// The store's.
pub async fn purge_outreach(store: &Store, now: Instant) -> Result<Option<outreach::Purged>> {
    const JOB: &str = "outreach_purge";
    if !is_ours(store, JOB, now).await? {
        return Ok(None);
    }
    let mut tx = store.begin(Cause::upkeep(now)).await?;
    let purged = outreach::purge(&mut tx).await?;
    end(&mut tx, JOB, london_date(now)).await?;
    tx.commit().await?;
    Ok(Some(purged))
}

/// Pairs of these people with anybody of ours that are likely one person.
async fn likely(store: &Store, people: &[(people::Person, people::Home)]) -> Result<Vec<Duplicate>> {
    let asked = people.iter().map(|(person, home)| (person.id, person.description(home))).collect();
    let answers = matching::each_against_all(store, asked, Limits { most: usize::MAX, least: DUPLICATE_FROM }).await?;
    let mut pairs = Vec::new();
    for (person, found) in answers {
        for candidate in found {
            let Some(pair) = candidate.id.person().and_then(|other| Pair::of(person, other)) else { continue };
            let scored = &candidate.scored;
            pairs.push(Duplicate {
                pair,
                probability: scored.probability,
                band: scored.band.code().to_owned(),
                reason: reason_line(scored),
            });
        }
    }
    // Two of one piece find each other.
    pairs.sort_by(|one: &Duplicate, other| {
        one.pair.cmp(&other.pair).then(other.probability.total_cmp(&one.probability))
    });
    pairs.dedup_by_key(|one| one.pair);
    Ok(pairs)
}
