//! Does the caller ask for a person?

use serde::{Deserialize, Serialize};

/// Whether a turn asks for a person. A request, certain or doubtful, is always answered with a person.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum PersonRequest {
    /// Nothing in the turn asks for one.
    #[default]
    No,
    /// Something sounds like it.
    Doubtful {
        /// What was taken for a request.
        evidence: String,
    },
    /// The caller asks for one.
    Explicit {
        /// What was taken for a request.
        evidence: String,
    },
}

impl std::fmt::Debug for PersonRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::No => f.write_str("No"),
            Self::Doubtful { evidence } => write!(f, "Doubtful({} bytes)", evidence.len()),
            Self::Explicit { evidence } => write!(f, "Explicit({} bytes)", evidence.len()),
        }
    }
}
