//! Letters: what every stage that reads or writes text agrees on.

mod script;

pub use script::simplified;
