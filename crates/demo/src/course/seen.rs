//! Consent, screening and assessment, with the forms that go with them.

use super::{Course, Goes, by_day};
use crate::chance::Chance;
use crate::{answers, further, instruments};
use anyhow::Context;
use chrono::Duration;
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::episode::{ClosureReason, Step, Urgency};
use throughline_domain::ids::{ConsentId, RecordId, TaskId};
use throughline_domain::list::NotSeenReason;
use throughline_domain::task::TaskKind;
use throughline_forms::{Answers, Form, catalogue};
use throughline_policy::{ChangeConsent, ChangeEpisode, SignClinical, ViewEpisode, WriteClinical};
use throughline_store::consents::NewConsent;
use throughline_store::records::{self, NotDone};
use throughline_store::tasks::{self, NewTask};
use throughline_store::{Tx, consents, episodes};

impl Course<'_> {
    pub(super) async fn consent(&mut self) -> Goes {
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

    pub(super) fn is_assessed(&self) -> bool {
        self.who.story.theme != "plain"
    }

    pub(super) async fn screen(&mut self) -> Goes {
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
        let record = self.sign(&mut tx, form, answers).await?;
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
        tasks::add_about(&mut tx, &new, record).await?;
        episodes::set_next_action(&mut tx, self.episode, &title, due_at).await?.only_while_open();
        tx.commit().await?;
        Ok(false)
    }

    pub(super) async fn assess(&mut self) -> Goes {
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

    pub(super) fn further_chance(&self, purpose: &str) -> Chance {
        Chance::new(self.team.seed, &format!("{purpose} {}", self.episode))
    }

    pub(super) async fn fill(&self, tx: &mut Tx, id: RecordId, form: &str, told: &answers::Told) -> anyhow::Result<()> {
        let form = catalogue().get(form).context("the form is shipped")?;
        let answers = answers::answered(form, told, self.at)?;
        self.sign_as(tx, id, form, &answers).await?;
        Ok(())
    }
}
