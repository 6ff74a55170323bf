//! The row of a list and a record of another register side by side, and a person's decision about them.

use crate::lists::{Among, Listed, facts, possible, source, subject, tell};
use crate::{Act, Answer, App, Cx, Fields, Problem, evidence};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use chrono::{Datelike, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::ids::{ElsewhereId, EntryId, PersonId};
use throughline_domain::list::MatchDecision;
use throughline_domain::name::{Name, folded};
use throughline_domain::person::{Ethnicity, Gender};
use throughline_domain::time::{age_on, date_long, london_date};
use throughline_lists::Entry;
use throughline_matching::{Band, Description, in_words, reason_line};
use throughline_policy::{
    ChangeIdentity, ChangeList, Class, CreatePerson, Grant, SearchPeople, Subject, Verb, ViewList,
};
use throughline_store::Tx;
use throughline_store::elsewhere::{self, Decision, Elsewhere, Record};
use throughline_store::lists::{self, Best, Line};
use throughline_store::people::{self, NewPerson};
use throughline_store::search::{self, Candidate, ElsewhereCandidate};
use uuid::Uuid;

pub fn routes() -> Router<App> {
    Router::new().route("/entries/{entry}/elsewhere/{elsewhere}", get(show).post(decide))
}

/// `PAS, number 123`.
pub(crate) fn in_short(known: &Elsewhere) -> String {
    format!("{}, number {}", known.source, known.record.number)
}

/// A record in a list of possible matches for a row.
pub(crate) fn candidate_row(
    candidate: &ElsewhereCandidate,
    entry: EntryId,
    decisions: &[Decision],
    today: NaiveDate,
) -> Value {
    let ElsewhereCandidate { elsewhere, scored } = candidate;
    let record = &elsewhere.record;
    let decided = decisions.iter().find(|decision| decision.elsewhere == elsewhere.id);
    context! {
        name => record.name.formal(), source => elsewhere.source, number => record.number, born => born(record, today),
        nhs_number => record.sound_nhs_number().map(|number| number.digits().to_owned()),
        aliases => record.aliases.iter().map(Name::natural).collect::<Vec<_>>().join(", "), died => died(record),
        probability => in_words(scored.probability), band => scored.band.label(),
        tone => crate::lists::band_tone(scored.band), reason => reason_line(scored),
        advice => scored.rules.first().map(|rule| rule.advice()), href => format!("/entries/{entry}/elsewhere/{}", elsewhere.id),
        decision => decided.map(|decision| format!("{}, {}", decision.decision.label(), decision.decided_by)),
    }
}

/// A record among the results of a search, where nobody's care is a reason to see more: what tells it apart.
pub(crate) fn closed_row(candidate: &ElsewhereCandidate) -> Value {
    let Elsewhere { id, source, record, .. } = &candidate.elsewhere;
    let year = record.date_of_birth.map(|born| born.year()).or(record.born_between.map(|(from, _)| from));
    context! {
        id => id.to_string(), family => record.name.surname, given => record.name.forenames, year, source,
        number => record.number,
    }
}

/// A decision about a record, in the list of what was decided about a row.
pub(crate) fn decision_row(decision: &Decision, entry: EntryId) -> Value {
    context! {
        person => decision.name.formal(), source => decision.source, words => decision.decision.label(),
        probability => in_words(decision.probability), by => decision.decided_by, at => decision.decided_at,
        href => format!("/entries/{entry}/elsewhere/{}", decision.elsewhere),
    }
}

fn born(record: &Record, today: NaiveDate) -> String {
    match (record.date_of_birth, record.born_between) {
        (Some(born), _) => match age_on(born, today) {
            Some(age) if !record.is_deceased => format!("Born {}, aged {age}", date_long(born)),
            _ => format!("Born {}", date_long(born)),
        },
        (None, Some((year, _))) => format!("Born in {year}"),
        (None, None) => "Date of birth not known".to_owned(),
    }
}

/// A warning where the register says that they have died.
fn died(record: &Record) -> Option<String> {
    let when = record.deceased_on.map(|day| format!(" on {}", date_long(day))).unwrap_or_default();
    record.is_deceased.then(|| format!("the hospital has recorded that this person died{when}."))
}

/// The line, what its list says, and the record weighed against it.
struct Pair {
    line: Line,
    entry: Entry,
    /// What was compared: what the line says of the person.
    described: Description,
    candidate: ElsewhereCandidate,
    decisions: Vec<Decision>,
    /// People of ours who are very likely the one on the line, while nobody is decided on.
    ours: Vec<Candidate>,
}

async fn pair(tx: &mut Tx, entry: EntryId, id: ElsewhereId) -> Result<Pair, Problem> {
    let site = subject(tx, entry).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let line = lists::entry(tx, &grant, entry).await?.ok_or(Problem::NotFound)?;
    let decisions = elsewhere::decisions(tx, &grant, entry).await?;
    let entry = source(&line)?;
    let search = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let described = facts::description(&entry, line.list_date);
    let candidate = search::compare_elsewhere(tx, &search, &described, id).await?.ok_or(Problem::NotFound)?;
    let mut ours = Vec::new();
    if line.person_id.is_none() {
        let listed = Listed::of(&line, &entry);
        ours = possible(tx, &grant, &search, listed, Among::Ours, 3).await?.asked;
        ours.retain(|one| one.scored.band == Band::VeryLikely);
    }
    Ok(Pair { line, entry, described, candidate, decisions, ours })
}

async fn show(cx: Cx, Path((entry, id)): Path<(EntryId, ElsewhereId)>) -> Answer {
    let mut tx = cx.begin().await?;
    let pair = pair(&mut tx, entry, id).await?;
    let holder = holder(&mut tx, &pair.candidate.elsewhere).await?;
    tx.commit().await?;
    // Once it is of a person of ours, the row is compared with them.
    if let Some(person) = pair.candidate.elsewhere.person_id {
        return Ok(Redirect::to(&format!("/entries/{entry}/compare/{person}")).into_response());
    }
    cx.page("compare/elsewhere.html", values(&cx, &pair, holder))
}

/// Somebody of ours who has the record's NHS number.
async fn holder(tx: &mut Tx, known: &Elsewhere) -> Result<Option<PersonId>, Problem> {
    match known.record.sound_nhs_number() {
        Some(number) => Ok(elsewhere::holder_of(tx, &number).await?),
        None => Ok(None),
    }
}

fn values(cx: &Cx, pair: &Pair, holder: Option<PersonId>) -> Value {
    let ElsewhereCandidate { elsewhere: known, scored } = &pair.candidate;
    let (record, line) = (&known.record, &pair.line);
    let about = pair.decisions.iter().filter(|decision| decision.elsewhere == known.id);
    context! {
        heading => "Is this the same person?", back => context! { href => format!("/entries/{}", line.id), text => "Back to the row" },
        name => pair.entry.name.formal(), known_name => record.name.formal(), source => known.source, number => record.number,
        aliases => record.aliases.iter().map(Name::natural).collect::<Vec<_>>(), died => died(record), in_use => record.in_use,
        first_seen_at => london_date(known.first_seen_at).to_string(), last_seen_at => london_date(known.last_seen_at).to_string(),
        probability => in_words(scored.probability), band => scored.band.label(),
        band_tone => crate::lists::band_tone(scored.band), reason => reason_line(scored),
        advice => scored.rules.iter().map(|rule| context! { label => rule.label(), text => rule.advice() }).collect::<Vec<_>>(),
        limited => (scored.probability_before_rules - scored.probability).abs() > 0.005, before_rules => in_words(scored.probability_before_rules),
        rows => evidence::rows(scored), evidence => evidence::evidence(scored, "Few people on a list are known"),
        elsewhere_id => known.id.to_string(), holder => holder.map(|person| person.to_string()),
        decisions => about.map(|decision| decision_row(decision, line.id)).collect::<Vec<_>>(),
        ours => pair.ours.iter().map(|one| context! { name => one.person.name.formal(), href => format!("/entries/{}/compare/{}", line.id, one.person.id) }).collect::<Vec<_>>(),
        is_linked => line.person_id.is_some(), has_episode => line.episode_id.map(|episode| episode.to_string()),
        may_change => cx.role_may(Verb::Change, Class::List), line,
    }
}

async fn decide(cx: Cx, Path((entry, id)): Path<(EntryId, ElsewhereId)>, fields: Fields) -> Answer {
    let Some(decision) = MatchDecision::from_code(fields.text("decision")) else {
        return refuse(&cx, entry, id, "Choose same person, not this person or not sure").await;
    };
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let pair = pair(&mut act, entry, id).await?;
    if pair.line.episode_id.is_some() {
        drop(act);
        return refuse(&cx, entry, id, "An episode was opened from this row, so its person stays. If it is the wrong person, close the episode as opened in error and tell your team leader.").await;
    }
    let grant = act.authorise::<ChangeList>(pair.line.site_id).await?;
    let outcome = match decision {
        MatchDecision::Same => same(&mut act, &grant, &pair, version).await,
        MatchDecision::Different | MatchDecision::NotSure => Ok(None),
    };
    match outcome {
        Ok(None) => {}
        Ok(Some(message)) => {
            drop(act);
            return refuse(&cx, entry, id, message).await;
        }
        Err(Problem::Stale) => {
            drop(act);
            let message = "This row, or the hospital's record, changed while you were deciding. Nothing was saved: look again, and decide again.";
            return refuse(&cx, entry, id, message).await;
        }
        Err(other) => return Err(other),
    }
    elsewhere::decide(&mut act, &grant, entry, id, decision, &pair.described, &pair.candidate.scored).await?;
    if decision != MatchDecision::Same {
        let words = format!("Match with a hospital record: {}", decision.label().to_lowercase());
        tell(&mut act, &pair.line, None, words).await?;
    }
    act.done(&format!("/entries/{entry}")).await
}

/// Makes a person of ours from the record, or adds it to the person whom the row is joined to. Says why
/// not, where the service's rules refuse.
async fn same(
    act: &mut Act,
    grant: &Grant<ChangeList>,
    pair: &Pair,
    version: i64,
) -> Result<Option<&'static str>, Problem> {
    let (line, known) = (&pair.line, &pair.candidate.elsewhere);
    if line.version != version || known.person_id.is_some() {
        return Err(Problem::Stale);
    }
    if !pair.ours.is_empty() {
        return Ok(Some(
            "Somebody in our record is very likely the person on the list. Decide about them first: two records of one person hide risk.",
        ));
    }
    let holder = holder(act, known).await?;
    if holder.is_some() && holder != line.person_id {
        return Ok(Some(
            "Somebody in our record has this NHS number already. Compare the row with them: two records of one person hide risk.",
        ));
    }
    let (person, words) = if let Some(person) = line.person_id {
        add_to(act, person, known).await?;
        (person, format!("Hospital record of {} added to this person", known.source))
    } else {
        let person = make(act, grant, pair).await?;
        (person, format!("Made known to us from the hospital's record in {}", known.source))
    };
    let change = act.authorise::<ChangeIdentity>(person).await?;
    elsewhere::take(act, &change, known.id).await?;
    tell(act, line, Some(person), words).await?;
    Ok(None)
}

