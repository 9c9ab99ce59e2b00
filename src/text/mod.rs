//! Letters: what every stage that reads or writes text agrees on.

mod script;
mod syllables;
mod units;

pub use script::simplified;

pub(crate) use syllables::{Syllable, readings, spelled};
pub(crate) use units::{is_han, units};
