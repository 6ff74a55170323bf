//! The row of a list and a known person side by side, and a person's decision about them.

use crate::lists::{facts, source, subject};
use crate::{Answer, App, Cx, Fields, Problem};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use minijinja::{Value, context};
use throughline_domain::ids::{EntryId, PersonId};
use throughline_domain::list::MatchDecision;
use throughline_domain::name::{Name, folded};
use throughline_lists::Entry;
use throughline_matching::{Agreement, Comparison, Scored, in_words, reason_line};
use throughline_policy::{ChangeIdentity, ChangeList, Class, SearchPeople, Subject, Verb, ViewList};
use throughline_store::events::{self, NewEvent};
use throughline_store::lists::{self, Best, Decision, Line};
use throughline_store::people::{self, Candidate};
use throughline_store::{Error as StoreError, Tx};

pub fn routes() -> Router<App> {
    Router::new().route("/entries/{entry}/compare/{person}", get(show).post(decide))
}

async fn show(cx: Cx, Path((entry, person)): Path<(EntryId, PersonId)>) -> Answer {
    let values = values(&cx, entry, person).await?;
    cx.page("compare/show.html", values)
}

/// The line, what its list says, and the person weighed against it.
struct Pair {
    line: Line,
    entry: Entry,
    candidate: Candidate,
    decisions: Vec<Decision>,
}

async fn pair(tx: &mut Tx, entry: EntryId, person: PersonId) -> Result<Pair, Problem> {
    let site = subject(tx, entry).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let line = lists::entry(tx, &grant, entry).await?.ok_or(Problem::NotFound)?;
    let decisions = lists::decisions(tx, &grant, entry).await?;
    let entry = source(&line)?;
    let search = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let candidate =
        people::compare(tx, &search, &facts::description(&entry), person).await?.ok_or(Problem::NotFound)?;
    Ok(Pair { line, entry, candidate, decisions })
}

async fn values(cx: &Cx, entry: EntryId, person: PersonId) -> Result<Value, Problem> {
    let mut tx = cx.begin().await?;
    let pair = pair(&mut tx, entry, person).await?;
    tx.commit().await?;
    let (known, scored) = (&pair.candidate.person, &pair.candidate.scored);
    let about: Vec<&Decision> = pair.decisions.iter().filter(|decision| decision.person_id == person).collect();
    Ok(context! {
        heading => "Is this the same person?", back => context! { href => format!("/entries/{entry}"), text => "Back to the row" },
        name => pair.entry.name.formal(), known_name => known.name.formal(),
        aliases => known.aliases.iter().map(Name::natural).collect::<Vec<_>>(),
        probability => in_words(scored.probability), band => scored.band.label(),
        band_tone => crate::lists::band_tone(scored.band), reason => reason_line(scored),
        advice => scored.rules.iter().map(|rule| context! { label => rule.label(), text => rule.advice() }).collect::<Vec<_>>(),
        limited => (scored.probability_before_rules - scored.probability).abs() > 0.005, before_rules => in_words(scored.probability_before_rules),
        rows => rows(scored), evidence => evidence(scored), person_id => person.to_string(),
        decisions => about.iter().map(|decision| context! { words => decision.decision.label(), by => decision.decided_by, at => decision.decided_at }).collect::<Vec<_>>(),
        is_linked => pair.line.person_id == Some(person), has_episode => pair.line.episode_id.map(|episode| episode.to_string()),
        linked_to_another => pair.line.person_id.is_some_and(|linked| linked != person),
        may_change => cx.role_may(Verb::Change, Class::List), line => pair.line,
    })
}

/// The facts side by side; what the comparison makes of them is told below.
fn rows(scored: &Scored) -> Vec<Value> {
    let facts =
        scored.evidence.iter().filter(|line| !matches!(line.comparison, Comparison::Rarity | Comparison::Arrangement));
    facts
        .map(|line| {
            let agree = match line.agreement {
                Agreement::Agree => "agree",
                Agreement::Partly => "partly",
                Agreement::Disagree => "differ",
                Agreement::Missing => "missing",
            };
            context! { label => line.comparison.label(), left => line.query_value, right => line.known_value, agree, note => line.level }
        })
        .collect()
}

