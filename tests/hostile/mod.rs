//! Texts that a hostile caller may type: each repeats what was once the slowest known input of some search.

use std::hint::black_box;

use voxroute::classify::normalise;
use voxroute::details;
use voxroute::human::{self, PersonRequest, Turn};
use voxroute::transcribe::simplified;
use voxroute::units::Language;

const UNITS: &[&str] = &["double ", "亿", "转", "am i talking to live stream ", "a ", "1,111", "\u{fdfa}"];

/// What is repeated, and about so many bytes of it.
pub(crate) fn texts(n_bytes: usize) -> Vec<(&'static str, String)> {
    let sums: String = (0..n_bytes / "$10000 ".len()).map(|number| format!("${} ", 10_000 + number)).collect();
    let repeated = UNITS.iter().map(|unit| (unit.trim(), unit.repeat(n_bytes / unit.len())));
    repeated.chain([("sums", sums)]).collect()
}

/// Everything that looks through the words of a turn; whether they ask for a person.
pub(crate) fn searched(text: &str) -> PersonRequest {
    black_box((human::frustration(text), human::rejection(text)));
    black_box((normalise(text), simplified(text)));
    black_box(Language::ALL.map(|language| details::find(text, language)));
    human::asked(&Turn { texts: &[text], previous: &[text], ..Turn::default() })
}
