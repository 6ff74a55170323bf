//! The course of an episode: what is done, when, by whom, up to the moment the demo is opened.
//! An episode that began long ago is closed; one of this morning stands at its screening.

use crate::answers;
use crate::chance::Chance;
use crate::further;
use crate::instruments;
use crate::papers;
use crate::population::Somebody;
use crate::team::Team;
use anyhow::Context;
use chrono::{Duration, NaiveDate, NaiveTime, Timelike};
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::contact::{Attendance, ContactMode};
use throughline_domain::disclosure::{Basis, Channel};
use throughline_domain::document::DocumentKind;
use throughline_domain::episode::{ClosureReason, LegalStatus, ReferralSource, Step, Urgency};
use throughline_domain::ids::{
    ConsentId, ContactId, DisclosureId, DocumentId, EntryId, EpisodeId, OutcomeId, RecordId, ReferralId, TaskId,
};
use throughline_domain::list::NotSeenReason;
use throughline_domain::outcome::{CjOutcome, InformationUse};
use throughline_domain::place::PointOfContact;
use throughline_domain::referral::{HelpKind, ReferralState};
use throughline_domain::risk::{AlertKind, AlertState};
use throughline_domain::task::{TaskKind, TaskState, contact_after_release_due};
use throughline_domain::time::{Instant, age_on, from_london, london_date, london_time};
use throughline_forms::{About, Answers, Form, catalogue};
use throughline_policy::{
    Actor, ChangeConsent, ChangeEpisode, ChangeFollowUp, ChangeJustice, ChangeReferral, ChangeRiskCard, CloseEpisode,
    CreateDisclosure, CreatePerson, CreateReferral, OpenEpisode, SignClinical, Subject, ViewClinical, ViewConsent,
    ViewEpisode, ViewFollowUp, ViewReferral, ViewRiskCard, WriteClinical,
};
use throughline_store::consents::NewConsent;
use throughline_store::contacts::{self, NewContact};
use throughline_store::disclosures::{self, NewDisclosure};
use throughline_store::episodes::{self, Justice, NewEpisode};
use throughline_store::organisations::Site;
use throughline_store::outcomes::{self, NewOutcome};
use throughline_store::records::{self, NotDone};
use throughline_store::referrals::{self, Chaser, Move, NewReferral};
use throughline_store::tasks::{self, NewTask};
use throughline_store::{Tx, alerts, consents, people};

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
        Ok(episodes::set_next_action(tx, self.episode, next.action(), due).await?)
    }

    async fn consent(&mut self) -> Goes {
        if self.stops_before(Step::Consent) || !self.later(8, 25) {
            return Ok(false);
        }
        let declines = self.begins.stop_before.is_none() && self.chance.in_hundred(6);
        let mut tx = self.act(self.owner).await?;
        let grant = tx.authorise::<ChangeConsent>(self.subject).await?;
        for (consent_for, state, words) in self.answers(declines) {
            let how = "Explained in person, leaflet given, asked to say it back";
            let new = NewConsent {
                id: ConsentId::new(self.chance.id()),
                consent_for,
                state,
                words: words.into(),
                how_explained: how.into(),
            };
            consents::record(&mut tx, &grant, self.site.id, &new).await?;
        }
        if declines {
            let grant = tx.authorise::<ChangeEpisode>(self.subject).await?;
            records::not_done(&mut tx, &grant, NotDone::Screening, NotSeenReason::Declined, false).await?;
        }
        self.move_on(&mut tx, 2).await?;
        tx.commit().await?;
        if declines {
            self.close(ClosureReason::Declined).await?;
        }
        Ok(!declines)
    }

    fn answers(&mut self, declines: bool) -> Vec<(ConsentFor, ConsentState, &'static str)> {
        use ConsentState::{Given, Limited, Refused};
        if declines {
            return vec![(ConsentFor::Engagement, Refused, "")];
        }
        let court = if self.site.kind.is_court() { ConsentFor::Court } else { ConsentFor::Police };
        let shared = if self.shares { (Given, "") } else { (Refused, "") };
        let health =
            if self.chance.in_hundred(12) { (Limited, "The GP, not the former care team") } else { (Given, "") };
        let link = if self.with_link_workers { Given } else { Refused };
        let contact =
            if self.who.story.safe_contact.is_empty() { (Given, "") } else { (Limited, self.who.story.safe_contact) };
        vec![
            (ConsentFor::Engagement, Given, ""),
            (court, shared.0, shared.1),
            (ConsentFor::Health, health.0, health.1),
            (ConsentFor::LinkWorkers, link, ""),
            (ConsentFor::OnwardServices, Given, ""),
            (ConsentFor::ContactBy, contact.0, contact.1),
        ]
    }

    fn is_assessed(&self) -> bool {
        self.who.story.theme != "plain"
    }

    /// The form that a step opens for this person here.
    fn form_of(&self, step: Step) -> anyhow::Result<&'static Form> {
        let born = self.who.person.date_of_birth;
        let age = born.and_then(|born| age_on(born, london_date(self.at)));
        let about = About { age, contact: self.begins.contact };
        catalogue().for_step(step, about).context("every step has a form for everybody")
    }

    async fn sign(&mut self, tx: &mut Tx, form: &Form, answers: &Answers) -> anyhow::Result<()> {
        let id = self.chance.id();
        self.sign_as(tx, RecordId::new(id), form, answers).await
    }

    async fn sign_as(&self, tx: &mut Tx, id: RecordId, form: &Form, answers: &Answers) -> anyhow::Result<()> {
        let write = tx.authorise::<WriteClinical>(self.subject).await?;
        let id = records::start(tx, &write, id, form, answers).await?;
        let view = tx.authorise::<ViewClinical>(self.subject).await?;
        let record = records::get(tx, &view, id).await?.context("the record was begun")?;
        let sign = tx.authorise::<SignClinical>(self.subject).await?;
        records::sign(tx, &sign, &record, form).await?;
        Ok(())
    }

    async fn screen(&mut self) -> Goes {
        let stops = self.stops_before(Step::Screening);
        if !self.later(20, 50) {
            return Ok(false);
        }
        let (story, form) = (self.who.story, self.form_of(Step::Screening)?);
        let told = answers::screening(story, self.is_assessed(), &self.who.person.language, self.who.is_woman);
        let answers = answers::answered(form, &told, self.at)?;
        if self.begins.by_student {
            return self.screened_by_student(form, &answers).await;
        }
        let mut tx = self.act(self.owner).await?;
        if stops {
            // Half written: the colleague was called away.
            let mut half = Answers::default();
            for question in form.questions().take(10).filter(|question| answers.is_answered(&question.id)) {
                half.set(&question.id, answers.get(&question.id).to_vec());
            }
            let grant = tx.authorise::<WriteClinical>(self.subject).await?;
            records::start(&mut tx, &grant, RecordId::new(self.chance.id()), form, &half).await?;
            tx.commit().await?;
            return Ok(false);
        }
        self.sign(&mut tx, form, &answers).await?;
        let grant = tx.authorise::<SignClinical>(self.subject).await?;
        let urgency = match story.urgency {
            "very_urgent" => Urgency::VeryUrgent,
            "urgent" => Urgency::Urgent,
            _ => Urgency::Routine,
        };
        records::screened(&mut tx, &grant, Some(urgency), Some(self.is_assessed())).await?;
        if !self.stops_before(Step::Risk) {
            let form = self.form_of(Step::Risk)?;
            let answers = answers::answered(form, &answers::risk(story), self.at)?;
            self.sign(&mut tx, form, &answers).await?;
        }
        self.move_on(&mut tx, 3).await?;
        tx.commit().await?;
        Ok(!self.stops_before(Step::Risk))
    }

    /// The student signs, and the team leader owes a countersignature.
    async fn screened_by_student(&mut self, form: &Form, answers: &Answers) -> Goes {
        let (student, leader) = (self.team.actor("Sam Tilley"), self.team.actor("Josie Quill"));
        let title = records::countersign_title(&form.title);
        let due_at = by_day(self.at + Duration::hours(4));
        let mut tx = self.act(self.owner).await?;
        let view = tx.authorise::<ViewEpisode>(self.subject).await?;
        let episode = episodes::get(&mut tx, &view).await?.context("the episode was opened")?;
        let grant = tx.authorise::<ChangeEpisode>(self.subject).await?;
        episodes::hand_over(&mut tx, &grant, episode.version, student.user, Step::Screening.action(), due_at).await?;
        tx.commit().await?;
        let mut tx = self.act(student).await?;
        self.sign(&mut tx, form, answers).await?;
        let grant = tx.authorise::<SignClinical>(self.subject).await?;
        records::screened(&mut tx, &grant, Some(Urgency::Urgent), Some(self.is_assessed())).await?;
        let new = NewTask {
            id: TaskId::new(self.chance.id()),
            person_id: self.who.id,
            episode_id: self.episode,
            kind: TaskKind::Countersign,
            title: title.clone(),
            due_at,
            owner_id: Some(leader.user),
            organisation_id: self.team.trust,
        };
        tasks::add(&mut tx, &new).await?;
        episodes::set_next_action(&mut tx, self.episode, &title, due_at).await?;
        tx.commit().await?;
        Ok(false)
    }

    async fn assess(&mut self) -> Goes {
        if self.stops_before(Step::Assessment) || !self.later(40, 110) {
            return Ok(false);
        }
        let mut tx = self.act(self.owner).await?;
        if self.is_assessed() {
            if self.begins.stop_before.is_none() && self.chance.in_hundred(7) {
                let grant = tx.authorise::<ChangeEpisode>(self.subject).await?;
                let reason = *self.chance.pick(&[
                    NotSeenReason::Released,
                    NotSeenReason::TakenToCourt,
                    NotSeenReason::InInterview,
                ]);
                records::not_done(&mut tx, &grant, NotDone::Assessment, reason, false).await?;
            } else {
                let form = self.form_of(Step::Assessment)?;
                let answers = answers::answered(form, &answers::assessment(self.who.story), self.at)?;
                self.sign(&mut tx, form, &answers).await?;
                for (place, (form, answers)) in instruments::answered(self.who.story)?.iter().enumerate() {
                    self.sign_as(&mut tx, instruments::record_id(self.episode, place), form, answers).await?;
                }
                let grant = tx.authorise::<SignClinical>(self.subject).await?;
                records::assessed(&mut tx, &grant).await?;
                self.fill_further_forms(&mut tx).await?;
            }
        }
        self.move_on(&mut tx, 3).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// A form of its own for some of what came up. Decided apart from the course, which stays as it is
    /// whatever further forms there are.
    async fn fill_further_forms(&self, tx: &mut Tx) -> anyhow::Result<()> {
        let mut chance = self.further_chance("further forms");
        let told = [
            ("communication", 40, further::communication(self.who.story)),
            ("capacity", 60, further::capacity(self.who.story)),
            ("link_worker_plan", 25, further::link_worker_plan(self.who.story)),
        ];
        for (form, times, told) in told {
            let (chosen, id) = (chance.in_hundred(times), RecordId::new(chance.id()));
            if let Some(told) = told.filter(|_| chosen) {
                self.fill(tx, id, form, &told).await?;
            }
        }
        Ok(())
    }

    fn further_chance(&self, purpose: &str) -> Chance {
        Chance::new(self.team.seed, &format!("{purpose} {}", self.episode))
    }

    async fn fill(&self, tx: &mut Tx, id: RecordId, form: &str, told: &answers::Told) -> anyhow::Result<()> {
        let form = catalogue().get(form).context("the form is shipped")?;
        let answers = answers::answered(form, told, self.at)?;
        self.sign_as(tx, id, form, &answers).await
    }

    /// What custody or court is told in person, with its basis; alerts that are answered by it.
    async fn tell_custody(&mut self) -> Goes {
        let stops = self.stops_before(Step::CustodyAdvice) || self.stops_before(Step::CourtReport);
        if stops || !self.later(5, 20) {
            return Ok(false);
        }
        let (story, is_court) = (self.who.story, self.site.kind.is_court());
        let is_danger = !story.self_harm.is_empty();
        let mut tx = self.act(self.owner).await?;
        if !story.advice.is_empty() && (self.shares || is_danger) {
            let kind = if is_court { DocumentKind::CourtReport } else { DocumentKind::CustodyAdvice };
            let recipient = *self.chance.pick(if is_court {
                &["Legal adviser, court 2", "Cells manager"]
            } else {
                &["PS Vale, custody sergeant", "PS Orme, custody sergeant"]
            });
            // Rendering takes a moment each: one in six is written, the others are spoken.
            let document = self.chance.in_hundred(16).then(|| DocumentId::new(self.chance.id()));
            if let Some(id) = document {
                let basis = if self.shares {
                    "The person agreed to this being shared."
                } else {
                    "Shared without consent, to prevent serious harm."
                };
                let advice: Vec<String> = story.advice.split(". ").map(str::to_owned).collect();
                papers::release(&mut tx, self.subject, kind, id, recipient, basis, &advice).await?;
            }
            let grant = tx.authorise::<CreateDisclosure>(self.subject).await?;
            let readers = if is_court { ConsentFor::Court } else { ConsentFor::Police };
            let new = NewDisclosure {
                id: DisclosureId::new(self.chance.id()),
                document_id: document,
                summary: match (document, is_court) {
                    (Some(_), _) => format!("{kind} version 1"),
                    (None, true) => "Advice to the court cells, spoken".into(),
                    (None, false) => "Custody advice, spoken".into(),
                },
                consent_for: readers,
                recipient: recipient.into(),
                channel: if document.is_some() { Channel::Paper } else { Channel::Verbal },
                basis: if self.shares { Basis::Consent } else { Basis::PublicInterest },
                reason: if self.shares {
                    String::new()
                } else {
                    "Told of thoughts of suicide: staff must know tonight. Only the risk and what helps was said."
                        .into()
                },
                consent_id: self.agreed_to(&mut tx, readers).await?,
                minimum_necessary: true,
            };
            disclosures::record(&mut tx, &grant, self.site.id, &new).await?;
        }
        // Nobody leaves an alert for weeks: what is still open is of these days.
        let is_answered = self.chance.in_hundred(70);
        if is_answered || self.team.now - self.at > Duration::days(2) {
            self.answer_alerts(&mut tx, AlertState::Acknowledged).await?;
        }
        self.move_on(&mut tx, 4).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The line of the ledger by which the person agreed that these readers are told, when they did.
    async fn agreed_to(&self, tx: &mut Tx, readers: ConsentFor) -> anyhow::Result<Option<ConsentId>> {
        let grant = tx.authorise::<ViewConsent>(self.subject).await?;
        let ledger = consents::ledger(tx, &grant).await?;
        Ok(consents::speaks(&ledger, readers).filter(|line| line.state.permits()).map(|line| line.id))
    }

    async fn answer_alerts(&mut self, tx: &mut Tx, state: AlertState) -> anyhow::Result<()> {
        let view = tx.authorise::<ViewRiskCard>(self.subject).await?;
        let card = alerts::risk_card(tx, &view).await?;
        let change = tx.authorise::<ChangeRiskCard>(self.subject).await?;
        // Who has looked again since has promised another day.
        let review = (london_date(self.at) + chrono::Days::new(7)).max(london_date(self.team.now));
        let review = if review > london_date(self.team.now) { review } else { review + chrono::Days::new(3) };
        for alert in card.alerts.iter().filter(|alert| alert.episode_id == self.episode && alert.state != state) {
            let stays = state == AlertState::Acknowledged;
            let words = match (stays, alert.kind) {
                (true, AlertKind::SelfHarm) => "Custody told in person; observation level agreed; in the safety plan.",
                (true, _) => "Seen and acted on; custody told.",
                (false, _) => "Looked at again with the person at the end of the work; no longer stands.",
            };
            alerts::answer(tx, &change, alert.id, alert.version, state, words, stays.then_some(review)).await?;
        }
        Ok(())
    }

    async fn refer(&mut self) -> Goes {
        if self.stops_before(Step::Referrals) || !self.later(20, 70) {
            return Ok(false);
        }
        let mut tx = self.act(self.owner).await?;
        if self.with_link_workers && self.is_assessed() {
            let grant = tx.authorise::<ChangeEpisode>(self.subject).await?;
            let worker = if self.chance.in_hundred(75) { Some(self.link_worker().user) } else { None };
            episodes::allocate(&mut tx, &grant, self.team.partner, worker).await?;
        }
        if self.is_assessed() {
            for (kind, need) in self.who.story.help {
                self.send(&mut tx, *kind, need).await?;
            }
        }
        self.move_on(&mut tx, 20).await?;
        tx.commit().await?;
        if !self.is_assessed() {
            self.later(30, 200);
            if self.at < self.team.now {
                self.close(ClosureReason::NoFurtherAction).await?;
            }
        }
        Ok(self.is_assessed())
    }

    async fn send(&mut self, tx: &mut Tx, kind: HelpKind, need: &str) -> anyhow::Result<()> {
        let Some(directory_id) = self.team.help(kind) else {
            return Ok(());
        };
        let create = tx.authorise::<CreateReferral>(self.subject).await?;
        let id = ReferralId::new(self.chance.id());
        referrals::create(tx, &create, &NewReferral { id, directory_id, need: need.into() }).await?;
        // One in ten is written and not sent yet.
        if !self.chance.in_hundred(90) && self.begins.stop_before.is_some() {
            return Ok(());
        }
        self.take(tx, id, ReferralState::Sent, "Sent by secure e-mail", None).await
    }

    async fn take(
        &self,
        tx: &mut Tx,
        id: ReferralId,
        to: ReferralState,
        note: &str,
        appointment_at: Option<Instant>,
    ) -> anyhow::Result<()> {
        let view = tx.authorise::<ViewReferral>(self.subject).await?;
        let referral = referrals::get(tx, &view, id).await?.context("the referral was written")?;
        let change = tx.authorise::<ChangeReferral>(self.subject).await?;
        referrals::record(tx, &change, id, referral.version, &Move { to, note: note.into(), appointment_at }).await?;
        let referral = referrals::get(tx, &view, id).await?.context("the referral was written")?;
        let owed = to.owed(tx.now(), referral.appointment_at);
        let chaser = Chaser { owner: Some(self.owner.user), organisation: self.owner.organisation };
        Ok(referrals::chase(tx, &change, &referral, &owed, chaser).await?)
    }

    fn link_worker(&self) -> &'a Actor {
        self.team.actor(if self.who.number.is_multiple_of(2) { "Daniel Osei" } else { "Megan Rowe" })
    }

    /// What police or court decide, and the release with its contact within 48 hours.
    async fn decided(&mut self) -> Goes {
        if self.stops_before(Step::Outcome) || !self.later(120, 700) {
            return Ok(false);
        }
        let is_court = self.site.kind.is_court();
        let code = *self.chance.pick(if is_court {
            &[
                CjOutcome::AdjournedBail,
                CjOutcome::CommunityOrder,
                CjOutcome::Fine,
                CjOutcome::Discharge,
                CjOutcome::CommunityOrderMhtr,
                CjOutcome::RemandCustody,
            ]
        } else {
            &[
                CjOutcome::PoliceBail,
                CjOutcome::Rui,
                CjOutcome::Nfa,
                CjOutcome::CommunityResolution,
                CjOutcome::Charged,
                CjOutcome::ConditionalCaution,
            ]
        });
        let status = match code {
            CjOutcome::PoliceBail | CjOutcome::AdjournedBail => LegalStatus::Bail,
            CjOutcome::Rui => LegalStatus::UnderInvestigation,
            CjOutcome::Charged => LegalStatus::ChargedHeld,
            CjOutcome::RemandCustody => LegalStatus::Remanded,
            _ => LegalStatus::Liberty,
        };
        let mut tx = self.act(self.owner).await?;
        let grant = tx.authorise::<ChangeJustice>(self.subject).await?;
        let information_use = *self.chance.pick(&[
            InformationUse::Followed,
            InformationUse::Followed,
            InformationUse::Available,
            InformationUse::NotFollowed,
            InformationUse::NotAvailable,
        ]);
        let new = NewOutcome {
            id: OutcomeId::new(self.chance.id()),
            code,
            decided_on: london_date(self.at),
            information_use,
            note: String::new(),
        };
        outcomes::record(&mut tx, &grant, self.site.id, &new).await?;
        let walks_out = status.walked_out();
        episodes::set_legal_status(&mut tx, &grant, status, walks_out.then_some(self.at)).await?;
        if walks_out {
            self.owe_contact(&mut tx).await?;
        } else {
            let due = by_day(self.at + Duration::hours(18));
            episodes::set_next_action(&mut tx, self.episode, status.owed_on_leaving(), due).await?;
        }
        tx.commit().await?;
        if !walks_out && self.later_by_day(12, 40) {
            self.close(ClosureReason::InCustodyOrHospital).await?;
        }
        Ok(walks_out)
    }

    async fn owe_contact(&mut self, tx: &mut Tx) -> anyhow::Result<()> {
        let due_at = contact_after_release_due(self.at);
        let (organisation_id, owner_id) = if self.with_link_workers {
            (self.team.partner, self.chance.in_hundred(80).then(|| self.link_worker().user))
        } else {
            (self.team.trust, Some(self.owner.user))
        };
        let title = "Contact within 48 hours of release";
        let new = NewTask {
            id: TaskId::new(self.chance.id()),
            person_id: self.who.id,
            episode_id: self.episode,
            kind: TaskKind::ContactAfterRelease,
            title: title.into(),
            due_at,
            owner_id,
            organisation_id,
        };
        tasks::add(tx, &new).await?;
        Ok(episodes::set_next_action(tx, self.episode, title, due_at).await?)
    }

    /// The contact within 48 hours. A few are not made, and stand out on the worklist.
    async fn reach(&mut self) -> Goes {
        let is_forgotten = self.chance.in_hundred(16) && self.team.now - self.at < Duration::days(6);
        if is_forgotten || !self.later_by_day(8, 38) {
            return Ok(false);
        }
        let by = if self.with_link_workers { self.link_worker() } else { self.owner };
        let reached = self.chance.in_hundred(78);
        let mut tx = self.act(by).await?;
        let view = tx.authorise::<ViewFollowUp>(self.subject).await?;
        let owed = tasks::of_episode(&mut tx, &view).await?;
        let task = owed.iter().find(|task| task.kind == TaskKind::ContactAfterRelease && task.state == TaskState::Open);
        let grant = tx.authorise::<ChangeFollowUp>(self.subject).await?;
        let words = if reached {
            self.chance.word(REACHED)
        } else {
            "Rang twice, no answer; text sent as agreed. Try again tomorrow."
        };
        let new = NewContact {
            id: ContactId::new(self.chance.id()),
            task_id: task.map(|task| task.id),
            mode: *self.chance.pick(&[
                ContactMode::Telephone,
                ContactMode::Telephone,
                ContactMode::FaceToFace,
                ContactMode::Escorted,
            ]),
            attendance: if reached { Attendance::Attended } else { Attendance::DidNotAttend },
            at: self.at - Duration::minutes(15),
            minutes: if reached { self.chance.between(10, 75) } else { 5 },
            note: words.into(),
        };
        contacts::record(&mut tx, &grant, self.site.id, &new).await?;
        if let Some(task) = task {
            tasks::end(
                &mut tx,
                &grant,
                task.id,
                task.version,
                TaskState::Done,
                if reached { "Reached" } else { "Tried twice, not reached: handed to follow-up" },
            )
            .await?;
        }
        let due = by_day(self.at + Duration::days(5));
        let new = NewTask {
            id: TaskId::new(self.chance.id()),
            person_id: self.who.id,
            episode_id: self.episode,
            kind: TaskKind::FollowUp,
            title: if reached {
                "Ring and ask how the first appointment went".into()
            } else {
                "Try again, at another time of day".into()
            },
            due_at: due,
            owner_id: Some(by.user),
            organisation_id: by.organisation,
        };
        tasks::add(&mut tx, &new).await?;
        episodes::set_next_action(&mut tx, self.episode, &new.title, due).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// What becomes of the referrals: accepted, an appointment, attended; some are turned down.
    async fn follow_referrals(&mut self) -> Goes {
        let ids = self.referrals().await?;
        if !self.later_by_day(40, 110) {
            return Ok(false);
        }
        let appointment = by_day(self.at + Duration::days(self.chance.between(3, 9)));
        let mut tx = self.act(self.owner).await?;
        let mut accepted = Vec::new();
        for id in ids {
            if self.chance.in_hundred(14) {
                self.take(
                    &mut tx,
                    id,
                    ReferralState::Rejected,
                    "Outside the service's area: told to ask the neighbouring team",
                    None,
                )
                .await?;
            } else {
                self.take(&mut tx, id, ReferralState::Accepted, "Accepted by telephone", None).await?;
                self.take(
                    &mut tx,
                    id,
                    ReferralState::AppointmentMade,
                    "Letter and text to the person as agreed",
                    Some(appointment),
                )
                .await?;
                accepted.push(id);
            }
        }
        self.end_follow_up(&mut tx, "Rang: knows the date and how to get there").await?;
        let asked_at = by_day(appointment + Duration::hours(22));
        if accepted.is_empty() {
            let due = by_day(self.at + Duration::days(12));
            episodes::set_next_action(&mut tx, self.episode, "Find other help: the referrals were not accepted", due)
                .await?;
        } else {
            episodes::set_next_action(
                &mut tx,
                self.episode,
                "Find out whether they came to the first appointment",
                asked_at,
            )
            .await?;
        }
        tx.commit().await?;
        self.at = asked_at;
        if self.at >= self.team.now {
            return Ok(false);
        }
        let mut tx = self.act(self.owner).await?;
        for id in accepted {
            let (to, note) = if self.chance.in_hundred(72) {
                (ReferralState::Attended, "Came, with the link worker")
            } else {
                (ReferralState::NotAttended, "Did not come; overslept")
            };
            self.take(&mut tx, id, to, note, None).await?;
        }
        let due = by_day(self.at + Duration::days(self.chance.between(7, 9)));
        episodes::set_next_action(&mut tx, self.episode, "Close the episode, or agree what is still wanted", due)
            .await?;
        tx.commit().await?;
        Ok(self.later_by_day(60, 170))
    }

    async fn end_follow_up(&self, tx: &mut Tx, outcome: &str) -> anyhow::Result<()> {
        let view = tx.authorise::<ViewFollowUp>(self.subject).await?;
        let change = tx.authorise::<ChangeFollowUp>(self.subject).await?;
        let owed = tasks::of_episode(tx, &view).await?;
        for task in owed.iter().filter(|task| task.kind == TaskKind::FollowUp && task.state == TaskState::Open) {
            tasks::end(tx, &change, task.id, task.version, TaskState::Done, outcome).await?;
        }
        Ok(())
    }

    async fn referrals(&self) -> anyhow::Result<Vec<ReferralId>> {
        let mut tx = self.act(self.owner).await?;
        let view = tx.authorise::<ViewReferral>(self.subject).await?;
        let open = referrals::of_episode(&mut tx, &view)
            .await?
            .into_iter()
            .filter(|referral| referral.state == ReferralState::Sent);
        let ids = open.map(|referral| referral.id).collect();
        tx.commit().await?;
        Ok(ids)
    }

    /// Ends what is still owed, and closes.
    async fn close(&mut self, reason: ClosureReason) -> anyhow::Result<()> {
        // A few stay open with their follow-up late, as it is.
        if reason == ClosureReason::Linked && self.chance.in_hundred(3) {
            return Ok(());
        }
        let mut tx = self.act(self.owner).await?;
        let view = tx.authorise::<ViewReferral>(self.subject).await?;
        for referral in
            referrals::of_episode(&mut tx, &view).await?.iter().filter(|referral| !referral.state.is_final())
        {
            let ended = if reason == ClosureReason::InCustodyOrHospital {
                "Held: told the service, prison healthcare takes over"
            } else {
                "Agreed with the person to leave it for now"
            };
            self.take(&mut tx, referral.id, ReferralState::Ended, ended, None).await?;
        }
        let view = tx.authorise::<ViewFollowUp>(self.subject).await?;
        let change = tx.authorise::<ChangeFollowUp>(self.subject).await?;
        for task in tasks::of_episode(&mut tx, &view).await?.iter().filter(|task| task.state == TaskState::Open) {
            tasks::end(&mut tx, &change, task.id, task.version, TaskState::Done, "Done at the end of the work").await?;
        }
        let mut apart = self.further_chance("closing");
        if reason == ClosureReason::Linked && apart.in_hundred(40) {
            self.fill(&mut tx, RecordId::new(apart.id()), "closing", &further::closing(self.who.story)).await?;
        }
        self.answer_alerts(&mut tx, AlertState::Resolved).await?;
        let view = tx.authorise::<ViewEpisode>(self.subject).await?;
        let episode = episodes::get(&mut tx, &view).await?.context("the episode was opened")?;
        let grant = tx.authorise::<CloseEpisode>(self.subject).await?;
        let words = if reason == ClosureReason::Linked { "Help has started; knows how to reach us." } else { "" };
        episodes::close(&mut tx, &grant, episode.version, self.site.id, reason, words).await?;
        tx.commit().await?;
        Ok(())
    }
}

const REACHED: &[&str] = &[
    "Spoke for twenty minutes. Slept better. Has the appointment card on the fridge. Safety plan read through together.",
    "Met at the surgery and went in with him. GP changed the tablets; blood test booked.",
    "Answered at the second ring. Worried about the hearing; explained what happens. No thoughts of harm when asked.",
    "Went together to the housing office; duty to refer accepted, temporary place from tonight.",
    "Short call, as agreed by text first. Safe to talk. Wants to go ahead with the referral.",
];

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
