//! Phrase files: named lists and patterns by kind, matched over a text brought into one form.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

/// Stands for the start and the end of a clause in a text and in a pattern.
pub(super) const EDGE: char = '_';
/// Stands for words that were taken out: no pattern reaches across it.
const GAP: &str = "~";
/// Bytes a compiled kind may take; the requests of English take 12 MiB, which is more than `regex` allows by itself.
const LARGEST: usize = 32 << 20;

/// Most bytes of each automaton that is built while texts are read, for each thread that reads.
///
/// With the library's own 2 MB a line of English takes 0.5 ms, with these 0.02 ms; one of Mandarin 0.5 and 0.3 ms. A thread
/// that has read 7,600 different lines holds 14 MB more. 64 MB would bring Mandarin to 0.03 ms and hold 54 MB.
const CACHE: usize = 16 << 20;

/// The patterns of one language.
///
/// A file has a line for each list (`name := a|b c|d`, used as `{name}` in later lines) and for each pattern
/// (`kind: pattern`). Patterns are regular expressions. Where a pattern has a group of its own, the first group alone
/// is the phrase and the rest is context.
#[derive(Debug)]
pub(super) struct Phrases {
    kinds: BTreeMap<String, Regex>,
}

/// How the ends of a pattern stand to their neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Whole words: a language written with spaces.
    Words,
    /// Anywhere: a language written without.
    Anywhere,
}

impl Phrases {
    /// Reads a file of the crate.
    ///
    /// # Panics
    /// Where the file has a line of another form. The files are part of the crate and a test reads each.
    pub(super) fn parse(file: &str, ends: Ends) -> Self {
        let mut lists = BTreeMap::new();
        let mut patterns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((name, words)) = line.split_once(" := ") {
                lists.insert(format!("{{{name}}}"), format!("(?:{})", expand(words, &lists)));
            } else {
                let (kind, pattern) = line.split_once(": ").expect("a line is a list or a pattern");
                patterns.entry(kind.to_owned()).or_default().push(expand(pattern, &lists));
            }
        }
        Self { kinds: patterns.into_iter().map(|(kind, all)| (kind, union(all, ends))).collect() }
    }

    /// The first phrase of `kind` in `text`.
    pub(super) fn find<'t>(&self, kind: &str, text: &'t str) -> Option<&'t str> {
        let found = self.kinds.get(kind)?.captures(text)?;
        let (start, end) = inner(&found);
        Some(&text[start..end])
    }

    /// `text` with every phrase of `kind` replaced by a gap.
    pub(super) fn without(&self, kind: &str, text: &str) -> String {
        let Some(regex) = self.kinds.get(kind) else { return text.to_owned() };
        let (mut kept, mut last) = (String::with_capacity(text.len()), 0);
        for found in regex.captures_iter(text) {
            let (start, end) = inner(&found);
            kept.push_str(&text[last..start]);
            kept.push_str(GAP);
            last = end;
        }
        kept.push_str(&text[last..]);
        kept
    }
}

/// Replaces `{name}` by the list of that name.
fn expand(pattern: &str, lists: &BTreeMap<String, String>) -> String {
    lists.iter().fold(pattern.to_owned(), |done, (name, list)| done.replace(name, list))
}

/// Longest first, so that of two phrases that start together the longer is taken.
fn union(mut patterns: Vec<String>, ends: Ends) -> Regex {
    patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.chars().count()));
    let all = patterns.join("|");
    let bounded = match ends {
        Ends::Words => format!(r"(?-u:\b)(?:{all})(?-u:\b)"),
        Ends::Anywhere => all,
    };
    let built = RegexBuilder::new(&bounded).size_limit(LARGEST).dfa_size_limit(CACHE).build();
    built.expect("a pattern file of the crate is well formed")
}

/// The range of the first group that took part, else of the whole match.
fn inner(found: &regex::Captures<'_>) -> (usize, usize) {
    let group = found.iter().skip(1).flatten().next().or_else(|| found.get(0)).expect("group 0 is the match");
    (group.start(), group.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "who := agent|operator\nwant: want an? {who}\nno: _ (no {who}) tell\nno: not want";

    #[test]
    fn finds_whole_words_and_masks_the_group_alone() {
        let phrases = Phrases::parse(FILE, Ends::Words);
        assert_eq!(phrases.find("want", "_ i want an agent _"), Some("want an agent"));
        assert_eq!(phrases.find("want", "_ i want an agenta _"), None);
        assert_eq!(phrases.find("other", "_ i want an agent _"), None);
        assert_eq!(phrases.without("no", "_ no agent tell me _"), "_ ~ tell me _");
        assert_eq!(phrases.without("other", "_ no _"), "_ no _");
    }
}