/// One step of the evidence as it is drawn: from where to where, on a scale of 0 to [`WIDE`].
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
struct Bar {
    label: String,
    level: String,
    bits: String,
    words: String,
    x: f64,
    width: f64,
    /// `start`, `for`, `against`, `none` or `sum`.
    way: &'static str,
}

/// The width of the drawing.
const WIDE: f64 = 240.0;

/// The evidence step by step, from what is believed before to what it comes to.
fn evidence(scored: &Scored) -> Vec<Bar> {
    let mut steps = vec![(
        "Before anything is compared".to_owned(),
        "Few people on a list are known".to_owned(),
        0.0,
        scored.prior_bits,
        "start",
    )];
    let mut sum = scored.prior_bits;
    for line in &scored.evidence {
        let way = if line.weight_bits > 0.05 {
            "for"
        } else if line.weight_bits < -0.05 {
            "against"
        } else {
            "none"
        };
        steps.push((line.comparison.label().to_owned(), line.level.to_owned(), sum, sum + line.weight_bits, way));
        sum += line.weight_bits;
    }
    steps.push(("Together".to_owned(), "All of the above added up".to_owned(), 0.0, sum, "sum"));
    let ends = || steps.iter().flat_map(|(_, _, from, to, _)| [*from, *to]);
    let (least, most) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
    let scale = WIDE / (most - least).max(1.0);
    steps
        .into_iter()
        .map(|(label, level, from, to, way)| Bar {
            words: if way == "start" || way == "sum" { odds(to) } else { times(to - from) },
            bits: if way == "none" { "0".to_owned() } else { format!("{:+.1}", to - from).replace('-', "\u{2212}") },
            x: ((from.min(to) - least) * scale).round(),
            width: ((to - from).abs() * scale).round().max(2.0),
            label,
            level,
            way,
        })
        .collect()
}

/// What a weight means: "about 70 times likelier".
fn times(bits: f64) -> String {
    let times = bits.abs().exp2();
    if times < 1.1 {
        return "Makes no difference".to_owned();
    }
    let way = if bits > 0.0 { "likelier" } else { "less likely" };
    format!("About {} times {way}", rounded(times))
}

/// Odds as people say them: "1 in 20,000".
fn odds(bits: f64) -> String {
    if bits < 0.0 {
        format!("About 1 in {}", rounded(1.0 + (-bits).exp2()))
    } else {
        format!("About {} to 1 for it", rounded(bits.exp2()))
    }
}

