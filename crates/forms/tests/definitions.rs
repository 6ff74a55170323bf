//! A definition that does not make sense is refused, with the line and the reason.
use throughline_forms::{check_definition, check_definitions};

/// A form with one section whose questions are given.
fn form(questions: &str) -> String {
    format!(
        "id = \"sample\"\nversion = 1\ntitle = \"Sample\"\nkind = \"form\"\nintro = \"For tests\"\n\n[[section]]\nid = \"one\"\ntitle = \"One\"\nclass = \"clinical\"\n\n{questions}"
    )
}

const ASKED: &str = "[[section.question]]\nid = \"eaten\"\nlabel = \"Eaten today?\"\nkind = \"yes_no\"\n\n";

fn instrument(scoring: &str) -> String {
    form(concat!(
        "[[section.question]]\nid = \"low\"\nlabel = \"Low?\"\nkind = \"single\"\n",
        "options = [{ code = \"no\", label = \"No\", score = 0 }, { code = \"yes\", label = \"Yes\", score = 3 }]\n"
    ))
    .replace("kind = \"form\"", "kind = \"instrument\"")
        + "[licence]\nholder = \"Nobody\"\nterms = \"Free\"\nsource = \"Invented\"\nitems_shown = true\n"
        + scoring
}

#[track_caller]
fn refused(text: &str, line: usize, reason: &str) {
    let errors = check_definition("sample.toml", text).expect_err("the definition is refused");
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let found = errors.iter().any(|error| error.line == Some(line) && error.reason.contains(reason));
    assert!(found, "wanted line {line} '{reason}', told:\n{}\n{text}", told.join("\n"));
}

#[test]
fn a_form_that_makes_sense_is_read_whole() {
    let text = form(&format!(
        "{ASKED}[[section.question]]\nid = \"what\"\nlabel = \"What?\"\nkind = \"text\"\nwhen = {{ question = \"eaten\", is = \"yes\" }}\n"
    ));
    let form = check_definition("forms/sample.toml", &text).expect("it makes sense");
    assert_eq!(form.questions().map(|question| question.id.as_str()).collect::<Vec<_>>(), ["eaten", "what"]);
    let yes_no: Vec<&str> = form.question("eaten").unwrap().options.iter().map(|o| o.label.as_str()).collect();
    assert_eq!(yes_no, ["Yes", "No"]);
}

#[test]
fn what_is_not_toml_is_told_by_its_line() {
    refused("id = \"sample\"\nversion = \n", 2, "");
}

#[test]
fn unknown_keys_and_choices_are_refused() {
    refused(&form(&ASKED.replace("kind", "colour = \"blue\"\nkind")), 15, "there is no key `colour`");
    refused(&form(&ASKED.replace("yes_no", "slider")), 15, "there is no such choice as `slider`");
    refused(&form(&ASKED.replace("label", "lable")), 14, "there is no key `lable`");
}

#[test]
fn missing_keys_are_named() {
    refused(&form(ASKED).replace("title = \"Sample\"\n", ""), 1, "a key is missing: `title`");
}

#[test]
fn the_file_is_called_as_the_form() {
    let errors = check_definition("other.toml", &form(ASKED)).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "other.toml, line 1: the form is called 'sample', so its file must be sample.toml"
    );
}

#[test]
fn names_are_small_letters_digits_and_underscores() {
    refused(&form(&ASKED.replace("eaten", "Eaten.today")), 13, "may have only small letters");
}

#[test]
fn two_questions_or_sections_of_one_name_are_refused() {
    refused(&form(&format!("{ASKED}{ASKED}")), 18, "two questions called 'eaten'");
    let section = "[[section]]\nid = \"one\"\ntitle = \"Again\"\nclass = \"risk\"\n[[section.question]]\nid = \"b\"\nlabel = \"B\"\nkind = \"text\"\n";
    refused(&form(&format!("{ASKED}{section}")), 18, "two sections called 'one'");
}

#[test]
fn empty_forms_and_sections_are_refused() {
    refused(&form(""), 8, "asks nothing");
    refused("id = \"sample\"\nversion = 1\ntitle = \"S\"\nkind = \"form\"\nintro = \"\"\n", 1, "at least one section");
}

#[test]
fn a_section_has_a_class_there_is() {
    refused(&form(ASKED).replace("\"clinical\"", "\"public\""), 10, "there is no class 'public'");
}

