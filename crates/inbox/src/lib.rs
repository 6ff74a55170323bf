//! The inbox: how lists come in, by whichever way, and wait for somebody to look them over.
//!
//! **What this crate is for.** A list comes by the page, from a watched folder, by e-mail or from a program with a
//! token. There is one way of receiving ([`read`], [`receive`]): bytes, a name and where they came from are read with
//! what was told of columns before, checked, and kept once for the same bytes and day. What could not be read is kept
//! with its bytes and told on the page of lists until somebody deals with it.
//!
//! **Its words.** [`Incoming`] is what came. A *watched folder* and a *maildir* are places that a running service
//! looks at ([`watch`]). A [`token`] lets a program hand in lists of one site.
//!
//! **How to add a way in.** A file named after it that finds [`Incoming`]s and calls [`receive`]; a value of
//! [`Way`](throughline_domain::origin::Way) that says where they came from; a line in [`Kind`] when it is watched.
//!
//! **What it will never do.** Bring a list onto a board, delete or overwrite a file, follow a link out of a folder,
//! or put what is in a list, or what it is called, into a log.
#![warn(missing_docs)]

mod apart;
mod folder;
mod letter;
mod maildir;
mod receive;
pub mod token;
mod watch;

pub use receive::{Incoming, NotRead, Read, Receipt, Received, Tables, mappings, read, receive};
pub use watch::{Inbox, Kind, Watched, fault, watch};
