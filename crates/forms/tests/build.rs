//! The program that builds this crate stops on a form that makes no sense, and says in which file,
//! on which line and why. It is run here as the build runs it, on a folder of its own.
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// The forms as they are shipped, in a folder of their own, one of them changed.
fn built(name: &str, change: &dyn Fn(&str) -> String) -> Output {
    built_with("capacity", name, change)
}

/// The forms as they are shipped, the one with this id changed.
fn built_with(id: &str, name: &str, change: &dyn Fn(&str) -> String) -> Output {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("forms-{}", std::process::id())).join(name);
    let (manifest, out) = (root.join("crates/forms"), root.join("out"));
    for folder in [&manifest, &out, &root.join("forms")] {
        fs::create_dir_all(folder).unwrap();
    }
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let is_changed = path.file_stem().is_some_and(|stem| stem == id);
        let text = if is_changed { change(&text) } else { text };
        fs::write(root.join("forms").join(path.file_name().unwrap()), text).unwrap();
    }
    let output = Command::new(env!("FORMS_BUILD"))
        .env("CARGO_MANIFEST_DIR", &manifest)
        .env("OUT_DIR", &out)
        .output()
        .expect("the build program runs");
    let written = out.join("embedded.rs").exists();
    assert_eq!(written, output.status.success(), "what is refused is not embedded");
    fs::remove_dir_all(&root).unwrap();
    output
}

fn line_of(text: &str, what: &str) -> usize {
    text[..text.find(what).unwrap_or_else(|| panic!("'{what}' is in the form"))].matches('\n').count() + 1
}

#[test]
fn the_build_takes_the_forms_as_they_are() {
    let output = built("as_they_are", &str::to_owned);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_build_stops_on_each_kind_of_fault_and_names_file_line_and_reason() {
    let original = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/capacity.toml")).unwrap();
    // What is written, what stands there instead, which part of it is on the line that is named, and why.
    let faults = [
        (
            "label = \"Why is capacity",
            "colour = \"blue\"\nlabel = \"Why is capacity",
            "colour =",
            "there is no key `colour`",
        ),
        ("title = \"The decision\"\n", "", "[[section]]", "a key is missing: `title`"),
        ("id = \"retain\"", "id = \"understand\" # again", "# again", "two questions called 'understand'"),
        ("is = \"lacks\"", "is = \"absent\"", "is = \"absent\"", "'conclusion' has no option 'absent'"),
        (
            "question = \"because\", is = \"yes\"",
            "question = \"wishes\", answered = true",
            "\"wishes\", answered",
            "no question 'wishes' is asked before",
        ),
        ("class = \"third_party\"", "class = \"public\"", "\"public\"", "there is no class 'public'"),
        (
            "feeds.document = [\"health_letter\"]",
            "feeds.document = [\"newspaper\"]",
            "\"newspaper\"",
            "no document kind 'newspaper'",
        ),
        (
            "useful_length = 250",
            "useful_length = 250\nfeeds.alert = { kind = \"dragons\" }",
            "\"dragons\"",
            "no alert kind 'dragons'",
        ),
        (
            "useful_length = 250",
            "useful_length = 250\nprefill = \"latest.screening.weather\"",
            "latest.screening",
            "no form 'screening' asks 'weather'",
        ),
        (
            "useful_length = 250",
            "useful_length = 250\nprefill = \"latest.risks.to_self\"",
            "latest.risks",
            "no form 'risks' asks 'to_self'",
        ),
        (
            "useful_length = 250",
            "useful_length = 250\nprefill = \"latest.screening.others_said\"",
            "latest.screening",
            "is in a third_party section",
        ),
        (
            "useful_length = 250",
            "useful_length = 250\nprefill = \"person.shoe_size\"",
            "person.shoe",
            "the person has no field 'shoe_size'",
        ),
        ("useful_length = 250", "useful_length = 250\nmin = 1", "id = \"decision\"\nlabel", "min and max mean nothing"),
        (
            "useful_length = 250",
            "useful_length = 250\nmoment = \"past\"",
            "moment = \"past\"",
            "has no date, so moment means nothing",
        ),
        ("moment = \"past\"", "moment = \"yesterday\"", "\"yesterday\"", "no moment 'yesterday'"),
        ("from_age = 16", "from_age = 16, under_age = 12", "from_age", "nobody is of that age"),
        (
            "{ code = \"contact\", label = \"Being seen or helped by this service\" }",
            "{ label = \"Being seen\" }",
            "{ label = \"Being seen\" }",
            "a key is missing: `code`",
        ),
        ("sign = true", "sign = true\nstep = \"assessments\"", "step =", "no form fulfils a step 'assessments'"),
        ("sign = true", "sign = true\nstep = \"screening\"", "step =", "needs a date_time 'seen_at'"),
    ];
    for (number, (from, to, named, reason)) in faults.iter().enumerate() {
        assert!(original.contains(from), "{from}");
        let changed = original.replacen(from, to, 1);
        let line = line_of(&changed, named);
        let output = built(&format!("fault_{number}"), &|_| changed.clone());
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!output.status.success(), "the build goes on after: {reason}");
        let found = told
            .lines()
            .any(|told| told.starts_with("cargo::error=forms/capacity.toml, line ") && told.contains(reason));
        assert!(found, "wanted '{reason}', told:\n{told}");
        let at_line = told.contains(&format!("forms/capacity.toml, line {line}: "));
        assert!(at_line, "wanted line {line} for '{reason}', told:\n{told}");
    }
}

