//! What a column of a table can mean, and how its heading is spelt.

use throughline_domain::name::folded;

throughline_domain::codes! {
    /// What a column of a list means.
    pub enum Column {
        /// The whole name in one cell.
        FullName = "name", "Name";
        /// The surname.
        Surname = "surname", "Surname";
        /// The first forename, or all of them.
        Forenames = "forenames", "Forenames";
        /// Further forenames.
        MiddleNames = "middle-names", "Middle names";
        /// Date of birth.
        DateOfBirth = "date-of-birth", "Date of birth";
        /// Age in years.
        Age = "age", "Age";
        /// Sex or gender.
        Sex = "sex", "Sex";
        /// Ethnicity.
        Ethnicity = "ethnicity", "Ethnicity";
        /// Address, or one line of it.
        Address = "address", "Address";
        /// Postcode.
        Postcode = "postcode", "Postcode";
        /// PNC id.
        Pnc = "pnc", "PNC ID";
        /// CRO number.
        Cro = "cro", "CRO number";
        /// NHS number.
        NhsNumber = "nhs-number", "NHS number";
        /// Custody record number.
        CustodyNumber = "custody-number", "Custody record number";
        /// Arrest summons number.
        Asn = "asn", "ASN";
        /// The day of an interview by appointment, or its day and time.
        InterviewAt = "interview-at", "Interview: day, or day and time";
        /// The time of that interview, when it has a column of its own.
        InterviewTime = "interview-time", "Interview: time";
        /// Who investigates.
        Officer = "officer", "Officer in the case";
        /// When the person was arrested.
        ArrestedAt = "arrested-at", "Arrested";
        /// When the person arrived at the station.
        ArrivedAt = "arrived-at", "Arrived";
        /// When detention was authorised.
        AuthorisedAt = "authorised-at", "Detention authorised";
        /// The court house.
        CourtHouse = "court-house", "Court house";
        /// The court room.
        CourtRoom = "court-room", "Court room";
        /// When the sitting or the hearing starts.
        SittingAt = "sitting-at", "Sitting at";
        /// When the court calls the block of cases that the case is in.
        BlockStart = "block-start", "Block start";
        /// The case reference.
        Urn = "urn", "Case reference";
        /// What kind of hearing it is.
        HearingType = "hearing-type", "Hearing type";
        /// Whether the panel is for adults or youths.
        Panel = "panel", "Panel";
        /// Who prosecutes.
        Prosecutor = "prosecutor", "Prosecutor";
        /// Whether the person is in custody.
        InCustody = "in-custody", "In custody";
        /// Reporting restrictions.
        Restriction = "restriction", "Reporting restriction";
        /// What the person is said to have done.
        Offence = "offence", "Offence";
        /// The CJS offence code.
        OffenceCode = "offence-code", "Offence code";
        /// The full wording of the offence.
        OffenceWording = "offence-wording", "Offence wording";
        /// What the list says of an appropriate adult.
        AppropriateAdult = "appropriate-adult", "Appropriate adult";
        /// What the list says of an interpreter.
        Interpreter = "interpreter", "Interpreter";
        /// The observation level.
        Observation = "observation", "Observation level";
        /// Remarks.
        Notes = "notes", "Notes";
        /// The custody suite.
        Site = "site", "Custody suite";
    }
}

