//! The notices of a row whose fields were corrected: those of the field go, and its checks run again.

use chrono::NaiveDate;
use throughline_domain::name::folded;
use throughline_domain::time::{age_on, london_date};

use super::Field;
use crate::checks::age_fits;
use crate::{Column, Entry, Notice, Reading};

/// Takes away what was told of these fields.
pub(super) fn forget(entry: &mut Entry, fields: &[Field], headings: &[(String, Column)]) {
    entry.notices.retain(|notice| !fields.iter().any(|field| is_of(notice, *field, headings)));
}

/// Runs the checks that look at more than one field, or that only tell what a field lacks.
pub(super) fn check(entry: &mut Entry, fields: &[Field], reading: &Reading, day: NaiveDate) {
    let has = |of: &[Field]| of.iter().any(|field| fields.contains(field));
    if has(&[Field::Surname, Field::Forenames]) && entry.name.is_unknown() {
        entry.notices.push(Notice::NoName);
    }
    if has(&[Field::DateOfBirth]) {
        age_again(entry, reading, day);
    }
    if has(&[Field::ArrivedAt, Field::AuthorisedAt]) {
        order_of_times(entry, &reading.headings);
    }
}

/// The days on which a court may have worked the printed age out.
fn age_again(entry: &mut Entry, reading: &Reading, day: NaiveDate) {
    let own = entry.sitting_at.map_or(day, london_date);
    let days: Vec<NaiveDate> = [own, day].into_iter().chain(reading.published_at.map(london_date)).collect();
    age_fits(entry, &days);
    let years = entry.date_of_birth.and_then(|born| age_on(born, own));
    let by_year = entry.perceived_birth_year.filter(|_| entry.date_of_birth.is_none());
    let is_young_by_year = by_year.is_some_and(|year| chrono::Datelike::year(&own) - year < 18);
    entry.youth =
        entry.youth_told || is_young_by_year || [years, entry.age].into_iter().flatten().any(|years| years < 18);
    entry.notices.retain(|notice| *notice != Notice::Youth);
    if entry.youth {
        entry.notices.push(Notice::Youth);
    }
}

fn order_of_times(entry: &mut Entry, headings: &[(String, Column)]) {
    let heading = |column: Column| {
        let known = headings.iter().find(|(_, of)| *of == column).map(|(heading, _)| heading.clone());
        known.unwrap_or_else(|| column.label().to_owned())
    };
    let times = [
        (Column::ArrestedAt, entry.arrested_at),
        (Column::ArrivedAt, entry.arrived_at),
        (Column::AuthorisedAt, entry.detention_authorised_at),
    ];
    let given: Vec<_> = times.into_iter().filter_map(|(column, at)| Some((column, at?))).collect();
    for pair in given.windows(2).filter(|pair| pair[1].1 < pair[0].1) {
        entry.notices.push(Notice::TimesOutOfOrder { earlier: heading(pair[0].0), later: heading(pair[1].0) });
    }
}

/// Whether a notice tells of this field.
fn is_of(notice: &Notice, field: Field, headings: &[(String, Column)]) -> bool {
    match notice {
        Notice::NoName | Notice::NameElementsDisagree { .. } => matches!(field, Field::Surname | Field::Forenames),
        Notice::NoDateOfBirth | Notice::ImpossibleDateOfBirth(_) | Notice::AgeAndDateDisagree { .. } => {
            field == Field::DateOfBirth
        }
        Notice::UnreadableSex(_) | Notice::TitleAndSexDisagree { .. } => field == Field::Sex,
        Notice::BadPncLetter(_) | Notice::NotAPnc(_) => field == Field::Pnc,
        Notice::BadCroLetter(_) | Notice::NotACro(_) => field == Field::Cro,
        Notice::BadAsn(_) => field == Field::Asn,
        Notice::BadNhsNumber(_) => field == Field::NhsNumber,
        Notice::ReportingRestriction => field == Field::Restriction,
        Notice::CourtToBeAllocated => field == Field::CourtRoom,
        Notice::TimesOutOfOrder { .. } => matches!(field, Field::ArrivedAt | Field::AuthorisedAt),
        Notice::UnreadableTime { column, .. } | Notice::DateAssumed { column, .. } => {
            field.time_column().is_some_and(|means| meaning(column, headings) == Some(means))
        }
        Notice::GivenTwice(label) | Notice::NotUnderstood { field: label, .. } => {
            folded(label) == folded(field.label())
        }
        _ => false,
    }
}

/// Whether a notice casts doubt on this field, so that a person should look whether it is right.
pub(super) fn is_doubt(notice: &Notice, field: Field, headings: &[(String, Column)]) -> bool {
    !matches!(notice, Notice::ReportingRestriction | Notice::DateAssumed { .. }) && is_of(notice, field, headings)
}

/// What the list printed where this field was not understood.
pub(super) fn not_understood(notice: &Notice, field: Field, headings: &[(String, Column)]) -> Option<String> {
    let (Notice::ImpossibleDateOfBirth(text)
    | Notice::UnreadableSex(text)
    | Notice::BadNhsNumber(text)
    | Notice::UnreadableTime { text, .. }) = notice
    else {
        return None;
    };
    is_of(notice, field, headings).then(|| text.clone())
}

/// What a heading of a table, or the label of a place in a document, means.
fn meaning(heading: &str, headings: &[(String, Column)]) -> Option<Column> {
    let told = headings.iter().find(|(known, _)| known == heading).map(|(_, column)| *column);
    told.or_else(|| Column::of(heading))
}
