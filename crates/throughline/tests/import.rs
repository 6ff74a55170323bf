//! A hospital's patient index is taken over whole, beside a running service, and says what it did.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use throughline_domain::role::Role;
use throughline_store::raw;
use throughline_testkit::{Kit, database_setting, on_both};

struct Desk {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Desk {
    fn of(kit: &Kit) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let config = folder.path().join("config.toml");
        let text = format!("database = \"{}\"\n", database_setting(&kit.location));
        std::fs::write(&config, text).expect("it can be written");
        Self { folder, config }
    }

    fn command(&self, file: &str, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
        command
            .args(["import", "people", file, "--source", "PAS", "--format", "json", "--config"])
            .arg(&self.config)
            .args(more);
        command
    }

    fn import(&self, text: &[u8], more: &[&str]) -> Output {
        let path = self.folder.path().join("index");
        std::fs::write(&path, text).expect("it can be written");
        self.command(path.to_str().expect("a path"), more).output().expect("the program runs")
    }

    fn pipe(&self, text: &[u8]) -> Output {
        let mut child = self
            .command("-", &[])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        child.stdin.take().expect("a pipe").write_all(text).expect("it reads");
        child.wait_with_output().expect("it ends")
    }
}

fn told(output: &Output) -> (i32, serde_json::Value, String) {
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let counts = serde_json::from_slice(&output.stdout).unwrap_or(serde_json::Value::Null);
    (output.status.code().expect("it ended by itself"), counts, words)
}

fn counts(output: &Output) -> Vec<i64> {
    let (_, counts, words) = told(output);
    ["rows", "new", "changed", "unchanged", "repeated", "set_aside", "rejected", "gone"]
        .iter()
        .map(|name| counts[name].as_i64().unwrap_or_else(|| panic!("{name} is not told: {words}")))
        .collect()
}

async fn count(kit: &Kit, sql: &'static str) -> i64 {
    let mut read = kit.store.read().await.expect("it answers");
    raw::fetch_all(&mut read, sql, vec![]).await.expect("it counts")[0].get("n").expect("it is a number")
}

fn rows(from: usize, to: usize) -> String {
    (from..to).map(|n| format!("H{n},Ada,Quill{n}feather,1990-04-07\n")).collect()
}

const HEADINGS: &str = "record_id,first,last,dob\n";

fn patient(id: usize, rest: &str) -> String {
    format!(
        "{{\"resourceType\":\"Patient\",\"id\":\"H{id}\",\"name\":[{{\"family\":\"Quill{id}feather\",\"given\":[\"Ada\"]}}]{rest}}}\n"
    )
}

