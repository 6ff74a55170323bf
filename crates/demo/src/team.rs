//! Who works in the invented service, and what all acts share.

use crate::staff;
use anyhow::Context;
use std::collections::BTreeMap;
use throughline_domain::ids::{DirectoryId, OrganisationId};
use throughline_domain::place::SiteKind;
use throughline_domain::referral::HelpKind;
use throughline_domain::role::OrganisationKind;
use throughline_domain::time::Instant;
use throughline_policy::Actor;
use throughline_store::organisations::{self, Site};
use throughline_store::{Cause, Store, Tx, users};

/// What all acts of the invented service share.
#[derive(Debug)]
pub struct Team {
    /// The database.
    pub store: Store,
    /// The seed.
    pub seed: u64,
    /// The moment at which the demo is opened: nothing is later.
    pub now: Instant,
    /// The sites.
    pub sites: Vec<Site>,
    /// The trust.
    pub trust: OrganisationId,
    /// The charity.
    pub partner: OrganisationId,
    /// A service of the directory for each kind of help.
    pub directory: BTreeMap<&'static str, DirectoryId>,
    actors: BTreeMap<&'static str, Actor>,
}

impl Team {
    /// Gathers who and what is there.
    ///
    /// # Errors
    /// The store's, and when the demo's accounts were not made.
    pub async fn gather(store: &Store, seed: u64, now: Instant) -> anyhow::Result<Self> {
        let mut read = store.read().await?;
        let all = organisations::all(&mut read).await?;
        let of = |kind| {
            all.iter().find(|one| one.kind == kind).map(|one| one.id).context("the demo's organisations are made first")
        };
        let (trust, partner) = (of(OrganisationKind::Trust)?, of(OrganisationKind::Partner)?);
        let mut actors = BTreeMap::new();
        for account in staff::accounts() {
            let user = users::by_id(&mut read, account.id).await?.context("the demo's accounts are made first")?;
            actors.insert(account.name, user.actor());
        }
        let sites = organisations::sites(&mut read).await?;
        Ok(Self { store: store.clone(), seed, now, sites, trust, partner, directory: BTreeMap::new(), actors })
    }

    /// One of the team.
    ///
    /// # Panics
    /// When nobody has this name: a mistake in the demo.
    pub fn actor(&self, name: &str) -> &Actor {
        self.actors.get(name).expect("the demo names its own staff")
    }

    /// An act of somebody at a past moment.
    ///
    /// # Errors
    /// The store's.
    pub async fn act(&self, who: &Actor, at: Instant) -> throughline_store::Result<Tx> {
        self.store.begin(Cause { actor: Some(who.clone()), at, request: "demo".into() }).await
    }

    /// The sites of a kind.
    pub fn sites_of(&self, kind: SiteKind) -> Vec<&Site> {
        self.sites.iter().filter(|site| site.kind == kind).collect()
    }

    /// The service of the directory for a kind of help.
    pub fn help(&self, kind: HelpKind) -> Option<DirectoryId> {
        self.directory.get(kind.code()).copied()
    }
}
