//! The course of an episode: what is done, when, by whom, up to the moment the demo is opened.
//! An episode that began long ago is closed; one of this morning stands at its screening.

mod after;
mod helped;
mod seen;

use crate::chance::Chance;
use crate::population::Somebody;
use crate::team::Team;
use anyhow::Context;
use chrono::{Duration, NaiveDate, NaiveTime, Timelike};
use throughline_domain::episode::{ClosureReason, LegalStatus, ReferralSource, Step};
use throughline_domain::ids::{EntryId, EpisodeId, RecordId};
use throughline_domain::place::PointOfContact;
use throughline_domain::time::{Instant, age_on, from_london, london_date, london_time};
use throughline_forms::{About, Answers, Form, catalogue};
use throughline_policy::{
    Actor, CreatePerson, OpenEpisode, SignClinical, Subject, ViewClinical, ViewEpisode, WriteClinical,
};
use throughline_store::episodes::{self, Justice, NewEpisode};
use throughline_store::organisations::Site;
use throughline_store::{Tx, people, records};

/// How an episode begins.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// When.
    pub at: Instant,
    /// Whether the person is known already.
    pub is_known: bool,
    /// The line of a list it is opened from.
    pub entry: Option<EntryId>,
    /// Where the person came to the service.
    pub contact: PointOfContact,
    /// Offence, custody and hearing facts.
    pub justice: Justice,
    /// The hearing.
    pub hearing: Option<Instant>,
    /// The step that is not taken yet, to have an episode at every step today.
    pub stop_before: Option<Step>,
    /// Whether the student on placement screens, so that a countersignature is owed.
    pub by_student: bool,
}

/// An episode on its way.
#[derive(Debug)]
pub struct Course<'a> {
    team: &'a Team,
    who: &'a Somebody,
    site: &'a Site,
    owner: &'a Actor,
    chance: Chance,
    at: Instant,
    subject: Subject,
    episode: EpisodeId,
    begins: Beginning,
    shares: bool,
    with_link_workers: bool,
}

/// Whether the episode goes on.
type Goes = anyhow::Result<bool>;

impl<'a> Course<'a> {
    /// An episode that has not begun.
    pub fn new(
        team: &'a Team,
        who: &'a Somebody,
        site: &'a Site,
        owner: &'a Actor,
        begins: Beginning,
        number: u32,
    ) -> Self {
        let mut chance = Chance::new(team.seed, &format!("episode {} {number}", who.number));
        let episode = EpisodeId::new(chance.id());
        Self {
            team,
            who,
            site,
            owner,
            at: begins.at,
            subject: Subject { person: Some(who.id), episode: Some(episode), site: Some(site.id) },
            episode,
            begins,
            shares: chance.in_hundred(90),
            with_link_workers: chance.in_hundred(78),
            chance,
        }
    }

    /// The episode's id.
    pub fn episode(&self) -> EpisodeId {
        self.episode
    }

    /// Takes it as far as it has come by now.
    ///
    /// # Errors
    /// The store's, and refusals: a mistake in the demo.
    pub async fn run(mut self) -> anyhow::Result<()> {
        if self.open().await? {
            self.go_on().await?;
        }
        Ok(())
    }

    /// The same for an episode that is open already.
    ///
    /// # Errors
    /// The store's, and refusals: a mistake in the demo.
    pub async fn go_on(&mut self) -> anyhow::Result<()> {
        let is_over = !(self.consent().await?
            && self.screen().await?
            && self.assess().await?
            && self.tell_custody().await?
            && self.refer().await?);
        if is_over || !self.decided().await? || !self.reach().await? || !self.follow_referrals().await? {
            return Ok(());
        }
        self.close(ClosureReason::Linked).await?;
        Ok(())
    }

    fn stops_before(&self, step: Step) -> bool {
        self.begins.stop_before == Some(step)
    }

    /// Some minutes later; `false` when that has not come yet.
    fn later(&mut self, from: i64, to: i64) -> bool {
        self.at += Duration::minutes(self.chance.between(from, to));
        self.at < self.team.now
    }

    /// Some hours later, by day.
    fn later_by_day(&mut self, from: i64, to: i64) -> bool {
        self.at = by_day(self.at + Duration::minutes(self.chance.between(from * 60, to * 60)));
        self.at < self.team.now
    }

