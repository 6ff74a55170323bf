//! What became of the case, the contact after release, referrals that arrive, and the end.

use super::{Course, Goes, by_day};
use crate::further;
use anyhow::Context;
use chrono::Duration;
use throughline_domain::contact::{Attendance, ContactMode};
use throughline_domain::episode::{ClosureReason, LegalStatus, Step};
use throughline_domain::ids::{ContactId, OutcomeId, RecordId, ReferralId, TaskId};
use throughline_domain::outcome::{CjOutcome, InformationUse};
use throughline_domain::referral::ReferralState;
use throughline_domain::risk::AlertState;
use throughline_domain::task::{TaskKind, TaskState, contact_after_release_due};
use throughline_domain::time::london_date;
use throughline_policy::{ChangeFollowUp, ChangeJustice, CloseEpisode, ViewEpisode, ViewFollowUp, ViewReferral};
use throughline_store::contacts::{self, NewContact};
use throughline_store::outcomes::{self, NewOutcome};
use throughline_store::tasks::{self, NewTask};
use throughline_store::{Tx, episodes, referrals};

impl Course<'_> {
    /// What police or court decide, and the release with its contact within 48 hours.
    pub(super) async fn decided(&mut self) -> Goes {
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
            episodes::set_next_action(&mut tx, self.episode, status.owed_on_leaving(), due).await?.only_while_open();
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
        episodes::set_next_action(tx, self.episode, title, due_at).await?.only_while_open();
        Ok(())
    }

    /// The contact within 48 hours. A few are not made, and stand out on the worklist.
    pub(super) async fn reach(&mut self) -> Goes {
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
        episodes::set_next_action(&mut tx, self.episode, &new.title, due).await?.only_while_open();
        tx.commit().await?;
        Ok(true)
    }

    /// What becomes of the referrals: accepted, an appointment, attended; some are turned down.
    pub(super) async fn follow_referrals(&mut self) -> Goes {
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
                .await?
                .only_while_open();
        } else {
            episodes::set_next_action(
                &mut tx,
                self.episode,
                "Find out whether they came to the first appointment",
                asked_at,
            )
            .await?
            .only_while_open();
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
            .await?
            .only_while_open();
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
    pub(super) async fn close(&mut self, reason: ClosureReason) -> anyhow::Result<()> {
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
