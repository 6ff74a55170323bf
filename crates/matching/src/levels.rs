//! The comparisons and their levels: every way in which two values can compare, in the words that
//! people read.
//!
//! A comparison answers no level when a value is missing on either side: missing is not different.
//! Some comparisons depend on another: what a forename says depends on whether the surname agrees.
//! Those have a level in each of several *contexts*.

use throughline_domain::codes;

codes! {
    /// What a line of evidence is about.
    pub enum Comparison {
        /// Surname.
        Surname = "surname", "Surname";
        /// First forename.
        Forename = "forename", "Forename";
        /// Other forenames.
        MiddleNames = "middle-names", "Middle names";
        /// Forename and surname swapped, or another name used.
        Arrangement = "arrangement", "Which name";
        /// Date of birth.
        DateOfBirth = "date-of-birth", "Date of birth";
        /// Sex.
        Sex = "sex", "Sex";
        /// Postcode.
        Postcode = "postcode", "Postcode";
        /// House and street.
        Address = "address", "Address";
        /// Town.
        Town = "town", "Town";
        /// NHS number.
        NhsNumber = "nhs-number", "NHS number";
        /// PNC id.
        Pnc = "pnc", "PNC ID";
        /// CRO number.
        Cro = "cro", "CRO number";
        /// A number of another register.
        LocalId = "local-id", "Local number";
        /// That it may be a twin, a relative or a namesake instead.
        Relative = "relative", "Relatives and namesakes";
        /// That it may be another person of the record instead.
        Others = "others", "Other candidates";
    }
}

/// How many comparisons are learnt from data: all before [`Comparison::Relative`].
pub(crate) const LEARNT: usize = Comparison::Relative as usize;

codes! {
    /// Which way a line of evidence points.
    pub enum Agreement {
        /// The same.
        Agree = "agree", "Agrees";
        /// Alike, or the same after a common slip.
        Partly = "partly", "Partly agrees";
        /// Not the same.
        Disagree = "disagree", "Differs";
        /// Nothing to compare; weighs nothing.
        Missing = "missing", "Not known";
    }
}

/// One level of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    /// The code in the parameters file.
    pub code: &'static str,
    /// The words shown to people.
    pub words: &'static str,
    /// Which way it points.
    pub agreement: Agreement,
}

macro_rules! levels {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $code:literal, $words:literal, $agreement:ident;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum $name { $($variant),+ }
        impl $name {
            pub const LEVELS: &'static [Level] = &[
                $(Level { code: $code, words: $words, agreement: Agreement::$agreement }),+
            ];
            /// The row of the parameters table.
            pub const fn row(self) -> usize { self as usize }
            /// The level of a row, whatever its context.
            #[allow(dead_code, reason = "rules ask it of some comparisons only")]
            pub fn of(row: usize) -> Self {
                const ALL: &[$name] = &[$($name::$variant),+];
                ALL[row % ALL.len()]
            }
        }
    };
}

levels! {
    /// How surnames compare.
    SurnameLevel {
        Same = "same", "Same surname", Agree;
        Joined = "joined", "Same surname, its parts joined or in another order", Agree;
        Form = "form", "Another spelling of the same surname", Partly;
        Close = "close", "Surname spelt nearly the same", Partly;
        Neighbour = "neighbour", "Another surname that people bear, spelt nearly the same", Partly;
        SoundsAlike = "sounds-alike", "Surname sounds the same", Partly;
        Part = "part", "One part of the surname is the same", Partly;
        AmongForenames = "among-forenames", "Surname is among the other's forenames", Partly;
        Beginning = "beginning", "Surname begins the same", Partly;
        Alike = "alike", "Surname spelt a little alike", Partly;
        Different = "different", "Different surname", Disagree;
    }
}

levels! {
    /// How first forenames compare.
    ForenameLevel {
        Same = "same", "Same forename", Agree;
        Form = "form", "Short or other form of the same forename", Partly;
        Close = "close", "Forename spelt nearly the same", Partly;
        Neighbour = "neighbour", "Another forename that people bear, spelt nearly the same", Partly;
        SoundsAlike = "sounds-alike", "Forename sounds the same", Partly;
        MiddleAsFirst = "middle-as-first", "Middle name used as forename", Partly;
        Initial = "initial", "Same initial", Partly;
        Alike = "alike", "Forename spelt a little alike", Partly;
        Different = "different", "Different forename", Disagree;
    }
}

levels! {
    /// How other forenames compare.
    MiddleNamesLevel {
        Same = "same", "Same middle name", Agree;
        Alike = "alike", "Middle name alike", Partly;
        Initial = "initial", "Same middle initial", Partly;
        Different = "different", "Different middle name", Disagree;
    }
}

levels! {
    /// Which names were compared.
    ArrangementLevel {
        AsWritten = "as-written", "The names as written", Agree;
        Swapped = "swapped", "Forename and surname swapped", Partly;
        OtherName = "other-name", "Another name they have used", Partly;
        OtherNameSwapped = "other-name-swapped", "Another name, with forename and surname swapped", Partly;
    }
}