#[test]
fn a_condition_looks_back_to_a_question_and_a_code_there_are() {
    let with = |when: &str| {
        form(&format!(
            "{ASKED}[[section.question]]\nid = \"what\"\nlabel = \"What?\"\nkind = \"text\"\nwhen = {when}\n"
        ))
    };
    refused(&with("{ question = \"slept\", is = \"yes\" }"), 21, "no question 'slept' is asked before");
    refused(&with("{ question = \"what\", answered = true }"), 21, "no question 'what' is asked before");
    refused(&with("{ question = \"eaten\", is = \"perhaps\" }"), 21, "has no option 'perhaps'; it has: yes, no");
    refused(&with("{ question = \"eaten\", any_of = [\"yes\", \"perhaps\"] }"), 21, "has no option 'perhaps'");
    refused(&with("{ question = \"eaten\", not = \"perhaps\" }"), 21, "has no option 'perhaps'");
    refused(&with("{ question = \"eaten\" }"), 21, "exactly one of");
    refused(&with("{ question = \"eaten\", is = \"yes\", not = \"no\" }"), 21, "exactly one of");
    refused(&with("{ question = \"eaten\", answered = false }"), 21, "silence says nothing");
    refused(&with("{ is = \"yes\" }"), 18, "needs to name a question");
    refused(&with("{ }"), 18, "a condition needs a question with");
    refused(&with("{ all = [] }"), 18, "at least one condition");
    refused(&with("{ question = \"eaten\", is = \"yes\", all = [] }"), 21, "not both");
    let typed = format!(
        "{ASKED}[[section.question]]\nid = \"name\"\nlabel = \"Name\"\nkind = \"text\"\n\n[[section.question]]\nid = \"what\"\nlabel = \"What?\"\nkind = \"text\"\nwhen = {{ question = \"name\", is = \"x\" }}\n"
    );
    refused(&form(&typed), 26, "only 'answered' can be asked of it");
}

#[test]
fn options_are_there_for_choices_and_only_for_them() {
    let with = |kind: &str, more: &str| {
        form(&format!("[[section.question]]\nid = \"q\"\nlabel = \"Q\"\nkind = \"{kind}\"\n{more}\n"))
    };
    let two = "options = [{ code = \"a\", label = \"A\" }, { code = \"b\", label = \"B\" }]";
    refused(&with("single", ""), 13, "no options to choose from");
    refused(&with("multi", "options = []"), 13, "no options to choose from");
    refused(&with("text", two), 13, "typed, not chosen");
    refused(&with("yes_no", two), 13, "leave its options out");
    refused(&with("single", &two.replace("\"b\"", "\"a\"")), 16, "two options have the code 'a'");
    refused(&with("single", "option_list = \"colours\""), 16, "there is no list 'colours'");
    refused(&with("single", &format!("{two}\noption_list = \"colours\"")), 13, "both options and option_list");
    refused(&with("single", &two.replace("\"A\"", "\"A\", score = 1")), 16, "'b' has no score");
    refused(&with("single", &two.replace("\"A\"", "\"A\", national = \"01\"")), 16, "needs national_list");
}

#[test]
fn limits_belong_to_numbers_and_are_in_order() {
    refused(&form(&ASKED.replace("yes_no\"", "text\"\nmin = 1")), 13, "min and max mean nothing");
    refused(&form(&ASKED.replace("yes_no\"", "number\"\nmin = 5\nmax = 1")), 13, "above its max");
}

#[test]
fn an_answer_feeds_only_what_there_is() {
    let with = |feeds: &str| form(&format!("{}{feeds}\n", ASKED.trim_end().to_owned() + "\n"));
    refused(&with("feeds.alert = { kind = \"dragons\" }"), 16, "no alert kind 'dragons'");
    refused(&with("feeds.alert = { kind = \"self_harm\", when = { is = \"perhaps\" } }"), 16, "no option 'perhaps'");
    refused(&with("feeds.alert = { kind = \"self_harm\", detail = \"why\" }"), 16, "no question 'why' to explain");
    refused(&with("feeds.document = [\"newspaper\"]"), 16, "no document kind 'newspaper'");
    refused(&with("feeds.finding = \"need\""), 13, "only a findings question");
    refused(&with("feeds.risk = { known = [\"perhaps\"] }"), 16, "no option 'perhaps'");
    let risk = with("feeds.risk = { known = [\"yes\"] }");
    refused(&risk, 13, "its section must be of the class risk");
    check_definition("sample.toml", &risk.replace("\"clinical\"", "\"risk\"")).expect("the card's readers may know");
    refused(&with("prefill = \"memory\""), 16, "no place to take an answer from");
    let findings = "[[section.question]]\nid = \"q\"\nlabel = \"Q\"\nkind = \"findings\"\noptions = [{ code = \"a\", label = \"A\" }]\n";
    refused(&form(findings), 13, "needs feeds.finding");
    refused(&form(&format!("{findings}feeds.finding = \"wishes\"\n")), 17, "no list of findings 'wishes'");
}

