//! How an instrument is scored.

use toml::Spanned;

use super::Check;
use super::written::{RawMissing, RawScoring};
use crate::definition::{Band, Form, MissingRule, ReliableChange, Scoring};

impl Check<'_> {
    pub(super) fn scoring(&mut self, raw: RawScoring, form: &Form) -> Scoring {
        let at = raw.missing.span().start;
        let missing = match (raw.missing.into_inner(), raw.missing_max) {
            (RawMissing::Refuse, None) => MissingRule::Refuse,
            (RawMissing::Prorate, Some(max)) => MissingRule::Prorate { max },
            (RawMissing::Prorate, None) => {
                self.wrong(at, "prorating needs missing_max: the most items that may be missing");
                MissingRule::Refuse
            }
            (RawMissing::Refuse, Some(_)) => {
                self.wrong(at, "missing_max has no meaning when missing items are refused");
                MissingRule::Refuse
            }
        };
        self.bands(&raw.bands, form, at);
        Scoring {
            bands: raw.bands.into_iter().map(Spanned::into_inner).collect(),
            missing,
            document: self.documents(&raw.document),
            source: raw.source,
            reliable_change: raw.reliable_change.map(|change| self.reliable_change(change)),
        }
    }

    fn reliable_change(&mut self, change: Spanned<ReliableChange>) -> ReliableChange {
        if change.get_ref().points < 1 {
            self.wrong(change.span().start, "a reliable change is at least 1 point");
        }
        change.into_inner()
    }

    /// The bands cover every possible total exactly once, in order.
    pub(super) fn bands(&mut self, bands: &[Spanned<Band>], form: &Form, at: usize) {
        if form.items().next().is_none() {
            self.wrong(at, "there is scoring, but no question whose options have scores");
            return;
        }
        let (lowest, highest) = crate::score::range(form);
        let mut next = lowest;
        for band in bands {
            let Band { from, to, label } = band.get_ref();
            if *from != next || to < from {
                let reason = format!("the band '{label}' is {from} to {to}, but the next total to name is {next}");
                self.wrong(band.span().start, reason);
                return;
            }
            next = to + 1;
        }
        if next != highest + 1 {
            let reason = format!("the bands end at {}, but totals go from {lowest} to {highest}", next - 1);
            self.wrong(at, reason);
        }
    }
}