/// The spellings of each heading, folded and without spaces. A trailing number (`Offence 2`) is
/// dropped before looking here.
const SPELLINGS: &[(Column, &str)] = &[
    (
        Column::CustodyNumber,
        "custodyrecordnumber custodyrecordno custodyrecordref custodyrecord custodynumber \
         custodyno custodyref custodyreference custodyid crnumber crno crn cr crref \
         custodyrecordnum recordnumber recordno detentionnumber detentionno detentionlog \
         detentionref dlnumber",
    ),
    (Column::Surname, "surname lastname familyname detaineesurname detaineelastname"),
    (
        Column::Forenames,
        "forenames forename firstname firstnames givenname givennames detaineeforename \
         detaineeforenames detaineefirstname",
    ),
    (Column::MiddleNames, "middlename middlenames secondname othernames"),
    (
        Column::FullName,
        "name names fullname detaineename detainee detainedperson dpname dp prisoner \
         prisonername person personname nameofdetainee subject subjectname detainedpersonname \
         defendant defendantname defendantnames accused",
    ),
    (Column::DateOfBirth, "dateofbirth dob birthdate born birthday datebirth"),
    (Column::Age, "age ageyears ageatarrest"),
    (Column::Sex, "sex gender mf sexgender"),
    (Column::Ethnicity, "ethnicity ethnicgroup ethnicorigin selfdefinedethnicity sde ethnicappearance ethnic"),
    (Column::Address, "address homeaddress fulladdress addressline residence currentaddress"),
    (Column::Postcode, "postcode postalcode pcode homepostcode"),
    (Column::Pnc, "pnc pncid pncno pncnumber pncref policenationalcomputer"),
    (Column::Cro, "cro crono cronumber croref"),
    (Column::NhsNumber, "nhsnumber nhsno nhs nhsid"),
    (Column::Asn, "asn arrestsummonsnumber arrestsummonsno"),
    (
        Column::InterviewAt,
        "interviewat interview interviewdate dateofinterview interviewdatetime interviewdateandtime \
         interviewdatetimeofinterview dateandtimeofinterview datetimeofinterview vadate vidate \
         voluntaryinterviewdate voluntaryattendancedate voluntaryinterview voluntaryattendance attendancedate \
         dateofattendance interviewon",
    ),
    (
        Column::InterviewTime,
        "interviewtime timeofinterview vatime vitime voluntaryinterviewtime voluntaryattendancetime attendancetime \
         timeofattendance",
    ),
    (
        Column::Officer,
        "officerinthecase officerincase oic officer investigatingofficer officername oicname collarnumber collarno \
         collar warrantnumber warrantno oicemail officeremail oiccollar shouldernumber",
    ),
    (
        Column::ArrestedAt,
        "arrested arrestedat arresttime timeofarrest arrestdatetime arrestdate \
         dateandtimeofarrest datetimeofarrest arrestdateandtime arrestedon",
    ),
    (
        Column::ArrivedAt,
        "arrived arrivedat arrivaltime arrival timeofarrival timearrived arrivaldatetime \
         arrivalatstation arrivedatstation relevanttime arrivalincustody arrivedincustody \
         datetimeofarrival arrivaldateandtime bookedin bookedinat",
    ),
    (
        Column::AuthorisedAt,
        "detentionauthorised detentionauthorisedat detentionauthorisedtime \
         detentionauthorized authorised authorisedat timedetentionauthorised detentiontime \
         detentionauth dettimeauthorised timeauthorised authorisationtime",
    ),
    (Column::CourtHouse, "courthouse court courtname magistratescourt"),
    (Column::CourtRoom, "courtroom room courtno courtnumber"),
    (
        Column::SittingAt,
        "sittingat sitting sittingtime hearingtime listingtime starttime timelisted sessionstart hearingat \
         hearingdate dateofhearing hearingdateandtime timeofhearing listingdate",
    ),
    (Column::BlockStart, "blockstart blocktime"),
    (Column::Urn, "urn caseurn casenumber caseno caseref casereference reference ptiurn"),
    (Column::HearingType, "hearingtype typeofhearing hearing"),
    (Column::Panel, "panel"),
    (Column::Prosecutor, "prosecutor prosecutingauthority prosecutingauthorityname informant"),
    (Column::InCustody, "incustody custodystatus custody remandstatus bailstatus"),
    (Column::Restriction, "reportingrestriction reportingrestrictions restrictions"),
    (
        Column::Offence,
        "offence offences offencedescription offencetitle arrestedfor \
         reasonforarrest arrestreason reason suspectedoffence suspectedoffences arrestoffence \
         allegedoffence allegation charge charges",
    ),
    (Column::OffenceCode, "offencecode offencecodes cjscode cjsoffencecode cjscodes"),
    (Column::OffenceWording, "offencedetails offencewording offencesummary wording"),
    (
        Column::AppropriateAdult,
        "appropriateadult aa aarequired aaneeded appropriateadultrequired \
         appropriateadultneeded",
    ),
    (Column::Interpreter, "interpreter interpreterrequired interpreterneeded language interpreterlanguage"),
    (Column::Observation, "observation observationlevel observations obs obslevel levelofobservation"),
    (Column::Notes, "notes note comments comment remarks risk risks warnings riskmarkers markers listingnotes"),
    (Column::Site, "site suite custodysuite station policestation custodysite custodycentre location"),
];

impl Column {
    /// What a column of this heading means, as far as its spelling tells.
    pub(crate) fn of(heading: &str) -> Option<Self> {
        let plain = plain(heading);
        let plain = plain.trim_end_matches(|c: char| c.is_ascii_digit());
        let spelt = |(_, spellings): &&(Self, &str)| spellings.split(' ').any(|spelling| spelling == plain);
        SPELLINGS.iter().find(spelt).map(|(column, _)| *column)
    }

    /// Whether several columns may mean this together: parts of a text, or a date and its time.
    pub(crate) fn may_repeat(self) -> bool {
        let is_text = matches!(
            self,
            Self::Offence | Self::OffenceCode | Self::OffenceWording | Self::Address | Self::Notes | Self::Officer
        );
        is_text || matches!(self, Self::SittingAt | Self::ArrestedAt | Self::ArrivedAt | Self::AuthorisedAt)
    }

    /// Whether only a court list has it.
    pub(crate) fn is_of_a_court(self) -> bool {
        matches!(
            self,
            Self::CourtHouse
                | Self::CourtRoom
                | Self::SittingAt
                | Self::BlockStart
                | Self::Urn
                | Self::HearingType
                | Self::Panel
        )
    }

    /// Whether only a list of voluntary attendances has it.
    pub(crate) fn is_of_an_interview(self) -> bool {
        matches!(self, Self::InterviewAt | Self::InterviewTime)
    }

    /// Whether only a custody list has it.
    pub(crate) fn is_of_custody(self) -> bool {
        matches!(self, Self::CustodyNumber | Self::ArrestedAt | Self::ArrivedAt | Self::AuthorisedAt)
    }
}

/// A heading folded and without spaces.
pub(crate) fn plain(heading: &str) -> String {
    folded(heading).replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_column_can_be_headed_and_no_spelling_means_two() {
        let all = SPELLINGS.iter().flat_map(|(_, spellings)| spellings.split_whitespace());
        let mut seen = HashSet::new();
        assert!(all.into_iter().all(|spelling| seen.insert(spelling)));
        assert!(Column::ALL.iter().all(|column| SPELLINGS.iter().any(|(spelt, _)| spelt == column)));
        assert_eq!(Column::of(" Offence  Code 2 "), Some(Column::OffenceCode));
        assert_eq!(Column::of("Cell"), None);
    }
}
