use crate::policy::Invariant;

/// A policy or domain file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Not TOML, a key that does not exist, or a value of another kind.
    #[error("{file}: {text}")]
    Form {
        /// Which file: `policy` or `domain`.
        file: &'static str,
        /// What is wrong and where.
        text: String,
    },
    /// A value that would weaken one of the promises made to every caller.
    #[error("{setting} {found} is outside {allowed}: it would weaken the invariant {invariant}")]
    Invariant {
        /// Which setting.
        setting: &'static str,
        /// The value given.
        found: String,
        /// The values allowed.
        allowed: String,
        /// The promise it would weaken.
        invariant: Invariant,
    },
    /// A domain that says something impossible.
    #[error("domain: {what}: found {found}, expected {expected}")]
    Domain {
        /// Which entry.
        what: String,
        /// What it says.
        found: String,
        /// What it may say.
        expected: &'static str,
    },
}
