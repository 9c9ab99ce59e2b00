use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::turn::JudgedTurn;

/// What was taken for what: rows are what is right, columns what came first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// Names of rows and columns, sorted; `out_of_scope` and `nothing` (no intent at all) last.
    pub names: Vec<String>,
    /// Only what happened, by row then column.
    pub cells: Vec<Cell>,
}

/// How often one intent was taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Which of the names is right.
    pub truth: usize,
    /// Which of them came first.
    pub found: usize,
    /// How often.
    pub turns: usize,
}

impl Confusion {
    /// Counts.
    #[must_use]
    pub fn of(turns: &[&JudgedTurn]) -> Self {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for turn in turns {
            *counts.entry((turn.truth_name().to_owned(), turn.found_name().to_owned())).or_default() += 1;
        }
        let mut names: Vec<String> = counts.keys().flat_map(|(truth, found)| [truth.clone(), found.clone()]).collect();
        names.sort_by_key(|name| (last(name), name.clone()));
        names.dedup();
        let at = |name: &String| names.iter().position(|known| known == name).unwrap_or(0);
        let mut cells: Vec<Cell> = (counts.iter())
            .map(|((truth, found), turns)| Cell { truth: at(truth), found: at(found), turns: *turns })
            .collect();
        cells.sort_by_key(|cell| (cell.truth, cell.found));
        Self { names, cells }
    }
}

fn last(name: &str) -> u8 {
    match name {
        JudgedTurn::NOTHING => 2,
        crate::units::IntentId::OUT_OF_SCOPE => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::turn::judged;
    use super::*;

    #[test]
    fn pairs_are_counted() {
        let turns = [judged("b", Some("b"), 0.9), judged("b", Some("a"), 0.9), judged("out_of_scope", None, 0.0)];
        let found = Confusion::of(&turns.iter().collect::<Vec<_>>());
        assert_eq!(found.names, ["a", "b", "out_of_scope", "nothing"]);
        let cell = |truth, found| Cell { truth, found, turns: 1 };
        assert_eq!(found.cells, [cell(1, 0), cell(1, 1), cell(2, 3)]);
    }
}