levels! {
    /// How dates of birth compare.
    DateOfBirthLevel {
        Same = "same", "Same date of birth", Agree;
        Swapped = "swapped", "Day and month swapped", Partly;
        NextDay = "next-day", "Date of birth one day out", Partly;
        OneDigit = "one-digit", "Date of birth one digit out", Partly;
        Exchanged = "exchanged", "Two digits of the date of birth exchanged", Partly;
        JanuaryGiven = "january-given", "Same year, and the list says 1 January", Partly;
        JanuaryKnown = "january-known", "Same year, and the record says 1 January", Partly;
        YearOut = "year-out", "Same day and month, one year out", Partly;
        DecadeOut = "decade-out", "Same day and month, ten years out", Partly;
        MonthOut = "month-out", "Same day and year, another month", Partly;
        DayOut = "day-out", "Same month and year, another day", Partly;
        YearsOut = "years-out", "Same day and month, a few years out", Partly;
        AgeFits = "age-fits", "Age fits", Partly;
        AgeDiffers = "age-differs", "Age does not fit", Disagree;
        Near = "near", "Born within three years", Disagree;
        Generation = "generation", "Born a generation apart", Disagree;
        Different = "different", "Different date of birth", Disagree;
    }
}

levels! {
    /// How sexes compare.
    SexLevel {
        Same = "same", "Same sex", Agree;
        Different = "different", "Different sex", Disagree;
    }
}

levels! {
    /// How postcodes compare.
    PostcodeLevel {
        Same = "same", "Same postcode", Agree;
        Earlier = "earlier", "An earlier postcode", Partly;
        OneSlip = "one-slip", "Postcode one letter out", Partly;
        Sector = "sector", "Different postcode, the same part of its district", Partly;
        District = "district", "Different postcode, the same district", Partly;
        Area = "area", "Different postcode, the same area", Partly;
        Elsewhere = "elsewhere", "Different postcode, another part of the country", Disagree;
    }
}

levels! {
    /// How house and street compare.
    AddressLevel {
        Same = "same", "Same house and street", Agree;
        SameHouse = "same-house", "Same house number, street alike or not given", Partly;
        SameStreet = "same-street", "Same street, another house", Partly;
        StreetAlike = "street-alike", "Street spelt alike", Partly;
        Different = "different", "Different address", Disagree;
    }
}

levels! {
    /// How towns compare.
    TownLevel {
        Same = "same", "Same town", Agree;
        Alike = "alike", "Town spelt alike", Partly;
        Different = "different", "Different town", Disagree;
    }
}

levels! {
    /// How numbers of one register compare.
    NumberLevel {
        Same = "same", "Same number", Agree;
        SameUnsound = "same-unsound", "Same number, and its check digit or letter is wrong", Partly;
        OneSlip = "one-slip", "Number one figure out", Partly;
        DifferentUnsound = "different-unsound", "Different number, and a check digit or letter is wrong", Partly;
        Different = "different", "Different number", Disagree;
    }
}

/// Whether the surnames agree: the contexts of the forename.
pub(crate) const NAME_CONTEXTS: &[&str] = &["surname-agrees", "surname-partly", "surname-differs"];

/// How the postcodes agree: the contexts of the address and the town.
pub(crate) const PLACE_CONTEXTS: &[&str] = &["same-postcode", "postcode-near", "postcode-elsewhere", "no-postcode"];

/// The context of a forename.
pub(crate) fn name_context(surname: Option<SurnameLevel>) -> usize {
    match surname {
        Some(SurnameLevel::Same | SurnameLevel::Joined | SurnameLevel::Form | SurnameLevel::Close) => 0,
        Some(SurnameLevel::Different) => 2,
        _ => 1,
    }
}

/// The context of an address or town.
pub(crate) fn place_context(postcode: Option<PostcodeLevel>) -> usize {
    match postcode {
        Some(PostcodeLevel::Same) => 0,
        Some(PostcodeLevel::Area | PostcodeLevel::Elsewhere) => 2,
        Some(_) => 1,
        None => 3,
    }
}

impl Comparison {
    /// Its levels; none for what is not learnt.
    pub fn levels(self) -> &'static [Level] {
        match self {
            Self::Surname => SurnameLevel::LEVELS,
            Self::Forename => ForenameLevel::LEVELS,
            Self::MiddleNames => MiddleNamesLevel::LEVELS,
            Self::Arrangement => ArrangementLevel::LEVELS,
            Self::DateOfBirth => DateOfBirthLevel::LEVELS,
            Self::Sex => SexLevel::LEVELS,
            Self::Postcode => PostcodeLevel::LEVELS,
            Self::Address => AddressLevel::LEVELS,
            Self::Town => TownLevel::LEVELS,
            Self::NhsNumber | Self::Pnc | Self::Cro | Self::LocalId => NumberLevel::LEVELS,
            Self::Relative | Self::Others => &[],
        }
    }

    /// The contexts in which it has levels; one without a name when it depends on nothing.
    pub fn contexts(self) -> &'static [&'static str] {
        match self {
            Self::Forename => NAME_CONTEXTS,
            Self::Address | Self::Town => PLACE_CONTEXTS,
            _ => &[""],
        }
    }

    /// How many rows its table has.
    pub(crate) fn rows(self) -> usize {
        self.levels().len() * self.contexts().len()
    }

    /// The level of a row.
    pub(crate) fn level(self, row: usize) -> &'static Level {
        let levels = self.levels();
        &levels[row % levels.len()]
    }

    /// Those that are learnt, in the order of their tables.
    pub(crate) fn learnt() -> &'static [Self] {
        &Self::ALL[..LEARNT]
    }
}
