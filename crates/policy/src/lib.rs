//! Who may do what: one function, deny by default.
//!
//! **What this crate is for.** [`decide`] answers whether an [`Actor`] may do a [`Verb`] to a
//! [`Class`] of a person's record, given the [`Context`]: role, organisation, legitimate
//! relationship and the consent ledger. Everything else in the product asks it, through the
//! store, and gets a [`Grant`]: to hold the value is to have passed the check.
//!
//! **Its words.**
//! - A *class* is a part of the record with its own readers (identity, clinical, risk card...).
//! - A *relationship* is why this user may see this person at all: they are on the list of my
//!   site, they are on my caseload, they were allocated to my organisation, or I claimed access
//!   and gave a reason that somebody will review.
//! - A *permit* is a verb and a class as a type, so that store functions can ask for exactly it.
//!
//! **How to add a rule.** Add or change a row of [`TABLE`](table); add a permit with `permits!`
//! when the pair is new; run the tests and review the change in `tests/snapshots`: the snapshot
//! is every actor against every action and resource, so it shows all that the change lets in.
//!
//! **What it will never do.** Read a database or a clock, know a person, or grant by omission:
//! a pair that no row names is denied.
#![warn(missing_docs)]

mod permit;
mod table;

pub use permit::*;
pub use table::{Needs, Row, TABLE, employer};

use throughline_domain::codes;
use throughline_domain::ids::{EpisodeId, OrganisationId, PersonId, SiteId, UserId};
use throughline_domain::role::{OrganisationKind, Role};

/// Somebody who acts: who they are, in which role, for whom, and where they work today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub user: UserId,
    /// Their name, as it is written into the audit log.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Their employer.
    pub organisation: OrganisationId,
    /// What that organisation is to the service.
    pub organisation_kind: OrganisationKind,
    /// The sites they work at.
    pub sites: Vec<SiteId>,
}

codes! {
    /// What is done.
    pub enum Verb {
        /// Look.
        View = "view", "View";
        /// Make a new one.
        Create = "create", "Create";
        /// Change.
        Change = "change", "Change";
        /// Sign as one's own.
        Sign = "sign", "Sign";
        /// Sign for somebody who cannot sign alone.
        Countersign = "countersign", "Countersign";
        /// Give to somebody outside.
        Release = "release", "Release";
        /// End.
        Close = "close", "Close";
        /// Claim access to somebody with whom there is no relationship yet.
        Claim = "claim", "Claim access";
        /// Join two records of one person.
        Merge = "merge", "Join records";
        /// Take joined records apart again.
        Unmerge = "unmerge", "Undo a joining";
    }
}

codes! {
    /// A part of the record, or of the service, with its own readers.
    pub enum Class {
        /// Name, date of birth, gender, NHS number and other identifiers.
        Identity = "identity", "Identity";
        /// Address, telephone, safe-contact rules, communication needs.
        ContactDetails = "contact_details", "Contact details";
        /// That there is an episode, where it stands, who owns it.
        Episode = "episode", "Episode";
        /// Screening, assessment and other clinical forms.
        Clinical = "clinical", "Clinical record";
        /// What other people said, or what concerns them.
        ThirdParty = "third_party", "About or from other people";
        /// Sealed notes.
        Sealed = "sealed", "Sealed notes";
        /// Needs and plan, without the clinical narrative.
        NeedsPlan = "needs_plan", "Needs and plan";
        /// The care plan: goals in the person's own words, what is done, reviews, evaluation.
        CarePlan = "care_plan", "Care plan";
        /// The four-state risk card and the alerts.
        RiskCard = "risk_card", "Risk card";
        /// Offence, custody and hearing facts.
        Justice = "justice", "Criminal justice facts";
        /// Custody advice and court reports.
        Document = "document", "Documents";
        /// Onward referrals.
        Referral = "referral", "Onward referrals";
        /// Tasks and contacts after release.
        FollowUp = "follow_up", "Follow-up";
        /// The consent ledger.
        Consent = "consent", "Consent ledger";
        /// The disclosure ledger.
        Disclosure = "disclosure", "Disclosure ledger";
        /// Who looked at a person's record.
        WhoLooked = "who_looked", "Who looked";
        /// Finding people by name or identifier.
        Search = "search", "Search";
        /// Pairs of records that may be of one person.
        Duplicates = "duplicates", "Possible duplicates";
        /// A site's custody or court list.
        List = "list", "Lists";
        /// Offers to people who came and left while nobody was there.
        Outreach = "outreach", "Outreach";
        /// Advice given to colleagues, police and courts, as a site's list of it.
        Consultation = "consultation", "Advice to colleagues";
        /// The whole record as a file.
        Export = "export", "The record as a file";
        /// The board of a site.
        Board = "board", "Board";
        /// The directory of services.
        Directory = "directory", "Directory";
        /// Exact counts, for running the service.
        Measures = "measures", "Measures";
        /// Published counts, with small numbers suppressed.
        Published = "published", "Published return";
        /// Whose signatures wait for a colleague's.
        Supervision = "supervision", "Countersigning";
        /// Users, roles, sites.
        Users = "users", "Users and sites";
        /// The audit log.
        AuditLog = "audit_log", "Audit log";
    }
}