async fn add_to(act: &mut Act, person: PersonId, known: &Elsewhere) -> Result<(), Problem> {
    let change = act.authorise::<ChangeIdentity>(person).await?;
    people::learn(act, &change, Some(&known.record.name), &known.identifiers()).await?;
    for alias in &known.record.aliases {
        people::learn(act, &change, Some(alias), &[]).await?;
    }
    Ok(())
}

/// A person of ours from the record and the row, joined to the row.
async fn make(act: &mut Act, grant: &Grant<ChangeList>, pair: &Pair) -> Result<PersonId, Problem> {
    let (line, scored) = (&pair.line, &pair.candidate.scored);
    let create = act.authorise::<CreatePerson>(Subject::default()).await?;
    let person = PersonId::new(Uuid::now_v7());
    people::create(act, &create, person, &new_person(&pair.candidate.elsewhere, &pair.entry)).await?;
    lists::link(act, grant, line.id, line.version, Some(person)).await?;
    lists::decide(act, grant, line.id, person, MatchDecision::Same, &pair.described, scored).await?;
    let best =
        Best { person, probability: scored.probability, band: scored.band.code().into(), reason: reason_line(scored) };
    lists::set_best(act, line.id, Some(&best)).await?;
    Ok(person)
}

/// What the hospital's record says, and what only the row says.
fn new_person(known: &Elsewhere, entry: &Entry) -> NewPerson {
    let (mut new, listed) = (known.new_person(), facts::new_person(entry));
    if new.name.is_unknown() {
        new.name = listed.name;
    } else if !listed.name.is_unknown() && is_another_name(&listed.name, &new) {
        new.aliases.push(listed.name);
    }
    new.date_of_birth = new.date_of_birth.or(listed.date_of_birth);
    new.gender = new.gender.filter(|gender| *gender != Gender::NotKnown).or(listed.gender);
    new.ethnicity = new.ethnicity.filter(|ethnicity| *ethnicity != Ethnicity::NotKnown).or(listed.ethnicity);
    new.nhs_number = new.nhs_number.or(listed.nhs_number);
    new.identifiers.extend(listed.identifiers);
    (new.interpreter, new.language) = (listed.interpreter, listed.language);
    if new.contact.address.is_empty() && new.contact.postcode.is_empty() {
        (new.contact.address, new.contact.postcode) = (listed.contact.address, listed.contact.postcode);
    }
    new
}

