//! `throughline match learn`, `parameters` and `take-up`, as somebody runs them beside the service.

use std::process::{Command, Output};
use throughline_store::{Cause, Value, raw};
use throughline_testkit::{Kit, database_setting, on_both};

const FIGURES: &str = r#"{"lines":40,"known":20,"log_loss":0.2,"false_alarms":1,"wrong_people":0,"precision":0.95,"recall":0.9,"calibration_error":0.02}"#;

fn ran(kit: &Kit, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, format!("database = \"{}\"\n", database_setting(&kit.location)))
        .expect("it can be written");
    Command::new(env!("CARGO_BIN_EXE_throughline"))
        .arg("match")
        .args(arguments)
        .arg("--config")
        .arg(&config)
        .output()
        .expect("the program starts")
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (output.status.code(), String::from_utf8(text).expect("it writes UTF-8"))
}

/// A version that was learnt, whose numbers are the shipped ones.
async fn learnt(kit: &Kit, version: &str, refused: &str) {
    let (code, toml) = said(&ran(kit, &["parameters", "--toml", "shipped"]));
    assert_eq!(code, Some(0), "{toml}");
    assert!(toml.contains("[prior]") && toml.contains("share_known = "));
    let compared = format!(r#"{{"before_version":"shipped-0.1.0","before":{FIGURES},"after":{FIGURES}}}"#);
    let mut tx = kit.store.begin(Cause { actor: None, at: kit.now, request: "test".into() }).await.expect("it answers");
    let values = vec![Value::from(version), toml.into(), kit.now.into(), compared.into(), refused.into()];
    let sql = "INSERT INTO match_parameters (version, toml, learnt_at, decisions, pairs, compared, refused) VALUES ($1, $2, $3, 250, 900, $4, $5)";
    raw::execute(&mut tx, sql, values).await.expect("it is kept");
    tx.commit().await.expect("it commits");
}

on_both! {
    async fn a_service_without_decisions_has_nothing_to_learn_from(kit: Kit) {
        let (code, told) = said(&ran(&kit, &["learn"]));
        assert_eq!(code, Some(1));
        assert!(told.contains("0 lines of lists were decided on that can teach, and it takes 200"), "{told}");
        assert_eq!(said(&ran(&kit, &["parameters"])), (Some(0), "Versions (* is weighed with):\n* shipped      part of the program\n".to_owned()));
    }

    async fn versions_are_listed_taken_up_and_gone_back_from(kit: Kit) {
        learnt(&kit, "learnt-1", "what it says comes true less often").await;
        let listed = said(&ran(&kit, &["parameters"])).1;
        let line = "  learnt-1     learnt 24 Nov 10:15 from 250 decisions; log-loss 0.2000, and 0.2000 of shipped-0.1.0; not taken up: what it says comes true less often\n";
        assert!(listed.contains(line), "{listed}");
        let why = ["--by", "Jo Reed", "--reason", "Agreed in the governance meeting"];
        let (code, told) = said(&ran(&kit, &[&["take-up", "learnt-1"], &why[..]].concat()));
        assert_eq!((code, told.as_str()), (Some(0), "learnt-1 is what every server weighs with from now on.\n"));
        let (code, told) = said(&ran(&kit, &[&["take-up", "learnt-1"], &why[..]].concat()));
        assert_eq!(code, Some(2));
        assert!(told.contains("learnt-1 is what is weighed with already. Nothing was changed"), "{told}");
        let (code, told) = said(&ran(&kit, &[&["take-up", "learnt-7"], &why[..]].concat()));
        assert_eq!(code, Some(2));
        assert!(told.contains("there is no version learnt-7"), "{told}");
        let (code, told) = said(&ran(&kit, &["take-up", "shipped", "--by", " ", "--reason", "Because"]));
        assert_eq!(code, Some(2));
        assert!(told.contains("say who decides"), "{told}");
        assert_eq!(said(&ran(&kit, &["take-up", "shipped", "--by", "Jo Reed"])).0, Some(2), "it wants a reason");
        let (_, listed) = said(&ran(&kit, &["parameters"]));
        assert!(listed.contains("* learnt-1") && listed.contains("by Jo Reed: Agreed in the governance meeting"), "{listed}");
        assert_eq!(said(&ran(&kit, &["parameters", "--toml", "learnt-7"])).0, Some(2));
        assert_eq!(said(&ran(&kit, &[&["take-up", "shipped"], &why[..]].concat())).0, Some(0));
        let mut read = kit.store.read().await.expect("it answers");
        let sql = "SELECT count(*) AS n FROM audit_row WHERE classes = 'match_parameters' AND verb = 'change'";
        let rows = raw::fetch_all(&mut read, sql, vec![]).await.expect("they are read");
        assert_eq!(rows[0].get::<i64>("n").expect("it is a number"), 2, "a row for each take-up");
    }
}
