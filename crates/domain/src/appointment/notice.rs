//! The notice of an appointment: what somebody takes home, reads out on a bus, or leaves on a table.
//!
//! Others see it. Unless the person agreed, it says nothing from which somebody could tell that
//! the police, a court, or mental health have to do with it.

/// What an appointment notice is made of.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Given names, as the person is called.
    pub given_name: String,
    /// The day and the time, in words.
    pub when: String,
    /// How long it takes, in words.
    pub length: String,
    /// Where to come, as typed for the clinic.
    pub place: String,
    /// Whom to ask for.
    pub ask_for: String,
    /// The number to ring.
    pub phone: String,
    /// The service's name.
    pub service: String,
    /// Whether the person agreed that the notice may say what it is about.
    pub may_say: bool,
}

/// Words that tell others what an appointment is about, folded. Compared with whole words, and with
/// the start of words where they end in a stroke.
const TELLING: &[&str] = &[
    "police",
    "policing",
    "custody",
    "court",
    "courts",
    "magistrates",
    "crown",
    "offence",
    "offences",
    "offender*",
    "arrest*",
    "suspect*",
    "interview*",
    "officer",
    "constable",
    "sergeant",
    "detective",
    "solicitor",
    "probation",
    "prison",
    "crime",
    "criminal",
    "justice",
    "liaison",
    "diversion",
    "mental",
    "psychiatr*",
    "psycholog*",
    "forensic",
    "nhs",
    "nurse",
    "caution",
    "voluntary",
    "pc",
    "dc",
    "ds",
    "ps",
];

/// Whether a text has words that tell others what it is about.
pub fn tells(text: &str) -> bool {
    let folded = crate::name::folded(text);
    let is_telling = |word: &str| {
        TELLING.iter().any(|telling| match telling.strip_suffix('*') {
            Some(start) => word.starts_with(start),
            None => word == *telling,
        })
    };
    // "L&D" folds to two letters.
    folded.split(' ').any(is_telling) || format!(" {folded} ").contains(" l d ")
}

/// The lines of the notice. What would tell others is left out, with whom to ask instead, unless the
/// person agreed that it may stand there.
pub fn lines(facts: &Facts) -> Vec<String> {
    let may_stand = |text: &str| !text.trim().is_empty() && (facts.may_say || !tells(text));
    let mut lines = vec![format!("Hello {}", facts.given_name.trim()).trim_end().to_owned(), String::new()];
    lines.push(format!("Your appointment is on {}. It takes about {}.", facts.when, facts.length));
    if may_stand(&facts.place) {
        lines.push(format!("Where: {}", facts.place.trim()));
    } else {
        lines.push("Where: we have told you, or will when you ring us.".to_owned());
    }
    if may_stand(&facts.ask_for) {
        lines.push(format!("Ask for: {}", facts.ask_for.trim()));
    }
    if facts.may_say {
        lines.push(format!("This is an appointment with {}, a health service. We are not the police.", facts.service));
    }
    lines.push("It is your choice whether you come. You may bring somebody with you.".to_owned());
    if !facts.phone.trim().is_empty() {
        lines.push(format!("If you cannot come, or need another time or an interpreter, ring {}.", facts.phone.trim()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(may_say: bool) -> Facts {
        Facts {
            given_name: "Ada".into(),
            when: "Tuesday 1 December 2026 at 10:00".into(),
            length: "30 minutes".into(),
            place: "Bromley Police Station, 1 High Street".into(),
            ask_for: "the mental health nurse".into(),
            phone: "020 7946 0100".into(),
            service: "South London Liaison and Diversion".into(),
            may_say,
        }
    }

    #[test]
    fn nobody_can_tell_from_a_notice_what_it_is_about() {
        let text = lines(&facts(false)).join("\n");
        assert!(!tells(&text), "{text}");
        assert!(text.contains("10:00") && text.contains("020 7946 0100") && text.contains("your choice"), "{text}");
        for word in ["police", "Police", "mental", "Liaison", "High Street"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }

    #[test]
    fn what_the_person_agreed_to_stands_there() {
        let text = lines(&facts(true)).join("\n");
        assert!(text.contains("Bromley Police Station") && text.contains("Liaison and Diversion"), "{text}");
    }

    #[test]
    fn a_plain_place_is_given() {
        let plain = Facts { place: "1 High Street, side door".into(), ask_for: "Amara".into(), ..facts(false) };
        let text = lines(&plain).join("\n");
        assert!(text.contains("1 High Street, side door") && text.contains("Ask for: Amara"), "{text}");
    }

    #[test]
    fn telling_words_are_found_in_any_writing() {
        for text in
            ["POLICE", "Magistrates' Court", "Psychiatric ward", "the L&D team", "after your interview", "DC Marsh"]
        {
            assert!(tells(text), "{text}");
        }
        for text in ["1 High Street", "Courtney House", "Ask for Amara", "Policeman's Rest?"] {
            assert!(!tells(text), "{text}");
        }
    }
}
