//! The episode: one arrest, voluntary attendance or court matter, from identification to closure.
//!
//! Rules that always hold: an open episode has an owner and a next action with a date; it closes
//! only when nothing is owed.

use crate::place::PointOfContact;
use crate::referral::ReferralState;
use chrono::Duration;

codes! {
    /// How urgent (MHSDS clinical response priority type).
    pub enum Urgency {
        /// At once.
        Emergency = "1", "Emergency";
        /// Within hours.
        VeryUrgent = "4", "Very urgent";
        /// Soon.
        Urgent = "2", "Urgent";
        /// In the ordinary order.
        Routine = "3", "Routine";
    }
}

impl Urgency {
    /// How soon somebody acts on it: the service's own default, and no national time standard.
    pub fn act_within(self) -> Duration {
        match self {
            Self::Emergency => Duration::minutes(15),
            Self::VeryUrgent => Duration::hours(1),
            Self::Urgent => Duration::hours(4),
            Self::Routine => Duration::hours(24),
        }
    }
}

codes! {
    /// Who told the service (MHSDS source of referral; the codes for our own inbound work).
    pub enum ReferralSource {
        /// Police.
        Police = "E1", "Police";
        /// Courts.
        Courts = "E2", "Courts";
        /// Probation.
        Probation = "E3", "Probation service";
        /// Prison.
        Prison = "E4", "Prison";
        /// Youth offending team.
        YouthOffending = "E6", "Youth offending team";
        /// The person.
        Myself = "B1", "Self";
        /// Carer or relative.
        Carer = "B2", "Carer or relative";
        /// GP.
        Gp = "A1", "GP";
    }
}

codes! {
    /// On which legal basis, if any, the person is held.
    pub enum LegalStatus {
        /// Detained without charge under PACE.
        Pace = "pace", "Police detention (PACE)";
        /// Charged and held for court.
        ChargedHeld = "charged", "Charged and held for court";
        /// Attending voluntarily.
        Voluntary = "voluntary", "Voluntary attendance";
        /// On bail.
        Bail = "bail", "On bail";
        /// Released under investigation.
        UnderInvestigation = "rui", "Released under investigation";
        /// Remanded in custody.
        Remanded = "remanded", "Remanded in custody";
        /// Detained under section 136 or 135.
        Section136 = "20", "Section 136 or 135";
        /// Detained in hospital, by a court or otherwise under the Mental Health Act.
        Hospital = "hospital", "Detained in hospital";
        /// Serving a sentence.
        Sentenced = "sentenced", "Serving a prison sentence";
        /// At liberty.
        Liberty = "liberty", "At liberty";
        /// Nobody has said.
        NotKnown = "not_known", "Not known";
    }
}

impl LegalStatus {
    /// Whether the person is held, so that their release is a moment of its own.
    pub fn is_held(self) -> bool {
        matches!(
            self,
            Self::Pace | Self::ChargedHeld | Self::Remanded | Self::Section136 | Self::Hospital | Self::Sentenced
        )
    }

    /// Whether police hold the person or interview them: advice to custody can still be given.
    pub fn is_with_police(self) -> bool {
        matches!(self, Self::Pace | Self::Voluntary | Self::Section136)
    }

    /// Whether the person walked out of the door: the 48 hours of highest risk begin.
    pub fn walked_out(self) -> bool {
        matches!(self, Self::Bail | Self::UnderInvestigation | Self::Liberty)
    }

    /// What is owed next when the person left the site without walking out.
    pub fn owed_on_leaving(self) -> &'static str {
        match self {
            Self::Remanded => "Hand over to prison healthcare",
            Self::ChargedHeld => "Hand over to the court team",
            Self::Section136 => "Hand over to the place of safety",
            _ => "Find out where the person is",
        }
    }
}

codes! {
    /// Why an episode closed (the service's reasons; MHSDS allows 01 to 09).
    pub enum ClosureReason {
        /// Needs met, help has started.
        Linked = "linked", "Needs met and linked to help";
        /// Another service has taken over.
        Transferred = "transferred", "Transferred to another service";
        /// The matter has ended.
        MatterConcluded = "concluded", "Criminal justice matter concluded";
        /// Declined.
        Declined = "declined", "Declined";
        /// Lost touch.
        Disengaged = "disengaged", "Disengaged";
        /// Moved away.
        Moved = "moved", "Moved away";
        /// In custody or hospital.
        InCustodyOrHospital = "custody", "In custody or hospital";
        /// Nothing more needed after screening.
        NoFurtherAction = "nfa", "No further action after screening";
        /// Died.
        Deceased = "deceased", "Deceased";
        /// Opened twice.
        Duplicate = "duplicate", "Opened in error or twice";
    }
}

