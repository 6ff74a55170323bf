//! Find in the record: the words somebody remembers, in every part of it that they may read.
//!
//! What is looked for is sent, never in an address: it may name anybody.

use super::frame;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use std::cmp::Reverse;
use throughline_domain::ids::PersonId;
use throughline_domain::time::date_short;
use throughline_domain::within::{Excerpt, Words};
use throughline_policy::{
    ViewCarePlan, ViewClinical, ViewConsent, ViewDocument, ViewEpisode, ViewFollowUp, ViewRiskCard,
};
use throughline_store::Tx;
use throughline_store::episodes::{self, Episode};
use throughline_store::texts::{self, Text, TextKind, Texts};

/// The most places that are shown: whoever finds more says more words.
const MOST: usize = 100;

/// A place where the words stand.
struct Found {
    text: Text,
    excerpt: Excerpt,
}

pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    draw(&cx, person, &Fields::default()).await
}

pub(super) async fn find(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    draw(&cx, person, &fields).await
}

async fn draw(cx: &Cx, person: PersonId, fields: &Fields) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame::open(&mut tx, person, "find").await?;
    if !frame::may_find(&mut tx, person).await? {
        return Err(Problem::NotFound);
    }
    let words = Words::read(fields.text("q"));
    let texts = match &words {
        Some(_) => read(&mut tx, person).await?,
        None => Texts::default(),
    };
    let episodes = episodes_of(&mut tx, person).await?;
    tx.commit().await?;
    let mut errors = Errors::default();
    if words.is_none() && !fields.text("csrf_token").is_empty() {
        errors.add("q", "Enter a word to look for: letters or digits");
    }
    let all = words.as_ref().map(|words| places(words, texts.texts)).unwrap_or_default();
    let filter = Filter::read(fields);
    let shown: Vec<&Found> = all.iter().filter(|found| filter.shows(&found.text)).collect();
    let values = context! {
        heading => "Find in this record",
        q => fields.text("q"),
        searched => words.is_some(),
        kinds => filter.kinds(&all),
        episodes => filter.episodes(&episodes, &all),
        total => all.len(),
        count => shown.len(),
        found => shown.iter().take(MOST).map(|found| value(found, &episodes)).collect::<Vec<_>>(),
        most => (shown.len() > MOST).then_some(MOST),
        unreadable => texts.unreadable,
        cut => texts.cut.then_some(texts::MOST_ROWS),
        withheld => texts.withheld,
        action => format!("/people/{person}/find"),
        errors => errors.summary(),
        error => errors.of("q"),
        ..frame.value
    };
    cx.page_of_form("people/find.html", &errors, values)
}

/// Every text that the reader may see, each part with a grant of its own.
async fn read(tx: &mut Tx, person: PersonId) -> Result<Texts, Problem> {
    let mut all = Texts::default();
    if tx.may::<ViewClinical>(person).await? {
        let grant = tx.authorise::<ViewClinical>(person).await?;
        all.add(texts::clinical(tx, &grant).await?);
    }
    if tx.may::<ViewCarePlan>(person).await? {
        let grant = tx.authorise::<ViewCarePlan>(person).await?;
        all.add(texts::care_plan(tx, &grant).await?);
    }
    if tx.may::<ViewFollowUp>(person).await? {
        let grant = tx.authorise::<ViewFollowUp>(person).await?;
        all.add(texts::contacts(tx, &grant).await?);
    }
    if tx.may::<ViewRiskCard>(person).await? {
        let grant = tx.authorise::<ViewRiskCard>(person).await?;
        all.add(texts::alerts(tx, &grant).await?);
    }
    if tx.may::<ViewConsent>(person).await? {
        let grant = tx.authorise::<ViewConsent>(person).await?;
        all.add(texts::consents(tx, &grant).await?);
    }
    if tx.may::<ViewDocument>(person).await? {
        let grant = tx.authorise::<ViewDocument>(person).await?;
        all.add(texts::documents(tx, &grant).await?);
    }
    Ok(all)
}

async fn episodes_of(tx: &mut Tx, person: PersonId) -> Result<Vec<Episode>, Problem> {
    if !tx.may::<ViewEpisode>(person).await? {
        return Ok(Vec::new());
    }
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    Ok(episodes::of_person(tx, &grant).await?)
}

/// Where the words stand, newest first.
fn places(words: &Words, texts: Vec<Text>) -> Vec<Found> {
    let place = |text: Text| words.excerpt(&text.text).map(|excerpt| Found { text, excerpt });
    let mut all: Vec<Found> = texts.into_iter().filter_map(place).collect();
    all.sort_by_key(|found| Reverse(found.text.at));
    all
}

/// Which places are shown: all when nothing is chosen.
struct Filter {
    kinds: Vec<TextKind>,
    episode: String,
}

impl Filter {
    fn read(fields: &Fields) -> Self {
        Self {
            kinds: fields.all("kind").filter_map(TextKind::from_code).collect(),
            episode: fields.text("episode").to_owned(),
        }
    }

    fn shows(&self, text: &Text) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.contains(&text.kind);
        let episode = self.episode.is_empty() || text.episode_id.is_some_and(|id| id.to_string() == self.episode);
        kind && episode
    }

    /// The parts of the record in which the words stand, with how often.
    fn kinds(&self, all: &[Found]) -> Vec<Value> {
        let of = |kind: TextKind| all.iter().filter(|found| found.text.kind == kind).count();
        let value = |kind: &TextKind| {
            let text = format!("{kind} ({})", of(*kind));
            context! { value => kind.code(), text, checked => self.kinds.contains(kind) }
        };
        TextKind::ALL.iter().filter(|kind| of(**kind) > 0).map(value).collect()
    }

    /// The episodes in which the words stand; none when there is nothing to choose from.
    fn episodes(&self, episodes: &[Episode], all: &[Found]) -> Vec<Value> {
        let has = |episode: &&Episode| all.iter().any(|found| found.text.episode_id == Some(episode.id));
        let value = |episode: &Episode| {
            let id = episode.id.to_string();
            context! { selected => id == self.episode, value => id, text => episode_words(episode) }
        };
        let with_words: Vec<&Episode> = episodes.iter().filter(has).collect();
        if with_words.len() < 2 { Vec::new() } else { with_words.into_iter().map(value).collect() }
    }
}

fn episode_words(episode: &Episode) -> String {
    let opened = date_short(throughline_domain::time::london_date(episode.opened_at));
    format!("{}, {}, opened {opened}", episode.point_of_contact, episode.site_name)
}

fn value(found: &Found, episodes: &[Episode]) -> Value {
    let episode = episodes.iter().find(|episode| found.text.episode_id == Some(episode.id));
    context! {
        kind => found.text.kind.label(),
        at => found.text.at,
        title => found.text.title,
        by => found.text.by,
        href => found.text.link,
        episode => episode.map(episode_words),
        wrong => found.text.not_to_rely_on,
        parts => found.excerpt.parts,
        more => found.excerpt.more,
    }
}
