//! Postcodes: people move, and families share them.

use throughline_domain::codes;

use super::level;
use crate::prepared::Prepared;

codes! {
    /// How postcodes compare.
    pub enum PostcodeLevel {
        /// The present postcodes are the same.
        Same = "same", "Same postcode";
        /// A postcode is the same as an earlier one.
        Earlier = "earlier", "Same as an earlier postcode";
        /// The same up to the first figure after the space.
        Sector = "sector", "Neighbouring postcode";
        /// The same before the space.
        District = "district", "Same postcode district";
        /// Nothing in common.
        Different = "different", "Different postcode";
    }
}
level!(PostcodeLevel: agree Same; disagree Different);

/// The best agreement of any two postcodes. `None` when either has none that names a place:
/// somebody of no fixed abode lives nowhere else.
pub(crate) fn postcodes(query: &Prepared, known: &Prepared) -> Option<PostcodeLevel> {
    let (a, b) = (&query.postcodes, &known.postcodes);
    let (first, other) = (a.first()?, b.first()?);
    let any = |alike: fn(&crate::prepared::Postcode, &crate::prepared::Postcode) -> bool| {
        a.iter().any(|x| b.iter().any(|y| alike(x, y)))
    };
    Some(if first == other {
        PostcodeLevel::Same
    } else if any(|x, y| x == y) {
        PostcodeLevel::Earlier
    } else if any(|x, y| x.sector() == y.sector()) {
        PostcodeLevel::Sector
    } else if any(|x, y| x.district() == y.district()) {
        PostcodeLevel::District
    } else {
        PostcodeLevel::Different
    })
}
