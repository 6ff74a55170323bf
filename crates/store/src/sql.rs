//! One way to run SQL on either database: positional `$1` parameters, typed values, named columns.

use crate::{Error, Result};
use chrono::NaiveDate;
use sqlx::{Postgres, Row as _, Sqlite};
use throughline_domain::time::{Instant, stored};
use uuid::Uuid;

/// A value bound to a parameter. Each kind keeps its type when it is null, as PostgreSQL asks.
#[derive(Debug, Clone)]
pub enum Value {
    /// Text, dates and codes.
    Text(Option<String>),
    /// Whole numbers.
    Int(Option<i64>),
    /// Fractions.
    Real(Option<f64>),
    /// Yes or no.
    Bool(Option<bool>),
    /// Identifiers.
    Uuid(Option<Uuid>),
    /// Instants.
    Time(Option<Instant>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

/// Values in the order of their parameters.
pub type Args = Vec<Value>;

/// Values for the parameters of a statement, in order.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

macro_rules! value_from {
    ($($type:ty => $kind:ident $convert:expr;)+) => { $(
        impl From<$type> for Value { fn from(value: $type) -> Self { Self::$kind(Some($convert(value))) } }
        impl From<Option<$type>> for Value { fn from(value: Option<$type>) -> Self { Self::$kind(value.map($convert)) } }
    )+ };
}

value_from! {
    String => Text |v| v;
    &str => Text str::to_owned;
    &String => Text String::clone;
    NaiveDate => Text |v: NaiveDate| v.to_string();
    i64 => Int |v| v;
    i32 => Int i64::from;
    u32 => Int i64::from;
    f64 => Real |v| v;
    bool => Bool |v| v;
    Uuid => Uuid |v| v;
    Instant => Time stored;
    Vec<u8> => Bytes |v| v;
    &[u8] => Bytes <[u8]>::to_vec;
}

/// What can be read from a column.
pub trait FromColumn: Sized {
    /// Reads the column of this name.
    ///
    /// # Errors
    /// When the column is not there or holds something else.
    fn from_column(row: &Row, column: &str) -> Result<Self>;
}

/// A row of either database.
#[derive(Debug)]
pub enum Row {
    /// Of SQLite.
    Sqlite(sqlx::sqlite::SqliteRow),
    /// Of PostgreSQL.
    Postgres(sqlx::postgres::PgRow),
}

impl Row {
    /// The value of a column.
    ///
    /// # Errors
    /// When the column is not there or holds something else: a defect in the statement.
    pub fn get<T: FromColumn>(&self, column: &str) -> Result<T> {
        T::from_column(self, column)
    }
}

macro_rules! from_column {
    ($($type:ty),+) => { $(
        impl FromColumn for $type {
            fn from_column(row: &Row, column: &str) -> Result<Self> {
                Ok(match row {
                    // SQLite checks values, not declared column types: the declared names are PostgreSQL's.
                    Row::Sqlite(row) => row.try_get_unchecked(column)?,
                    Row::Postgres(row) => row.try_get(column)?,
                })
            }
        }
        impl FromColumn for Option<$type> {
            fn from_column(row: &Row, column: &str) -> Result<Self> {
                Ok(match row {
                    Row::Sqlite(row) => row.try_get_unchecked(column)?,
                    Row::Postgres(row) => row.try_get(column)?,
                })
            }
        }
    )+ };
}

from_column!(String, i64, f64, bool, Uuid, Instant, Vec<u8>);

impl FromColumn for NaiveDate {
    fn from_column(row: &Row, column: &str) -> Result<Self> {
        let text: String = row.get(column)?;
        text.parse().map_err(|_| Error::Corrupt(format!("{column} is not a date")))
    }
}

impl FromColumn for Option<NaiveDate> {
    fn from_column(row: &Row, column: &str) -> Result<Self> {
        let text: Option<String> = row.get(column)?;
        text.filter(|text| !text.is_empty())
            .map(|text| text.parse().map_err(|_| Error::Corrupt(format!("{column} is not a date"))))
            .transpose()
    }
}

macro_rules! ids_in_columns {
    ($($id:ident),+ $(,)?) => { $(
        impl From<throughline_domain::ids::$id> for Value {
            fn from(id: throughline_domain::ids::$id) -> Self { Self::Uuid(Some(id.uuid())) }
        }
        impl From<Option<throughline_domain::ids::$id>> for Value {
            fn from(id: Option<throughline_domain::ids::$id>) -> Self { Self::Uuid(id.map(|id| id.uuid())) }
        }
        impl FromColumn for throughline_domain::ids::$id {
            fn from_column(row: &Row, column: &str) -> Result<Self> { row.get(column).map(Self::new) }
        }
        impl FromColumn for Option<throughline_domain::ids::$id> {
            fn from_column(row: &Row, column: &str) -> Result<Self> {
                let id: Option<Uuid> = row.get(column)?;
                Ok(id.map(throughline_domain::ids::$id::new))
            }
        }
    )+ };
}

ids_in_columns!(
    OrganisationId,
    ServiceId,
    SiteId,
    UserId,
    TokenId,
    PersonId,
    ListId,
    UnreadId,
    EntryId,
    EpisodeId,
    RecordId,
    ConsentId,
    AlertId,
    DocumentId,
    DisclosureId,
    DirectoryId,
    ReferralId,
    TaskId,
    ConsultationId,
    ContactId,
    OutcomeId,
    LegalEventId,
    OutreachId,
    ShiftId,
    DuplicateId,
    MergeId,
    ElsewhereId,
    ClinicId,
    AppointmentId,
    GoalId,
    InterventionId,
);

macro_rules! codes_in_columns {
    ($($code:path),+ $(,)?) => { $(
        impl From<$code> for Value {
            fn from(value: $code) -> Self { Self::Text(Some(value.code().to_owned())) }
        }
        impl FromColumn for $code {
            fn from_column(row: &Row, column: &str) -> Result<Self> {
                let code: String = row.get(column)?;
                <$code>::from_code(&code).ok_or_else(|| Error::Corrupt(format!("{column} holds the unknown code '{code}'")))
            }
        }
        impl FromColumn for Option<$code> {
            fn from_column(row: &Row, column: &str) -> Result<Self> {
                let code: Option<String> = row.get(column)?;
                match code.as_deref() {
                    None | Some("") => Ok(None),
                    Some(code) => <$code>::from_code(code).map(Some)
                        .ok_or_else(|| Error::Corrupt(format!("{column} holds the unknown code '{code}'"))),
                }
            }
        }
    )+ };
}

codes_in_columns!(
    throughline_domain::role::Role,
    throughline_forms::AudienceClass,
    crate::records::ActKind,
    throughline_domain::role::OrganisationKind,
    throughline_domain::place::SiteKind,
    throughline_domain::place::PointOfContact,
    throughline_domain::person::Gender,
    throughline_domain::person::Ethnicity,
    throughline_domain::person::IdentityState,
    throughline_domain::appointment::AppointmentState,
    throughline_domain::appointment::CancelledBy,
    throughline_domain::appointment::CancelReason,
    throughline_domain::appointment::AfterMissed,
    throughline_domain::care::CareAct,
    throughline_domain::care::Doer,
    throughline_domain::care::GoalState,
    throughline_domain::care::InterventionState,
    throughline_domain::care::NoGoalReason,
    throughline_domain::consent::ConsentFor,
    throughline_domain::consent::ConsentState,
    throughline_domain::disclosure::Basis,
    throughline_domain::disclosure::Channel,
    throughline_domain::document::DocumentKind,
    throughline_domain::document::DocumentState,
    throughline_domain::document::RecordState,
    throughline_domain::episode::Urgency,
    throughline_domain::episode::ReferralSource,
    throughline_domain::episode::LegalStatus,
    throughline_domain::episode::ClosureReason,
    throughline_domain::finding::FindingList,
    throughline_domain::finding::FindingStatus,
    throughline_domain::finding::FindingSource,
    throughline_domain::board::BoardAct,
    throughline_domain::board::TakeOverReason,
    throughline_domain::legal::LegalEventKind,
    throughline_domain::legal::DecidedBy,
    throughline_domain::legal::MhaSection,
    throughline_domain::legal::Allocation,
    throughline_domain::list::ListKind,
    throughline_domain::list::ListState,
    throughline_domain::list::LineChange,
    throughline_domain::list::LineBecame,
    throughline_domain::list::EntryState,
    throughline_domain::list::MatchDecision,
    throughline_domain::list::NotSeenReason,
    throughline_domain::merge::DuplicateState,
    throughline_domain::origin::Way,
    throughline_domain::outcome::CjOutcome,
    throughline_domain::outcome::InformationUse,
    throughline_domain::outreach::Obstacle,
    throughline_domain::outreach::OfferChannel,
    throughline_domain::outreach::OutreachState,
    throughline_domain::referral::ReferralState,
    throughline_domain::referral::HelpKind,
    throughline_domain::risk::AlertKind,
    throughline_domain::risk::AlertState,
    throughline_domain::alert::AlertStep,
    throughline_domain::task::TaskKind,
    throughline_domain::task::TaskState,
    throughline_domain::consultation::AskedBy,
    throughline_domain::consultation::Topic,
    throughline_domain::consultation::How,
    throughline_domain::contact::ContactMode,
    throughline_domain::contact::Attendance,
    throughline_policy::Verb,
    throughline_policy::Class,
    throughline_policy::Relationship,
);

/// A connection inside a transaction, of either database.
#[derive(Debug)]
pub enum Conn {
    /// A reader of SQLite.
    SqliteReader(sqlx::pool::PoolConnection<Sqlite>),
    /// A turn on SQLite's writer.
    SqliteWriter(crate::writer::Turn),
    /// A transaction of PostgreSQL.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// Runs one call on whichever connection this is.
macro_rules! on {
    ($conn:expr, $sql:expr, $args:expr, $method:ident) => {{
        #[cfg(debug_assertions)]
        crate::plant::note_statement();
        match $conn {
            Conn::SqliteReader(conn) => {
                sqlx::query_with($sql, sqlite($args)?).$method(&mut **conn).await.map(Row::from_sqlite_result)
            }
            Conn::SqliteWriter(turn) => {
                sqlx::query_with($sql, sqlite($args)?).$method(turn.connection()).await.map(Row::from_sqlite_result)
            }
            Conn::Postgres(tx) => {
                sqlx::query_with($sql, postgres($args)?).$method(&mut **tx).await.map(Row::from_postgres_result)
            }
        }
    }};
}

impl Row {
    fn from_sqlite_result<T: IntoRows<sqlx::sqlite::SqliteRow>>(result: T) -> T::Out {
        result.wrap(Row::Sqlite)
    }
    fn from_postgres_result<T: IntoRows<sqlx::postgres::PgRow>>(result: T) -> T::Out {
        result.wrap(Row::Postgres)
    }
}

/// Wraps what a query gives, whatever its shape.
trait IntoRows<R> {
    type Out;
    fn wrap(self, wrap: fn(R) -> Row) -> Self::Out;
}
impl<R> IntoRows<R> for Vec<R> {
    type Out = Vec<Row>;
    fn wrap(self, wrap: fn(R) -> Row) -> Vec<Row> {
        self.into_iter().map(wrap).collect()
    }
}
impl<R> IntoRows<R> for Option<R> {
    type Out = Option<Row>;
    fn wrap(self, wrap: fn(R) -> Row) -> Option<Row> {
        self.map(wrap)
    }
}

impl Conn {
    /// All rows of a query.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn fetch_all(&mut self, sql: &'static str, args: Args) -> Result<Vec<Row>> {
        Ok(on!(self, sql, args, fetch_all)?)
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn fetch_optional(&mut self, sql: &'static str, args: Args) -> Result<Option<Row>> {
        Ok(on!(self, sql, args, fetch_optional)?)
    }

    /// The only row of a query.
    ///
    /// # Errors
    /// The database's, also when there is no row.
    pub(crate) async fn fetch_one(&mut self, sql: &'static str, args: Args) -> Result<Row> {
        self.fetch_optional(sql, args).await?.ok_or(Error::Database(sqlx::Error::RowNotFound))
    }

    /// Runs a statement and says how many rows it touched.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn execute(&mut self, sql: &'static str, args: Args) -> Result<u64> {
        self.execute_text(sqlx::AssertSqlSafe(sql), args).await
    }

    /// Runs a statement built at run time. For migrations and the few two-armed statements: the
    /// text never holds anything that somebody typed.
    pub(crate) async fn execute_text(&mut self, sql: impl sqlx::SqlSafeStr, args: Args) -> Result<u64> {
        #[cfg(debug_assertions)]
        crate::plant::note_statement();
        Ok(match self {
            Self::SqliteReader(conn) => {
                sqlx::query_with(sql, sqlite(args)?).execute(&mut **conn).await?.rows_affected()
            }
            Self::SqliteWriter(turn) => {
                sqlx::query_with(sql, sqlite(args)?).execute(turn.connection()).await?.rows_affected()
            }
            Self::Postgres(tx) => sqlx::query_with(sql, postgres(args)?).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// All rows of a query built at run time, under the same rule as `execute_text`.
    pub(crate) async fn fetch_text(&mut self, sql: impl sqlx::SqlSafeStr, args: Args) -> Result<Vec<Row>> {
        Ok(on!(self, sql, args, fetch_all)?)
    }

    /// Changes exactly one row whose version the statement checks, or says that it was stale.
    ///
    /// # Errors
    /// [`Error::Stale`] when no row had the version.
    pub(crate) async fn execute_versioned(&mut self, sql: &'static str, args: Args) -> Result<()> {
        match self.execute(sql, args).await? {
            0 => Err(Error::Stale),
            _ => Ok(()),
        }
    }

    /// Whether this is PostgreSQL, for the few statements that need two arms.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// `$1, $2, ... $n` for a list of `n` values that starts at parameter `first`.
pub(crate) fn placeholders(first: usize, n: usize) -> String {
    (first..first + n).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ")
}

fn encoding(error: sqlx::error::BoxDynError) -> Error {
    Error::Database(sqlx::Error::Encode(error))
}

macro_rules! arguments {
    ($name:ident, $arguments:ty) => {
        fn $name(values: Args) -> Result<$arguments> {
            use sqlx::Arguments as _;
            let mut arguments = <$arguments>::default();
            for value in values {
                match value {
                    Value::Text(v) => arguments.add(v),
                    Value::Int(v) => arguments.add(v),
                    Value::Real(v) => arguments.add(v),
                    Value::Bool(v) => arguments.add(v),
                    Value::Uuid(v) => arguments.add(v),
                    Value::Time(v) => arguments.add(v),
                    Value::Bytes(v) => arguments.add(v),
                }
                .map_err(encoding)?;
            }
            Ok(arguments)
        }
    };
}

arguments!(sqlite, sqlx::sqlite::SqliteArguments);
arguments!(postgres, sqlx::postgres::PgArguments);