#[test]
fn no_document_carries_what_other_people_said() {
    let text = form(&format!("{}feeds.document = [\"court_report\"]\n", ASKED.trim_end().to_owned() + "\n"));
    refused(&text.replace("\"clinical\"", "\"third_party\""), 13, "which no document may carry");
}

#[test]
fn what_has_readers_of_its_own_feeds_nothing_that_others_read() {
    for class in ["third_party", "sealed"] {
        for feeds in ["feeds.dataset = \"ITEM\"\n", "feeds.alert = { kind = \"self_harm\" }\n"] {
            let text = form(&format!("{}{feeds}", ASKED.trim_end().to_owned() + "\n"));
            refused(&text.replace("\"clinical\"", &format!("\"{class}\"")), 13, "would tell what it says");
        }
        let text = form(&format!("{}feeds.document = [\"court_report\"]\n", ASKED.trim_end().to_owned() + "\n"));
        refused(&text.replace("\"clinical\"", &format!("\"{class}\"")), 13, "which no document may carry");
    }
}

#[test]
fn an_instrument_has_a_licence_and_a_score() {
    let text = form(ASKED).replace("kind = \"form\"", "kind = \"instrument\"");
    refused(&text, 1, "needs a [licence]");
    refused(&text, 1, "needs [scoring]");
}

#[test]
fn bands_name_every_total_once() {
    let scoring = |missing: &str, bands: &str| {
        instrument(&format!("[scoring]\nsource = \"Invented\"\nmissing = {missing}\nbands = [\n{bands}]\n"))
    };
    let all = "{ from = 0, to = 1, label = \"Low\" },\n{ from = 2, to = 3, label = \"High\" },\n";
    assert!(check_definition("sample.toml", &scoring("\"refuse\"", all)).is_ok());
    refused(&scoring("\"refuse\"", &all.replace("from = 2", "from = 3")), 27, "the next total to name is 2");
    refused(&scoring("\"refuse\"", &all.replace("from = 2", "from = 1")), 27, "the next total to name is 2");
    refused(
        &scoring("\"refuse\"", &all.replace("to = 3", "to = 2")),
        24,
        "the bands end at 2, but totals go from 0 to 3",
    );
    refused(&scoring("\"prorate\"", all), 24, "needs missing_max");
    refused(&scoring("\"refuse\"\nmissing_max = 1", all), 24, "no meaning");
    refused(
        &scoring("\"refuse\"\nreliable_change = { points = 0, source = \"Invented\" }", all),
        25,
        "at least 1 point",
    );
    let unscored = scoring("\"refuse\"", all).replace(", score = 0", "").replace(", score = 3", "");
    refused(&unscored, 24, "no question whose options have scores");
}

/// A form with a moment, a day and a text, and what more is written in the last question.
fn dated(more: &str) -> String {
    form(&format!(
        "{ASKED}[[section.question]]\nid = \"seen\"\nlabel = \"Seen\"\nkind = \"date_time\"\n\n[[section.question]]\nid = \"gone\"\nlabel = \"Gone\"\nkind = \"date\"\n{more}\n"
    ))
}

#[test]
fn limits_belong_to_what_they_limit() {
    assert!(check_definition("sample.toml", &dated("moment = \"past\"\nnot_before = \"seen\"")).is_ok());
    refused(&dated("moment = \"soon\""), 26, "there is no moment 'soon'; it is past or future");
    refused(&dated("not_before = \"eaten\""), 26, "'eaten' has no date, so nothing can be before it");
    refused(&dated("not_before = \"gone\""), 26, "no question 'gone' is asked before");
    refused(&dated("useful_length = 10"), 26, "'gone' is no text, so useful_length means nothing");
    refused(
        &dated("kind = \"date\"")
            .replacen("kind = \"date\"\n", "", 1)
            .replace("\"date\"", "\"text\"\nuseful_length = 0"),
        26,
        "at least 1 character",
    );
    refused(
        &form(&ASKED.replace("yes_no\"", "yes_no\"\nmoment = \"past\"")),
        16,
        "'eaten' has no date, so moment means nothing",
    );
    refused(
        &form(&ASKED.replace("yes_no\"", "yes_no\"\nnot_before = \"eaten\"")),
        16,
        "'eaten' has no date, so not_before means nothing",
    );
}

#[test]
fn a_contradiction_is_about_what_was_asked_and_says_what_to_do() {
    let with = |one: &str| dated(&format!("contradicted = [{one}]"));
    assert!(
        check_definition("sample.toml", &with("{ when = { question = \"eaten\", is = \"no\" }, say = \"Change it\" }"))
            .is_ok()
    );
    refused(
        &with("{ when = { question = \"eaten\", is = \"maybe\" }, say = \"Change it\" }"),
        26,
        "has no option 'maybe'",
    );
    refused(
        &with("{ when = { question = \"slept\", is = \"no\" }, say = \"Change it\" }"),
        26,
        "no question 'slept' is asked before",
    );
    refused(
        &with("{ when = { question = \"eaten\", is = \"no\" }, say = \" \" }"),
        26,
        "needs to say what to put right",
    );
    refused(&with("{ when = { question = \"eaten\", is = \"no\" } }"), 26, "a key is missing: `say`");
}

