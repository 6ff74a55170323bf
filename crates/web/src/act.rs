//! A change: done once, committed, and then answered by going on to a page.

use crate::{Answer, Fields, Problem};
use axum::response::{IntoResponse, Redirect};
use std::ops::{Deref, DerefMut};
use throughline_domain::ids::UserId;
use throughline_store::Tx;
use throughline_store::idempotency::{self, Claim};

/// A change in the making. It is a transaction; [`Act::done`] commits it and goes on to a page.
#[derive(Debug)]
pub struct Act {
    tx: Tx,
    key: Option<String>,
}

impl Act {
    pub(crate) async fn begin(mut tx: Tx, user: UserId, fields: &Fields) -> Result<Self, Problem> {
        let Some(key) = fields.key() else { return Ok(Self { tx, key: None }) };
        match idempotency::claim(&mut tx, user, key).await? {
            Claim::New => Ok(Self { tx, key: Some(key.to_owned()) }),
            Claim::Done(location) => Err(Problem::DoneBefore(location)),
        }
    }

    /// Commits, and goes on to the page at `location`.
    ///
    /// # Errors
    /// When it could not be made durable: then nothing was saved.
    pub async fn done(mut self, location: &str) -> Answer {
        if let Some(key) = &self.key {
            idempotency::done(&mut self.tx, key, location).await?;
        }
        self.tx.commit().await?;
        Ok(Redirect::to(location).into_response())
    }

    /// Commits without going anywhere, for saves that a script makes.
    ///
    /// # Errors
    /// When it could not be made durable: then nothing was saved.
    pub async fn saved(self) -> Result<(), Problem> {
        Ok(self.tx.commit().await?)
    }
}

impl Deref for Act {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for Act {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}
