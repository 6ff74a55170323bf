//! Lists that come in by themselves, as a running service receives them; tokens and `doctor` from the command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use throughline_store::{Row, raw};
use throughline_testkit::{Kit, database_setting, free_port, on_both};

/// A database's settings with two inboxes.
struct Installation {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Installation {
    fn of(kit: &Kit) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("lists")).expect("made");
        for name in ["new", "cur", "tmp"] {
            fs::create_dir_all(folder.path().join("mail").join(name)).expect("made");
        }
        let inbox = |site: &str, kind: &str, name: &str| {
            let path = folder.path().join(name);
            format!("[[inbox]]\nsite = \"{site}\"\nkind = \"{kind}\"\npath = \"{}\"\n", path.display())
        };
        let text = format!(
            "listen = \"127.0.0.1:{}\"\ndatabase = \"{}\"\n{}{}",
            free_port(),
            database_setting(&kit.location),
            inbox("01PY", "folder", "lists"),
            inbox("bexley custody", "maildir", "mail")
        );
        let config = folder.path().join("config.toml");
        fs::write(&config, text).expect("written");
        Self { folder, config }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output =
            Command::new(env!("CARGO_BIN_EXE_throughline")).args(arguments).arg("--config").arg(&self.config).output();
        let Output { status, stdout, stderr } = output.expect("the program starts");
        (status.code(), String::from_utf8([stdout, stderr].concat()).expect("it writes UTF-8"))
    }

    fn serve(&self) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
        command.args(["serve", "--config"]).arg(&self.config).stdout(Stdio::null()).stderr(Stdio::null());
        Server(command.spawn().expect("the program starts"))
    }
}

/// Ends with the value, however the test ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn rows(kit: &Kit, sql: &'static str) -> Vec<Row> {
    raw::fetch_all(&mut kit.store.read().await.expect("it answers"), sql, vec![]).await.expect("it answers")
}

async fn until_there(path: &Path) {
    for _ in 0..600 {
        if path.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} never came", path.display());
}

fn list(number: &str) -> String {
    format!(
        "Custody No,Name,DOB,Arrested,Offence\n{number},\"FENWICK, Ida\",14/02/1991,24/11/2026 05:10,Theft from shop\n"
    )
}

on_both! {
    async fn a_running_service_receives_from_folders_and_by_e_mail(kit: Kit) {
        let installation = Installation::of(&kit);
        fs::write(installation.path("lists/today.csv"), list("FR/1")).expect("written");
        let message = format!("From: desk@police.example\r\nContent-Type: text/csv; name=today.csv\r\nContent-Disposition: attachment\r\n\r\n{}", list("FR/2"));
        fs::write(installation.path("mail/new/1.M1.host"), message).expect("delivered");
        let server = installation.serve();
        until_there(&installation.path("lists/received/today.csv")).await;
        until_there(&installation.path("mail/cur/1.M1.host:2,S")).await;
        drop(server);
        let sites = "SELECT s.name, l.origin, l.state FROM list l JOIN site s ON s.id = l.site_id ORDER BY s.name";
        let line = |row: &Row| ["name", "origin", "state"].map(|column| row.get::<String>(column).expect("text")).join(", ");
        let found: Vec<String> = rows(&kit, sites).await.iter().map(line).collect();
        assert_eq!(found, ["Bexley custody, email, preview", "Bromley custody, folder, preview"]);
    }

    async fn doctor_says_where_lists_cannot_come_to(kit: Kit) {
        let installation = Installation::of(&kit);
        let (_, well) = installation.run(&["doctor"]);
        assert!(well.contains("lists for 01PY can come to"), "{well}");
        fs::remove_dir(installation.path("mail/cur")).expect("removed");
        let text = fs::read_to_string(&installation.config).expect("read").replace("01PY", "99XX");
        fs::write(&installation.config, text).expect("written");
        let (code, wrong) = installation.run(&["doctor"]);
        assert_eq!(code, Some(1));
        assert!(wrong.contains("is no maildir") && wrong.contains("there is no site '99XX'"), "{wrong}");
        let (code, refused) = installation.run(&["serve"]);
        assert_eq!((code, refused.contains("there is no site '99XX'. The sites are 01PY (Bromley custody)")), (Some(2), true), "{refused}");
    }

    async fn a_token_is_issued_listed_and_revoked(kit: Kit) {
        let installation = Installation::of(&kit);
        let (code, refused) = installation.run(&["token", "add", "--site", "01PY", "--name", "Custody feed", "--until", "31/12/2099"]);
        assert!(code == Some(2) && refused.contains("--until: A token works for two years at most"), "{refused}");
        let (code, issued) = installation.run(&["token", "add", "--site", "01PY", "--name", "Custody feed"]);
        assert_eq!(code, Some(0), "{issued}");
        let text = issued.lines().find(|line| line.starts_with("throughline_")).expect("it is shown");
        let (_, secret) = text.rsplit_once('_').expect("two parts");
        let (_, listed) = installation.run(&["token", "list"]);
        assert!(listed.contains("Bromley custody, Custody feed: in use until ") && listed.contains(" at 00:00, never used"), "{listed}");
        assert!(!listed.contains(secret), "{listed}");
        let (id, _) = listed.split_once(' ').expect("an id");
        let (code, revoked) = installation.run(&["token", "revoke", id]);
        assert_eq!((code, revoked.contains("opens nothing any more")), (Some(0), true), "{revoked}");
        assert!(installation.run(&["token", "list"]).1.contains(": revoked "));
        for wrong in [&["token", "add", "--site", "99XX", "--name", "x"][..], &["token", "add", "--site", "01PY", "--name", " "], &["token", "add", "--site", "01PY", "--name", "x", "--until", "1/1/2020"], &["token", "revoke", "01900000-0000-7000-8000-00000000dead"]] {
            assert_eq!(installation.run(wrong).0, Some(2), "{wrong:?}");
        }
        let words: Vec<String> = rows(&kit, "SELECT detail FROM audit_row WHERE request = 'command line' ORDER BY seq").await.iter().map(|row| row.get("detail").expect("text")).collect();
        assert!(words.len() == 2 && words[0].contains("issued for site") && words[1].ends_with("revoked"), "{words:?}");
    }
}
