//! The design system's own fixtures, our macros with invented people, and the filters.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::*;

fn drawn(template: &str, values: impl Serialize) -> String {
    environment().render_str(template, values).unwrap_or_else(|error| panic!("{error:#}"))
}

mod fixtures {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Fixtures {
        fixtures: Vec<Fixture>,
    }

    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Fixture {
        name: String,
        context: serde_json::Value,
        call_block: Option<String>,
        html: String,
    }

    /// Every component of nhsuk-frontend, drawn from its own example values, must give the HTML
    /// that its makers publish.
    #[test]
    fn every_fixture_of_the_design_system_is_drawn_as_its_makers_draw_it() {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules/nhsuk-frontend/dist/nhsuk/components");
        let environment = environment();
        let (mut identical, mut different) = (0, Vec::new());
        for folder in folders_with_fixtures(&root) {
            let component = folder.strip_prefix(&root).expect("found below it").to_string_lossy().into_owned();
            let text = fs::read_to_string(folder.join("fixtures.json")).expect("the file was listed");
            let fixtures: Fixtures = serde_json::from_str(&text).expect("fixtures.json keeps its shape");
            for fixture in fixtures.fixtures {
                let drawn = draw(&environment, &component, &fixture);
                if normal(&drawn) == normal(&fixture.html) {
                    identical += 1;
                } else {
                    different.push(format!("{component}: {}\n{drawn}\n--- expected\n{}", fixture.name, fixture.html));
                }
            }
        }
        println!("{identical} of {} fixtures are drawn identically", identical + different.len());
        assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n=====\n"));
        assert_eq!(identical, 983, "run script/vendor; a new version of nhsuk-frontend has another number");
    }

    fn folders_with_fixtures(folder: &Path) -> Vec<PathBuf> {
        let entries =
            fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}. Run script/vendor", folder.display()));
        let mut found = Vec::new();
        if folder.join("fixtures.json").exists() {
            found.push(folder.to_owned());
        }
        for entry in entries.filter_map(Result::ok).filter(|entry| entry.path().is_dir()) {
            found.extend(folders_with_fixtures(&entry.path()));
        }
        found
    }

    fn draw(environment: &Environment<'_>, component: &str, fixture: &Fixture) -> String {
        let path = format!("nhsuk/components/{component}/macro.jinja");
        let text = source(&path).unwrap_or_else(|| panic!("{path} is not in vendor/templates"));
        let name =
            text.split("macro ").nth(1).and_then(|rest| rest.split('(').next()).expect("the file defines a macro");
        let body = match fixture.call_block {
            Some(_) => format!("{{% call {name}(params) %}}{{{{ block | safe }}}}{{% endcall %}}"),
            None => format!("{{{{ {name}(params) }}}}"),
        };
        let template = format!("{{% from \"{path}\" import {name} %}}{body}");
        environment
            .render_str(&template, context! { params => fixture.context, block => fixture.call_block })
            .unwrap_or_else(|error| format!("{error:#}"))
    }

    /// HTML without what a reader of it does not see: white space between and inside tags, and
    /// the spelling of escaped characters.
    fn normal(html: &str) -> String {
        let mut text = html.to_owned();
        for (from, to) in
            [("&#x27;", "'"), ("&#39;", "'"), ("&#34;", "\""), ("&quot;", "\""), ("&#x2f;", "/"), ("&gt;", ">")]
        {
            text = text.replace(from, to);
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut text = words.join(" ");
        for (from, to) in [("> ", ">"), (" >", ">"), (" <", "<"), ("< ", "<")] {
            text = text.replace(from, to);
        }
        text
    }
}

#[test]
fn a_date_stands_in_its_field_as_people_type_it() {
    for (kept, shown) in [("2026-11-06", "6/11/2026"), ("6/11", "6/11"), ("31/02/2026", "31/02/2026"), ("", "")] {
        assert_eq!(typed_date(&Value::from(kept)), shown);
    }
    assert_eq!(typed_date(&Value::UNDEFINED), "");
}

#[test]
fn dates_and_times_are_shown_in_london_time() {
    let values = json!({ "summer": "2026-07-01T22:30:00Z", "born": "1945-07-14", "local": "2026-11-22T14:05:00", "clock": "09:30:00" });
    for (template, expected) in [
        ("{{ summer | datetime }}", "1 July 2026 at 23:30"),
        ("{{ summer | datetime_short }}", "1 Jul 2026 23:30"),
        ("{{ summer | time }}", "23:30"),
        ("{{ born | date_long }}", "14 July 1945"),
        ("{{ born | date_short }}", "14 Jul 1945"),
        ("{{ local | time }}", "14:05"),
        ("{{ clock | time }}", "09:30"),
        ("{{ nothing | date_long }}", ""),
    ] {
        assert_eq!(drawn(template, &values), expected, "{template}");
    }
}

