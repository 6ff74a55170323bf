//! Lists that are e-mailed, on SQLite and on PostgreSQL.

mod common;

use common::{custody_list, unread_rows, waiting_rows};
use std::fs;
use std::path::{Path, PathBuf};
use throughline_inbox::{Inbox, Kind, Watched};
use throughline_store::lists::Waiting;
use throughline_testkit::{Kit, on_both};

/// A maildir with messages in `new/`.
fn maildir(messages: &[Vec<u8>]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["new", "cur", "tmp"] {
        fs::create_dir(folder.path().join(name)).expect("made");
    }
    for (at, message) in messages.iter().enumerate() {
        fs::write(folder.path().join(format!("new/170000000{at}.M1P2.host")), message).expect("delivered");
    }
    folder
}

async fn look(kit: &Kit, folder: &Path) {
    let inbox = Inbox { site: kit.custody(), kind: Kind::Maildir, path: folder.to_owned() };
    Watched::new(inbox).look(&kit.store, kit.now).await.expect("it looks");
}

fn names(folder: PathBuf) -> Vec<String> {
    let all = fs::read_dir(folder).expect("it can be listed");
    let mut names: Vec<String> =
        all.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A message of these parts, each with its own headers.
fn message(parts: &[String]) -> Vec<u8> {
    let parts: String = parts.iter().map(|part| ["--outer\r\n", part, "\r\n"].concat()).collect();
    format!("From: Custody desk <desk@police.example>\r\nDate: Tue, 24 Nov 2026 07:02:00 +0000\r\nSubject: List\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n{parts}--outer--\r\n").into_bytes()
}

fn attached(name: &str, kind: &str, content: &str) -> String {
    format!(
        "Content-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n{content}"
    )
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encode = |three: &[u8]| {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        (0..4)
            .map(|at| if at > three.len() { '=' } else { char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize]) })
            .collect::<String>()
    };
    bytes.chunks(3).map(encode).collect::<Vec<_>>().chunks(19).map(<[String]>::concat).collect::<Vec<_>>().join("\r\n")
}

async fn only_waiting(kit: &Kit) -> Waiting {
    let [list] = &waiting_rows(kit).await[..] else { panic!("one list waits: {:?}", unread_rows(kit).await) };
    list.clone()
}

async fn original(kit: &Kit) -> String {
    let mut read = kit.store.read().await.expect("it answers");
    let rows = throughline_store::raw::fetch_all(&mut read, "SELECT original FROM list", vec![]).await.expect("rows");
    String::from_utf8(rows[0].get("original").expect("bytes")).expect("text")
}

