//! The table: for each class and verb, which roles, and what else must hold.

use crate::{Class, Context, Denied, Relationship, Verb};
use throughline_domain::role::{OrganisationKind, Role};

/// What must hold besides the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the class is about no single person.
    Nothing,
    /// The site is one of the actor's own.
    OwnSite,
    /// A relationship of care: my site's list, my caseload, or claimed access (to look only).
    Care,
    /// Any relationship, claimed access too: to take on somebody who is on no list, the reason is
    /// given first and reviewed afterwards.
    AnyRelationship,
    /// The person is on my own caseload.
    Caseload,
    /// My caseload, or claimed access with a reason (to look only).
    Justified,
    /// Allocated to my organisation, and the person agreed to sharing with it.
    AllocatedWithConsent,
    /// A record I began myself.
    Author,
    /// A record I began myself, or a person of my site's list or my caseload; never by claimed access.
    AuthorOrTeam,
    /// Given to me by name: an offer to somebody whom nobody of the service has met yet.
    Assigned,
}

impl Needs {
    /// Why the need is not met in this context, if it is not.
    pub fn refused(self, verb: Verb, context: Context) -> Option<Denied> {
        let claimed = context.relationship == Relationship::Claimed && verb == Verb::View;
        let caseload = context.relationship == Relationship::Caseload;
        match self {
            Self::Nothing => None,
            Self::OwnSite => (!context.own_site).then_some(Denied::Site),
            Self::Care => {
                let site = context.relationship == Relationship::Site;
                (!(site || caseload || claimed)).then_some(Denied::Relationship)
            }
            Self::AnyRelationship => {
                let any =
                    matches!(context.relationship, Relationship::Site | Relationship::Caseload | Relationship::Claimed);
                (!any).then_some(Denied::Relationship)
            }
            Self::Caseload => (!caseload).then_some(Denied::Relationship),
            Self::Justified => (!(caseload || claimed)).then_some(Denied::Relationship),
            Self::AllocatedWithConsent if context.relationship != Relationship::Allocated => Some(Denied::Relationship),
            Self::AllocatedWithConsent => (!context.link_worker_consent).then_some(Denied::Consent),
            Self::Author => (context.relationship != Relationship::Author).then_some(Denied::Relationship),
            Self::AuthorOrTeam => {
                let team =
                    matches!(context.relationship, Relationship::Author | Relationship::Site | Relationship::Caseload);
                (!team).then_some(Denied::Relationship)
            }
            Self::Assigned => (context.relationship != Relationship::Allocated).then_some(Denied::Relationship),
        }
    }
}

/// One row: these roles may do this verb to this class when this holds.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The class.
    pub class: Class,
    /// The verbs.
    pub verbs: &'static [Verb],
    /// The roles.
    pub roles: &'static [Role],
    /// What must hold.
    pub needs: Needs,
}

const PRACTITIONERS: &[Role] = &[Role::Practitioner, Role::TeamLeader, Role::Bank];
const AUTHORS: &[Role] = &[Role::Practitioner, Role::Bank, Role::Student];
const LEADERS: &[Role] = &[Role::TeamLeader];
const STUDENT: &[Role] = &[Role::Student];
const ADMINISTRATOR: &[Role] = &[Role::Administrator];
const MANAGER: &[Role] = &[Role::Manager];
const LINK_WORKERS: &[Role] = &[Role::LinkWorker, Role::LinkWorkerLead];
const GOVERNANCE: &[Role] = &[Role::InformationGovernance];

use Class::{
    AuditLog, Board, CarePlan, Clinical, Consent, Consultation, ContactDetails, Directory, Disclosure, Document,
    Duplicates, Episode, Export, FollowUp, Identity, Justice, List, Measures, NeedsPlan, Outreach, Published, Referral,
    RiskCard, Sealed, Search, Supervision, ThirdParty, Users, WhoLooked,
};
use Verb::{Change, Claim, Close, Countersign, Create, Merge, Release, Sign, Unmerge, View};

macro_rules! rows {
    ($($roles:ident $needs:ident { $($class:ident: $($verb:ident)+;)+ })+) => {
        &[$($(Row { class: $class, verbs: &[$($verb),+], roles: $roles, needs: Needs::$needs }),+),+]
    };
}

