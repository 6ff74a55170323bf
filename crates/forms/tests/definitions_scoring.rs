//! Scoring that does not make sense is refused, with the line and the reason.
use throughline_forms::check_definition;

const ITEMS: &str = r#"id = "sample"
version = 1
title = "Sample"
kind = "instrument"
intro = "For tests"
[licence]
holder = "Nobody"
terms = "Free"
source = "Invented"
items_shown = true
[[section]]
id = "one"
title = "One"
class = "clinical"
[[section.question]]
id = "gate"
label = "Gate?"
kind = "yes_no"
[[section.question]]
id = "low"
label = "Low?"
kind = "single"
options = [{ code = "no", label = "No", score = 0 }, { code = "yes", label = "Yes", score = 3 }]
[scoring]
source = "Invented"
missing = "refuse"
"#;

const TOTALS: &str = r#"id = "sample"
version = 1
title = "Sample"
kind = "instrument"
intro = "For tests"
[licence]
holder = "Nobody"
terms = "Not free"
source = "Invented"
items_shown = false
[[section]]
id = "one"
title = "One"
class = "clinical"
[[section.question]]
id = "total"
label = "Total"
kind = "number"
min = 0
max = 12
[[section.question]]
id = "answered"
label = "Answered"
kind = "number"
min = 0
max = 4
[[section.question]]
id = "table"
label = "Table"
kind = "single"
options = [{ code = "low", label = "Low" }, { code = "high", label = "High" }]
[scoring]
source = "Invented"
missing = "refuse"
"#;

const ALL: &str = "bands = [\n{ from = 0, to = 1, label = \"Low\" },\n{ from = 2, to = 3, label = \"High\" },\n]\n";
const TOTAL_BANDS: &str = "bands = [{ from = 0, to = 12, label = \"All\" }]\n";

#[track_caller]
fn good(text: &str) {
    let errors = check_definition("sample.toml", text).err().unwrap_or_default();
    assert!(errors.is_empty(), "{}\n{text}", errors[0]);
}

#[track_caller]
fn refused(text: &str, line: usize, reason: &str) {
    let errors = check_definition("sample.toml", text).expect_err("the definition is refused");
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let found = errors.iter().any(|error| error.line == Some(line) && error.reason.contains(reason));
    assert!(found, "wanted line {line} '{reason}', told:\n{}\n{text}", told.join("\n"));
}

#[test]
fn a_score_is_read_off_in_exactly_one_way() {
    good(&format!("{ITEMS}{ALL}"));
    good(&format!("{ITEMS}total_only = \"No bands\"\n"));
    refused(ITEMS, 26, "exactly one way");
    refused(&format!("{ITEMS}{ALL}total_only = \"No bands\"\n"), 26, "exactly one way");
    refused(&format!("{ITEMS}bands = []\n"), 26, "the bands end at -1, but totals go from 0 to 3");
}

#[test]
fn a_mean_is_of_something() {
    let prorate = |max: usize| ITEMS.replace("\"refuse\"", &format!("\"prorate\"\nmissing_max = {max}"));
    refused(&format!("{}{ALL}", prorate(1)), 26, "missing_max must be fewer than all 1 items");
    good(&format!("{}{ALL}", prorate(0)));
}

#[test]
fn what_comes_next_has_words() {
    let next = |more: &str| ALL.replace("label = \"High\"", &format!("label = \"High\"{more}"));
    good(&format!("{ITEMS}{}", next(", next = \"Ask more\", next_form = \"risk\"")));
    refused(&format!("{ITEMS}{}", next(", next_form = \"risk\"")), 29, "next_form needs next");
}

#[test]
fn an_item_that_may_not_apply_counts_something_then() {
    let gated = ITEMS.replace("options = [", "when = { question = \"gate\", is = \"yes\" }\noptions = [");
    refused(&format!("{gated}{ALL}"), 27, "needs skipped: what an item counts then");
    good(&format!("{gated}skipped = 0\n{ALL}"));
    refused(&format!("{ITEMS}skipped = 0\n{ALL}"), 27, "skipped has no meaning");
    // What a skipped item counts belongs to the possible totals.
    refused(&format!("{gated}skipped = 4\n{ALL}"), 27, "the bands end at 3, but totals go from 0 to 4");
}

