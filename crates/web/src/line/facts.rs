//! From what a list says of somebody to what the record asks: nothing is typed again.

use chrono::{Datelike, Duration, NaiveDate};
use throughline_domain::calendar::OpeningHours;
use throughline_domain::episode::{LegalStatus, ReferralSource};
use throughline_domain::list::ListKind;
use throughline_domain::name::{Name, folded};
use throughline_domain::person::{Ethnicity, Gender};
use throughline_domain::place::{PointOfContact, SiteKind};
use throughline_domain::time::{Instant, london_date};
use throughline_lists::{Entry, ListNotice, Notice, Offence, Position, Reading, Sex};
use throughline_matching::Description;
use throughline_store::episodes::Justice;
use throughline_store::lists::EntryFacts;
use throughline_store::people::{ContactDetails, NewPerson};

/// The day of work of an entry: the list's, or of its own sitting when the list covers several days. A
/// hearing of which there is news is of its own day.
pub fn day(reading: &Reading, entry: &Entry, list_date: NaiveDate) -> NaiveDate {
    let several = reading.notices.iter().any(|notice| matches!(notice, ListNotice::SeveralDays(_)));
    // An officer sends the interviews of many days at once: each is a line of its own day.
    let several = several || reading.event.is_some() || reading.kind == ListKind::Voluntary;
    let own = entry.sitting_at.or(entry.interview_at).map(london_date).or(entry.listed_on);
    own.filter(|_| several).unwrap_or(list_date)
}

/// The columns of an entry.
pub fn columns(reading: &Reading, entry: &Entry, list_date: NaiveDate) -> EntryFacts {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    EntryFacts {
        list_date: day(reading, entry, list_date),
        key: entry.key.clone(),
        source_row: i64::try_from(row(&entry.position)).unwrap_or(i64::MAX),
        source: serde_json::to_string(entry).unwrap_or_default(),
        name: entry.name.clone(),
        date_of_birth: entry.date_of_birth,
        custody_number: text(&entry.custody_number),
        arrived_at: entry.arrived_at,
        detention_authorised_at: entry.detention_authorised_at,
        sitting_at: entry.sitting_at.or(entry.interview_at),
        court_room: text(&entry.court_room),
        reporting_restriction: text(&entry.reporting_restriction),
    }
}

/// When an interview by appointment is, in words; nothing for other lists.
pub fn interview(entry: &Entry) -> Option<String> {
    let at = entry.interview_at.map(throughline_domain::time::date_time_long);
    let day = entry.listed_on.filter(|_| entry.key.starts_with("voluntary:"));
    at.or_else(|| day.map(|day| format!("{}, time not given", throughline_domain::time::date_long(day))))
}

/// The number of an entry's row in its file.
pub fn row(position: &Position) -> usize {
    match position {
        Position::Row(row) => *row,
        Position::Path { ordinal, .. } => *ordinal,
    }
}

/// What the matching engine compares of an entry of a list for this day.
pub fn description(entry: &Entry, list_date: NaiveDate) -> Description {
    let age = entry.age.filter(|_| entry.date_of_birth.is_none());
    Description {
        // What stands in the place of a name that a court withholds is nobody's.
        name: if entry.notices.contains(&Notice::NameWithheld) { Name::default() } else { entry.name.clone() },
        aliases: entry.aliases.clone(),
        date_of_birth: entry.date_of_birth,
        born_between: age.and_then(|age| born_between(age, list_date)),
        sex: match entry.sex {
            Some(Sex::Male) => Some(throughline_matching::Sex::Male),
            Some(Sex::Female) => Some(throughline_matching::Sex::Female),
            Some(Sex::Indeterminate) | None => None,
        },
        address: entry.address.clone().unwrap_or_default(),
        postcodes: entry.postcode.iter().cloned().collect(),
        pnc: entry.pnc.clone(),
        cro: entry.cro.clone(),
        nhs_number: entry.nhs_number.as_ref().map(|number| number.digits().to_owned()),
        ..Description::default()
    }
}

