//! `throughline match` on files, as somebody runs it at a terminal.

use std::path::Path;
use std::process::{Command, Output};

const INDEX: &str = "\
record_id,first,last,dob,postcode,address
r1,William,Quillfeather,1990-04-07,ZZ1 4AB,\"12 Wesley Avenue, Bromley\"
r2,Bill,Quillfeather,07/04/1990,ZZ1 4AB,
r3,Ada,Dlone,1971-11-23,YO1 7HH,
";

const LIST: &str = "\
query_id,given_name,surname,date_of_birth,postcode
q1,William,Quillfeather,19900407,ZZ1 4AB
q2,Zeno,Nobody,1955-02-03,LS1 1AA
q3,Ada,Dlone,never,YO1 7HH
";

const TRUTH: &str = "query_id,known,record_ids\nq1,1,r1|r2\nq2,0,\nq3,1,r3\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in [("index.csv", INDEX), ("list.csv", LIST), ("truth.csv", TRUTH)] {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    folder
}

fn ran(folder: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_throughline"))
        .current_dir(folder)
        .arg("match")
        .args(arguments.split_whitespace())
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it writes UTF-8")
}

#[test]
fn the_people_of_a_list_are_found_and_what_cannot_be_used_is_told() {
    let folder = folder();
    let output = ran(folder.path(), "--index index.csv --list list.csv --out - --top 2");
    let (found, told) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{told}");
    let rows: Vec<Vec<&str>> = found.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["query_id", "record_id", "rank", "weight", "probability", "band", "evidence"]);
    assert_eq!((rows[1][..3].to_vec(), rows[1][5]), (vec!["q1", "r1", "1"], "very-likely"));
    assert_eq!(rows[2][..3], ["q1", "r2", "2"]);
    assert!(!found.contains("q2"));
    assert!(told.contains("list.csv: row 4: date of birth 'never' is not used"), "{told}");
}

#[test]
fn a_foreign_heading_is_mapped_and_a_wrong_one_is_refused() {
    let folder = folder();
    let foreign = LIST.replace("given_name", "vorname").replace("surname", "nachname");
    std::fs::write(folder.path().join("list.csv"), foreign).expect("it can be written");
    let mapped = ran(folder.path(), "--index index.csv --list list.csv --out - --columns vorname=first,nachname=last");
    assert!(text(&mapped.stdout).contains("q1,r1,1,"), "{}", text(&mapped.stderr));
    let refused = ran(folder.path(), "--index index.csv --list list.csv --out - --columns vorname=shoe");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("'shoe' is no column"));
}

#[test]
fn duplicates_are_told_once_in_the_order_of_the_index() {
    let folder = folder();
    let output = ran(folder.path(), "duplicates --index index.csv");
    let found = text(&output.stdout);
    assert_eq!(found.lines().count(), 2, "{found}{}", text(&output.stderr));
    assert!(found.lines().nth(1).is_some_and(|pair| pair.starts_with("r1,r2,")));
}

#[test]
fn what_is_learnt_is_read_again_and_measured() {
    let folder = folder();
    let learnt = ran(folder.path(), "train --index index.csv --list list.csv --truth truth.csv --out ours.toml");
    assert!(learnt.status.success(), "{}", text(&learnt.stderr));
    let arguments = "evaluate --index index.csv --list list.csv --truth truth.csv --params ours.toml --format json";
    let measured = ran(folder.path(), arguments);
    let figures: serde_json::Value = serde_json::from_slice(&measured.stdout).expect("it writes JSON");
    assert_eq!((figures["lines"].as_u64(), figures["known"].as_u64()), (Some(3), Some(2)));
    assert_eq!(figures["recall_at_1"].as_f64(), Some(1.0));
}

