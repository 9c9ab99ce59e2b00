//! Many calls become the figures that regulators ask for.

mod proof;
mod report;
mod rules;

pub use proof::Proof;
pub use report::{Figure, Report};