/// The years in which somebody of this age on this day may have been born: two, but for the last day
/// of a year. `None` for an age that nobody has.
fn born_between(age: u32, on: NaiveDate) -> Option<(i32, i32)> {
    let age = i32::try_from(age).ok().filter(|age| *age <= OLDEST)?;
    // Whoever had their birthday this year was born `age` years ago, the others the year before that.
    let is_last_day = (on.month(), on.day()) == (12, 31);
    let last = on.year() - age;
    Some((if is_last_day { last } else { last - 1 }, last))
}

/// Nobody is older: a greater number on a list is a slip.
const OLDEST: i32 = 120;

/// What a person should know of an entry, a line each. That times came without a date is said once.
pub fn notices(entry: &Entry) -> Vec<String> {
    let dateless = entry.notices.iter().any(|notice| matches!(notice, Notice::DateAssumed { .. }));
    let told = entry.notices.iter().filter(|notice| deserves_a_look(notice)).map(ToString::to_string);
    told.chain(dateless.then(|| "Times without a date are taken for the day of the list".to_owned())).collect()
}

/// Whether a row should be looked at before the others.
pub fn looked_at_first(entry: &Entry) -> bool {
    entry.notices.iter().any(deserves_a_look)
}

/// Most custody systems print times without a date: that alone sets no row apart.
fn deserves_a_look(notice: &Notice) -> bool {
    !matches!(notice, Notice::DateAssumed { .. })
}

/// Identifiers of the entry that a person may be found by again.
pub fn identifiers(entry: &Entry) -> Vec<(String, String)> {
    let known = [("pnc", &entry.pnc), ("cro", &entry.cro), ("custody", &entry.custody_number)];
    known.into_iter().filter_map(|(kind, value)| Some((kind.to_owned(), value.clone()?))).collect()
}

/// The person of the entry, to be made known to the service.
pub fn new_person(entry: &Entry) -> NewPerson {
    let interpreter = interpreter(entry.interpreter.as_deref().unwrap_or_default());
    NewPerson {
        name: entry.name.clone(),
        date_of_birth: entry.date_of_birth,
        gender: entry.sex.map(|sex| match sex {
            Sex::Male => Gender::Male,
            Sex::Female => Gender::Female,
            Sex::Indeterminate => Gender::Indeterminate,
        }),
        ethnicity: entry.ethnicity.as_deref().and_then(ethnicity),
        nhs_number: entry.nhs_number.clone(),
        aliases: Vec::new(),
        identifiers: identifiers(entry),
        adjustments: String::new(),
        interpreter: interpreter.is_some(),
        language: interpreter.unwrap_or_default(),
        contact: ContactDetails {
            address: entry.address.clone().unwrap_or_default(),
            postcode: entry.postcode.clone().unwrap_or_default(),
            ..ContactDetails::default()
        },
    }
}

/// The language an interpreter is asked for; empty when the list says only that one is needed;
/// `None` when none is.
fn interpreter(text: &str) -> Option<String> {
    match folded(text).as_str() {
        "" | "no" | "n" | "none" | "not required" | "na" | "n a" | "english" => None,
        "yes" | "y" | "required" => Some(String::new()),
        _ => Some(text.trim().to_owned()),
    }
}

/// Reads the 16+1 self-defined code that custody systems print; anything else is not known.
fn ethnicity(text: &str) -> Option<Ethnicity> {
    const CODES: [(&str, &str); 17] = [
        ("W1", "A"),
        ("W2", "B"),
        ("W9", "C"),
        ("M1", "D"),
        ("M2", "E"),
        ("M3", "F"),
        ("M9", "G"),
        ("A1", "H"),
        ("A2", "J"),
        ("A3", "K"),
        ("A9", "L"),
        ("B1", "M"),
        ("B2", "N"),
        ("B9", "P"),
        ("O1", "R"),
        ("O9", "S"),
        ("NS", "Z"),
    ];
    let printed = text.trim().to_uppercase();
    let found = CODES.iter().find(|(code, _)| *code == printed)?;
    Ethnicity::from_code(found.1)
}