#[test]
fn a_truth_that_names_no_record_is_wrong_use() {
    let folder = folder();
    std::fs::write(folder.path().join("truth.csv"), TRUTH.replace("r3", "r9")).expect("it can be written");
    let output = ran(folder.path(), "evaluate --index index.csv --list list.csv --truth truth.csv");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("row 4: there is no record r9"), "{}", text(&output.stderr));
}

const HEADINGS: &str = "record_id,first,last,dob\n";
const ONE: &str = "record_id,first,last,dob\nr1,Ada,Marsh,1990-04-07\n";
const TWO_THE_SAME: &str = "record_id,first,last,dob\nr1,Ada,Marsh,1990-04-07\nr1,Ada,Marsh,1990-04-07\n";

/// What `match` says of an index and a list: how it ended, its rows after the headings, its words.
fn matched(index: &str, list: &str) -> (i32, Vec<String>, String) {
    let folder = folder();
    for (name, text) in [("index.csv", index), ("list.csv", list)] {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    let output = ran(folder.path(), "--index index.csv --list list.csv --out -");
    let rows = text(&output.stdout).lines().skip(1).map(str::to_owned).collect();
    (output.status.code().expect("it ended by itself"), rows, text(&output.stderr))
}

#[test]
fn nobody_to_look_for_or_to_look_among_is_said_and_no_failure() {
    let (code, rows, told) = matched(HEADINGS, ONE);
    assert_eq!((code, rows.len()), (0, 0), "{told}");
    assert!(told.contains("index.csv: there is nobody in it") && told.contains("among 0 records"), "{told}");
    let (code, rows, told) = matched(ONE, HEADINGS);
    assert_eq!((code, rows.len()), (0, 0), "{told}");
    assert!(told.contains("list.csv: there is nobody in it") && told.contains("0 people looked for"), "{told}");
}

#[test]
fn a_file_without_even_headings_is_wrong_use() {
    for (index, list, name) in [("", ONE, "index.csv"), (ONE, "\u{feff}\r\n \n", "list.csv")] {
        let (code, rows, told) = matched(index, list);
        assert_eq!((code, rows.len()), (2, 0), "{told}");
        assert!(told.contains(&format!("{name} is empty. Give it a first row of headings")), "{told}");
    }
}

#[test]
fn one_is_found_among_one_and_two_rows_the_same_are_both_told() {
    let (code, rows, told) = matched(ONE, ONE);
    assert_eq!((code, rows.len()), (0, 1), "{told}");
    assert!(rows[0].starts_with("r1,r1,1,") && told.contains("1 person looked for, 1 with"), "{told}");
    let (code, rows, told) = matched(TWO_THE_SAME, ONE);
    assert_eq!((code, rows.len()), (0, 2), "{told}");
    let said = |row: &str| row.split(',').skip(3).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(said(&rows[0]), said(&rows[1]));
    let (code, rows, told) = matched(ONE, TWO_THE_SAME);
    assert_eq!((code, rows.len()), (0, 2), "{told}");
    assert_eq!(rows[0], rows[1]);
    let folder = folder();
    std::fs::write(folder.path().join("index.csv"), TWO_THE_SAME).expect("it can be written");
    let output = ran(folder.path(), "duplicates --index index.csv");
    assert!(text(&output.stderr).starts_with("1 pair that may be of one person, among 2 records"));
}

#[test]
fn malformed_rows_are_told_with_their_numbers_and_the_rest_is_matched() {
    let bad =
        "record_id,first,last,dob\n\nr1,Ada,\"Marsh,1990-04-07\nr2,Ada,Marsh,1990-04-07\nr3,Bo,Reed,1980-01-02,x\n";
    let (code, rows, told) = matched(bad, ONE);
    assert_eq!((code, rows.len()), (0, 1), "{told}");
    assert!(rows[0].starts_with("r1,r2,1,"), "{rows:?}");
    for words in [
        "index.csv: row 3: not read: a quotation mark is opened and not closed",
        "index.csv: row 5: it has more cells than there are headings",
        "index.csv: 2 rows could not be read in full, 1 not at all",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}
