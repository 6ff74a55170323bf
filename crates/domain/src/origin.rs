//! Where a list came from: somebody handed it in on the page, or it came by itself.

use crate::time::{Instant, date_time_short};

codes! {
    /// By which way a list came in.
    pub enum Way {
        /// Somebody dropped, pasted or chose it on the page.
        Page = "page", "By hand";
        /// It was put into a watched folder.
        Folder = "folder", "Watched folder";
        /// It was e-mailed.
        Email = "email", "E-mail";
        /// A program handed it in with a token.
        Program = "program", "Program";
    }
}

/// How something came in that nobody of the service handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByItself {
    /// It was put into a watched folder.
    Folder {
        /// The folder's own name, without what it is in.
        name: String,
    },
    /// It was e-mailed to a watched maildir.
    Email {
        /// The sender's address as the message gives it: nobody vouches for it. Empty when it gives none.
        from: String,
        /// When it was sent, as the message says.
        sent_at: Option<Instant>,
        /// What else was attached and is no list: pictures of a signature, invitations.
        passed_over: Vec<String>,
    },
    /// A program handed it in.
    Program {
        /// The name of its token.
        name: String,
    },
}

impl ByItself {
    /// By which way.
    pub fn way(&self) -> Way {
        match self {
            Self::Folder { .. } => Way::Folder,
            Self::Email { .. } => Way::Email,
            Self::Program { .. } => Way::Program,
        }
    }

    /// From which folder, sender or program.
    pub fn from(&self) -> &str {
        match self {
            Self::Folder { name } | Self::Program { name } => name,
            Self::Email { from, .. } => from,
        }
    }

    /// When it was sent, where that is told.
    pub fn sent_at(&self) -> Option<Instant> {
        match self {
            Self::Email { sent_at, .. } => *sent_at,
            Self::Folder { .. } | Self::Program { .. } => None,
        }
    }

    /// What came with it and is no list.
    pub fn passed_over(&self) -> &[String] {
        match self {
            Self::Email { passed_over, .. } => passed_over,
            Self::Folder { .. } | Self::Program { .. } => &[],
        }
    }

    /// The same again from the columns that keep it; `None` for [`Way::Page`].
    pub fn kept(way: Way, from: String, sent_at: Option<Instant>, passed_over: &str) -> Option<Self> {
        match way {
            Way::Page => None,
            Way::Folder => Some(Self::Folder { name: from }),
            Way::Program => Some(Self::Program { name: from }),
            Way::Email => {
                let passed_over = passed_over.lines().map(str::to_owned).collect();
                Some(Self::Email { from, sent_at, passed_over })
            }
        }
    }
}

/// To end the sentence "Received 07:12 by ...".
impl std::fmt::Display for ByItself {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder { name } => write!(f, "the watched folder {name}"),
            Self::Program { name } => write!(f, "the program {name}"),
            Self::Email { from, sent_at, passed_over } => {
                let from = if from.is_empty() { "an unnamed sender" } else { from };
                write!(f, "e-mail from {from}")?;
                if let Some(sent_at) = sent_at {
                    write!(f, ", sent {}", date_time_short(*sent_at))?;
                }
                if !passed_over.is_empty() {
                    write!(f, " (passed over: {})", passed_over.join(", "))?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_in_columns_is_the_same_again() {
        let sent_at = "2026-07-24T06:02:00Z".parse().ok();
        let email =
            ByItself::Email { from: "desk@police.example".into(), sent_at, passed_over: vec!["logo.png".into()] };
        assert_eq!(email.to_string(), "e-mail from desk@police.example, sent 24 Jul 07:02 (passed over: logo.png)");
        for origin in [
            email,
            ByItself::Email { from: String::new(), sent_at: None, passed_over: vec![] },
            ByItself::Folder { name: "bromley".into() },
            ByItself::Program { name: "Custody feed".into() },
        ] {
            let passed_over = origin.passed_over().join("\n");
            let kept = ByItself::kept(origin.way(), origin.from().to_owned(), origin.sent_at(), &passed_over);
            assert_eq!(kept, Some(origin));
        }
        assert_eq!(ByItself::kept(Way::Page, String::new(), None, ""), None);
    }
}