#[test]
fn totals_are_entered_where_items_may_not_be_shown_and_only_there() {
    let entered = "entered = { total = \"total\" }\n";
    good(&format!("{TOTALS}{entered}{TOTAL_BANDS}"));
    refused(&format!("{TOTALS}{TOTAL_BANDS}"), 34, "no question whose options have scores");
    refused(
        &format!("{}{entered}{TOTAL_BANDS}", TOTALS.replace("items_shown = false", "items_shown = true")),
        35,
        "says they may",
    );
    refused(&format!("{}{ALL}", ITEMS.replace("items_shown = true", "items_shown = false")), 26, "may not be shown");
    let both = TOTALS
        .replace("label = \"Low\" }", "label = \"Low\", score = 0 }")
        .replace("label = \"High\" }", "label = \"High\", score = 1 }");
    refused(&format!("{both}{entered}{TOTAL_BANDS}"), 35, "'table' cannot have scores");
}

#[test]
fn an_entered_total_is_a_whole_number_of_so_many_items() {
    let with = |entered: &str| format!("{TOTALS}{entered}{TOTAL_BANDS}");
    refused(&with("entered = { total = \"sum\" }\n"), 35, "there is no question 'sum'");
    refused(&with("entered = { total = \"table\" }\n"), 35, "must be a number with a whole min and max");
    let half = with("entered = { total = \"total\" }\n").replace("max = 12", "max = 12.5");
    refused(&half, 35, "must be a number with a whole min and max");
    good(&with("entered = { total = \"total\", answered = \"answered\" }\n"));
    let five = with("entered = { total = \"total\", answered = \"answered\" }\n").replace("max = 4", "max = 5");
    refused(&five, 35, "12, is not a whole number for each of the 5 items");
    let prorate = with("entered = { total = \"total\" }\n").replace("\"refuse\"", "\"prorate\"\nmissing_max = 1");
    refused(&prorate, 36, "prorating an entered total needs answered");
    refused(
        &format!("{TOTALS}entered = {{ total = \"total\" }}\n{ALL}"),
        34,
        "the bands end at 3, but totals go from 0 to 12",
    );
}

#[test]
fn whether_an_item_was_above_nought_is_asked_in_a_question_that_offers_yes() {
    let with = |name: &str| {
        format!("{TOTALS}entered = {{ total = \"total\", above_zero = \"{name}\" }}\n{TOTAL_BANDS}")
            .replace("code = \"high\"", "code = \"yes\"")
    };
    good(&with("table"));
    refused(&with("answered"), 35, "'answered' must offer yes");
    refused(&with("risk"), 35, "there is no question 'risk'");
}

#[test]
fn a_table_is_read_off_in_a_question_with_single_answers() {
    let with = |name: &str| format!("{TOTALS}entered = {{ total = \"total\" }}\nread_off = \"{name}\"\n");
    good(&with("table"));
    refused(&with("chart"), 36, "there is no question 'chart'");
    refused(&with("answered"), 36, "must offer single answers");
}

#[test]
fn one_result_always_stands_and_its_tests_are_about_what_there_is() {
    let with = |test: &str| {
        format!("{ITEMS}[[scoring.result]]\nlabel = \"Refer\"\nany = [{test}]\n[[scoring.result]]\nlabel = \"Not\"\n")
    };
    good(&with("{ says = \"low\", of = [\"low\"], at_least = 3 }"));
    let gate = "{ says = \"gate\", question = \"gate\", is = \"yes\" }";
    good(&with(&format!("{{ says = \"low\", of = [\"low\"], at_least = 3 }}, {gate}")));
    refused(&with(gate), 26, "no result rests on the item 'low'");
    refused(&with("{ says = \"low\", of = [\"low\", \"low\"], at_least = 3 }"), 29, "'low' is named twice");
    refused(&with("{ says = \"low\", of = [\"gate\"], at_least = 1 }"), 29, "there is no item 'gate'");
    refused(&with("{ says = \"low\", of = [\"low\"], at_least = 4 }"), 29, "these items sum to 0 to 3");
    refused(&with("{ says = \"low\", of = [\"low\"], at_least = 0 }"), 29, "these items sum to 0 to 3");
    refused(&with("{ says = \"low\", of = [\"low\"] }"), 29, "needs of and at_least, or question and is");
    refused(&with("{ says = \"gate\", question = \"door\", is = \"yes\" }"), 29, "there is no question 'door'");
    refused(&with("{ says = \"gate\", question = \"gate\", is = \"maybe\" }"), 29, "no option 'maybe'");
    refused(&with("{ says = \"gate\", question = \"low\", is = \"yes\" }"), 29, "so that a missing answer is seen");
    refused(&with(""), 28, "only the last result may have no tests");
    let alone = format!("{ITEMS}[[scoring.result]]\nlabel = \"Refer\"\n");
    refused(&alone, 26, "at least two results");
    let no_other = with("{ says = \"low\", of = [\"low\"], at_least = 3 }")
        + "any = [{ says = \"low\", of = [\"low\"], at_least = 3 }]\n";
    refused(&no_other, 31, "so it has no tests");
}
