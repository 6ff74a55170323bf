//! Codes of a person's record, with their national values.

codes! {
    /// Stated gender (NHS Data Dictionary PERSON STATED GENDER CODE).
    pub enum Gender {
        /// Male.
        Male = "1", "Male";
        /// Female.
        Female = "2", "Female";
        /// Indeterminate: unable to be classified as either.
        Indeterminate = "9", "Indeterminate";
        /// Not known or not recorded.
        NotKnown = "X", "Not known";
    }
}

impl Gender {
    /// Reads the words and letters that lists use; anything else is not known.
    pub fn from_list(text: &str) -> Self {
        match text.trim().to_lowercase().as_str() {
            "m" | "male" | "man" | "1" => Self::Male,
            "f" | "female" | "woman" | "2" => Self::Female,
            "indeterminate" | "9" => Self::Indeterminate,
            _ => Self::NotKnown,
        }
    }
}

codes! {
    /// Ethnic category (NHS Data Dictionary ETHNIC CATEGORY CODE 2001).
    pub enum Ethnicity {
        /// A.
        WhiteBritish = "A", "White: British";
        /// B.
        WhiteIrish = "B", "White: Irish";
        /// C.
        WhiteOther = "C", "White: any other background";
        /// D.
        MixedCaribbean = "D", "Mixed: White and Black Caribbean";
        /// E.
        MixedAfrican = "E", "Mixed: White and Black African";
        /// F.
        MixedAsian = "F", "Mixed: White and Asian";
        /// G.
        MixedOther = "G", "Mixed: any other background";
        /// H.
        Indian = "H", "Asian: Indian";
        /// J.
        Pakistani = "J", "Asian: Pakistani";
        /// K.
        Bangladeshi = "K", "Asian: Bangladeshi";
        /// L.
        AsianOther = "L", "Asian: any other background";
        /// M.
        Caribbean = "M", "Black: Caribbean";
        /// N.
        African = "N", "Black: African";
        /// P.
        BlackOther = "P", "Black: any other background";
        /// R.
        Chinese = "R", "Chinese";
        /// S.
        Other = "S", "Any other ethnic group";
        /// Z.
        NotStated = "Z", "Not stated";
        /// 99.
        NotKnown = "99", "Not known";
    }
}

impl Ethnicity {
    /// The broad group used in published numbers, where the full list would single people out.
    pub fn group(self) -> &'static str {
        match self {
            Self::WhiteBritish | Self::WhiteIrish | Self::WhiteOther => "White",
            Self::MixedCaribbean | Self::MixedAfrican | Self::MixedAsian | Self::MixedOther => "Mixed",
            Self::Indian | Self::Pakistani | Self::Bangladeshi | Self::AsianOther => "Asian",
            Self::Caribbean | Self::African | Self::BlackOther => "Black",
            Self::Chinese | Self::Other => "Other",
            Self::NotStated | Self::NotKnown => "Not known",
        }
    }
}

codes! {
    /// How sure the service is of who the person is.
    pub enum IdentityState {
        /// Told by the list or the person; nothing checked yet.
        Provisional = "provisional", "Provisional: not yet confirmed";
        /// Checked against a second source.
        Confirmed = "confirmed", "Confirmed";
    }
}

codes! {
    /// The second source against which an identity was checked.
    pub enum IdentitySource {
        /// The NHS's own register.
        Spine = "spine", "NHS number traced (Personal Demographics Service)";
        /// Taken in custody.
        Fingerprints = "fingerprints", "Fingerprints taken in custody";
        /// Seen by the service.
        PhotoDocument = "photo", "Document with a photograph";
        /// The GP's or a mental health team's record.
        HealthRecord = "health_record", "GP or mental health record";
        /// Somebody who knows the person.
        Relative = "relative", "Relative, carer or professional who knows them";
    }
}

/// The age band used in published numbers.
pub fn age_band(age: Option<u32>) -> &'static str {
    match age {
        None => "Not known",
        Some(0..=17) => "Under 18",
        Some(18..=24) => "18 to 24",
        Some(25..=34) => "25 to 34",
        Some(35..=49) => "35 to 49",
        Some(_) => "50 and over",
    }
}