on_both! {
    async fn each_attachment_is_a_list_and_a_signature_is_none(kit: Kit) {
        let cover = "Content-Type: text/plain\r\n\r\nPlease find attached, with commas, the lists.\r\n-- \r\nDesk";
        let logo = "Content-Type: image/png; name=\"logo.png\"\r\nContent-ID: <logo>\r\nContent-Disposition: inline; filename=\"logo.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=";
        let letter = message(&[
            cover.to_owned(),
            attached("one.csv", "text/csv", &custody_list("FR/1")),
            attached("two.csv", "application/octet-stream", &custody_list("FR/2")),
            logo.to_owned(),
            attached("meeting.ics", "text/calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR"),
        ]);
        let folder = maildir(&[letter]);
        look(&kit, folder.path()).await;
        let lists = waiting_rows(&kit).await;
        assert_eq!(lists.len(), 2);
        for list in &lists {
            assert_eq!(list.received_by, "e-mail from desk@police.example, sent 24 Nov 07:02 (passed over: logo.png, meeting.ics)");
        }
        assert!(unread_rows(&kit).await.is_empty(), "{:?}", unread_rows(&kit).await);
        assert!(names(folder.path().join("new")).is_empty());
        assert_eq!(names(folder.path().join("cur")), ["1700000000.M1P2.host:2,S"]);
    }

    async fn a_message_read_again_after_a_crash_is_received_once(kit: Kit) {
        let letter = message(&[attached("one.csv", "text/csv", &custody_list("FR/1")), attached("two.jpg", "image/jpeg", "\u{7f}no picture")]);
        let folder = maildir(std::slice::from_ref(&letter));
        look(&kit, folder.path()).await;
        fs::write(folder.path().join("new/1700000000.M1P2.host"), letter).expect("as if it had not been moved");
        look(&kit, folder.path()).await;
        assert_eq!((waiting_rows(&kit).await.len(), unread_rows(&kit).await.len()), (1, 1));
        assert_eq!(names(folder.path().join("cur")).len(), 2, "nothing is overwritten");
    }

    async fn a_text_is_read_as_a_pasted_list(kit: Kit) {
        let text = custody_list("FR/1").replace("Ida", "Zo\u{eb}");
        let text: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin letters")).collect();
        let head = "From: desk@police.example\r\nContent-Type: text/plain; charset=windows-1252\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        let folder = maildir(&[[head.as_bytes(), base64(&text).as_bytes()].concat()]);
        look(&kit, folder.path()).await;
        only_waiting(&kit).await;
        assert!(original(&kit).await.contains("FENWICK, Zo\u{eb}"), "{}", original(&kit).await);
    }

    async fn parts_within_parts_and_every_encoding_are_opened(kit: Kit) {
        let quoted = custody_list("FR/1").replace("Ida", "Zo=EB").replace("DOB", "DO=\r\nB");
        let inner = format!("Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\nContent-Type: text/plain\r\n\r\nAttached.\r\n--inner\r\nContent-Type: text/html\r\n\r\n<p>Attached.</p>\r\n--inner--\r\n--outer\r\nContent-Type: text/csv; charset=windows-1252; name=\"=?utf-8?q?list=2Ecsv?=\"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{quoted}");
        let forwarded = format!("Content-Type: message/rfc822\r\n\r\n{}", String::from_utf8(message(&[inner])).expect("text").replace("outer", "deeper"));
        let folder = maildir(&[message(&[forwarded])]);
        look(&kit, folder.path()).await;
        only_waiting(&kit).await;
        assert!(original(&kit).await.contains("FENWICK, Zo\u{eb}"), "{}", original(&kit).await);
    }

    async fn a_hostile_name_is_shown_and_is_no_path(kit: Kit) {
        let letter = message(&[attached("../../../escaped.csv", "text/csv", &custody_list("FR/1")), attached("..", "image/jpeg", "x")]);
        let folder = maildir(&[letter]);
        look(&kit, folder.path()).await;
        only_waiting(&kit).await;
        let [told] = &unread_rows(&kit).await[..] else { panic!("the other is told") };
        assert_eq!(told.file_name, "..");
        assert!(names(folder.path().to_owned()) == ["cur", "new", "tmp"] && !folder.path().join("../../../escaped.csv").exists());
    }

    async fn a_letter_without_a_list_is_told(kit: Kit) {
        let plain = |text: &str| format!("From: desk@police.example\r\nSubject: Sorry\r\n\r\n{text}").into_bytes();
        let folder = maildir(&[plain("The list, which is late, follows.\r\nSorry, we are short, again."), plain(""), b"\x00\xff\xfe".to_vec()]);
        look(&kit, folder.path()).await;
        assert!(waiting_rows(&kit).await.is_empty());
        let told = unread_rows(&kit).await;
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told.iter().any(|file| file.file_name == "Text of the e-mail: Sorry" && file.why.contains("No list is attached")), "{told:?}");
        assert!(told.iter().all(|file| file.came_by.starts_with("e-mail from")), "{told:?}");
        assert_eq!(names(folder.path().join("cur")).len(), 3);
    }

    async fn an_attached_picture_sent_for_a_list_is_told(kit: Kit) {
        let picture = attached("whiteboard.png", "image/png", "\r\n").replace("\r\n\r\n\r\n", "\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=");
        let folder = maildir(&[message(&[picture])]);
        look(&kit, folder.path()).await;
        let [told] = &unread_rows(&kit).await[..] else { panic!("it is told") };
        assert!(told.why.starts_with("This file is a picture"), "{told:?}");
    }
}
