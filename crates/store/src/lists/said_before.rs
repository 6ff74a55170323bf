//! What somebody said before of a possible match, and whether it still holds.
//!
//! A decision is made on two descriptions, the list's and the record's, and both are kept with it. It
//! holds for every line that describes the same person in the same way, on this list or a later one, as
//! long as our record says what it said then. When either changed, the question is asked again, and why is
//! told. A line says who it is about only by a date of birth or a number: of two lines that give a name
//! alone nobody knows whether they are of one person, and no decision is taken over.

use crate::described::{changed, listed};
use crate::search::Candidate;
use crate::sql::placeholders;
use crate::{Conn, Result, Row};
use chrono::NaiveDate;
use std::collections::HashMap;
use throughline_domain::ids::{EntryId, PersonId};
use throughline_domain::list::MatchDecision;
use throughline_domain::name::folded;
use throughline_domain::time::Instant;
use throughline_matching::{Agreement, Comparison, Description, Parameters, Scored, score};
use throughline_policy::{Grant, SearchPeople, ViewList};

/// From so many bits on a detail that the list did not give before is news: four times likelier.
const NEWS: f64 = 2.0;

/// What somebody said of a person, on this line or on an earlier one about the same person.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Of whom.
    pub person_id: PersonId,
    /// What.
    pub decision: MatchDecision,
    /// By whom.
    pub decided_by: String,
    /// When.
    pub decided_at: Instant,
    /// The line it was said of.
    pub entry: EntryId,
    /// The day of that line.
    pub list_date: NaiveDate,
    /// What changed since; nothing when what was said still holds.
    pub since: Vec<Since>,
}

