use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// What the caller said that a person would otherwise ask for again.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Sums of money as decimal numbers: `199`, `12.50`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amounts: Vec<String>,
    /// Days, as they were said or as `2026-03-01`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<String>,
    /// Order, parcel or ticket numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order_numbers: Vec<String>,
    /// Telephone numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phone_numbers: Vec<String>,
}

impl Details {
    /// Adds what `other` has and this has not, in the order heard.
    pub fn merge(&mut self, other: &Self) {
        add_new(&mut self.amounts, &other.amounts);
        add_new(&mut self.dates, &other.dates);
        add_new(&mut self.order_numbers, &other.order_numbers);
        add_new(&mut self.phone_numbers, &other.phone_numbers);
    }

    /// The largest sum heard, in whole units rounded up; `None` where none was understood.
    #[must_use]
    pub fn largest_amount(&self) -> Option<u32> {
        self.amounts.iter().filter_map(|amount| whole_units(amount)).max()
    }
}

impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Details")
            .field("amounts", &self.amounts.len())
            .field("dates", &self.dates.len())
            .field("order_numbers", &self.order_numbers.len())
            .field("phone_numbers", &self.phone_numbers.len())
            .finish()
    }
}

fn add_new(known: &mut Vec<String>, heard: &[String]) {
    if heard.is_empty() {
        return;
    }
    let mut seen: HashSet<&str> = known.iter().map(String::as_str).collect();
    let new: Vec<String> = heard.iter().filter(|value| seen.insert(value.as_str())).cloned().collect();
    known.extend(new);
}

/// A float cast saturates, so a sum too large for the type is the largest sum, never a small one.
fn whole_units(amount: &str) -> Option<u32> {
    let value: f64 = amount.parse().ok()?;
    (value >= 0.0).then(|| value.ceil() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_sum_is_rounded_up_and_never_made_small() {
        let sums = |amounts: &[&str]| Details {
            amounts: amounts.iter().map(|&amount| amount.to_owned()).collect(),
            ..Details::default()
        };
        assert_eq!(sums(&["12.50", "199"]).largest_amount(), Some(199));
        assert_eq!(sums(&["199.01"]).largest_amount(), Some(200));
        assert_eq!(sums(&["1e12"]).largest_amount(), Some(u32::MAX));
        assert_eq!(sums(&["-3", "nan", "一百"]).largest_amount(), None);
    }

    #[test]
    fn what_is_heard_again_is_kept_once_and_in_the_order_heard() {
        let dates = |dates: &[&str]| Details {
            dates: dates.iter().map(|&date| date.to_owned()).collect(),
            ..Details::default()
        };
        let mut all = dates(&["周三"]);
        all.merge(&dates(&["2026-03-01", "周三", "2026-03-01"]));
        assert_eq!(all, dates(&["周三", "2026-03-01"]));
    }

    #[test]
    fn details_are_printed_as_counts() {
        let details = Details { phone_numbers: vec!["13800138000".to_owned()], ..Details::default() };
        assert!(!format!("{details:?}").contains("138"));
    }
}
