//! Tables: lists whose rows are understood by their headings.
//!
//! | Room | What it holds |
//! |---|---|
//! | `columns` | what a column can mean, and the spellings of its heading |
//! | `headings` | the row of headings of a table, found and understood |
//! | `preamble` | what the lines above the headings say: title, site, day |
//! | `printed` | the tables and labels of a PDF as rows |
//! | `rows` | a row as an entry |
//! | `offences` | offences from their cells |
//! | `mapping` | what the columns of an unknown table may mean, and reading it as a person said |

pub(crate) mod columns;
pub(crate) mod headings;
pub(crate) mod mapping;
pub(crate) mod offences;
pub(crate) mod preamble;
pub(crate) mod printed;
pub(crate) mod rows;
