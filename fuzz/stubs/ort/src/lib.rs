//! Stands in for `ort` while fuzzing: it has the types `voxroute` names, and no graph ever loads.

use std::convert::Infallible;

/// What every call answers.
#[derive(Debug)]
pub struct Error;

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no engine while fuzzing")
    }
}

impl std::error::Error for Error {}

pub mod sys {
    #[derive(Debug)]
    pub struct OrtApi;
}

pub mod environment {
    #[derive(Debug, Clone)]
    pub struct Environment;

    #[derive(Debug)]
    pub struct EnvironmentBuilder;

    impl EnvironmentBuilder {
        pub fn with_name(self, _: &str) -> Self {
            self
        }

        pub fn with_telemetry(self, _: bool) -> Self {
            self
        }

        pub fn build(self) -> Result<Environment, super::Error> {
            Err(super::Error)
        }
    }
}

pub fn set_api(_: sys::OrtApi) -> bool {
    false
}

pub fn init() -> environment::EnvironmentBuilder {
    environment::EnvironmentBuilder
}

pub mod session {
    use super::{Error, Infallible, environment::Environment, value::Outlet};

    /// Never made: every method is unreachable by construction.
    #[derive(Debug)]
    pub struct Session(pub(crate) Infallible);

    #[derive(Debug)]
    pub struct SessionInputValue<'a>(pub(crate) std::marker::PhantomData<&'a ()>);

    /// Never made.
    #[derive(Debug)]
    pub struct Outputs<'a>(pub(crate) Infallible, pub(crate) std::marker::PhantomData<&'a ()>);

    impl Session {
        pub fn builder(_: &Environment) -> Result<builder::SessionBuilder, Error> {
            Err(Error)
        }

        pub fn inputs(&self) -> &[Outlet] {
            match self.0 {}
        }

        pub fn outputs(&self) -> &[Outlet] {
            match self.0 {}
        }

        pub fn run<'a>(&mut self, _: Vec<(&str, SessionInputValue<'a>)>) -> Result<Outputs<'_>, Error> {
            match self.0 {}
        }
    }

    impl std::ops::Index<&str> for Outputs<'_> {
        type Output = super::value::Value;

        fn index(&self, _: &str) -> &Self::Output {
            match self.0 {}
        }
    }

    pub mod builder {
        use super::{Error, Infallible, Session};

        #[derive(Debug)]
        pub enum GraphOptimizationLevel {
            Level3,
        }

        /// Never made.
        #[derive(Debug)]
        pub struct SessionBuilder(Infallible);

        impl SessionBuilder {
            pub fn with_intra_threads(self, _: usize) -> Result<Self, Error> {
                match self.0 {}
            }

            pub fn with_optimization_level(self, _: GraphOptimizationLevel) -> Result<Self, Error> {
                match self.0 {}
            }

            pub fn commit_from_memory(&mut self, _: &[u8]) -> Result<Session, Error> {
                match self.0 {}
            }
        }
    }
}

pub mod value {
    use super::{Error, Infallible, session::SessionInputValue};

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum TensorElementType {
        Int64,
        Float32,
    }

    impl std::fmt::Display for TensorElementType {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "{self:?}")
        }
    }

    #[derive(Debug)]
    pub enum ValueType {
        Tensor { ty: TensorElementType, shape: Vec<i64> },
        Other,
    }

    impl std::fmt::Display for ValueType {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "{self:?}")
        }
    }

    /// Never made.
    #[derive(Debug)]
    pub struct Outlet(Infallible);

    impl Outlet {
        pub fn name(&self) -> &str {
            match self.0 {}
        }

        pub fn dtype(&self) -> &ValueType {
            match self.0 {}
        }
    }

    #[derive(Debug)]
    pub struct Tensor;

    impl Tensor {
        pub fn from_array(_: ([usize; 2], Vec<i64>)) -> Result<Self, Error> {
            Err(Error)
        }
    }

    impl From<Tensor> for SessionInputValue<'static> {
        fn from(_: Tensor) -> Self {
            Self(std::marker::PhantomData)
        }
    }

    /// Never made.
    #[derive(Debug)]
    pub struct Value(Infallible);

    impl Value {
        pub fn try_extract_tensor<T>(&self) -> Result<(&[i64], &[T]), Error> {
            match self.0 {}
        }
    }
}