fn is_another_name(name: &Name, new: &NewPerson) -> bool {
    let known = |other: &Name| folded(&other.natural()) == folded(&name.natural());
    !known(&new.name) && !new.aliases.iter().any(known)
}

async fn refuse(cx: &Cx, entry: EntryId, id: ElsewhereId, message: &str) -> Answer {
    let mut tx = cx.begin().await?;
    let pair = pair(&mut tx, entry, id).await?;
    let holder = holder(&mut tx, &pair.candidate.elsewhere).await?;
    tx.commit().await?;
    let errors = [context! { field_name => "decision", message }];
    let values = context! { errors, ..values(cx, &pair, holder) };
    let html = cx.app.pages.page("compare/elsewhere.html", &cx.shell(), values)?;
    Ok((StatusCode::CONFLICT, Html(html)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_domain::time::stored;

    fn listed() -> Entry {
        let text = "Custody No.,Surname,Forenames,D.O.B,Sex,Ethnicity,Post code,PNC,Interpreter\n\
                    FR/1/26,Marsh,Ada,14/02/1991,F,W2,ZZ1 1AA,2012/0345678U,Welsh\n";
        let today = NaiveDate::from_ymd_opt(2026, 3, 24).unwrap();
        throughline_lists::read(text.as_bytes(), today).unwrap().entries.remove(0)
    }

    fn known(record: Record) -> Elsewhere {
        Elsewhere {
            id: ElsewhereId::new(Uuid::nil()),
            source: "PAS".into(),
            record,
            first_seen_at: stored(chrono::DateTime::UNIX_EPOCH),
            last_seen_at: stored(chrono::DateTime::UNIX_EPOCH),
            gone_at: None,
            person_id: None,
        }
    }

    #[test]
    fn a_person_is_made_from_the_record_and_what_only_the_row_says() {
        let record = Record {
            number: "H1".into(),
            name: Name::new("Adeline", "Fenwick"),
            aliases: vec![Name::new("Addie", "Fenwick")],
            address: "12 Wesley Avenue, Bromley".into(),
            postcodes: vec!["ZZ2 2BB".into(), "ZZ1 1AA".into()],
            phone: "07700 900001".into(),
            nhs_number: Some("999 000 0018".into()),
            ..Record::default()
        };
        let new = new_person(&known(record), &listed());
        assert_eq!(new.name, Name::new("Adeline", "Fenwick"));
        assert_eq!(new.aliases, [Name::new("Addie", "Fenwick"), Name::new("Ada", "Marsh")]);
        assert_eq!((new.contact.postcode.as_str(), new.contact.phone.as_str()), ("ZZ2 2BB", "07700 900001"));
        assert_eq!((new.gender, new.ethnicity), (Some(Gender::Female), Some(Ethnicity::WhiteIrish)));
        assert_eq!(new.date_of_birth, NaiveDate::from_ymd_opt(1991, 2, 14));
        assert_eq!(new.language, "Welsh");
        let has = |kind: &str, value: &str| new.identifiers.contains(&(kind.to_owned(), value.to_owned()));
        assert!(
            has("local", "PAS: H1") && has("custody", "FR/1/26") && has("pnc", "2012/0345678U"),
            "{:?}",
            new.identifiers
        );
    }

    #[test]
    fn a_name_that_is_the_same_is_no_other_name() {
        let record = Record { name: Name::new("ADA", "Mårsh"), ..Record::default() };
        assert!(new_person(&known(record), &listed()).aliases.is_empty());
        assert_eq!(new_person(&known(Record::default()), &listed()).name, Name::new("Ada", "Marsh"));
    }

    #[test]
    fn that_they_died_is_a_warning() {
        let day = NaiveDate::from_ymd_opt(2020, 10, 22);
        let record = Record { is_deceased: true, deceased_on: day, ..Record::default() };
        assert_eq!(died(&record).unwrap(), "the hospital has recorded that this person died on 22 October 2020.");
        assert_eq!(died(&Record::default()), None);
    }
}
