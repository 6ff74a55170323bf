//! Postcodes, towns, houses and streets.

use super::query::{Memory, Query};
use super::words::Likeness;
use crate::levels::{AddressLevel, PostcodeLevel, TownLevel};
use crate::record::{Prepared, Record, Records};
use crate::tokens::NONE;

pub(super) fn towns(query: &Query, records: &Records, record: &Record, memory: &mut Memory) -> Option<TownLevel> {
    let town = query.town.as_ref().filter(|_| record.town != NONE)?;
    Some(match memory.towns.of(record.town, || town.likeness(records, record.town)) {
        Likeness::Same => TownLevel::Same,
        Likeness::Close | Likeness::Neighbour | Likeness::SoundsAlike | Likeness::Beginning => TownLevel::Alike,
        _ => TownLevel::Different,
    })
}

pub(super) fn postcodes(query: &Prepared, records: &Records, record: &Record) -> Option<PostcodeLevel> {
    let mine = query.postcodes.as_slice();
    let first = *mine.first()?;
    if query.has_present_postcode && record.postcode == Some(first) {
        return Some(PostcodeLevel::Same);
    }
    let present = record.postcode.as_slice();
    let known = if record.has_other_postcodes() { records.postcodes(record) } else { present };
    let other = *known.first()?;
    if mine.iter().any(|code| known.contains(code)) {
        return Some(PostcodeLevel::Earlier);
    }
    if first.area() != other.area() {
        return Some(if first.is_one_slip_from(other) { PostcodeLevel::OneSlip } else { PostcodeLevel::Elsewhere });
    }
    if first.is_one_slip_from(other) {
        return Some(PostcodeLevel::OneSlip);
    }
    Some(if first.sector() == other.sector() {
        PostcodeLevel::Sector
    } else if first.district() == other.district() {
        PostcodeLevel::District
    } else {
        PostcodeLevel::Area
    })
}

pub(super) fn addresses(
    query: &Query,
    records: &Records,
    record: &Record,
    memory: &mut Memory,
) -> Option<AddressLevel> {
    let is_given = !query.prepared.address.house.is_empty() && record.house != NONE;
    let same_house = is_given.then(|| query.is_house_of(record));
    let street = query
        .street
        .as_ref()
        .filter(|_| record.street != NONE)
        .map(|street| memory.streets.of(record.street, || street.likeness(records, record.street)));
    if same_house.is_none() && street.is_none() {
        return None;
    }
    let street_level = |likeness| match likeness {
        Likeness::Same | Likeness::Form => AddressLevel::SameStreet,
        Likeness::Close | Likeness::Neighbour | Likeness::SoundsAlike | Likeness::Beginning => {
            AddressLevel::StreetAlike
        }
        _ => AddressLevel::Different,
    };
    let street = street.map(street_level);
    Some(match (same_house, street) {
        (Some(true), Some(AddressLevel::SameStreet)) => AddressLevel::Same,
        (Some(true), Some(AddressLevel::StreetAlike) | None) => AddressLevel::SameHouse,
        (_, Some(level)) => level,
        (_, None) => AddressLevel::Different,
    })
}