/// Two figures are enough, thousands apart: 1.5, 73, 12,000.
fn rounded(number: f64) -> String {
    if number < 10.0 {
        return format!("{number:.1}").trim_end_matches(".0").to_owned();
    }
    let unit = 10_f64.powf(number.log10().floor() - 1.0);
    let digits = format!("{:.0}", (number / unit).round() * unit);
    let first = digits.len() % 3;
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first % 3 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

async fn decide(cx: Cx, Path((entry, person)): Path<(EntryId, PersonId)>, fields: Fields) -> Answer {
    let Some(decision) = MatchDecision::from_code(fields.text("decision")) else {
        return refuse(&cx, entry, person, "Choose same person, different person or not sure").await;
    };
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let pair = pair(&mut act, entry, person).await?;
    if pair.line.episode_id.is_some() {
        drop(act);
        return refuse(&cx, entry, person, "An episode was opened from this row, so its person stays. If it is the wrong person, close the episode as opened in error and tell your team leader.").await;
    }
    let grant = act.authorise::<ChangeList>(pair.line.site_id).await?;
    let scored = &pair.candidate.scored;
    lists::decide(&mut act, &grant, entry, person, decision, scored.probability, &facts::kept(&pair.entry, scored))
        .await?;
    let linked = pair.line.person_id == Some(person);
    let link = match decision {
        MatchDecision::Same => Some(Some(person)),
        MatchDecision::Different | MatchDecision::NotSure => linked.then_some(None),
    };
    if let Some(link) = link {
        match lists::link(&mut act, &grant, entry, version, link).await {
            Err(StoreError::Stale) => {
                drop(act);
                return refuse(
                    &cx,
                    entry,
                    person,
                    "This row changed while you were deciding. Nothing was saved: look again, and decide again.",
                )
                .await;
            }
            other => other?,
        }
    }
    follow(&mut act, &pair, decision).await?;
    act.done(&format!("/entries/{entry}")).await
}

/// What follows from a decision: what is learnt of the person, the next best match, and a word to
/// colleagues.
async fn follow(tx: &mut Tx, pair: &Pair, decision: MatchDecision) -> Result<(), Problem> {
    let (person, entry) = (&pair.candidate.person, &pair.entry);
    if decision == MatchDecision::Same {
        let change = tx.authorise::<ChangeIdentity>(person.id).await?;
        let other = folded(&entry.name.natural()) != folded(&person.name.natural());
        people::learn(tx, &change, other.then_some(&entry.name), &facts::identifiers(entry)).await?;
        let scored = &pair.candidate.scored;
        let best = Best {
            person: person.id,
            probability: scored.probability,
            band: scored.band.code().into(),
            reason: reason_line(scored),
        };
        lists::set_best(tx, pair.line.id, Some(&best)).await?;
    } else {
        let view = tx.authorise::<ViewList>(pair.line.site_id).await?;
        let decisions = lists::decisions(tx, &view, pair.line.id).await?;
        let search = tx.authorise::<SearchPeople>(Subject::default()).await?;
        let best = crate::lists::best(tx, &search, entry, &crate::lists::ruled_out(&decisions)).await?;
        lists::set_best(tx, pair.line.id, best.as_ref()).await?;
    }
    let same = decision == MatchDecision::Same;
    let words = format!("Match with a known person: {}", decision.label().to_lowercase());
    let link = format!("/entries/{}", pair.line.id);
    let new = NewEvent {
        at: None,
        site: Some(pair.line.site_id),
        person: same.then_some(person.id),
        episode: None,
        kind: "list",
        class: Class::List,
        words,
        link,
    };
    Ok(events::add(tx, new).await?)
}

async fn refuse(cx: &Cx, entry: EntryId, person: PersonId, message: &str) -> Answer {
    let base = values(cx, entry, person).await?;
    let errors = [context! { field_name => "decision", message }];
    let html = cx.app.pages.page("compare/show.html", &cx.shell(), context! { errors, ..base })?;
    Ok((StatusCode::CONFLICT, Html(html)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use throughline_matching::{Description, Parameters, score};

    #[test]
    fn numbers_are_told_with_two_figures() {
        assert_eq!(rounded(1.5), "1.5");
        assert_eq!(rounded(73.4), "73");
        assert_eq!(rounded(12_345.0), "12,000");
        assert_eq!(rounded(1_234_567.0), "1,200,000");
        assert_eq!(times(0.0), "Makes no difference");
        assert_eq!(times(-1.0), "About 2 times less likely");
    }

    #[test]
    fn each_step_of_the_drawing_starts_where_the_last_one_ended() {
        let born = NaiveDate::from_ymd_opt(1991, 2, 14).unwrap();
        let somebody = Description::named("Ada", "Marsh").born(born);
        let other = Description::named("Adah", "March").born(born);
        let bars = evidence(&score(&Parameters::default(), &somebody, &other));
        assert_eq!((bars[0].way, bars.last().unwrap().way), ("start", "sum"));
        assert!(bars.iter().all(|bar| bar.x >= 0.0 && bar.x + bar.width <= WIDE + 4.0), "{bars:?}");
    }
}
