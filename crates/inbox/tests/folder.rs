//! Lists that are put into a watched folder, on SQLite and on PostgreSQL.

mod common;

use common::{audited, custody_list, unread_rows, waiting_rows};
use std::fs;
use std::path::Path;
use throughline_inbox::{Inbox, Kind, Watched};
use throughline_testkit::{Kit, on_both};

fn watched(kit: &Kit, folder: &Path) -> Watched {
    Watched::new(Inbox { site: kit.custody(), kind: Kind::Folder, path: folder.to_owned() })
}

async fn look(kit: &Kit, watched: &mut Watched, times: usize) {
    for _ in 0..times {
        watched.look(&kit.store, kit.now).await.expect("it looks");
    }
}

fn names(folder: &Path) -> Vec<String> {
    let all = fs::read_dir(folder).expect("it can be listed");
    let mut names: Vec<String> =
        all.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

on_both! {
    async fn a_list_is_kept_for_review_and_put_away(kit: Kit) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut watched = watched(&kit, folder.path());
        fs::write(folder.path().join("list.csv"), custody_list("FR/1")).expect("written");
        look(&kit, &mut watched, 1).await;
        assert!(waiting_rows(&kit).await.is_empty(), "it has to stand still first");
        look(&kit, &mut watched, 1).await;
        let [list] = &waiting_rows(&kit).await[..] else { panic!("one list waits") };
        let name = folder.path().file_name().expect("a name").to_string_lossy().into_owned();
        assert_eq!(list.received_by, format!("the watched folder {name}"));
        assert_eq!(names(&folder.path().join("received")), ["list.csv"]);
        assert_eq!(fs::read(folder.path().join("received/list.csv")).expect("read"), custody_list("FR/1").as_bytes());
        assert!(names(&folder.path().join("being-read")).is_empty());
        let lines = audited(&kit).await;
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("Throughline create list ") && lines[0].ends_with("came by a watched folder"), "{lines:?}");
    }

    async fn what_cannot_be_read_is_put_aside_with_why_and_told(kit: Kit) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut watched = watched(&kit, folder.path());
        fs::write(folder.path().join("list.png"), b"\x89PNG\r\n\x1a\n picture").expect("written");
        look(&kit, &mut watched, 2).await;
        assert!(waiting_rows(&kit).await.is_empty());
        let [file] = &unread_rows(&kit).await[..] else { panic!("one file is told") };
        assert_eq!((file.file_name.as_str(), file.size), ("list.png", 16));
        assert!(file.why.starts_with("This file is a picture") && file.came_by.starts_with("the watched folder"), "{file:?}");
        assert_eq!(names(&folder.path().join("not-read")), ["list.png", "list.png - why.txt"]);
        let why = fs::read_to_string(folder.path().join("not-read/list.png - why.txt")).expect("read");
        assert!(why.contains(&file.why) && why.contains("24 November 2026 at 10:15"), "{why}");
        assert!(names(&folder.path().join("received")).is_empty());
    }

    async fn the_same_list_again_and_others_of_its_name_are_kept_apart(kit: Kit) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut watched = watched(&kit, folder.path());
        for content in [custody_list("FR/1"), custody_list("FR/1"), custody_list("FR/2"), String::from("no list")] {
            fs::write(folder.path().join("list.csv"), content).expect("written");
            look(&kit, &mut watched, 2).await;
        }
        assert_eq!(waiting_rows(&kit).await.len(), 2, "the same bytes are one list");
        assert_eq!(names(&folder.path().join("received")), ["list (2).csv", "list (3).csv", "list.csv"]);
        assert_eq!(names(&folder.path().join("not-read")), ["list.csv", "list.csv - why.txt"]);
        let kept = |name: &str| fs::read_to_string(folder.path().join("received").join(name)).expect("read");
        assert_eq!((kept("list.csv"), kept("list (3).csv")), (custody_list("FR/1"), custody_list("FR/2")));
    }

    async fn what_a_crash_cut_short_is_received_once(kit: Kit) {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("list.csv"), custody_list("FR/1")).expect("written");
        look(&kit, &mut watched(&kit, folder.path()), 1).await;
        // Before the receipt: the file lies where it is read, and nothing is kept of it yet.
        let own = folder.path().join("being-read/cut-short");
        fs::create_dir(&own).expect("made");
        fs::rename(folder.path().join("list.csv"), own.join("list.csv")).expect("moved");
        look(&kit, &mut watched(&kit, folder.path()), 1).await;
        assert_eq!((waiting_rows(&kit).await.len(), names(&folder.path().join("received"))), (1, vec!["list.csv".to_owned()]));
        // Between receipt and move: it is kept, and lies there still.
        fs::create_dir(&own).expect("made");
        fs::rename(folder.path().join("received/list.csv"), own.join("list.csv")).expect("moved");
        look(&kit, &mut watched(&kit, folder.path()), 1).await;
        assert_eq!((waiting_rows(&kit).await.len(), names(&folder.path().join("received"))), (1, vec!["list.csv".to_owned()]));
    }

    async fn a_huge_file_is_told_and_not_held(kit: Kit) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = fs::File::create(folder.path().join("huge.csv")).expect("made");
        file.set_len(100 * 1024 * 1024).expect("100 MB");
        look(&kit, &mut watched(&kit, folder.path()), 1).await;
        let mut watched = watched(&kit, folder.path());
        look(&kit, &mut watched, 2).await;
        let [told] = &unread_rows(&kit).await[..] else { panic!("it is told") };
        assert_eq!(told.size, 100 * 1024 * 1024);
        assert!(told.why.contains("the limit is 20 MB"), "{told:?}");
        assert_eq!(common::held(&kit).await, 0, "no byte of it is kept");
        assert_eq!(fs::metadata(folder.path().join("not-read/huge.csv")).expect("there").len(), 100 * 1024 * 1024);
    }

    async fn while_the_folder_is_away_nothing_is_lost(kit: Kit) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("share");
        let mut watched = watched(&kit, &path);
        assert!(watched.look(&kit.store, kit.now).await.is_err(), "the share is not there");
        fs::create_dir(&path).expect("made");
        fs::write(path.join("list.csv"), custody_list("FR/1")).expect("written");
        look(&kit, &mut watched, 2).await;
        assert_eq!(waiting_rows(&kit).await.len(), 1);
    }
}
