/// A store of promises that could not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PromiseError {
    /// A promise of this name is there already.
    #[error("promise {id} exists already")]
    Exists {
        /// Its name.
        id: String,
    },
    /// No promise has this name.
    #[error("promise {id} is not known")]
    Unknown {
        /// The name.
        id: String,
    },
    /// A kept promise stays kept, and none is opened again.
    #[error("promise {id} is {from} and cannot become {to}")]
    Settled {
        /// Its name.
        id: String,
        /// Its state.
        from: &'static str,
        /// The state asked for.
        to: &'static str,
    },
    /// The store's file failed.
    #[error("promise store: {text}")]
    Store {
        /// The store's own words.
        text: String,
    },
}