#[test]
fn a_nhs_number_is_grouped_as_it_is_read_aloud() {
    assert_eq!(drawn("{{ '9990000018' | nhs }}", ()), "999\u{a0}000\u{a0}0018");
    assert_eq!(drawn("{{ 'not traced' | nhs }}", ()), "not traced");
}

#[test]
fn text_from_a_value_is_escaped_in_every_template() {
    assert_eq!(drawn("{{ name }}", json!({ "name": "<script>" })), "&lt;script&gt;");
}

#[test]
fn an_error_names_the_template_and_not_the_value() {
    let error = environment()
        .render_str("{{ secret | date_long }}", json!({ "secret": "Marlowe" }))
        .expect_err("it is no date");
    assert!(!format!("{error:?} {error:#}").contains("Marlowe"));
}

/// Invented people and answers, in the shapes that the macros take.
mod samples {
    use super::*;

    pub fn shell() -> Shell {
        let nav = ["Today", "Lists", "People", "Worklist", "Directory", "Measures", "Administration"];
        Shell {
            user: Some(ShellUser { id: String::new(), name: "Ade Bright".into(), role: "Practitioner".into() }),
            site: Some("Northgate custody".into()),
            demo: true,
            nav: nav
                .iter()
                .map(|text| NavItem {
                    text: (*text).into(),
                    href: format!("/{}", text.to_lowercase()),
                    current: *text == "People",
                })
                .collect(),
            may_search: true,
            csrf: "a-token".into(),
            now: "2026-11-22T14:05:00Z".parse().expect("it is a moment"),
            lock_after_seconds: 900,
            downtime_number: "01632 960 123".into(),
            help_href: "/help".into(),
            version: "0.1.0".into(),
        }
    }

    pub fn person() -> serde_json::Value {
        json!({
            "family": "Marlowe", "given": "Tobias", "title": "Mr", "preferred_name": "Toby", "href": "/people/1",
            "born": "1945-07-14", "age": 81, "gender": "Male", "nhs_number": "9990000018",
            "language": "Polish, interpreter needed", "adjustments": { "shown": ["Easy read", "Wears hearing aids"] },
            "legal_status": { "text": "Detained, not charged", "clock": clock("soon") },
            "custody": "NG/26/004417", "restricted": "Named team only",
            "consent": { "text": "GP yes, family no", "tone": "warn" }, "identity": "Confirmed 3 March 2026",
            "risk": { "state": "known", "words": "Known risk" },
        })
    }

    pub fn clock(state: &str) -> serde_json::Value {
        json!({ "name": "Review of detention", "due": "2026-11-22T15:00:00Z", "state": state, "words": "55 minutes left" })
    }

    pub fn questions() -> serde_json::Value {
        let part = |name: &str, codes: [(&str, bool); 2]| {
            let options: Vec<_> = codes
                .iter()
                .map(|(code, checked)| json!({ "code": code, "label": code, "checked": checked }))
                .collect();
            json!({ "name": name, "options": options, "error": null })
        };
        json!([
            { "id": "interpreter", "name": "interpreter", "kind": "yes_no", "label": "Is an interpreter needed?", "required": "yes", "visible": true, "value": "",
              "options": [{ "code": "yes", "label": "Yes", "checked": true }, { "code": "no", "label": "No", "checked": false }] },
            { "id": "language", "name": "language", "kind": "text", "label": "Which language?", "hint": "As the person says it", "required": "no", "visible": true, "value": "Polish \"polski\"",
              "when": { "about": { "question": "interpreter", "test": { "any_of": ["yes"] } } }, "only_if": "“Is an interpreter needed?” is “Yes”" },
            { "id": "story", "name": "story", "kind": "long_text", "label": "In the person's own words", "required": "to_sign", "visible": true, "value": "\n  first line\n</textarea>& more" },
            { "id": "seen", "name": "seen", "kind": "date_time", "label": "When were they seen?", "required": "no", "visible": true, "value": "26/3/26",
              "time": { "name": "seen.time", "value": "25:00", "error": "'25:00' is not a time: enter it like 9:30, 0930 or 2:15pm" } },
            { "id": "units", "name": "units", "kind": "number", "label": "Units of alcohol in a week", "required": "no", "visible": true, "value": "12" },
            { "id": "found", "name": "found", "kind": "findings", "label": "Vulnerabilities found", "required": "no", "visible": true, "value": "",
              "options": [
                { "code": "anxiety", "label": "Anxiety", "checked": true, "status": part("found.anxiety.status", [("identified", true), ("suspected", false)]), "known": part("found.anxiety.known", [("new", false), ("already_known", true)]) },
                { "code": "housing", "label": "Nowhere to live", "hint": "Tonight or soon", "checked": false, "status": part("found.housing.status", [("identified", false), ("suspected", false)]), "known": part("found.housing.known", [("new", false), ("already_known", false)]) },
                { "code": "none", "label": "None of these", "checked": false, "alone": true },
              ] },
        ])
    }
}

