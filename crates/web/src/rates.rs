//! How often one address or one user may do what can be misused.

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::time::Duration;

/// Times a minute.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// Tries to sign in or unlock, per address.
    pub sign_in: u32,
    /// Searches, per user: enough for work, too few to copy the index.
    pub search: u32,
    /// Uploads, per user.
    pub upload: u32,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { sign_in: 30, search: 60, upload: 20 }
    }
}

/// The limiters.
#[derive(Debug)]
pub(crate) struct Rates {
    pub(crate) sign_in: DefaultKeyedRateLimiter<String>,
    pub(crate) search: DefaultKeyedRateLimiter<String>,
    pub(crate) upload: DefaultKeyedRateLimiter<String>,
}

impl Rates {
    pub(crate) fn new(allowance: &Allowance) -> Self {
        let limiter =
            |times: u32| RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN)));
        Self {
            sign_in: limiter(allowance.sign_in),
            search: limiter(allowance.search),
            upload: limiter(allowance.upload),
        }
    }
}

impl crate::App {
    /// Takes one of a user's searches of this minute.
    ///
    /// # Errors
    /// [`crate::Problem::TooMany`] when none is left.
    pub fn take_search(&self, user: throughline_domain::ids::UserId) -> Result<(), crate::Problem> {
        self.rates.search.check_key(&user.to_string()).map_err(|_| crate::Problem::TooMany)
    }

    /// Takes one of a user's uploads of this minute.
    ///
    /// # Errors
    /// [`crate::Problem::TooMany`] when none is left.
    pub fn take_upload(&self, user: throughline_domain::ids::UserId) -> Result<(), crate::Problem> {
        self.rates.upload.check_key(&user.to_string()).map_err(|_| crate::Problem::TooMany)
    }

    /// Takes one of a token's uploads of this minute.
    ///
    /// # Errors
    /// How long to wait when none is left.
    pub(crate) fn take_upload_of(&self, token: throughline_domain::ids::TokenId) -> Result<(), Duration> {
        let allowed = self.rates.upload.check_key(&token.to_string());
        allowed.map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }

    /// Takes one of an address's tries to sign in of this minute.
    ///
    /// # Errors
    /// [`crate::Problem::TooMany`] when none is left.
    pub fn take_sign_in(&self, address: &str) -> Result<(), crate::Problem> {
        self.rates.sign_in.check_key(&address.to_owned()).map_err(|_| crate::Problem::TooMany)
    }
}
