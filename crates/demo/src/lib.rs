//! The invented service: a busy Tuesday in two custody suites, two magistrates' courts and a Crown
//! Court, made from a seed and the current date.
//!
//! Nobody here is real: names are put together from lists of our own, NHS numbers come from the
//! 999 range that is never issued.
#![warn(missing_docs)]

pub mod places;
pub mod staff;