    async fn act(&self, who: &Actor) -> anyhow::Result<Tx> {
        Ok(self.team.act(who, self.at).await?)
    }

    /// Opens it; `false` when that has not come yet.
    ///
    /// # Errors
    /// The store's, and refusals: a mistake in the demo.
    pub async fn open(&mut self) -> Goes {
        if self.at >= self.team.now {
            return Ok(false);
        }
        let mut tx = self.act(self.owner).await?;
        if !self.begins.is_known {
            let grant = tx.authorise::<CreatePerson>(Subject::default()).await?;
            people::create(&mut tx, &grant, self.who.id, &self.who.person).await?;
        }
        let grant = tx.authorise::<OpenEpisode>(Subject { episode: None, ..self.subject }).await?;
        let (contact, is_court) = (self.begins.contact, self.site.kind.is_court());
        let new = NewEpisode {
            id: self.episode,
            site_id: self.site.id,
            entry_id: self.begins.entry,
            point_of_contact: contact,
            referral_source: if is_court { ReferralSource::Courts } else { ReferralSource::Police },
            legal_status: match contact {
                PointOfContact::Custody => LegalStatus::Pace,
                PointOfContact::VoluntaryAttendance => LegalStatus::Voluntary,
                _ if self.chance.in_hundred(40) => LegalStatus::ChargedHeld,
                _ => LegalStatus::Bail,
            },
            justice: self.begins.justice.clone(),
            next_hearing_at: self.begins.hearing,
            out_of_hours: self.chance.in_hundred(18),
            owner: self.owner.user,
            next_action: Step::Consent.action().into(),
            next_action_due: self.at + Duration::hours(2),
        };
        episodes::open(&mut tx, &grant, &new).await?;
        if let Some(authorised) = self.begins.justice.detention_authorised_at {
            crate::legal::record(self.team, &mut tx, self.subject, self.site, self.episode, authorised).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn move_on(&self, tx: &mut Tx, hours: i64) -> anyhow::Result<()> {
        // Of an episode of days ago the later steps say what is owed next: only they can be seen.
        if self.team.now - self.at > Duration::days(2) {
            return Ok(());
        }
        let grant = tx.authorise::<ViewEpisode>(self.subject).await?;
        let episode = episodes::get(tx, &grant).await?.context("the episode was opened")?;
        let next = episodes::progress(tx, &grant).await?.next_step(episode.point_of_contact, episode.legal_status);
        let due = by_day(tx.now() + Duration::hours(hours));
        episodes::set_next_action(tx, self.episode, next.action(), due).await?.only_while_open();
        Ok(())
    }

    /// The form that a step opens for this person here.
    fn form_of(&self, step: Step) -> anyhow::Result<&'static Form> {
        let born = self.who.person.date_of_birth;
        let age = born.and_then(|born| age_on(born, london_date(self.at)));
        let about = About { age, contact: self.begins.contact };
        catalogue().for_step(step, about).context("every step has a form for everybody")
    }

    async fn sign(&mut self, tx: &mut Tx, form: &Form, answers: &Answers) -> anyhow::Result<RecordId> {
        let id = self.chance.id();
        self.sign_as(tx, RecordId::new(id), form, answers).await
    }

    async fn sign_as(&self, tx: &mut Tx, id: RecordId, form: &Form, answers: &Answers) -> anyhow::Result<RecordId> {
        let write = tx.authorise::<WriteClinical>(self.subject).await?;
        let id = records::start(tx, &write, id, form, answers).await?;
        let view = tx.authorise::<ViewClinical>(self.subject).await?;
        let record = records::get(tx, &view, id).await?.context("the record was begun")?;
        let sign = tx.authorise::<SignClinical>(self.subject).await?;
        records::sign(tx, &sign, &record, form).await?;
        Ok(id)
    }
}

/// The same moment when it is by day in London, else the next morning.
pub fn by_day(at: Instant) -> Instant {
    let local = london_time(at);
    let morning = |date: NaiveDate| from_london(date.and_time(NaiveTime::from_hms_opt(9, 20, 0).unwrap_or_default()));
    match local.hour() {
        0..9 => morning(local.date()),
        9..19 => at,
        _ => morning(local.date() + chrono::Days::new(1)),
    }
}
