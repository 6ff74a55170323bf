//! Where lists come in by themselves: the `[[inbox]]` tables of the settings.

use crate::words::wrong_use;
use std::path::{Path, PathBuf};
use throughline_inbox::{Inbox, Kind, fault};
use throughline_store::Conn;
use throughline_store::organisations;

/// One `[[inbox]]`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The site whose lists come there, by code or name.
    pub site: String,
    /// What is watched.
    pub kind: Watched,
    /// Where.
    pub path: PathBuf,
}

/// What is watched, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Watched {
    /// A folder: each file is a list.
    Folder,
    /// A maildir: each attachment is a list.
    Maildir,
}

impl From<Watched> for Kind {
    fn from(watched: Watched) -> Self {
        match watched {
            Watched::Folder => Self::Folder,
            Watched::Maildir => Self::Maildir,
        }
    }
}

/// Refuses what could never be right.
///
/// # Errors
/// In words that name the path.
pub fn check(inboxes: &[Entry]) -> anyhow::Result<()> {
    for (at, inbox) in inboxes.iter().enumerate() {
        let path = inbox.path.display();
        if !inbox.path.is_absolute() {
            return Err(wrong_use(format!("the path of an [[inbox]] begins at the root: '{path}' does not")));
        }
        let is_within = |other: &Path| inbox.path.starts_with(other) || other.starts_with(&inbox.path);
        if inboxes[..at].iter().any(|other| is_within(&other.path)) {
            return Err(wrong_use(format!("two [[inbox]] share a folder ({path}): each list would come twice")));
        }
    }
    Ok(())
}

/// What is wrong with a place, in words; `None` when lists can come to it.
pub fn fault_of(inbox: &Entry) -> Option<String> {
    fault(inbox.kind.into(), &inbox.path)
}

/// The places with their sites.
///
/// # Errors
/// When there is no such site: the words name those there are.
pub async fn with_sites(conn: &mut Conn, inboxes: &[Entry]) -> anyhow::Result<Vec<Inbox>> {
    let sites = organisations::sites(conn).await?;
    let found = |inbox: &Entry| {
        let wanted = &inbox.site;
        let site = sites
            .iter()
            .find(|site| site.code.eq_ignore_ascii_case(wanted) || site.name.eq_ignore_ascii_case(wanted))
            .ok_or_else(|| no_such_site(wanted, &sites))?;
        Ok(Inbox { site: site.id, kind: inbox.kind.into(), path: inbox.path.clone() })
    };
    inboxes.iter().map(found).collect()
}

/// The error for a site that there is not.
pub fn no_such_site(wanted: &str, sites: &[organisations::Site]) -> anyhow::Error {
    let known: Vec<String> = sites.iter().map(|site| format!("{} ({})", site.code, site.name)).collect();
    wrong_use(format!("there is no site '{wanted}'. The sites are {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> Entry {
        Entry { site: "EX01".into(), kind: Watched::Folder, path: path.into() }
    }

    #[test]
    fn two_that_share_a_folder_are_refused() {
        assert!(check(&[entry("/srv/a"), entry("/srv/b")]).is_ok());
        for other in ["/srv/a", "/srv/a/new", "/srv"] {
            let error = check(&[entry("/srv/a"), entry(other)]).expect_err(other);
            assert!(error.to_string().contains("share a folder"), "{error}");
        }
        assert!(check(&[entry("srv/a")]).expect_err("relative").to_string().contains("root"));
    }

    #[test]
    fn a_place_that_lists_cannot_come_to_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &Path, kind| fault_of(&Entry { site: "EX01".into(), kind, path: path.to_owned() });
        assert_eq!(at(folder.path(), Watched::Folder), None);
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0, "nothing is left behind");
        let words = at(&folder.path().join("none"), Watched::Folder).expect("it is not there");
        assert!(words.contains("cannot be used"), "{words}");
        let words = at(folder.path(), Watched::Maildir).expect("it is no maildir");
        assert!(words.contains("is no maildir"), "{words}");
        let file = folder.path().join("file");
        std::fs::write(&file, "x").expect("written");
        assert!(at(&file, Watched::Folder).expect("it is a file").contains("is no folder"));
    }
}
