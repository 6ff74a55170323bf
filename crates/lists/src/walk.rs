//! The walk through a JSON document: every row counted before it is decided what it is.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use serde_json::Value;

use crate::{
    Entry, ListNotice, MAX_BYTES, MAX_ROWS, Position, ReadError, Reading, RejectReason, RejectedRow, SetAside,
    SetAsideReason, fields::items,
};

/// The most that the words around the parties may add up to once they stand with each party.
pub(crate) const MOST_CONTEXT: usize = 4 * MAX_BYTES;

/// A reading on its way.
pub(crate) struct Walk {
    pub(crate) reading: Reading,
    /// London days on which the court sits.
    pub(crate) days: BTreeSet<NaiveDate>,
    sites: HashSet<String>,
    /// How many bytes the words around the parties add up to so far.
    context_bytes: usize,
}

impl Walk {
    pub(crate) fn new(reading: Reading) -> Self {
        Self { reading, days: BTreeSet::new(), sites: HashSet::new(), context_bytes: 0 }
    }

    /// The objects of a field, each with its path; what is something else there is rejected.
    /// `inherited` is how many bytes stand with each of them.
    pub(crate) fn below<'a>(
        &mut self,
        path: &str,
        inherited: usize,
        name: &str,
        value: Option<&'a Value>,
    ) -> Result<Vec<(String, &'a Value)>, ReadError> {
        let mut found = self.each(path, inherited, name, value)?;
        for (path, item) in found.extract_if(.., |(_, item)| !item.is_object()) {
            let position = self.next(&path)?;
            self.reject(position, item);
        }
        Ok(found)
    }

    /// Everything that a field holds, each with its path, whatever it is.
    pub(crate) fn each<'a>(
        &mut self,
        path: &str,
        inherited: usize,
        name: &str,
        value: Option<&'a Value>,
    ) -> Result<Vec<(String, &'a Value)>, ReadError> {
        let whole = value.map(items).unwrap_or_default();
        let is_list = value.is_some_and(Value::is_array);
        self.spend(inherited, whole.len())?;
        let dot = if path.is_empty() { "" } else { "." };
        let step = |index| if is_list { format!("{name}[{index}]") } else { name.to_owned() };
        let with_path = |(index, item)| (format!("{path}{dot}{}", step(index)), item);
        Ok(whole.iter().enumerate().map(with_path).collect())
    }

    /// Counts a row that should be an object; when it is not, it is rejected.
    pub(crate) fn row(&mut self, path: &str, row: &Value) -> Result<Option<Position>, ReadError> {
        let position = self.next(path)?;
        if row.is_object() {
            return Ok(Some(position));
        }
        self.reject(position, row);
        Ok(None)
    }

    /// Counts words that are about to stand with each of `times` things.
    pub(crate) fn spend(&mut self, bytes: usize, times: usize) -> Result<(), ReadError> {
        self.context_bytes = self.context_bytes.saturating_add(bytes.saturating_mul(times));
        if self.context_bytes > MOST_CONTEXT { Err(ReadError::TooLarge) } else { Ok(()) }
    }

    /// Counts one row, whatever it will turn out to be.
    pub(crate) fn next(&mut self, path: &str) -> Result<Position, ReadError> {
        if self.reading.rows_in == MAX_ROWS {
            return Err(ReadError::TooManyRows);
        }
        self.reading.rows_in += 1;
        Ok(Position::Path { path: path.to_owned(), ordinal: self.reading.rows_in })
    }

    pub(crate) fn reject(&mut self, row: Position, verbatim: &Value) {
        let reason = RejectReason::WrongShape;
        self.reading.rejected.push(RejectedRow { row, verbatim: verbatim.clone(), reason, understood: None });
    }

    pub(crate) fn set_aside(&mut self, row: Position, name: String, urn: Option<String>, reason: SetAsideReason) {
        self.reading.set_aside.push(SetAside { row, name, urn, reason });
    }

    pub(crate) fn keep(&mut self, entry: Entry) {
        self.reading.entries.push(entry);
    }

    /// A court house that the document names.
    pub(crate) fn site(&mut self, site: Option<&String>) {
        if let Some(site) = site
            && self.sites.insert(site.clone())
        {
            self.reading.sites.push(site.clone());
        }
    }

    /// The reading, titled `what` with its courts. The day is the first on which the court sits,
    /// unless the document printed one.
    pub(crate) fn finish(mut self, what: &str) -> Reading {
        let sites = self.reading.sites.join(" and ");
        let at = if sites.is_empty() { String::new() } else { format!(" for {sites}") };
        self.reading.title = format!("{what}{at}");
        self.reading.list_date = self.reading.list_date.or(self.days.first().copied());
        if self.days.len() > 1 {
            self.reading.notices.push(ListNotice::SeveralDays(self.days.len()));
        }
        self.reading
    }
}
