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
