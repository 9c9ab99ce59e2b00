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