/// Every rule. Roles and rows follow the service's need-to-know table (Caldicott principle 4).
pub const TABLE: &[Row] = rows! {
    PRACTITIONERS Care {
        Identity: View Change;
        ContactDetails: View Change;
        Episode: View Change Close;
        Clinical: View Change Sign;
        ThirdParty: View;
        NeedsPlan: View;
        CarePlan: View Create Change Close;
        RiskCard: View Create Change;
        Justice: View Change;
        Document: View Create Sign Release;
        Referral: View Create Change;
        FollowUp: View Change;
        Consent: View Change;
        Disclosure: View Create;
    }
    PRACTITIONERS AnyRelationship {
        Episode: Create;
    }
    PRACTITIONERS Nothing {
        Identity: Create;
        Search: View Claim;
        Duplicates: View Create;
        Directory: View;
        Measures: View;
    }
    PRACTITIONERS OwnSite {
        List: View Create Change;
        Board: View;
        Outreach: View Change;
        Consultation: View Create Change;
    }
    // A sealed note is its author's, and the team leaders' of the care team, who answer for its being sealed.
    AUTHORS Author {
        Sealed: View;
    }
    LEADERS AuthorOrTeam {
        Sealed: View;
    }
    // A student writes down what others say in the forms they begin, and reads nobody else's.
    STUDENT Author {
        ThirdParty: View;
    }
    // What becomes of a child's offer is the youth lead's to say: until there is such a role, a team leader's.
    LEADERS OwnSite {
        Outreach: Close;
    }
    LEADERS Care {
        Clinical: Countersign;
        WhoLooked: View;
        Export: Create;
    }
    // A duplicate has by its nature one record where nobody of the team has a relationship: at another
    // site, or taken over from the hospital's index. Whoever joins sees what a search shows.
    LEADERS Nothing {
        Identity: Merge Unmerge;
        Duplicates: Change;
        Directory: Change;
        Published: View;
        Supervision: Change;
    }
    STUDENT Caseload {
        Identity: View;
        ContactDetails: View;
        Episode: View;
        Clinical: View Change Sign;
        NeedsPlan: View;
        CarePlan: View;
        RiskCard: View Create;
        Justice: View;
        Document: View Create;
        Referral: View;
        FollowUp: View Change;
        Consent: View;
        Disclosure: View;
    }
    STUDENT OwnSite {
        List: View;
        Board: View;
    }
    STUDENT Nothing {
        Directory: View;
    }
    ADMINISTRATOR Care {
        Identity: View Change;
        ContactDetails: View Change;
        Episode: View;
        NeedsPlan: View;
        RiskCard: View Create;
        Referral: View Change;
        FollowUp: View Change;
        Consent: View;
        Disclosure: View;
    }
    ADMINISTRATOR OwnSite {
        List: View Create;
        Board: View;
    }
    ADMINISTRATOR Nothing {
        Identity: Create Merge Unmerge;
        Search: View;
        Duplicates: View Create Change;
        Directory: View Change;
        Supervision: Change;
    }
    MANAGER Justified {
        Identity: View;
        ContactDetails: View;
        Episode: View;
        Clinical: View;
        NeedsPlan: View;
        CarePlan: View;
        RiskCard: View;
        Justice: View;
        Document: View;
        Referral: View;
        FollowUp: View;
        Consent: View;
        Disclosure: View;
        WhoLooked: View;
    }
    MANAGER OwnSite {
        Board: View;
        List: View;
    }
    MANAGER Nothing {
        Search: View Claim;
        Directory: View Change;
        Measures: View;
        Published: View;
        Users: View;
    }
    LINK_WORKERS AllocatedWithConsent {
        Identity: View;
        ContactDetails: View Change;
        Episode: View;
        NeedsPlan: View;
        CarePlan: View Change;
        RiskCard: View Create Change;
        Referral: View Change;
        FollowUp: View Change;
        Consent: View;
    }
    LINK_WORKERS Assigned {
        Outreach: View Change;
    }
    LINK_WORKERS Nothing {
        Search: View;
        Directory: View;
    }
    GOVERNANCE Justified {
        Identity: View;
        Episode: View;
        Disclosure: View;
        Consent: View;
    }
    // The file holds only what its maker may see: who the person is, their episodes and both ledgers.
    GOVERNANCE Nothing {
        Export: Create;
        WhoLooked: View;
        AuditLog: View;
        Search: View Claim;
        Published: View;
        Users: View;
    }
    ANALYST Nothing {
        Measures: View;
        Published: View;
    }
    COMMISSIONER Nothing {
        Published: View;
    }
    SAFETY Nothing {
        Measures: View;
        Published: View;
    }
    SYSTEM Nothing {
        Users: View Change;
        Supervision: Change;
    }
};

const ANALYST: &[Role] = &[Role::Analyst];
const COMMISSIONER: &[Role] = &[Role::Commissioner];
const SAFETY: &[Role] = &[Role::SafetyOfficer];
const SYSTEM: &[Role] = &[Role::SystemAdministrator];

/// What a role needs for a verb on a class; `None` when no row lets it.
pub fn needs(role: Role, verb: Verb, class: Class) -> Option<Needs> {
    TABLE
        .iter()
        .find(|row| row.class == class && row.verbs.contains(&verb) && row.roles.contains(&role))
        .map(|row| row.needs)
}

/// Which kind of organisation employs people of this role.
pub fn employer(role: Role) -> OrganisationKind {
    match role {
        Role::LinkWorker | Role::LinkWorkerLead => OrganisationKind::Partner,
        Role::Commissioner => OrganisationKind::Commissioner,
        _ => OrganisationKind::Trust,
    }
}
