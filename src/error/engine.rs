/// What a foreign engine did, in our words and its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The engine refused to load a model file.
    #[error("{path}: the engine cannot load it: {text}")]
    Load {
        /// The file.
        path: String,
        /// The engine's own words.
        text: String,
    },
    /// The engine failed while working.
    #[error("{stage}: {text}")]
    Run {
        /// What it was doing: `encode`, `decode`, `infer`.
        stage: &'static str,
        /// The engine's own words.
        text: String,
    },
    /// The engine answered with something that is not a number or not of the promised shape.
    #[error("{what}: found {found}, expected {expected}")]
    Output {
        /// Which output.
        what: String,
        /// What came.
        found: String,
        /// What was promised.
        expected: String,
    },
    /// The turn's deadline passed before the engine was done.
    #[error("no answer within {limit_ms} ms")]
    Deadline {
        /// The deadline of a turn in milliseconds.
        limit_ms: u64,
    },
    /// Every worker is busy and the queue is full.
    #[error("{waiting} turns are waiting, {limit} may")]
    Overloaded {
        /// Turns waiting for a worker.
        waiting: usize,
        /// Turns that may wait.
        limit: usize,
    },
    /// A worker panicked; the next turn gets a fresh one.
    #[error("a worker panicked: {text}")]
    Panicked {
        /// The panic's message.
        text: String,
    },
    /// The child process that runs the engine died or spoke out of turn.
    #[error("the engine's process: {text}")]
    Process {
        /// What happened.
        text: String,
    },
}

impl EngineError {
    /// What a worker's panic said, as the operator may read it.
    ///
    /// What stands between quotes is left out: the standard library quotes the text it was cutting, and that may be a
    /// caller's words.
    pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::Panicked { text: text.map_or_else(|| "no message".to_owned(), unquoted) }
    }
}

/// The text with `…` for whatever stands from a quote to the last one of its kind.
fn unquoted(text: &str) -> String {
    let quote = |c: char| matches!(c, '`' | '"');
    let Some(first) = text.find(quote) else { return text.to_owned() };
    let mark = text[first..].chars().next().unwrap_or('`');
    let last = text.rfind(mark).filter(|&last| last > first).map_or(text.len(), |last| last + mark.len_utf8());
    format!("{}…{}", &text[..first], unquoted(&text[last..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_says_what_broke_but_nothing_that_was_said() {
        let said = "我要投诉 13800138000";
        let cut = std::panic::catch_unwind(|| said[..std::hint::black_box(1)].len()).expect_err("inside a character");
        let text = EngineError::panicked(&*cut).to_string();
        assert!(text.contains("char boundary") && !text.contains('诉') && !text.contains("138"), "{text}");
        for (panic, expected) in [("plain", "plain"), ("at \"a\" and `b`.", "at … and …."), ("it's `open", "it's …")]
        {
            assert_eq!(unquoted(panic), expected);
        }
        assert_eq!(EngineError::panicked(&7).to_string(), "a worker panicked: no message");
    }
}
