//! Letters: what every stage that reads or writes text agrees on.

mod script;
mod syllables;

pub use script::simplified;

pub(crate) use syllables::{Syllable, readings, spelled};