#[test]
fn a_form_is_made_for_people_there_are() {
    let with = |fits: &str| form(ASKED).replace("intro =", &format!("fits = {fits}\nintro ="));
    assert!(
        check_definition("sample.toml", &with("{ from_age = 10, under_age = 18, contact = [\"voluntary\"] }")).is_ok()
    );
    refused(&with("{ from_age = 18, under_age = 18 }"), 5, "nobody is of that age");
    refused(&with("{ contact = [\"moon\"] }"), 5, "there is no point of contact 'moon'; there are: custody");
    refused(&with("{ age = 3 }"), 5, "there is no key `age`");
}

#[test]
fn a_form_that_fulfils_a_step_asks_what_is_read_from_it() {
    let with = |step: &str| form(ASKED).replace("intro =", &format!("sign = true\nstep = \"{step}\"\nintro ="));
    assert!(check_definition("sample.toml", &with("assessment")).is_ok());
    refused(&with("closure"), 6, "no form fulfils a step 'closure'; it is one of: screening, assessment, risk");
    for what in ["a date_time 'seen_at'", "a question 'agreed'", "a question 'outcome'", "a question 'urgency'"] {
        refused(&with("screening"), 6, what);
    }
    refused(&with("risk"), 6, "feeds.risk = { overall = true");
    refused(&with("assessment").replace("sign = true\n", ""), 5, "write sign = true");
    refused(
        &with("assessment").replace("kind = \"form\"", "kind = \"instrument\""),
        6,
        "a questionnaire fulfils no step",
    );
}

#[test]
fn what_is_taken_over_is_asked_by_a_form_that_is_there() {
    let taking = |from: &str| form(&format!("{}prefill = \"{from}\"\n", ASKED.trim_end().to_owned() + "\n"));
    let other = form(ASKED).replace("\"sample\"", "\"other\"").replace("\"one\"", "\"two\"");
    let told = |text: &str| {
        let errors = check_definitions([("forms/sample.toml", text), ("forms/other.toml", other.as_str())]).err();
        errors.into_iter().flatten().map(|error| error.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(told(&taking("latest.other.eaten")), Vec::<String>::new());
    let words = |reason: &str| vec![format!("forms/sample.toml, line 16: {reason}")];
    assert_eq!(
        told(&taking("latest.other.slept")),
        words("no form 'other' asks 'slept', so no answer can be taken from it")
    );
    assert_eq!(
        told(&taking("latest.none.eaten")),
        words("no form 'none' asks 'eaten', so no answer can be taken from it")
    );
    refused(&taking("person.shoe_size"), 16, "the person has no field 'shoe_size'; there are: language");
}

#[test]
fn an_answer_is_required_beside_others_only_where_it_is_required_at_all() {
    let with = |keys: &str| {
        form(&format!("{ASKED}[[section.question]]\nid = \"what\"\nlabel = \"What?\"\nkind = \"text\"\n{keys}"))
    };
    let when = "required_when = { question = \"eaten\", is = \"no\" }\n";
    assert!(check_definition("sample.toml", &with(&format!("required = \"to_sign\"\n{when}"))).is_ok());
    refused(&with(when), 18, "is never required, so required_when means nothing");
    let later = "required = \"yes\"\nrequired_when = { question = \"slept\", is = \"no\" }\n";
    refused(&with(later), 22, "no question 'slept' is asked before this one");
}

#[test]
fn an_option_raises_an_alert_of_a_kind_there_is() {
    let with = |option: &str, keys: &str| {
        form(&format!(
            "{ASKED}[[section.question]]\nid = \"which\"\nlabel = \"Which?\"\nkind = \"multi\"\noptions = [{{ code = \"fire\", label = \"Fire\"{option} }}]\n{keys}"
        ))
    };
    assert!(check_definition("sample.toml", &with(", alert = \"arson\"", "feeds.alert_detail = \"which\"\n")).is_ok());
    refused(&with(", alert = \"dragons\"", ""), 21, "no alert kind 'dragons'");
    refused(&with("", "feeds.alert_detail = \"which\"\n"), 18, "alert_detail explains none");
    refused(
        &with(", alert = \"arson\"", "feeds.alert_detail = \"why\"\n"),
        22,
        "no question 'why' to explain the alert",
    );
    let confidential = with(", alert = \"arson\"", "").replace("\"clinical\"", "\"third_party\"");
    refused(&confidential, 18, "is in a third_party section");
}
