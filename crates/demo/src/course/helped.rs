//! What custody and court are told, and the help that is asked for.

use super::{Course, Goes};
use crate::papers;
use anyhow::Context;
use chrono::Duration;
use throughline_domain::consent::ConsentFor;
use throughline_domain::disclosure::{Basis, Channel};
use throughline_domain::document::DocumentKind;
use throughline_domain::episode::{ClosureReason, Step};
use throughline_domain::ids::{ConsentId, DisclosureId, DocumentId, ReferralId};
use throughline_domain::referral::{HelpKind, ReferralState};
use throughline_domain::risk::{AlertKind, AlertState};
use throughline_domain::time::{Instant, london_date};
use throughline_policy::{
    Actor, ChangeEpisode, ChangeReferral, ChangeRiskCard, CreateDisclosure, CreateReferral, ViewConsent, ViewReferral,
    ViewRiskCard,
};
use throughline_store::disclosures::{self, NewDisclosure};
use throughline_store::referrals::{self, Chaser, Move, NewReferral};
use throughline_store::{Tx, alerts, consents, episodes};

impl<'a> Course<'a> {
    /// What custody or court is told in person, with its basis; alerts that are answered by it.
    pub(super) async fn tell_custody(&mut self) -> Goes {
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

    pub(super) async fn answer_alerts(&mut self, tx: &mut Tx, state: AlertState) -> anyhow::Result<()> {
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

    pub(super) async fn refer(&mut self) -> Goes {
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

    pub(super) async fn take(
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

    pub(super) fn link_worker(&self) -> &'a Actor {
        self.team.actor(if self.who.number.is_multiple_of(2) { "Daniel Osei" } else { "Megan Rowe" })
    }
}
