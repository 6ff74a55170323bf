//! A text that is told with its place when it is wrong.

use toml::Spanned;

/// A text with its place in the file.
pub(super) type Name = Spanned<String>;