/// Why something said before is asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// These details on the list are not what they were.
    List(Vec<&'static str>),
    /// The list gives these details now, and they speak for the match.
    Given(Vec<&'static str>),
    /// These details in our record are not what they were.
    Record(Vec<&'static str>),
    /// Neither list gives more than a name to go by.
    NameAlone,
    /// What was compared then was not kept.
    NotKept,
}

impl Since {
    fn words(&self) -> String {
        match self {
            Self::List(what) => format!("{} on the list changed since", listed(what)),
            Self::Given(what) => format!("the list now gives {}", listed(what)),
            Self::Record(what) => format!("{} in our record changed since", listed(what)),
            Self::NameAlone => "the list gives only a name, which may be somebody else's".to_owned(),
            Self::NotKept => "what was compared then was not kept".to_owned(),
        }
    }
}

impl Said {
    /// Whether the person is not asked about again: somebody said that they are another, and neither
    /// description has changed since.
    pub fn rules_out(&self) -> bool {
        self.decision == MatchDecision::Different && self.since.is_empty()
    }

    /// Why it is asked again, as words go on after "Asked again: "; `None` while what was said holds.
    pub fn asked_again(&self) -> Option<String> {
        let words: Vec<String> = self.since.iter().map(Since::words).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// The newest thing said of each of these people: on this line, or on another that described the same
/// person.
///
/// # Errors
/// The store's.
pub async fn said_before(
    conn: &mut Conn,
    _list: &Grant<ViewList>,
    _search: &Grant<SearchPeople>,
    line: Option<EntryId>,
    described: &Description,
    of: &[Candidate],
) -> Result<HashMap<PersonId, Said>> {
    let of: Vec<(PersonId, &Scored)> = of.iter().map(|candidate| (candidate.person.id, &candidate.scored)).collect();
    said_of(conn, line, described, &of).await
}

/// As [`said_before`], of people with how like the line they are.
pub(super) async fn said_of(
    conn: &mut Conn,
    line: Option<EntryId>,
    described: &Description,
    of: &[(PersonId, &Scored)],
) -> Result<HashMap<PersonId, Said>> {
    let (mut said, mut by_name): (HashMap<PersonId, Said>, HashMap<PersonId, Said>) = Default::default();
    let ids: Vec<PersonId> = of.iter().map(|(person, _)| *person).collect();
    let mut decisions = decisions_about(conn, &ids).await?;
    // What was said of this very line comes before what was said of another.
    decisions.sort_by_key(|decision| line != Some(decision.said.entry));
    for decision in &decisions {
        let person = decision.said.person_id;
        let Some((_, scored)) = of.iter().find(|(candidate, _)| *candidate == person) else { continue };
        if said.contains_key(&person) {
            continue;
        }
        let is_same_line = line == Some(decision.said.entry);
        let Some(mut since) = on_the_list(decision.described.as_ref(), described, is_same_line, scored) else {
            continue;
        };
        if since == [Since::NameAlone] {
            by_name.entry(person).or_insert(Said { since, ..decision.said.clone() });
            continue;
        }
        // Whoever said that it is them added what the list said to our record: that is no news.
        if decision.said.decision != MatchDecision::Same {
            since.extend(in_the_record(decision.known.as_ref(), now_known(conn, person).await?.as_ref()));
        }
        said.insert(person, Said { since, ..decision.said.clone() });
    }
    for (person, one) in by_name {
        said.entry(person).or_insert(one);
    }
    Ok(said)
}

/// A decision with the two descriptions it was made on, as far as they were kept.
struct Kept {
    said: Said,
    described: Option<Description>,
    known: Option<Description>,
}

/// Everything ever decided about these people, newest first.
async fn decisions_about(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<Kept>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT d.entry_id, d.person_id, d.decision, d.evidence, d.known, d.decided_at, u.name AS decided_by_name, l.list_date
           FROM match_decision d JOIN app_user u ON u.id = d.decided_by JOIN list_entry l ON l.id = d.entry_id
          WHERE d.person_id IN ({}) ORDER BY d.decided_at DESC, d.id DESC",
        placeholders(1, people.len())
    );
    let values = people.iter().map(|person| (*person).into()).collect();
    conn.fetch_text(sqlx::AssertSqlSafe(sql), values).await?.iter().map(kept).collect()
}

/// The part of the evidence that is compared.
#[derive(serde::Deserialize)]
struct Described {
    description: Description,
}

fn kept(row: &Row) -> Result<Kept> {
    let evidence: String = row.get("evidence")?;
    let known: String = row.get("known")?;
    Ok(Kept {
        said: Said {
            person_id: row.get("person_id")?,
            decision: row.get("decision")?,
            decided_by: row.get("decided_by_name")?,
            decided_at: row.get("decided_at")?,
            entry: row.get("entry_id")?,
            list_date: row.get("list_date")?,
            since: Vec::new(),
        },
        described: serde_json::from_str::<Described>(&evidence).ok().map(|described| described.description),
        known: serde_json::from_str(&known).ok(),
    })
}

/// What our record says of a person now, as the matching engine compares it.
pub(super) async fn now_known(conn: &mut Conn, person: PersonId) -> Result<Option<Description>> {
    let found = crate::people::load(conn, &[person]).await?.pop();
    Ok(found.map(|(person, home)| person.description(&home)))
}

fn in_the_record(then: Option<&Description>, now: Option<&Description>) -> Option<Since> {
    let (Some(then), Some(now)) = (then, now) else { return Some(Since::NotKept) };
    Some(changed(then, now)).filter(|what| !what.is_empty()).map(Since::Record)
}

/// What changed on the list; `None` when the two lines are not about the same person.
fn on_the_list(
    then: Option<&Description>,
    now: &Description,
    is_same_line: bool,
    with_record: &Scored,
) -> Option<Vec<Since>> {
    let Some(then) = then else { return is_same_line.then(|| vec![Since::NotKept]) };
    if then == now && is_same_line {
        return Some(Vec::new());
    }
    if !is_same_line && !may_be_one(then, now) {
        return None;
    }
    let both = score(&Parameters::default(), then, now);
    let is_told_apart =
        is_one(&both, &[Comparison::DateOfBirth, Comparison::NhsNumber, Comparison::Pnc, Comparison::Cro]);
    if !is_same_line && !is_told_apart {
        return is_name_alone(then, now).then(|| vec![Since::NameAlone]);
    }
    let differ = what(&both, |comparison| {
        both.evidence.iter().any(|line| {
            line.comparison == comparison && matches!(line.agreement, Agreement::Partly | Agreement::Disagree)
        })
    });
    let given = what(with_record, |comparison| {
        !gives(then, comparison)
            && with_record.evidence.iter().any(|line| line.comparison == comparison && line.weight_bits > NEWS)
    });
    let since = [(differ, Since::List as fn(Vec<&'static str>) -> Since), (given, Since::Given)];
    Some(since.into_iter().filter(|(what, _)| !what.is_empty()).map(|(what, since)| since(what)).collect())
}

/// Whether two lines share enough to be worth comparing closely: a name, a date of birth or a number.
fn may_be_one(then: &Description, now: &Description) -> bool {
    let shared = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    folded(&then.name.natural()) == folded(&now.name.natural())
        || (then.date_of_birth.is_some() && then.date_of_birth == now.date_of_birth)
        || shared(&then.nhs_number, &now.nhs_number)
        || shared(&then.pnc, &now.pnc)
        || shared(&then.cro, &now.cro)
}

/// Whether two lines are of one person: the name is alike, and one of these agrees; or a number does.
fn is_one(both: &Scored, told_by: &[Comparison]) -> bool {
    let points = |comparison: Comparison, is: fn(Agreement) -> bool| {
        both.evidence.iter().any(|line| line.comparison == comparison && is(line.agreement))
    };
    let agrees = |comparison: &Comparison| points(*comparison, |agreement| agreement == Agreement::Agree);
    let is_alike =
        |comparison| points(comparison, |agreement| matches!(agreement, Agreement::Agree | Agreement::Partly));
    let is_name_alike = is_alike(Comparison::Surname) && is_alike(Comparison::Forename);
    told_by.iter().any(|comparison| agrees(comparison) && (is_name_alike || *comparison != Comparison::DateOfBirth))
}

/// Whether nothing but one name is given to tell who it is about, then or now.
fn is_name_alone(then: &Description, now: &Description) -> bool {
    let tells = |of: &Description| {
        of.date_of_birth.is_some() || of.nhs_number.is_some() || of.pnc.is_some() || of.cro.is_some()
    };
    folded(&then.name.natural()) == folded(&now.name.natural()) && !(tells(then) && tells(now))
}

/// Whether a description gives what a comparison compares.
fn gives(of: &Description, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Surname | Comparison::Forename | Comparison::Arrangement => !of.name.is_unknown(),
        Comparison::MiddleNames => of.name.forenames.split_whitespace().count() > 1,
        Comparison::DateOfBirth => of.date_of_birth.is_some(),
        Comparison::Sex => of.sex.is_some(),
        Comparison::Postcode => !of.postcodes.is_empty(),
        Comparison::Address | Comparison::Town => !of.address.is_empty(),
        Comparison::NhsNumber => of.nhs_number.is_some(),
        Comparison::Pnc => of.pnc.is_some(),
        Comparison::Cro => of.cro.is_some(),
        Comparison::LocalId => of.local_id.is_some(),
        Comparison::Relative | Comparison::Others => true,
    }
}

/// The details for which something is so, each once, in the words of a screen.
fn what(scored: &Scored, is_so: impl Fn(Comparison) -> bool) -> Vec<&'static str> {
    let mut words = Vec::new();
    for line in scored.evidence.iter().filter(|line| is_so(line.comparison)) {
        let word = match line.comparison {
            Comparison::Surname | Comparison::Forename | Comparison::Arrangement => "name",
            Comparison::MiddleNames => "middle names",
            Comparison::DateOfBirth => "date of birth",
            Comparison::Sex => "sex",
            Comparison::Postcode => "postcode",
            Comparison::Address | Comparison::Town => "address",
            Comparison::NhsNumber => "NHS number",
            Comparison::Pnc => "PNC ID",
            Comparison::Cro => "CRO number",
            Comparison::LocalId => "local number",
            // What else they might be is no detail of theirs.
            Comparison::Relative | Comparison::Others => continue,
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}
