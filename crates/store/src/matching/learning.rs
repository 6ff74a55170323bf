//! Learning the numbers the engine weighs with from what the service's own people decided.
//!
//! A decision teaches about a line of a list and the index as it was when somebody decided. The index has
//! changed since, and mostly because of the decision: whoever was made known from the line is in it now, and a
//! record that was said to be of the line's person has got the line's name and numbers. Weighed as they are now,
//! every line would look like its person to a letter. So learning asks an index of its own ([`Lessons`]):
//!
//! - "Same person" teaches with the record as it was kept with the first such decision about it.
//! - A line from which somebody was made known was nobody of ours: they are left out of the index. When later
//!   lines are of them, they cannot be both left out and known: a hash of their id says which teaches.
//! - "Different person" without either says that it is none of these, and nothing of anybody else.
//! - "Not sure" says nothing, and nor does a line that was joined to somebody without a decision.
//!
//! A fifth of the lines, by a hash of their ids, is not learnt from: on them what was learnt is compared with
//! what is weighed with now, and is taken up only where it is no worse.

use super::Known;
use super::lessons::{self, Lesson, Lessons};
use super::parameters::{self, Compared, Figures, Version};
use crate::{Cause, Conn, Error, Result, Store};
use chrono::Duration;
use throughline_domain::ids::EntryId;
use throughline_domain::time::{Instant, stored};
use throughline_matching::{
    Answer, Candidate, Description, ENOUGH_DECISIONS, Index, Limits, Outcome, Parameters, evaluate, train,
};

/// The least time between two learnings that nobody asked for.
const MONTH: Duration = Duration::days(30);

/// Lines with an answer that must be left to compare on.
const LEAST_HELD_OUT: usize = 20;

/// Candidates among whom the right one is looked for.
const LOOKED_AT: usize = 20;

/// The least probability that counts when answers are scored: one answer given as impossible would outweigh
/// everything else.
const FLOOR: f64 = 1e-6;

/// What came of learning.
#[derive(Debug, Clone, PartialEq)]
pub enum Learning {
    /// There is too little to learn from.
    NotEnough {
        /// Lines about which somebody decided, without those that are held out.
        decisions: usize,
        /// How many it takes.
        needed: usize,
    },
    /// A version was learnt, and taken up unless it says why not.
    Learnt(Box<Version>),
}

/// Whether a line is for comparing, not for learning: one in five.
pub fn is_held_out(entry: EntryId) -> bool {
    lessons::hash(entry.uuid()).is_multiple_of(5)
}

/// Whether a month has gone since the last learning, and enough lines were decided about since.
pub(crate) async fn is_time_to_learn(conn: &mut Conn, now: Instant) -> Result<bool> {
    let last = parameters::versions(conn).await?.first().map_or(Instant::UNIX_EPOCH, |newest| newest.learnt_at);
    let decided = lessons::decided_after(conn, last).await?;
    Ok(now - last >= MONTH && decided >= i64::try_from(ENOUGH_DECISIONS).unwrap_or(i64::MAX))
}

/// Learns from every decision there is, keeps the version, and takes it up where it is no worse.
///
/// # Errors
/// The store's.
pub async fn learn(store: &Store, now: Instant) -> Result<Learning> {
    super::follow(store).await?;
    let lessons = Lessons::gather(&mut *store.read().await?).await?;
    let learnt_from = lessons.lines.iter().filter(|lesson| !is_held_out(lesson.entry)).count();
    if learnt_from < ENOUGH_DECISIONS {
        return Ok(Learning::NotEnough { decisions: learnt_from, needed: ENOUGH_DECISIONS });
    }
    let name = format!("learnt-{}", parameters::versions(&mut *store.read().await?).await?.len() + 1);
    let (own, version) = (store.clone(), name.clone());
    // Minutes of every processor on a large index.
    let learning = tokio::task::spawn_blocking(move || {
        let (index, take_up) = own.memory().copy().expect("the index was loaded a moment ago, and stays");
        Ok::<_, Error>((take_up, learnt(index, &lessons, &version)?))
    });
    let (take_up, Learnt { toml, compared, decisions, pairs }) = learning.await.expect("learning ends")?;
    let mut tx = store.begin(Cause::upkeep(now)).await?;
    let is_overtaken = parameters::in_force(&mut tx).await?.0 != take_up;
    let refused = if is_overtaken {
        "other parameters were taken up while it was learnt".to_owned()
    } else {
        why_not(&compared).unwrap_or_default()
    };
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let version = Version {
        version: name,
        learnt_at: stored(now),
        decisions: count(decisions),
        pairs: count(pairs),
        compared,
        refused,
    };
    parameters::keep(&mut tx, &version, &toml).await?;
    tx.commit().await?;
    Ok(Learning::Learnt(Box::new(version)))
}

/// Why what was learnt is not taken up by itself; `None` when it is no worse.
fn why_not(compared: &Compared) -> Option<String> {
    let Compared { before, after, .. } = compared;
    if after.lines < LEAST_HELD_OUT {
        return Some(format!("only {} decisions were left to compare on, and it takes {LEAST_HELD_OUT}", after.lines));
    }
    if after.false_alarms > before.false_alarms {
        return Some(format!(
            "of people nobody knew, {} would be called very likely somebody, and {} are now",
            after.false_alarms, before.false_alarms
        ));
    }
    if after.wrong_people > before.wrong_people {
        return Some(format!(
            "{} would be called very likely somebody else, and {} are now",
            after.wrong_people, before.wrong_people
        ));
    }
    (after.log_loss > before.log_loss).then(|| {
        format!("what it says comes true less often: log-loss {:.4}, and {:.4} now", after.log_loss, before.log_loss)
    })
}

