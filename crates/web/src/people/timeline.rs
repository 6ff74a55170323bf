//! What happened, newest first: only what the reader may see, without a count of the rest.

use super::frame;
use crate::forms::WITHHELD;
use crate::{Answer, Cx, Problem};
use axum::extract::{Path, Query};
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use throughline_domain::ids::PersonId;
use throughline_domain::time::Instant;
use throughline_policy::{Class, ViewConsent, ViewDisclosure, ViewEpisode, ViewFollowUp, ViewRiskCard};
use throughline_store::events::{self, Event};
use throughline_store::{Tx, alerts, care, consents, disclosures, merges, people, records};

/// The most lines that are shown.
const MOST: i64 = 500;

/// Kinds of line: code, words.
const KINDS: &[(&str, &str)] = &[
    ("list", "Lists"),
    ("episode", "Episodes"),
    ("consent", "Consent"),
    ("record", "Forms"),
    ("alert", "Alerts"),
    ("document", "Documents"),
    ("disclosure", "Disclosures"),
    ("referral", "Referrals"),
    (care::EVENT, "Care plan"),
    ("contact", "Contacts"),
    ("consultation", "Advice given"),
    ("task", "Tasks"),
    ("outcome", "CJ outcomes"),
    ("legal", "Legal status"),
    ("person", "Details"),
    (merges::EVENT, "Records joined"),
];

/// The filter, as codes in the address: kinds to show, and whether the system's own lines are.
#[derive(Debug, Default)]
struct Filter {
    kinds: Vec<&'static str>,
    system: bool,
}

impl Filter {
    fn read(pairs: &[(String, String)]) -> Self {
        let chosen = |code: &str| pairs.iter().any(|(name, value)| name == "kind" && value == code);
        Self {
            kinds: KINDS.iter().map(|(code, _)| *code).filter(|code| chosen(code)).collect(),
            system: pairs.iter().any(|(name, value)| name == "system" && value == "yes"),
        }
    }

    fn shows(&self, event: &Event) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.contains(&event.kind.as_str());
        kind && (self.system || !by_system(event))
    }

    /// The filter without one of its kinds, or without the system's lines, as an address.
    fn href(&self, path: &str, without: &str) -> String {
        let kinds = self.kinds.iter().filter(|code| **code != without).map(|code| format!("kind={code}"));
        let system = (self.system && without != "system").then(|| "system=yes".to_owned());
        let query: Vec<String> = kinds.chain(system).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}

/// Lines that the service wrote by itself.
fn by_system(event: &Event) -> bool {
    event.actor_name == "Throughline"
}

pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>, Query(pairs): Query<Vec<(String, String)>>) -> Answer {
    let filter = Filter::read(&pairs);
    let mut tx = cx.begin().await?;
    let frame = frame::open(&mut tx, person, "timeline").await?;
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    let all = events::of_person(&mut tx, &grant, MOST).await?;
    let cut = i64::try_from(all.len()).is_ok_and(|lines| lines >= MOST).then_some(MOST);
    let own = records::own_notes(&mut tx, &grant).await?;
    let own: BTreeSet<String> = own.iter().map(|id| format!("/records/{id}")).collect();
    let visible = visible(&mut tx, person, all, &own).await?;
    let texts = texts(&mut tx, person).await?;
    tx.commit().await?;
    let shown: Vec<Value> =
        visible.iter().filter(|event| filter.shows(event)).map(|event| entry(event, &texts)).collect();
    let path = format!("/people/{person}/timeline");
    let values = context! {
        heading => "Timeline",
        shown => shown.len(),
        total => visible.len(),
        cut,
        entries => shown,
        kinds => kind_options(&filter, &visible),
        system => filter.system,
        has_system => visible.iter().any(by_system),
        chosen => chosen(&filter, &path),
        action => path,
        ..frame.value
    };
    cx.page("people/timeline.html", values)
}

/// The lines of the classes that the reader may see. Of what has readers of its own the others are
/// told that it exists; `own` are the links of records that the reader began.
async fn visible(
    tx: &mut Tx,
    person: PersonId,
    all: Vec<Event>,
    own: &BTreeSet<String>,
) -> Result<Vec<Event>, Problem> {
    let mut known: HashMap<Class, bool> = HashMap::new();
    let mut visible = Vec::with_capacity(all.len());
    for event in all {
        // A line of a list that became this person's is part of the episode's history.
        let class = if event.class == Class::List { Class::Episode } else { event.class };
        let may = match known.get(&class) {
            Some(may) => *may,
            None => tx.may_view(class, person).await?,
        };
        known.insert(class, may);
        if may || own.contains(&event.link) {
            visible.push(event);
        } else if matches!(class, Class::ThirdParty | Class::Sealed) {
            visible.push(withheld(event));
        }
    }
    Ok(visible)
}

