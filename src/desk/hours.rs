use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Serialize};

/// When people are at a queue.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    /// Day and night.
    #[default]
    Always,
    /// By the week, in one time zone, but for holidays.
    Weekly(Weekly),
}

impl Hours {
    /// Whether people are there at `now`.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        match self {
            Self::Always => true,
            Self::Weekly(weekly) => weekly.is_open(now),
        }
    }

    /// The first moment from `now` on at which people are there; `None` if there is none within 31 days.
    #[must_use]
    pub fn next_opening(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Always => Some(now),
            Self::Weekly(weekly) => weekly.next_opening(now),
        }
    }
}

/// Opening hours by the week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weekly {
    /// IANA name: `Asia/Shanghai`.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub time_zone: TimeZone,
    /// The shifts of a week.
    pub shifts: Vec<Shift>,
    /// Days on which no shift starts.
    #[serde(default)]
    pub holidays: BTreeSet<Date>,
}

/// One shift, on each of some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// The days on which it starts.
    pub days: Vec<Day>,
    /// When it starts.
    pub from: Time,
    /// When it ends; not later than `from` means on the next day.
    pub to: Time,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    const fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// How far ahead an opening is looked for.
const DAYS_AHEAD: i32 = 31;

impl Weekly {
    fn is_open(&self, now: Timestamp) -> bool {
        let today = self.local(now).date();
        let yesterday = today.yesterday().ok();
        yesterday
            .into_iter()
            .chain([today])
            .flat_map(|day| self.openings(day))
            .any(|(from, to)| (from..to).contains(&now))
    }

    fn next_opening(&self, now: Timestamp) -> Option<Timestamp> {
        let today = self.local(now).date();
        (-1..=DAYS_AHEAD)
            .filter_map(|ahead| today.checked_add(ahead.days()).ok())
            .filter_map(|day| self.first_opening(day, now))
            .next()
    }

    fn first_opening(&self, day: Date, now: Timestamp) -> Option<Timestamp> {
        self.openings(day).filter(|(_, to)| *to > now).map(|(from, _)| from.max(now)).min()
    }

    /// The shifts that start on `day`, as moments.
    fn openings(&self, day: Date) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let holiday = self.holidays.contains(&day);
        self.shifts
            .iter()
            .filter(move |shift| !holiday && shift.starts_on(day))
            .filter_map(move |shift| Some((self.moment(day, shift.from)?, self.end_of(day, shift)?)))
    }

    fn end_of(&self, day: Date, shift: &Shift) -> Option<Timestamp> {
        let last = if shift.to <= shift.from { day.tomorrow().ok()? } else { day };
        self.moment(last, shift.to)
    }

    fn moment(&self, day: Date, time: Time) -> Option<Timestamp> {
        self.time_zone.to_timestamp(day.to_datetime(time)).ok()
    }

    fn local(&self, now: Timestamp) -> Zoned {
        now.to_zoned(self.time_zone.clone())
    }
}

impl Shift {
    fn starts_on(&self, day: Date) -> bool {
        self.days.iter().any(|known| known.weekday() == day.weekday())
    }
}
