//! Typed identifiers: a person's id cannot be passed for an episode's.
//!
//! The values are UUIDv7, made by the caller (this crate has no clock and no randomness).

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that names one of these.
            pub const fn new(id: Uuid) -> Self { Self(id) }
            /// The UUID itself, for storage.
            pub const fn uuid(self) -> Uuid { self.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }
    )+ };
}

ids! {
    /// An organisation: the trust, the charity partner, a police force, a court service.
    OrganisationId,
    /// A commissioned service run by an organisation.
    ServiceId,
    /// A custody suite or a court house.
    SiteId,
    /// Somebody who signs in.
    UserId,
    /// What a program shows to hand in lists.
    TokenId,
    /// Somebody the service has met or been told of.
    PersonId,
    /// One list as received.
    ListId,
    /// One file that came in by itself and could not be read.
    UnreadId,
    /// One line of work on a site's list.
    EntryId,
    /// One arrest, voluntary attendance or court matter of one person.
    EpisodeId,
    /// One filled-in form.
    RecordId,
    /// One line of the consent ledger.
    ConsentId,
    /// One alert on a person.
    AlertId,
    /// One document made from the record.
    DocumentId,
    /// One act of telling somebody outside something.
    DisclosureId,
    /// One service in the directory.
    DirectoryId,
    /// One request for help from a service in the directory.
    ReferralId,
    /// Something owed, with owner and date.
    TaskId,
    /// One piece of advice given to a colleague, the police or a court.
    ConsultationId,
    /// One contact with, or about, a person.
    ContactId,
    /// One decision of police or court.
    OutcomeId,
    /// One event that changes on which legal basis somebody is held, or that moves a legal clock.
    LegalEventId,
    /// One offer to somebody who came and left out of hours.
    OutreachId,
    /// One period of presence at a site.
    ShiftId,
    /// Two records that may be of one person.
    DuplicateId,
    /// One joining of two records.
    MergeId,
    /// One stretch of a day in which people come by appointment.
    ClinicId,
    /// One appointment in a clinic.
    AppointmentId,
    /// One person as another register knows them: a hospital's patient index.
    ElsewhereId,
    /// One goal of a care plan.
    GoalId,
    /// One thing that is done for a goal.
    InterventionId,
}
