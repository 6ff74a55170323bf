//! Permits: a verb and a class as a type; and the grant, which is proof of a decision.

use crate::{Actor, Class, Relationship, Subject, Verb};
use std::marker::PhantomData;
use throughline_domain::ids::{EpisodeId, PersonId, SiteId};
use throughline_domain::role::Role;

/// A verb and a class as a type.
pub trait Permit: std::fmt::Debug + Send + Sync + 'static {
    /// What is done.
    const VERB: Verb;
    /// To what.
    const CLASS: Class;
}

/// Proof that [`crate::decide`] allowed this permit for this actor and subject.
///
/// It can be made nowhere else: store functions that take a grant cannot be called without a
/// decision, and read the person from the grant, so that a grant for one person opens no other.
#[derive(Debug, Clone)]
pub struct Grant<P: Permit> {
    actor: Actor,
    subject: Subject,
    relationship: Relationship,
    permit: PhantomData<P>,
}

impl<P: Permit> Grant<P> {
    pub(crate) fn new(actor: Actor, subject: Subject, relationship: Relationship) -> Self {
        Self { actor, subject, relationship, permit: PhantomData }
    }

    /// Who was allowed.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Why this actor may see this person.
    pub fn relationship(&self) -> Relationship {
        self.relationship
    }

    /// What the grant is for.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// The person the grant is for.
    ///
    /// # Panics
    /// When the grant is for no person: a mistake in the code that asked for it.
    pub fn person(&self) -> PersonId {
        self.subject.person.expect("this grant is about a person")
    }

    /// The episode the grant is for.
    ///
    /// # Panics
    /// When the grant is for no episode: a mistake in the code that asked for it.
    pub fn episode(&self) -> EpisodeId {
        self.subject.episode.expect("this grant is about an episode")
    }

    /// The site the grant is for.
    ///
    /// # Panics
    /// When the grant is for no site: a mistake in the code that asked for it.
    pub fn site(&self) -> SiteId {
        self.subject.site.expect("this grant is about a site")
    }

    /// Whether the actor sees only people allocated to their own organisation.
    pub fn only_allocated(&self) -> bool {
        matches!(self.actor.role, Role::LinkWorker | Role::LinkWorkerLead)
    }
}

macro_rules! permits {
    ($($(#[$meta:meta])* $name:ident = $verb:ident $class:ident;)+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;
            impl Permit for $name {
                const VERB: Verb = Verb::$verb;
                const CLASS: Class = Class::$class;
            }
        )+

        /// Every permit there is, by verb and class: the test of the table goes over these.
        pub const PERMITS: &[(Verb, Class)] = &[$((Verb::$verb, Class::$class)),+];
    };
}

permits! {
    /// See who the person is.
    ViewIdentity = View Identity;
    /// Make a person known to the service.
    CreatePerson = Create Identity;
    /// Correct who the person is.
    ChangeIdentity = Change Identity;
    /// Join the person's record with another: asked for each of the two.
    MergePeople = Merge Identity;
    /// Take joined records apart again: asked for each of the two.
    UnmergePeople = Unmerge Identity;
    /// See which records may be of one person.
    ViewDuplicates = View Duplicates;
    /// Say that two records look like one person.
    ProposeDuplicate = Create Duplicates;
    /// Say that two records are of two people, or that one cannot tell.
    DecideDuplicate = Change Duplicates;
    /// See how and where the person may be contacted.
    ViewContactDetails = View ContactDetails;
    /// Correct them.
    ChangeContactDetails = Change ContactDetails;
    /// See that there is an episode and where it stands.
    ViewEpisode = View Episode;
    /// Open an episode.
    OpenEpisode = Create Episode;
    /// Hand over, set the next action, release.
    ChangeEpisode = Change Episode;
    /// Close an episode.
    CloseEpisode = Close Episode;
    /// Read clinical forms.
    ViewClinical = View Clinical;
    /// Fill in clinical forms.
    WriteClinical = Change Clinical;
    /// Sign clinical forms.
    SignClinical = Sign Clinical;
    /// Countersign clinical forms.
    CountersignClinical = Countersign Clinical;
    /// Read what other people said, or what concerns them.
    ViewThirdParty = View ThirdParty;
    /// Read a sealed note.
    ViewSealed = View Sealed;
    /// Say until when what a new starter signs waits for a colleague.
    ChangeSupervision = Change Supervision;
    /// Read needs and plan.
    ViewNeedsPlan = View NeedsPlan;
    /// See the care plan.
    ViewCarePlan = View CarePlan;
    /// Set goals and plan what is done, or say why there is no goal.
    WriteCarePlan = Create CarePlan;
    /// Record what has happened with what is planned.
    RecordProgress = Change CarePlan;
    /// Evaluate a goal.
    EvaluateGoal = Close CarePlan;
    /// See the risk card and alerts.
    ViewRiskCard = View RiskCard;
    /// Raise an alert.
    RaiseAlert = Create RiskCard;
    /// Acknowledge, hand over or resolve an alert.
    ChangeRiskCard = Change RiskCard;
    /// See offence, custody and hearing facts.
    ViewJustice = View Justice;
    /// Record CJ outcomes and custody times.
    ChangeJustice = Change Justice;
    /// Read documents.
    ViewDocument = View Document;
    /// Prepare documents.
    WriteDocument = Create Document;
    /// Sign documents.
    SignDocument = Sign Document;
    /// Release documents.
    ReleaseDocument = Release Document;
    /// See onward referrals.
    ViewReferral = View Referral;
    /// Make onward referrals.
    CreateReferral = Create Referral;
    /// Record what became of a referral.
    ChangeReferral = Change Referral;
    /// See tasks and contacts.
    ViewFollowUp = View FollowUp;
    /// Record contacts and finish tasks.
    ChangeFollowUp = Change FollowUp;
    /// See the consent ledger.
    ViewConsent = View Consent;
    /// Record consent.
    ChangeConsent = Change Consent;
    /// See the disclosure ledger.
    ViewDisclosure = View Disclosure;
    /// Record a disclosure.
    CreateDisclosure = Create Disclosure;
    /// See who looked.
    ViewWhoLooked = View WhoLooked;
    /// Find people.
    SearchPeople = View Search;
    /// Claim access with a reason.
    ClaimAccess = Claim Search;
    /// See a site's lists.
    ViewList = View List;
    /// Bring a list in.
    ImportList = Create List;
    /// Decide about rows.
    ChangeList = Change List;
    /// See an offer to somebody who came and left out of hours.
    ViewOutreach = View Outreach;
    /// Check, make and answer an offer.
    ChangeOutreach = Change Outreach;
    /// Say what becomes of a child's offer.
    DecideForChild = Close Outreach;
    /// See a site's list of advice given.
    ViewConsultation = View Consultation;
    /// Record advice given to a colleague, the police or a court.
    CreateConsultation = Create Consultation;
    /// Correct one's own, by a new version.
    ChangeConsultation = Change Consultation;
    /// Make a file of a person's record, of what one may see.
    ExportRecord = Create Export;
    /// See a site's board.
    ViewBoard = View Board;
    /// Use the directory.
    ViewDirectory = View Directory;
    /// Keep the directory.
    ChangeDirectory = Change Directory;
    /// See exact counts.
    ViewMeasures = View Measures;
    /// See published counts.
    ViewPublished = View Published;
    /// See users and sites.
    ViewUsers = View Users;
    /// Change users and sites.
    ChangeUsers = Change Users;
    /// Read the audit log.
    ViewAuditLog = View AuditLog;
}
