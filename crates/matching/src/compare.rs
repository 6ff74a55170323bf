//! The comparison of a query with a known person: a [`Pattern`] of levels.
//!
//! Pure functions of two values to a level. Levels are tried from the strongest agreement to plain
//! difference; the first that applies is the answer.

mod dates;
mod names;
mod places;
mod query;
mod words;

pub(crate) use query::{Memory, Query};

use crate::levels::{
    AddressLevel, Comparison, DateOfBirthLevel, NumberLevel, PostcodeLevel, SexLevel, TownLevel, place_context,
};
use crate::packed::{Number, NumberKind};
use crate::parameters::Parameters;
use crate::pattern::Pattern;
use crate::record::{Record, Records};
use crate::score::{Commonness, sum};

/// Compares a query with a known person. `None` when they cannot come to the bits that are needed, as
/// most candidates cannot.
pub(crate) fn compare(
    parameters: &Parameters,
    query: &Query,
    records: &Records,
    record: &Record,
    common: &Commonness,
    needed_bits: f64,
    memory: &mut Memory,
) -> Option<Pattern> {
    let mut pattern = Pattern::empty();
    let date = dates::level(&query.prepared, record.born);
    pattern.set(Comparison::DateOfBirth, 0, date.map(DateOfBirthLevel::row));
    let sex =
        query.prepared.sex.zip(record.sex).map(|(a, b)| if a == b { SexLevel::Same } else { SexLevel::Different });
    pattern.set(Comparison::Sex, 0, sex.map(SexLevel::row));
    let postcode = places::postcodes(&query.prepared, records, record);
    let place = place_context(postcode);
    pattern.set(Comparison::Postcode, 0, postcode.map(PostcodeLevel::row));
    pattern.set(Comparison::Town, place, places::towns(query, records, record, memory).map(TownLevel::row));
    for number in &query.prepared.numbers {
        let level = numbers(*number, records.numbers(record));
        let comparison = match number.kind() {
            NumberKind::Nhs => Comparison::NhsNumber,
            NumberKind::Pnc => Comparison::Pnc,
            NumberKind::Cro => Comparison::Cro,
            NumberKind::Local => Comparison::LocalId,
        };
        pattern.set(comparison, 0, level.map(NumberLevel::row));
    }
    if let Some(levels) = names::best(parameters, query, records, record, memory) {
        levels.put(&mut pattern);
    }
    // Streets come last: they are looked up for few, who can reach what is needed with them.
    let least_bits = needed_bits - ROUNDED_BITS;
    let most_address_bits = query.most_address_bits[place][usize::from(query.is_house_of(record))];
    let bits = sum(BEFORE_STREETS, parameters, records, &pattern, common);
    if bits + most_address_bits < least_bits {
        return None;
    }
    let address = places::addresses(query, records, record, memory);
    pattern.set(Comparison::Address, place, address.map(AddressLevel::row));
    let bits = bits + sum(&[Comparison::Address], parameters, records, &pattern, common);
    (bits >= least_bits).then_some(pattern)
}

/// What two sums of the same bits in different orders may differ by.
const ROUNDED_BITS: f64 = 0.001;

/// What is compared of every candidate.
const BEFORE_STREETS: &[Comparison] = &[
    Comparison::Surname,
    Comparison::Forename,
    Comparison::MiddleNames,
    Comparison::Arrangement,
    Comparison::DateOfBirth,
    Comparison::Sex,
    Comparison::Postcode,
    Comparison::Town,
    Comparison::NhsNumber,
    Comparison::Pnc,
    Comparison::Cro,
    Comparison::LocalId,
];

fn numbers(mine: Number, known: &[Number]) -> Option<NumberLevel> {
    let of_kind = || known.iter().filter(|number| number.kind() == mine.kind());
    let same = of_kind().find(|number| number.core() == mine.core());
    if let Some(same) = same {
        let is_sound = same.is_sound() && mine.is_sound();
        return Some(if is_sound { NumberLevel::Same } else { NumberLevel::SameUnsound });
    }
    let other = of_kind().next()?;
    if of_kind().any(|number| number.is_one_slip_from(mine)) {
        return Some(NumberLevel::OneSlip);
    }
    let is_sound = other.is_sound() && mine.is_sound();
    Some(if is_sound { NumberLevel::Different } else { NumberLevel::DifferentUnsound })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Description;
    use proptest::prelude::*;

    fn described() -> impl Strategy<Value = Description> {
        let words = ["ada", "adah", "mary", "marsh", "march", "o'hara", "smith jones"];
        let word = || prop::sample::select(words.to_vec());
        let address = prop::sample::select(vec!["", "12 Mill Lane", "12 Mill Lame", "9 High Street", "12 High Street"]);
        let code = prop::sample::select(vec!["", "ZZ1 1AA", "ZZ1 1AB", "ZZ9 8XX"]);
        let number = prop::option::of(prop::sample::select(vec!["9990000018", "9990000026"]));
        (word(), word(), address, code, number, 1..4_u32).prop_map(|(forename, surname, address, code, number, day)| {
            let born = chrono::NaiveDate::from_ymd_opt(1990, 4, day).expect("a date");
            let described = Description::named(forename, surname).born(born).living_at(address).at(code);
            Description { nhs_number: number.map(str::to_owned), ..described }
        })
    }

    proptest! {
        #[test]
        fn nobody_who_comes_to_the_bits_needed_is_left_out(
            query in described(), known in described(), needed in -30.0_f64..60.0,
        ) {
            let (parameters, mut records) = (Parameters::default(), Records::default());
            let place = records.add(&crate::record::Prepared::new(&known));
            let query = Query::new(crate::record::Prepared::new(&query), &parameters, &records, 1_000.0);
            let (common, record) = (Commonness::of_nobody(1_000.0), *records.get(place));
            let compared = |needed| {
                compare(&parameters, &query, &records, &record, &common, needed, &mut Memory::default())
            };
            let whole = compared(f64::NEG_INFINITY).expect("nothing is needed");
            let bits = sum(Comparison::learnt(), &parameters, &records, &whole, &common);
            prop_assume!((bits - needed).abs() > 0.01);
            prop_assert_eq!(compared(needed).is_some(), bits > needed);
        }
    }
}