#[test]
fn every_fault_of_every_file_is_told_at_once() {
    let output = built("many", &|text| {
        text.replacen("class = \"third_party\"", "class = \"public\"", 1).replacen(
            "\"health_letter\"",
            "\"newspaper\"",
            1,
        )
    });
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("class 'public'") && told.contains("document kind 'newspaper'"), "{told}");
}

/// A form of the shipped ones, what is written in it, what stands there instead, which part of that is on the line
/// that is named, and why it is refused.
type Fault = (&'static str, &'static str, &'static str, &'static str, &'static str);

#[track_caller]
fn stops(name: &str, faults: &[Fault]) {
    for (number, (id, from, to, named, reason)) in faults.iter().enumerate() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../forms/{id}.toml"));
        let original = fs::read_to_string(path).unwrap();
        assert!(original.contains(from), "{id}: {from}");
        let changed = original.replacen(from, to, 1);
        let line = line_of(&changed, named);
        let output = built_with(id, &format!("{name}_{number}"), &|_| changed.clone());
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!output.status.success(), "the build goes on after: {reason}");
        let at = format!("cargo::error=forms/{id}.toml, line {line}: ");
        let found = told.lines().any(|told| told.starts_with(&at) && told.contains(reason));
        assert!(found, "wanted '{at}… {reason}', told:\n{told}{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_build_stops_on_an_alert_that_never_rises_or_tells_what_not_everybody_reads() {
    let others = "label = \"What was said, and by whom\"\nkind = \"long_text\"";
    stops(
        "alert",
        &[
            (
                "risk",
                "when = { question = \"to_self\", is = \"identified\" }",
                "when = { question = \"to_self\", any_of = [] }",
                "any_of = [] }",
                "any_of needs at least one code",
            ),
            (
                "screening",
                "detail = \"self_harm_narrative\"",
                "detail = \"others_said\"",
                "detail = \"others_said\"",
                "an alert would tell of 'others_said'",
            ),
            (
                "screening",
                "[[section]]\nid = \"outcome\"\ntitle = \"Outcome\"\nclass = \"needs_plan\"\n",
                "[[section]]\nid = \"outcome\"\ntitle = \"Outcome\"\nclass = \"needs_plan\"\n\n[[section.question]]\nid = \"seen_too\"\nlabel = \"Seen too?\"\nkind = \"yes_no\"\nfeeds.alert = { kind = \"other\", when = { question = \"others_said\", answered = true } }\n",
                "kind = \"other\", when",
                "an alert would tell of 'others_said'",
            ),
        ],
    );
    let screening =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/screening.toml")).unwrap();
    assert!(screening.contains(others), "others speak in confidence");
}

#[test]
fn the_build_stops_on_a_state_of_risk_that_cannot_be_read() {
    let feed = "feeds.risk = { known = [\"identified\"], none = [\"none_identified\"] }";
    stops(
        "risk",
        &[
            (
                "risk",
                feed,
                "feeds.risk = { known = [], none = [\"none_identified\"] }",
                "id = \"to_self\"",
                "no code in feeds.risk.known",
            ),
            (
                "risk",
                feed,
                "feeds.risk = { known = [\"identified\"], none = [\"identified\"] }",
                "none = [\"identified\"] }",
                "cannot mean both",
            ),
            (
                "risk",
                feed,
                "feeds.risk = { overall = true, known = [\"identified\"], none = [\"none_identified\"] }",
                "id = \"overall_state\"",
                "only one may be overall",
            ),
            (
                "risk",
                "hint = \"In their own words where you can. What brings it on, what eases it, who they would turn to.\"",
                "feeds.risk = { known = [] }",
                "id = \"to_self_detail\"",
                "is typed: feeds.risk reads codes",
            ),
        ],
    );
}

#[test]
fn the_build_stops_on_scores_that_cannot_be_counted() {
    let item = "id = \"small_sounds\"\nlabel = \"I often notice small sounds when others do not\"\nkind = ";
    let multi: &'static str = Box::leak(format!("{item}\"multi\"").into_boxed_str());
    let single: &'static str = Box::leak(format!("{item}\"single\"").into_boxed_str());
    stops(
        "scores",
        &[
            ("aq10", single, multi, "id = \"small_sounds\"", "so they cannot have scores"),
            (
                "bjmhs",
                "of = [\"medication\"]",
                "of = [\"medication\", \"medication\"]",
                "of = [\"medication\"",
                "is named twice",
            ),
            ("bjmhs", "\"slowed\", \"useless\"]", "\"useless\"]", "missing = ", "no result rests on the item 'slowed'"),
            ("audit_c", "next_form = \"audit\"", "next_form = \"audits\"", "next_form = ", "there is no such form"),
            (
                "aq10",
                "label = \"Definitely agree\", score = 1",
                "label = \"Definitely agree\", score = 2000000000",
                "missing = ",
                "too large to be summed",
            ),
            ("aq10", "from = 6, to = 10", "from = 6, to = 2147483647", "missing = ", "the bands end at 2147483647"),
        ],
    );
}

#[test]
fn the_build_stops_on_what_people_could_not_read() {
    stops(
        "words",
        &[
            ("capacity", "version = ", "version = 0 # ", "id = \"capacity\"", "the version is counted from 1"),
            (
                "aq10",
                "title = \"AQ-10: autism, ten statements\"",
                "title = \" \"",
                "id = \"aq10\"",
                "the title of the form is empty",
            ),
            (
                "aq10",
                "title = \"Please choose one answer to each statement\"",
                "title = \"\"",
                "id = \"items\"",
                "the title of the section 'items' is empty",
            ),
            (
                "aq10",
                "label = \"I often notice small sounds when others do not\"",
                "label = \"\"",
                "id = \"small_sounds\"",
                "the label of 'small_sounds' is empty",
            ),
            (
                "capacity",
                "label = \"Being seen or helped by this service\"",
                "label = \"\"",
                "code = \"contact\", label",
                "the label of the option 'contact' is empty",
            ),
            (
                "aq10",
                "label = \"Below the cut-off of 6\"",
                "label = \"\"",
                "from = 0, to = 5",
                "the label of a band is empty",
            ),
            (
                "bjmhs",
                "label = \"No reason to refer by the rule of this screen\"",
                "label = \"\"",
                "label = \"\"",
                "the label of a result is empty",
            ),
        ],
    );
}