on_both! {
    async fn rows_in_are_rows_out_and_the_same_again_changes_nothing(kit: Kit) {
        let desk = Desk::of(&kit);
        let bad = "H0,Ada,Later,1991-04-07\n,Nobody,Known,\nH8,Ada,Never,31/31/1990\nH9,,,\n";
        let file = format!("{HEADINGS}{}{bad}", rows(0, 5));
        let first = desk.import(file.as_bytes(), &[]);
        let (code, _, words) = told(&first);
        assert_eq!(code, 1, "{words}");
        assert_eq!(counts(&first), [9, 5, 0, 0, 1, 0, 3, 0]);
        for line in [
            "row 2: not used: row 7 has the same number",
            "row 8: not taken: it has no number",
            "row 9: not taken: date of birth",
            "row 10: not taken: it has neither a name nor an NHS number",
        ] {
            assert!(words.contains(line), "{line}: {words}");
        }
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM person").await, 0, "nobody of ours is made");
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM elsewhere WHERE surname = 'Later'").await, 1);
        let before = count(&kit, "SELECT MAX(seq) AS n FROM match_change").await;
        assert_eq!(counts(&desk.import(file.as_bytes(), &[])), [9, 0, 0, 5, 1, 0, 3, 0]);
        assert_eq!(count(&kit, "SELECT MAX(seq) AS n FROM match_change").await, before);
        assert!(count(&kit, "SELECT count(*) AS n FROM audit_row WHERE verb = 'import' AND detail LIKE 'PAS: 5 new%'").await == 1);
    }

    async fn fhir_by_a_pipe_changes_what_changed_and_sets_aside_what_was_merged(kit: Kit) {
        let desk = Desk::of(&kit);
        let mut file: String = (0..6).map(|n| patient(n, "")).collect();
        assert_eq!(counts(&desk.pipe(file.as_bytes())), [6, 6, 0, 0, 0, 0, 0, 0]);
        file = (0..4).map(|n| patient(n, "")).collect();
        file += &patient(4, ",\"birthDate\":\"1990-04\"");
        file += &patient(5, ",\"link\":[{\"type\":\"replaced-by\",\"other\":{\"reference\":\"Patient/H4\"}}]");
        file += "{\"resourceType\":\"Patient\"\n";
        let second = desk.pipe(file.as_bytes());
        assert_eq!(counts(&second), [7, 0, 1, 4, 0, 1, 1, 1]);
        let (code, _, words) = told(&second);
        assert_eq!(code, 1);
        assert!(words.contains("row 6: set aside: merged into another record"), "{words}");
        assert!(words.contains("row 7: not taken: broken JSON"), "{words}");
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM elsewhere WHERE gone_at IS NOT NULL").await, 1);
    }

    async fn half_an_index_is_refused_and_nothing_changes_until_it_is_meant(kit: Kit) {
        let desk = Desk::of(&kit);
        assert_eq!(counts(&desk.import(format!("{HEADINGS}{}", rows(0, 10)).as_bytes(), &[])), [10, 10, 0, 0, 0, 0, 0, 0]);
        let two_less = format!("{HEADINGS}{}", rows(2, 10));
        assert_eq!(counts(&desk.import(two_less.as_bytes(), &[])), [8, 0, 0, 8, 0, 0, 0, 2], "a fifth may go");
        let half = format!("{HEADINGS}{}H99,New,Here,1990-01-01\n", rows(2, 6));
        let (code, counted, words) = told(&desk.import(half.as_bytes(), &[]));
        assert_eq!((code, counted), (1, serde_json::Value::Null));
        assert!(words.contains("4 of the 8 records known from PAS are not in this file") && words.contains("--accept-gone"), "{words}");
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM elsewhere WHERE number = 'H99'").await, 0, "nothing was changed");
        assert_eq!(counts(&desk.import(half.as_bytes(), &["--accept-gone"])), [5, 1, 0, 4, 0, 0, 0, 4]);
        // A row that could not be taken is not gone: what was known of it stays.
        let unreadable = format!("{HEADINGS}{}H99,New,Here,never\n", rows(2, 6));
        assert_eq!(counts(&desk.import(unreadable.as_bytes(), &[])), [5, 0, 0, 4, 0, 0, 1, 0]);
        let (code, _, words) = told(&desk.import(b"", &[]));
        assert_eq!(code, 2, "{words}");
        let (code, _, words) = told(&desk.import(format!("{HEADINGS},,,\n").as_bytes(), &["--accept-gone"]));
        assert_eq!(code, 1, "{words}");
        assert!(words.contains("of 1 row none can be taken"), "{words}");
    }

    async fn the_service_goes_on_while_an_index_is_taken_over(kit: Kit) {
        let desk = Desk::of(&kit);
        let path = desk.folder.path().join("index.csv");
        std::fs::write(&path, format!("{HEADINGS}{}", rows(0, 3_000))).expect("it can be written");
        let mut import = desk.command(path.to_str().expect("a path"), &[]).stdout(Stdio::null()).spawn().expect("it starts");
        let (mut saved, mut longest) = (0, std::time::Duration::ZERO);
        let ended = loop {
            let started = std::time::Instant::now();
            kit.person("Ada", &format!("Marsh{saved}")).await;
            throughline_store::matching::follow(&kit.store).await.expect("the index follows");
            longest = longest.max(started.elapsed());
            saved += 1;
            if let Some(ended) = import.try_wait().expect("it can be asked") {
                break ended;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        };
        assert!(ended.success());
        assert!(saved >= 3, "{saved} were saved meanwhile");
        assert!(longest < std::time::Duration::from_secs(5), "somebody waited {longest:?}");
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM elsewhere").await, 3_000);
        let tx = kit.tx(Role::Practitioner).await;
        tx.commit().await.expect("the service is well");
    }
}
