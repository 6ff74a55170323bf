//! The systems that lists come from.

use serde_json::Value;

use crate::{FORMATS, ListKind, tables::mapping};

throughline_domain::codes! {
    /// The system that a list comes from. A list says nothing of who is on the list of another system.
    pub enum System {
        /// Common Platform: its lists by way of CaTH, and its hearing events.
        CommonPlatform = "common_platform", "Common Platform";
        /// Libra, as XML or by way of CaTH.
        Libra = "libra", "Libra";
        /// The Crown Court's daily and firm lists.
        Crown = "crown", "Crown Court list";
        /// The Crown Court's warned list: cases that may be called on any day of a period.
        CrownWarned = "crown_warned", "Crown Court warned list";
        /// A table or a print of a court, which does not say where it comes from.
        CourtTable = "court_table", "the court's table";
        /// A list of a custody suite.
        Custody = "custody", "custody list";
        /// What an officer sends of those who come by themselves.
        Voluntary = "voluntary", "voluntary attendance list";
    }
}

impl System {
    /// The system whose lists have the format of this name. A list whose columns nobody has told yet is a
    /// table.
    pub(crate) fn of(format: &str, kind: ListKind) -> Self {
        let known = FORMATS.iter().chain(&mapping::FORMATS).find(|known| known.name == format);
        known.map_or(
            match kind {
                ListKind::Custody => Self::Custody,
                ListKind::Court => Self::CourtTable,
                ListKind::Voluntary => Self::Voluntary,
            },
            |known| known.system,
        )
    }

    /// The system of a court's row that was kept before its system was kept with it, by its key and by the
    /// names of the fields it came with.
    pub(crate) fn of_old(key: &str, verbatim: &Value) -> Self {
        let has = |prefix: &str| {
            verbatim.as_object().is_some_and(|fields| fields.keys().any(|name| name.starts_with(prefix)))
        };
        if key.starts_with("hearing:") || has("courtHouseName") || has("hearing") {
            Self::CommonPlatform
        } else if key.contains("|crown|") {
            Self::Crown
        } else if has("session.") || has("block.") || has("case.") {
            Self::Libra
        } else {
            Self::CourtTable
        }
    }
}
