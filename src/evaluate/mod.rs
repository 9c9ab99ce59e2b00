//! How good it is: labelled turns become figures with intervals, as plain data.
//!
//! A [`LabelledSet`] says what is right; [`JudgedTurn`] puts it beside what was decided; [`Report`] counts. Drawing the
//! report is left to `examples/evaluate`.

mod confusion;
mod error_rate;
mod figures;
mod latency;
mod reliability;
mod report;
mod selective;
mod set;
mod targets;
mod turn;

pub use confusion::{Cell, Confusion};
pub use error_rate::Rate;
pub use figures::Figures;
pub use latency::Latency;
pub use reliability::{Bin, Reliability, brier};
pub use report::{IntentFigures, Report, Slice};
pub use selective::{Point, Selective};
pub use set::{Entry, HeardSound, LabelledSet, Take};
pub use targets::{TargetRow, target_rows};
pub use turn::{JudgedTurn, Outcome, could_be_automated};