/// The offences of a line, each once: those of all its hearings, in their order.
pub fn offences(entry: &Entry) -> Vec<String> {
    let title = |offence: &Offence| match offence.title.as_str() {
        "" => offence.code.clone().unwrap_or_default(),
        title => title.to_owned(),
    };
    each(entry, title)
}

fn each(entry: &Entry, words: impl Fn(&Offence) -> String) -> Vec<String> {
    let of_hearings = entry.hearings.iter().flat_map(|hearing| &hearing.offences);
    // Of a custody list the line itself says them.
    let own = entry.offences.iter().filter(|_| entry.hearings.len() < 2);
    let all = own.chain(of_hearings.filter(|_| entry.hearings.len() > 1)).map(words);
    once_each(all)
}

fn once_each(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once
}

/// The case references of a line, each once: those of all its hearings, in their order.
pub fn cases(entry: &Entry) -> Vec<String> {
    let of_hearings = entry.hearings.iter().filter(|_| entry.hearings.len() > 1);
    let own = entry.urn.iter().filter(|_| entry.hearings.len() < 2);
    once_each(own.chain(of_hearings.filter_map(|hearing| hearing.urn.as_ref())).cloned())
}

/// What joins the case references of an episode with several.
pub const BETWEEN_CASES: &str = ", ";

/// When the next hearing of a line is.
pub fn next_sitting(entry: &Entry, now: Instant) -> Option<Instant> {
    entry.next_hearing(now).map_or(entry.sitting_at, |next| next.sitting.sitting_at)
}

/// Offence, custody and hearing facts for the episode: every case of the line, and what each is about.
pub fn justice(entry: &Entry) -> Justice {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let offence = |offence: &Offence| {
        format!("{} {}", offence.code.as_deref().unwrap_or_default(), offence.title).trim().to_owned()
    };
    Justice {
        custody_number: text(&entry.custody_number),
        urn: cases(entry).join(BETWEEN_CASES),
        offences: each(entry, offence).join("\n"),
        reporting_restriction: text(&entry.reporting_restriction),
        arrested_at: entry.arrested_at,
        arrived_at: entry.arrived_at,
        detention_authorised_at: entry.detention_authorised_at,
    }
}

/// On which basis the person is held, as far as the list says.
pub fn legal_status(kind: ListKind, entry: &Entry) -> LegalStatus {
    match (kind, entry.in_custody) {
        (ListKind::Custody, _) => LegalStatus::Pace,
        (ListKind::Court, true) => LegalStatus::Remanded,
        (ListKind::Court, false) => LegalStatus::NotKnown,
        // PACE 1984, section 29: free to leave unless arrested.
        (ListKind::Voluntary, _) => LegalStatus::Voluntary,
    }
}

/// Who told the service.
pub fn referral_source(kind: ListKind) -> ReferralSource {
    match kind {
        ListKind::Custody | ListKind::Voluntary => ReferralSource::Police,
        ListKind::Court => ReferralSource::Courts,
    }
}

/// Where the person came to the service.
pub fn point_of_contact(kind: ListKind, site: SiteKind, entry: &Entry) -> PointOfContact {
    match site {
        _ if kind == ListKind::Voluntary => PointOfContact::VoluntaryAttendance,
        SiteKind::Magistrates if entry.youth => PointOfContact::YouthCourt,
        other => other.into(),
    }
}

/// When the first step is due: within two hours, or at the hearing when that comes sooner.
pub fn first_step_due(now: Instant, sitting_at: Option<Instant>) -> Instant {
    let soon = now + Duration::hours(2);
    sitting_at.filter(|sitting| *sitting > now).map_or(soon, |sitting| sitting.min(soon))
}