codes! {
    /// The steps of an episode, in the order of the task list.
    pub enum Step {
        /// The offer, and what the person agreed to.
        Consent = "consent", "Offer and consent";
        /// Screening.
        Screening = "screening", "Screening";
        /// Assessment.
        Assessment = "assessment", "Assessment";
        /// Risk and safety plan.
        Risk = "risk", "Risk and safety plan";
        /// Custody advice.
        CustodyAdvice = "custody_advice", "Custody advice";
        /// Court report.
        CourtReport = "court_report", "Court report";
        /// Onward referrals.
        Referrals = "referrals", "Onward referrals";
        /// Follow-up.
        FollowUp = "follow_up", "Follow-up";
        /// CJ outcome.
        Outcome = "outcome", "CJ outcome";
        /// Closure.
        Closure = "closure", "Closure";
    }
}

impl Step {
    /// The step as something to do: the words of a next action.
    pub fn action(self) -> &'static str {
        match self {
            Self::Consent => "Offer to see the person, and ask for consent",
            Self::Screening => "Screen",
            Self::Assessment => "Assess",
            Self::Risk => "Write the risk and safety plan",
            Self::CustodyAdvice => "Give custody advice",
            Self::CourtReport => "Write the court report",
            Self::Referrals => "Chase the onward referrals",
            Self::FollowUp => "Do the follow-up that is owed",
            Self::Outcome => "Find out the CJ outcome",
            Self::Closure => "Close the episode",
        }
    }
}

codes! {
    /// What the task list says of a step.
    pub enum StepState {
        /// Waits for another step.
        CannotStart = "cannot_start", "Cannot start yet";
        /// Nothing done.
        NotStarted = "not_started", "Not started";
        /// Begun.
        InProgress = "in_progress", "In progress";
        /// Done.
        Done = "done", "Done";
        /// Decided against, with a reason.
        NotNeeded = "not_needed", "Not needed";
    }
}

/// What the record holds of an episode, as far as the task list and closure need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Consent lines that are answers.
    pub consent_answers: usize,
    /// The screening form was signed, or the coded reason recorded.
    pub screening: FormProgress,
    /// The screening found that an assessment is needed; `None` before it is signed.
    pub assessment_needed: Option<bool>,
    /// The assessment form.
    pub assessment: FormProgress,
    /// The risk form.
    pub risk: FormProgress,
    /// Custody advice: draft or signed, released.
    pub custody_advice: DocumentProgress,
    /// Court report.
    pub court_report: DocumentProgress,
    /// Onward referrals and where each stands.
    pub referrals: Vec<ReferralState>,
    /// Open tasks that are follow-up.
    pub open_tasks: usize,
    /// Done follow-up contacts.
    pub done_follow_ups: usize,
    /// Alerts nobody has answered for.
    pub open_alerts: usize,
    /// Goals of the care plan without an evaluation.
    pub open_goals: usize,
    /// CJ outcomes recorded.
    pub outcomes: usize,
    /// Closed.
    pub closed: bool,
}

/// How far a form of the episode is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FormProgress {
    /// Nothing.
    #[default]
    None,
    /// A draft, or signed and waiting for a countersignature.
    Draft,
    /// Signed.
    Signed,
    /// Not done, with a coded reason.
    NotDone,
}

/// How far a document of the episode is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DocumentProgress {
    /// Nothing.
    #[default]
    None,
    /// Draft or signed, not yet released.
    Prepared,
    /// Released to its recipient.
    Released,
}