codes! {
    /// Why this user may see this person.
    pub enum Relationship {
        /// No reason.
        None = "none", "No relationship";
        /// The person is on a list, or has an open episode, at a site where the user works.
        Site = "site", "On the list of your site";
        /// The user owns or works on an open episode of the person.
        Caseload = "caseload", "On your caseload";
        /// The person's follow-up is allocated to the user's organisation.
        Allocated = "allocated", "Allocated to your organisation";
        /// The user began the very record that is asked for, and has a relationship to the person besides.
        Author = "author", "You wrote it";
        /// The user claimed access with a reason, for a limited time, to be reviewed.
        Claimed = "claimed", "Access you claimed, with a reason";
    }
}

/// What the store knows about this actor and this subject at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The strongest relationship that holds now.
    pub relationship: Relationship,
    /// Whether the subject's site is one where the actor works (lists and boards).
    pub own_site: bool,
    /// Whether the consent ledger permits sharing with the link workers' charity.
    pub link_worker_consent: bool,
}

impl Context {
    /// The context of things that are about no person and no site.
    pub const NONE: Self = Self { relationship: Relationship::None, own_site: false, link_worker_consent: false };
}

/// What an act is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Subject {
    /// The person, where there is one.
    pub person: Option<PersonId>,
    /// The episode, where there is one.
    pub episode: Option<EpisodeId>,
    /// The site, where there is one.
    pub site: Option<SiteId>,
}

impl From<PersonId> for Subject {
    fn from(person: PersonId) -> Self {
        Self { person: Some(person), ..Self::default() }
    }
}

impl From<SiteId> for Subject {
    fn from(site: SiteId) -> Self {
        Self { site: Some(site), ..Self::default() }
    }
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes, because of this relationship.
    Allow(Relationship),
    /// No, and why.
    Deny(Denied),
}

codes! {
    /// Why not.
    pub enum Denied {
        /// No rule lets this role do this.
        Role = "role", "This role may not do this";
        /// The role may, but not without a relationship.
        Relationship = "relationship", "No legitimate relationship with this person";
        /// The role may, with consent, and the ledger does not hold it.
        Consent = "consent", "The person has not agreed to sharing with this organisation";
        /// The site is not one where the user works.
        Site = "site", "Not one of the user's sites";
    }
}

/// Decides whether `actor` may do `verb` to `class` in this context. Denies by default.
pub fn decide(actor: &Actor, verb: Verb, class: Class, context: Context) -> Decision {
    let Some(needs) = table::needs(actor.role, verb, class) else {
        return Decision::Deny(Denied::Role);
    };
    // A role belongs to an employer: a link worker's role held by somebody outside the partner
    // charity, or a clinical role outside the trust, opens nothing.
    if actor.organisation_kind != table::employer(actor.role) {
        return Decision::Deny(Denied::Role);
    }
    match needs.refused(verb, context) {
        Some(denied) => Decision::Deny(denied),
        None => Decision::Allow(context.relationship),
    }
}

/// Decides, and gives the proof that store functions ask for.
///
/// # Errors
/// Why the act is denied.
pub fn grant<P: Permit>(actor: &Actor, subject: Subject, context: Context) -> Result<Grant<P>, Denied> {
    match decide(actor, P::VERB, P::CLASS, context) {
        Decision::Allow(relationship) => Ok(Grant::new(actor.clone(), subject, relationship)),
        Decision::Deny(denied) => Err(denied),
    }
}