/// Whether nobody was on shift when the person came, by the site's hours (JSON). Hours that cannot
/// be read say nothing, and the person counts as having come within hours.
pub fn out_of_hours(hours: &str, entry: &Entry, now: Instant) -> bool {
    let came = entry.arrived_at.or(entry.detention_authorised_at).or(entry.sitting_at).unwrap_or(now);
    serde_json::from_str::<OpeningHours>(hours).is_ok_and(|hours| !hours.is_open(came))
}

/// Whether a name printed on a list may mean this site: one has every word of the other, apart
/// from the words that all sites have.
pub fn is_named(printed: &str, site: &str) -> bool {
    const COMMON: [&str; 12] = [
        "court",
        "courts",
        "magistrates",
        "crown",
        "custody",
        "suite",
        "centre",
        "police",
        "station",
        "the",
        "house",
        "justice",
    ];
    let words = |text: &str| -> Vec<String> {
        folded(&text.replace(['\'', '\u{2019}'], ""))
            .split(' ')
            .filter(|word| !COMMON.contains(word))
            .map(str::to_owned)
            .collect()
    };
    let (printed, site) = (words(printed), words(site));
    let within = |a: &[String], b: &[String]| !a.is_empty() && a.iter().all(|word| b.contains(word));
    within(&printed, &site) || within(&site, &printed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn at(hour: u32) -> Instant {
        chrono::Utc.with_ymd_and_hms(2026, 3, 24, hour, 0, 0).unwrap()
    }

    fn custody() -> Entry {
        let text = "Custody No.,Surname,Forenames,D.O.B,Sex,Ethnicity,Post code,PNC,Arrested,Relevant time,Offence(s),Interpreter\n\
                    FR/1/26,Marsh,Ada,14/02/1991,F,W2,ZZ1 1AA,2012/0345678U,24/3/26 05:10,24/3/26 05:55,TH68001 - Theft,Welsh\n";
        throughline_lists::read(text.as_bytes(), london_date(at(9))).unwrap().entries.remove(0)
    }

    #[test]
    fn the_record_takes_over_what_the_list_says() {
        let entry = custody();
        let person = new_person(&entry);
        assert_eq!((person.gender, person.ethnicity), (Some(Gender::Female), Some(Ethnicity::WhiteIrish)));
        assert_eq!((person.interpreter, person.language.as_str()), (true, "Welsh"));
        assert_eq!(person.contact.postcode, "ZZ1 1AA");
        assert!(person.identifiers.contains(&("custody".into(), "FR/1/26".into())));
        let justice = justice(&entry);
        assert_eq!(justice.custody_number, "FR/1/26");
        assert!(justice.offences.contains("Theft"), "{}", justice.offences);
        assert_eq!(legal_status(ListKind::Custody, &entry), LegalStatus::Pace);
    }

    #[test]
    fn a_volunteer_is_not_detained_and_comes_by_voluntary_attendance() {
        let text = "Name,DOB,Interview date,Interview time,OIC\nMARSH Ada,14/02/1991,26/3/2026,14:00,DC Vale\n";
        let reading = throughline_lists::read(text.as_bytes(), london_date(at(9))).unwrap();
        let entry = &reading.entries[0];
        let columns = columns(&reading, entry, london_date(at(9)));
        assert_eq!((reading.kind, columns.list_date.to_string()), (ListKind::Voluntary, "2026-03-26".to_owned()));
        assert_eq!((columns.sitting_at, columns.arrived_at), (entry.interview_at, None));
        assert_eq!(legal_status(ListKind::Voluntary, entry), LegalStatus::Voluntary);
        let contact = point_of_contact(ListKind::Voluntary, SiteKind::Custody, entry);
        assert_eq!((contact, referral_source(ListKind::Voluntary).code()), (PointOfContact::VoluntaryAttendance, "E1"));
        assert!(justice(entry).arrived_at.is_none() && justice(entry).detention_authorised_at.is_none());
    }

    #[test]
    fn somebody_who_came_before_the_shift_came_out_of_hours() {
        let hours = serde_json::to_string(&OpeningHours::custody()).unwrap();
        let entry = custody();
        assert!(out_of_hours(&hours, &entry, at(9)));
        let later = Entry { arrived_at: Some(at(9)), ..entry };
        assert!(!out_of_hours(&hours, &later, at(9)));
    }

    #[test]
    fn an_age_without_a_date_of_birth_gives_the_years_of_birth() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let aged = |age| Entry { age: Some(age), date_of_birth: None, ..custody() };
        assert_eq!(description(&aged(34), day(2026, 3, 24)).born_between, Some((1991, 1992)));
        assert_eq!(description(&aged(34), day(2026, 1, 1)).born_between, Some((1991, 1992)));
        // On the last day of a year everybody has had their birthday.
        assert_eq!(description(&aged(34), day(2026, 12, 31)).born_between, Some((1992, 1992)));
        assert_eq!(description(&aged(340), day(2026, 3, 24)).born_between, None);
        let dated = Entry { age: Some(34), ..custody() };
        assert_eq!(description(&dated, day(2026, 3, 24)).born_between, None, "the date of birth says more");
    }

    #[test]
    fn an_age_finds_whoever_is_of_that_age() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 24).unwrap();
        let listed = description(&Entry { age: Some(35), date_of_birth: None, ..custody() }, day);
        let known = Description::named("Ada", "Marsh");
        let level = |born: NaiveDate| {
            let scored = throughline_matching::score(
                &throughline_matching::Parameters::default(),
                &listed,
                &known.clone().born(born),
            );
            let is_date = |line: &&throughline_matching::Evidence| {
                line.comparison == throughline_matching::Comparison::DateOfBirth
            };
            scored.evidence.iter().find(is_date).unwrap().level
        };
        assert_eq!(level(NaiveDate::from_ymd_opt(1991, 2, 14).unwrap()), "Age fits");
        assert_eq!(level(NaiveDate::from_ymd_opt(1971, 2, 14).unwrap()), "Age does not fit");
    }

    /// Somebody with two cases on a court's table.
    fn court() -> Entry {
        let text = "Name,DOB,Court Room,Sitting at,Case Number,Offence\n\
                    \"Marsh, Ada\",14/02/1991,2,24/3/26 14:00,C-2,Affray\n\
                    \"Marsh, Ada\",14/02/1991,1,24/3/26 10:00,C-1,Theft\n";
        let reading = throughline_lists::read(text.as_bytes(), london_date(at(9))).unwrap();
        assert_eq!((reading.entries.len(), reading.gathered()), (1, 1));
        reading.entries.into_iter().next().unwrap()
    }

    #[test]
    fn an_episode_of_somebody_with_several_cases_is_about_all_of_them() {
        let entry = court();
        let justice = justice(&entry);
        assert_eq!((justice.urn.as_str(), justice.offences.as_str()), ("C-1, C-2", "Theft\nAffray"));
        assert_eq!(cases(&entry), ["C-1", "C-2"]);
        assert_eq!((next_sitting(&entry, at(9)), next_sitting(&entry, at(13))), (Some(at(10)), Some(at(14))));
        assert_eq!(next_sitting(&custody(), at(9)), None);
        assert_eq!(offences(&custody()), ["Theft"]);
    }

    #[test]
    fn the_first_step_is_due_before_the_hearing() {
        assert_eq!(first_step_due(at(9), Some(at(10))), at(10));
        assert_eq!(first_step_due(at(9), Some(at(14))), at(11));
        assert_eq!(first_step_due(at(9), Some(at(8))), at(11));
    }

    #[test]
    fn a_site_is_known_by_its_own_words() {
        assert!(is_named("Bromley Magistrates Court", "Bromley Magistrates' Court"));
        assert!(is_named("BROMLEY", "Bromley custody"));
        assert!(!is_named("Bexley Custody Suite", "Bromley custody"));
        assert!(!is_named("Magistrates' Court", "Bromley Magistrates' Court"));
    }
}
