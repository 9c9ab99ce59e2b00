/// A file of training examples or labels that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExamplesError {
    /// The file's form is off.
    #[error("{path}: {text}")]
    Form {
        /// The file.
        path: String,
        /// What is wrong and where.
        text: String,
    },
    /// A file of a kind that holds no examples.
    #[error("{path}: ending {found:?} is not one of yml, yaml, csv, jsonl")]
    Kind {
        /// The file.
        path: String,
        /// Its ending.
        found: String,
    },
    /// An example without a letter or digit.
    #[error("{path}:{line}: an example of {intent} is empty")]
    Empty {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u64,
        /// The intent it stands under.
        intent: String,
    },
    /// The same example a second time: written the same up to case, script, width and punctuation.
    #[error("{path}:{line}: {text:?} of {intent} was given before, for {first_intent} at {first}")]
    Duplicate {
        /// The file of the second one.
        path: String,
        /// Its line, from 1.
        line: u64,
        /// The example.
        text: String,
        /// The intent the second one stands under.
        intent: String,
        /// The intent the first one stands under.
        first_intent: String,
        /// File and line of the first one.
        first: String,
    },
    /// An intent that the domain beside the examples does not have.
    #[error("{path}:{line}: intent {intent:?} is unknown, known: {}", known.join(", "))]
    UnknownIntent {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u64,
        /// The intent.
        intent: String,
        /// The domain's intents.
        known: Vec<String>,
    },
    /// There are too few of them for what they are wanted for.
    #[error("{what}: found {found}, needed {needed}")]
    TooFew {
        /// Of what, and for what.
        what: String,
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
}
