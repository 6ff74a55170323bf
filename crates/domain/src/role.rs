//! Who works here: the roles of the service and the organisations they belong to.

codes! {
    /// What an organisation is to the service.
    pub enum OrganisationKind {
        /// The NHS trust that holds the contract and the record.
        Trust = "trust", "NHS trust";
        /// The charity whose community link workers take over after release.
        Partner = "partner", "Partner charity";
        /// A police force: receives documents, never signs in.
        Police = "police", "Police";
        /// A court: receives documents, never signs in.
        Court = "court", "Court";
        /// The commissioner: sees published numbers only.
        Commissioner = "commissioner", "Commissioner";
    }
}

codes! {
    /// The roles of people who sign in. What each may do is decided in `throughline-policy`.
    pub enum Role {
        /// Registered practitioner in custody or court.
        Practitioner = "practitioner", "L&D practitioner";
        /// Leads a shift and a team; countersigns.
        TeamLeader = "team_leader", "Team leader";
        /// Runs the service; reads a record with a reason.
        Manager = "manager", "Operational manager";
        /// Books, files and sends; no assessment narrative.
        Administrator = "administrator", "Administrator";
        /// Community link worker of the partner charity.
        LinkWorker = "link_worker", "Community link worker";
        /// Leads the link workers of the partner charity.
        LinkWorkerLead = "link_worker_lead", "Link worker lead";
        /// On placement: works under supervision, cannot sign alone.
        Student = "student", "Student on placement";
        /// Bank or agency practitioner: one site, for a limited time.
        Bank = "bank", "Bank or agency practitioner";
        /// Works with numbers without names.
        Analyst = "analyst", "Performance analyst";
        /// Judges the contract by published numbers.
        Commissioner = "commissioner", "Commissioner";
        /// Privacy officer, Caldicott Guardian's delegate: audit, overrides, disclosures.
        InformationGovernance = "information_governance", "Information governance lead";
        /// Clinical safety officer or auditor: reads without names.
        SafetyOfficer = "safety_officer", "Clinical safety officer";
        /// Runs the system: users, sites, backups; nothing clinical.
        SystemAdministrator = "system_administrator", "System administrator";
    }
}

impl Role {
    /// Whether entries of this role need a registered colleague's countersignature.
    pub fn needs_countersignature(self) -> bool {
        self == Self::Student
    }

    /// Whether the role is clinical: may assess, advise and sign for the NHS service.
    pub fn is_clinical(self) -> bool {
        matches!(self, Self::Practitioner | Self::TeamLeader | Self::Student | Self::Bank)
    }
}