fn page(body: &str, values: serde_json::Value) -> String {
    let template = format!("{{% extends 'layout.html' %}}{body}");
    drawn(&template, context! { shell => samples::shell(), ..Value::from_serialize(values) })
}

fn macro_drawn(part: &str, name: &str, call: &str, values: serde_json::Value) -> String {
    drawn(&format!("{{% from 'parts/{part}.html' import {name} %}}{call}"), values)
}

#[test]
fn the_frame_obeys_its_own_content_security_policy() {
    let html = page(
        "{% block content %}<p>Hello</p>{% endblock %}",
        json!({ "heading": "People", "person": samples::person() }),
    );
    for inline in [" style=", " onclick=", " onload=", "javascript:", "<style", "<script>", "data:image", "https://"] {
        assert!(!html.contains(inline), "{inline}");
    }
    assert!(!html.contains("nhsuk-header__logo"), "the NHS logo is not ours to show");
}

#[test]
fn a_page_has_one_first_heading_a_way_past_the_header_and_help() {
    let html =
        page("{% block content %}<p>Hello</p>{% endblock %}", json!({ "heading": "People", "caption": "Northgate" }));
    assert_eq!(html.matches("<h1").count(), 1);
    for part in [
        "href=\"#maincontent\"",
        "id=\"maincontent\"",
        "01632 960 123",
        "Demonstration: invented people only",
        "<title>People - Throughline</title>",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn a_page_with_errors_says_so_first_and_leads_to_each_field() {
    let html = page(
        "",
        json!({ "heading": "Screening", "errors": [{ "field_name": "seen.time", "message": "Enter a time" }] }),
    );
    assert!(html.contains("<title>Error: Screening - Throughline</title>"));
    assert!(html.contains("There is a problem") && html.contains("href=\"#seen.time\""));
}

#[test]
fn nobody_signed_in_is_offered_nothing_to_open() {
    let html = drawn("{% extends 'layout.html' %}", context! { shell => Shell::default(), heading => "Sign in" });
    for part in ["Sign out", "header-search", "aria-label=\"Main\"", "<dialog"] {
        assert!(!html.contains(part), "{part}");
    }
}

#[test]
fn no_name_stands_in_the_title_of_a_page_about_a_person() {
    let html = page("", json!({ "heading": "Summary", "person": samples::person() }));
    let title = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
    assert_eq!(title, "Summary - Throughline");
}

#[test]
fn the_banner_says_name_birth_gender_and_number_in_that_order() {
    let html =
        macro_drawn("person", "person_banner", "{{ person_banner(person) }}", json!({ "person": samples::person() }));
    let places: Vec<_> =
        ["MARLOWE, Tobias (Mr)", "14 July 1945", "(aged 81)", ">Gender<", "999\u{a0}000\u{a0}0018", "Polish"]
            .iter()
            .map(|part| html.find(part).unwrap_or_else(|| panic!("{part}: {html}")))
            .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn what_is_not_known_of_a_person_is_said_in_words() {
    let html = macro_drawn("person", "person_banner", "{{ person_banner(person) }}", json!({ "person": {} }));
    assert!(html.contains("NAME NOT KNOWN"));
    assert_eq!(html.matches("Not known").count(), 3, "{html}");
    assert!(html.contains("nobody has asked yet"), "{html}");
}

#[test]
fn each_of_the_four_risk_states_has_its_words() {
    for (state, words) in [
        ("known", "Known risk"),
        ("none_identified", "Assessed, none identified"),
        ("not_assessed", "Not assessed"),
        ("unavailable", "Unavailable"),
        ("a state that does not exist", "Unavailable"),
    ] {
        let html = macro_drawn("risk", "risk_card", "{{ risk_card(risk) }}", json!({ "risk": { "state": state } }));
        assert!(html.contains(&format!("</span> {words}</h2>")), "{state}: {html}");
    }
}

#[test]
fn typed_text_comes_back_to_the_letter() {
    let questions = samples::questions();
    let html = macro_drawn(
        "form",
        "form_question",
        "{% for q in questions %}{{ form_question(q) }}{% endfor %}",
        json!({ "questions": questions }),
    );
    // The first line break after the tag is the browser's to drop; the second is the person's.
    assert!(html.contains(">\n\n  first line\n&lt;&#x2f;textarea&gt;&amp; more</textarea>"), "{html}");
    assert!(html.contains("value=\"Polish &quot;polski&quot;\""));
    assert!(html.contains("id=\"seen.time\"") && html.contains("value=\"25:00\""));
}

#[test]
fn a_question_says_when_it_applies_to_people_and_to_the_script() {
    let question = &samples::questions()[1];
    let html = macro_drawn("form", "form_question", "{{ form_question(q) }}", json!({ "q": question }));
    assert!(html.contains("Only if “Is an interpreter needed?” is “Yes”"));
    assert!(html.contains(r#"data-when='{"about":{"question":"interpreter","test":{"any_of":["yes"]}}}'"#), "{html}");
    assert!(html.contains(r#"data-applies="true""#));
}

#[test]
fn a_ticked_finding_asks_how_sure_and_whether_known_before() {
    let html = macro_drawn("form", "form_question", "{{ form_question(q) }}", json!({ "q": samples::questions()[5] }));
    assert!(html.contains("name=\"found.anxiety.status\"") && html.contains("name=\"found.housing.known\""));
    assert!(html.contains("How sure?<span class='nhsuk-u-visually-hidden'> Anxiety</span>"), "{html}");
    assert!(html.contains("data-behaviour=\"exclusive\""));
}

#[test]
fn an_empty_cell_says_no_data() {
    let values = json!({ "columns": [{ "text": "Entry" }, { "text": "Charge" }], "rows": [{ "cells": ["1", null] }] });
    let html = macro_drawn("board", "data_table", "{{ data_table('List', columns, rows) }}", values);
    assert!(html.contains("No data"));
}

#[test]
fn two_accounts_that_differ_are_told_apart_in_words() {
    let rows = json!([{ "label": "Born", "left": "14 July 1945", "right": "", "agree": "missing" }, { "label": "Name", "left": "A", "right": "B", "agree": "differ" }]);
    let html = macro_drawn(
        "compare",
        "compare_table",
        "{{ compare_table(rows, 'List', 'Record', 'Compare') }}",
        json!({ "rows": rows }),
    );
    assert!(html.contains("Not given") && html.contains("Cannot be compared") && html.contains("Differs"));
}

#[test]
fn a_board_draws_its_fragment_as_the_page_does() {
    let template = "{% extends 'layout.html' %}{% from 'parts/board.html' import board_start, board_end, board_column %}{% block content %}\
         {{ board_start({'id': 'today', 'events': '/e', 'fragment': '/f', 'now': shell.now, 'label': 'Today'}) }}\
         {% block board %}{% call board_column('Waiting', 1, 'waiting') %}<li>{{ text }}</li>{% endcall %}{% endblock %}{{ board_end() }}{% endblock %}";
    let mut environment = environment();
    environment.add_template("a-board.html", template).expect("the template is right");
    let page = environment.get_template("a-board.html").expect("just added");
    let values = context! { shell => samples::shell(), text => "Nobody waits" };
    let mut whole = page.render_captured(&values).expect("it is drawn");
    let fragment = whole.with_state_mut(|state| state.render_block("board")).expect("the block is there");
    assert!(fragment.contains("<li>Nobody waits</li>") && !fragment.contains("<html"), "{fragment}");
    assert!(whole.output().contains(&fragment) && whole.output().contains("Shown as it was at 14:05"));
}

#[test]
fn every_template_of_ours_can_be_read() {
    let environment = environment();
    for name in Ours::iter().filter(|name| name.ends_with(".html")) {
        environment.get_template(&name).unwrap_or_else(|error| panic!("{name}: {error:#}"));
    }
}

#[test]
fn a_page_that_is_not_there_says_what_to_do() {
    let error = Pages::new().page("nothing.html", &samples::shell(), json!({})).expect_err("there is none");
    assert_eq!(
        error.to_string(),
        "The page 'nothing.html' could not be drawn. Nothing was changed. Go back and try again"
    );
}