/// A line of something that the reader is not shown.
fn withheld(event: Event) -> Event {
    Event { words: WITHHELD.into(), link: String::new(), actor_name: "somebody of the care team".into(), ..event }
}

/// Text by kind, instant and words of its event. Several answers of one form share an instant, so
/// the words tell them apart; where an event's words are its author's own, they are left empty.
type Texts = BTreeMap<(&'static str, Instant, String), String>;

/// The text behind the lines: of the classes that the reader may see.
async fn texts(tx: &mut Tx, person: PersonId) -> Result<Texts, Problem> {
    let mut texts = Texts::new();
    if tx.may::<ViewConsent>(person).await? {
        let grant = tx.authorise::<ViewConsent>(person).await?;
        for line in consents::ledger(tx, &grant).await? {
            let event = format!("{}: {}", line.consent_for, line.state);
            add(&mut texts, ("consent", line.recorded_at, event), &[line.words, line.how_explained]);
        }
    }
    if tx.may::<ViewDisclosure>(person).await? {
        let grant = tx.authorise::<ViewDisclosure>(person).await?;
        for line in disclosures::ledger(tx, &grant).await? {
            let event = format!("{} ({})", line.summary, line.basis);
            let to = format!("To {}, {}", line.recipient, line.channel);
            add(&mut texts, ("disclosure", line.at, event), &[to, line.reason]);
        }
    }
    if tx.may::<ViewRiskCard>(person).await? {
        let grant = tx.authorise::<ViewRiskCard>(person).await?;
        for line in alerts::words(tx, &grant).await? {
            add(&mut texts, ("alert", line.at, line.event), &[line.text]);
        }
    }
    if tx.may::<ViewFollowUp>(person).await? {
        let grant = tx.authorise::<ViewFollowUp>(person).await?;
        for (at, note) in people::contact_notes(tx, &grant).await? {
            add(&mut texts, ("contact", at, String::new()), &[note]);
        }
    }
    Ok(texts)
}

/// Texts of one event stand below each other.
fn add<const N: usize>(texts: &mut Texts, event: (&'static str, Instant, String), parts: &[String; N]) {
    let text = texts.entry(event).or_default();
    for part in parts.iter().filter(|part| !part.trim().is_empty()) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(part);
    }
}

fn entry(event: &Event, texts: &Texts) -> Value {
    let kind = KINDS.iter().find(|(code, _)| *code == event.kind);
    let text = kind.and_then(|(code, _)| {
        let of = |words: &str| texts.get(&(*code, event.at, words.to_owned()));
        of(&event.words).or_else(|| of(""))
    });
    context! {
        at => event.at,
        title => event.words,
        kind => kind.map(|(_, words)| *words),
        by => event.actor_name,
        text => text.filter(|text| !text.is_empty()),
        // The page of the person is this one: a link to it leads nowhere.
        href => Some(&event.link).filter(|link| !link.is_empty() && event.kind != "person"),
        system => by_system(event),
    }
}

/// The kinds there are, each with whether it is chosen.
fn kind_options(filter: &Filter, visible: &[Event]) -> Vec<Value> {
    let here = |code: &str| visible.iter().any(|event| event.kind == code);
    let one = |(code, words): &(&str, &str)| context! { code, words, checked => filter.kinds.contains(code) };
    KINDS.iter().filter(|(code, _)| here(code)).map(one).collect()
}

fn chosen(filter: &Filter, path: &str) -> Vec<Value> {
    let kinds = KINDS.iter().filter(|(code, _)| filter.kinds.contains(code));
    let kinds = kinds.map(|(code, words)| context! { text => words, remove_href => filter.href(path, code) });
    let system = filter
        .system
        .then(|| context! { text => "Throughline's own lines", remove_href => filter.href(path, "system") });
    kinds.chain(system).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_kept_in_the_address_as_codes_only() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let filter =
            Filter::read(&[pair("kind", "consent"), pair("kind", "<b>"), pair("kind", "alert"), pair("system", "yes")]);
        assert_eq!(filter.kinds, ["consent", "alert"]);
        assert_eq!(filter.href("/t", "alert"), "/t?kind=consent&system=yes");
        assert_eq!(filter.href("/t", "system"), "/t?kind=consent&kind=alert");
        assert_eq!(Filter::default().href("/t", ""), "/t");
    }
}
