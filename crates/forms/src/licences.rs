//! The registry of licences: on what terms each instrument is used, and what of it is shown.

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::definition::{Form, FormKind};

/// On what terms one instrument is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LicenceEntry<'a> {
    /// The instrument's id.
    pub instrument: &'a str,
    /// Its name.
    pub tool: &'a str,
    /// Who holds the rights.
    pub holder: &'a str,
    /// The terms.
    pub terms: &'a str,
    /// Where the terms are written.
    pub evidence: &'a str,
    /// Whether the words of the items are shown; otherwise only a total is entered.
    pub items_shown: bool,
    /// What of the scoring nobody has checked against the manual yet.
    pub to_verify: Option<&'a str>,
}

impl Catalogue {
    /// The licence of every instrument, by id.
    pub fn licences(&self) -> Vec<LicenceEntry<'_>> {
        self.instruments().filter_map(Form::licence_entry).collect()
    }

    /// Every instrument, by id.
    pub fn instruments(&self) -> impl Iterator<Item = &Form> {
        self.all().iter().filter(|form| form.kind == FormKind::Instrument)
    }

    /// The instrument of this id or name, however it is spelt: `audit_c`, `AUDIT-C`, `audit c`.
    pub fn instrument(&self, name: &str) -> Option<&Form> {
        self.instruments().find(|form| spelt(&form.id) == spelt(name))
    }
}

fn spelt(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

impl Form {
    /// The name before the colon of the title: `AUDIT-C` of `AUDIT-C: alcohol, three questions`.
    pub fn short_title(&self) -> &str {
        self.title.split_once(':').map_or(self.title.as_str(), |(name, _)| name)
    }

    fn licence_entry(&self) -> Option<LicenceEntry<'_>> {
        let licence = self.licence.as_ref()?;
        Some(LicenceEntry {
            instrument: &self.id,
            tool: self.short_title(),
            holder: &licence.holder,
            terms: &licence.terms,
            evidence: &licence.source,
            items_shown: licence.items_shown,
            to_verify: self.scoring.as_ref().and_then(|scoring| scoring.to_verify.as_deref()),
        })
    }
}