/// One reason an episode cannot close yet, in words for the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClosureBlock {
    /// Tasks are open.
    #[error("Tasks still open: {0}. Finish them or record why they are not needed")]
    OpenTasks(usize),
    /// Referrals are neither ended nor handed on.
    #[error("Onward referrals that have not ended: {0}. Record what came of them or hand them on")]
    OpenReferrals(usize),
    /// Alerts are open.
    #[error("Alerts not yet answered: {0}. Acknowledge or resolve them")]
    OpenAlerts(usize),
    /// Goals of the care plan are not evaluated.
    #[error("Goals not yet evaluated: {0}. Say what became of each, or why it is not known")]
    OpenGoals(usize),
    /// A form is still a draft.
    #[error("The {0} is still a draft: sign it or mark it in error")]
    Draft(&'static str),
    /// A document was prepared and never released.
    #[error("The {0} was prepared and not released: release it or withdraw it")]
    Unreleased(&'static str),
}

impl ClosureBlock {
    /// The step of the episode where it is put right.
    pub fn step(&self) -> Step {
        match self {
            Self::OpenTasks(_) | Self::OpenGoals(_) => Step::FollowUp,
            Self::OpenReferrals(_) => Step::Referrals,
            Self::OpenAlerts(_) | Self::Draft("risk and safety plan") => Step::Risk,
            Self::Draft("screening") => Step::Screening,
            Self::Draft(_) => Step::Assessment,
            Self::Unreleased("custody advice") => Step::CustodyAdvice,
            Self::Unreleased(_) => Step::CourtReport,
        }
    }
}

impl Progress {
    /// The state of each step, in order.
    pub fn steps(&self) -> Vec<(Step, StepState)> {
        Step::ALL.iter().map(|step| (*step, self.state(*step))).collect()
    }

    /// The state of one step.
    pub fn state(&self, step: Step) -> StepState {
        match step {
            Step::Consent if self.consent_answers > 0 => StepState::Done,
            Step::Consent => StepState::NotStarted,
            Step::Screening => form_state(self.screening),
            Step::Assessment => self.assessment_state(),
            Step::Risk => form_state(self.risk),
            Step::CustodyAdvice => document_state(self.custody_advice),
            Step::CourtReport => document_state(self.court_report),
            Step::Referrals if self.referrals.is_empty() => StepState::NotStarted,
            Step::Referrals if self.referrals.iter().all(|state| state.is_final()) => StepState::Done,
            Step::Referrals => StepState::InProgress,
            Step::FollowUp if self.open_tasks > 0 => StepState::InProgress,
            Step::FollowUp if self.done_follow_ups > 0 => StepState::Done,
            Step::FollowUp => StepState::NotStarted,
            Step::Outcome if self.outcomes > 0 => StepState::Done,
            Step::Outcome => StepState::NotStarted,
            Step::Closure if self.closed => StepState::Done,
            Step::Closure if self.closure_blocks().is_empty() => StepState::NotStarted,
            Step::Closure => StepState::CannotStart,
        }
    }

    /// The step that comes next: the first that is begun or owed, given where the person came from
    /// and how they are held now. A step that nobody has to take (a court report for somebody in a
    /// cell, a referral nobody has thought of) is never next.
    pub fn next_step(&self, contact: PointOfContact, status: LegalStatus) -> Step {
        Step::ALL
            .iter()
            .copied()
            .find(|step| match self.state(*step) {
                StepState::InProgress => true,
                StepState::NotStarted => self.is_owed(*step, contact, status),
                StepState::CannotStart | StepState::Done | StepState::NotNeeded => false,
            })
            .unwrap_or(Step::Closure)
    }

    fn is_owed(&self, step: Step, contact: PointOfContact, status: LegalStatus) -> bool {
        let carries_on = self.assessment_needed == Some(true);
        match step {
            Step::Consent | Step::Screening | Step::Assessment | Step::Outcome | Step::Closure => true,
            Step::Risk => carries_on,
            Step::CustodyAdvice => carries_on && status.is_with_police(),
            Step::CourtReport => {
                let court =
                    matches!(contact, PointOfContact::Magistrates | PointOfContact::YouthCourt | PointOfContact::Crown);
                carries_on && court
            }
            Step::Referrals | Step::FollowUp => false,
        }
    }

    fn assessment_state(&self) -> StepState {
        match (self.assessment, self.assessment_needed) {
            (FormProgress::None, Some(false)) => StepState::NotNeeded,
            (FormProgress::None, None) => StepState::CannotStart,
            (progress, _) => form_state(progress),
        }
    }

    /// Everything that stands in the way of closing.
    pub fn closure_blocks(&self) -> Vec<ClosureBlock> {
        let open_referrals = self.referrals.iter().filter(|state| !state.is_final()).count();
        let counted = [
            (self.open_tasks, ClosureBlock::OpenTasks(self.open_tasks)),
            (open_referrals, ClosureBlock::OpenReferrals(open_referrals)),
            (self.open_alerts, ClosureBlock::OpenAlerts(self.open_alerts)),
            (self.open_goals, ClosureBlock::OpenGoals(self.open_goals)),
        ];
        let drafts =
            [(self.screening, "screening"), (self.assessment, "assessment"), (self.risk, "risk and safety plan")];
        let documents = [(self.custody_advice, "custody advice"), (self.court_report, "court report")];
        counted
            .into_iter()
            .filter_map(|(count, block)| (count > 0).then_some(block))
            .chain(
                drafts
                    .into_iter()
                    .filter_map(|(form, name)| (form == FormProgress::Draft).then_some(ClosureBlock::Draft(name))),
            )
            .chain(documents.into_iter().filter_map(|(document, name)| {
                (document == DocumentProgress::Prepared).then_some(ClosureBlock::Unreleased(name))
            }))
            .collect()
    }
}

fn form_state(progress: FormProgress) -> StepState {
    match progress {
        FormProgress::None => StepState::NotStarted,
        FormProgress::Draft => StepState::InProgress,
        FormProgress::Signed => StepState::Done,
        FormProgress::NotDone => StepState::NotNeeded,
    }
}

fn document_state(progress: DocumentProgress) -> StepState {
    match progress {
        DocumentProgress::None => StepState::NotStarted,
        DocumentProgress::Prepared => StepState::InProgress,
        DocumentProgress::Released => StepState::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_closes_only_when_nothing_is_owed() {
        let clear =
            Progress { referrals: vec![ReferralState::Attended, ReferralState::HandedOn], ..Progress::default() };
        assert_eq!(clear.closure_blocks(), vec![]);
        assert_eq!(clear.state(Step::Closure), StepState::NotStarted);
        let owed = Progress {
            open_tasks: 1,
            open_alerts: 2,
            open_goals: 3,
            referrals: vec![ReferralState::Sent],
            screening: FormProgress::Draft,
            court_report: DocumentProgress::Prepared,
            ..Progress::default()
        };
        assert_eq!(
            owed.closure_blocks(),
            vec![
                ClosureBlock::OpenTasks(1),
                ClosureBlock::OpenReferrals(1),
                ClosureBlock::OpenAlerts(2),
                ClosureBlock::OpenGoals(3),
                ClosureBlock::Draft("screening"),
                ClosureBlock::Unreleased("court report"),
            ]
        );
        let steps: Vec<Step> = owed.closure_blocks().iter().map(ClosureBlock::step).collect();
        assert_eq!(
            steps,
            [Step::FollowUp, Step::Referrals, Step::Risk, Step::FollowUp, Step::Screening, Step::CourtReport]
        );
        assert_eq!(owed.state(Step::Closure), StepState::CannotStart);
    }

    #[test]
    fn what_is_next_follows_what_was_found_and_where_the_person_is() {
        let next = |progress: &Progress, contact, status| progress.next_step(contact, status);
        let (custody, court) = (PointOfContact::Custody, PointOfContact::Magistrates);
        let begun = Progress::default();
        assert_eq!(next(&begun, custody, LegalStatus::Pace), Step::Consent);
        let asked = Progress { consent_answers: 1, ..begun };
        assert_eq!(next(&asked, custody, LegalStatus::Pace), Step::Screening);
        let screened = Progress { screening: FormProgress::Signed, assessment_needed: Some(true), ..asked };
        assert_eq!(next(&screened, custody, LegalStatus::Pace), Step::Assessment);
        let not_needed = Progress { assessment_needed: Some(false), ..screened.clone() };
        assert_eq!(next(&not_needed, custody, LegalStatus::Pace), Step::Outcome);
        let assessed = Progress { assessment: FormProgress::Signed, risk: FormProgress::Signed, ..screened };
        assert_eq!(next(&assessed, custody, LegalStatus::Pace), Step::CustodyAdvice);
        assert_eq!(next(&assessed, custody, LegalStatus::Bail), Step::Outcome);
        assert_eq!(next(&assessed, court, LegalStatus::ChargedHeld), Step::CourtReport);
    }

    #[test]
    fn assessment_waits_for_screening_and_may_not_be_needed() {
        assert_eq!(Progress::default().state(Step::Assessment), StepState::CannotStart);
        let screened =
            Progress { screening: FormProgress::Signed, assessment_needed: Some(false), ..Progress::default() };
        assert_eq!(screened.state(Step::Assessment), StepState::NotNeeded);
        let needed = Progress { assessment_needed: Some(true), ..screened };
        assert_eq!(needed.state(Step::Assessment), StepState::NotStarted);
    }
}