struct Learnt {
    toml: String,
    compared: Compared,
    decisions: usize,
    pairs: usize,
}

fn learnt(mut index: Index<Known>, lessons: &Lessons, version: &str) -> Result<Learnt> {
    lessons.put_back(&mut index);
    let (held_out, taught): (Vec<&Lesson>, Vec<&Lesson>) =
        lessons.lines.iter().partition(|lesson| is_held_out(lesson.entry));
    let list: Vec<Description> = taught.iter().map(|lesson| lesson.described.clone()).collect();
    let answers: Vec<Answer<Known>> = taught.iter().map(|lesson| lesson.answer.clone()).collect();
    let learnt = train(&index, &list, &answers, version);
    let toml = learnt.parameters.to_toml();
    // As it will be read: its figures are rounded.
    let read = Parameters::parse(&toml).map_err(|error| Error::Corrupt(error.to_string()))?;
    let (before_version, before) = (index.parameters().version.clone(), figures(&index, &held_out));
    index.set_parameters(read);
    let compared = Compared { before_version, before, after: figures(&index, &held_out) };
    Ok(Learnt { toml, compared, decisions: learnt.decisions, pairs: learnt.pairs })
}

fn figures(index: &Index<Known>, lessons: &[&Lesson]) -> Figures {
    let told = |lesson: &&&Lesson| matches!(lesson.answer, Answer::Known(_) | Answer::Unknown);
    let lessons: Vec<&Lesson> = lessons.iter().filter(told).copied().collect();
    let list: Vec<Description> = lessons.iter().map(|lesson| lesson.described.clone()).collect();
    let found = index.query_all(&list, Limits::best(LOOKED_AT));
    let outcomes: Vec<Outcome> = lessons.iter().zip(&found).map(|(lesson, found)| outcome(lesson, found)).collect();
    let loss: f64 = lessons.iter().zip(&found).map(|(lesson, found)| -said_of_the_truth(lesson, found).ln()).sum();
    let evaluation = evaluate(&outcomes);
    Figures {
        lines: evaluation.lines,
        known: evaluation.known,
        log_loss: loss / outcomes.len().max(1) as f64,
        false_alarms: evaluation.at_0_9.false_alarms,
        wrong_people: evaluation.at_0_9.wrong_people,
        precision: evaluation.at_0_9.precision,
        recall: evaluation.at_0_9.recall,
        calibration_error: evaluation.calibration_error.abs(),
    }
}

fn is_right(lesson: &Lesson, candidate: &Candidate<Known>) -> bool {
    matches!(&lesson.answer, Answer::Known(ids) if ids.contains(&candidate.id))
}

/// The probability that was given to what is so: that it is the right person, or nobody.
fn said_of_the_truth(lesson: &Lesson, found: &[Candidate<Known>]) -> f64 {
    let likeliest = |is_asked: &dyn Fn(&&Candidate<Known>) -> bool| {
        found.iter().filter(|one| is_asked(one)).map(|one| one.scored.probability).fold(0.0, f64::max)
    };
    let said = match lesson.answer {
        Answer::Known(_) => likeliest(&|one| is_right(lesson, one)),
        _ => 1.0 - likeliest(&|_| true),
    };
    said.max(FLOOR)
}

fn outcome(lesson: &Lesson, found: &[Candidate<Known>]) -> Outcome {
    let best = found.first();
    Outcome {
        is_known: matches!(lesson.answer, Answer::Known(_)),
        bits: best.map(|best| best.scored.prior_bits + best.scored.weight_bits),
        probability: best.map_or(0.0, |best| best.scored.probability),
        is_right: best.is_some_and(|best| is_right(lesson, best)),
        is_in_first_five: found.iter().take(5).any(|one| is_right(lesson, one)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Figures = Figures {
        lines: 40,
        known: 20,
        log_loss: 0.2,
        false_alarms: 1,
        wrong_people: 1,
        precision: 0.95,
        recall: 0.9,
        calibration_error: 0.02,
    };

    fn why_not_beside_now(after: Figures) -> Option<String> {
        why_not(&Compared { before_version: "shipped".to_owned(), before: NOW, after })
    }

    #[test]
    fn what_is_worse_in_any_way_is_not_taken_up_and_says_why() {
        assert_eq!(why_not_beside_now(NOW), None, "no worse");
        assert_eq!(why_not_beside_now(Figures { log_loss: 0.1, recall: 0.8, ..NOW }), None);
        let worse = [
            (Figures { false_alarms: 2, log_loss: 0.1, ..NOW }, "of people nobody knew, 2 would be called"),
            (Figures { wrong_people: 2, log_loss: 0.1, ..NOW }, "2 would be called very likely somebody else"),
            (Figures { log_loss: 0.25, ..NOW }, "what it says comes true less often: log-loss 0.2500, and 0.2000 now"),
            (Figures { lines: 19, log_loss: 0.1, ..NOW }, "only 19 decisions were left to compare on"),
        ];
        for (after, why) in worse {
            let told = why_not_beside_now(after).unwrap_or_default();
            assert!(told.starts_with(why), "{told}");
        }
    }
}
