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

#[cfg(test)]
mod tests {
    use super::*;

    fn weekly(days: &[Day], from: &str, to: &str, zone: &str) -> Weekly {
        let time = |text: &str| text.parse().expect("a time");
        Weekly {
            time_zone: TimeZone::get(zone).expect("a known zone"),
            shifts: vec![Shift { days: days.to_vec(), from: time(from), to: time(to) }],
            holidays: BTreeSet::new(),
        }
    }

    fn moment(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    const WORKDAYS: &[Day] = &[Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday];

    #[test]
    fn hours_are_those_of_the_zone() {
        let hours = Hours::Weekly(weekly(WORKDAYS, "09:00", "18:00", "Asia/Shanghai"));
        // 2026-03-02 is a Monday.
        for (now, open) in [
            ("2026-03-02T08:59:59+08:00", false),
            ("2026-03-02T09:00:00+08:00", true),
            ("2026-03-02T17:59:59+08:00", true),
            ("2026-03-02T18:00:00+08:00", false),
            ("2026-03-01T12:00:00+08:00", false),
        ] {
            assert_eq!(hours.is_open(moment(now)), open, "{now}");
        }
    }

    #[test]
    fn the_next_opening_skips_the_weekend_and_holidays() {
        let mut weekly = weekly(WORKDAYS, "09:00", "18:00", "Asia/Shanghai");
        weekly.holidays.extend([jiff::civil::date(2026, 3, 9)]);
        let friday_evening = moment("2026-03-06T18:30:00+08:00");
        let hours = Hours::Weekly(weekly);
        assert_eq!(hours.next_opening(friday_evening), Some(moment("2026-03-10T09:00:00+08:00")));
        let while_open = moment("2026-03-10T10:00:00+08:00");
        assert_eq!(hours.next_opening(while_open), Some(while_open));
    }

    #[test]
    fn a_shift_past_midnight_belongs_to_the_day_it_starts() {
        let hours = Hours::Weekly(weekly(&[Day::Friday], "22:00", "06:00", "Europe/Madrid"));
        assert!(hours.is_open(moment("2026-03-07T05:59:00+01:00")), "Saturday morning");
        assert!(!hours.is_open(moment("2026-03-06T05:59:00+01:00")), "Friday morning");
        assert_eq!(hours.next_opening(moment("2026-03-07T06:00:00+01:00")), Some(moment("2026-03-13T22:00:00+01:00")));
    }

    #[test]
    fn the_clock_change_moves_no_opening() {
        let hours = Hours::Weekly(weekly(&[Day::Sunday], "09:00", "12:00", "America/New_York"));
        // Daylight saving begins on 2026-03-08 at 02:00.
        assert!(hours.is_open(moment("2026-03-01T09:30:00-05:00")));
        assert!(hours.is_open(moment("2026-03-08T09:30:00-04:00")));
        assert!(!hours.is_open(moment("2026-03-08T08:30:00-04:00")));
    }

    #[test]
    fn no_shift_is_no_opening() {
        let mut weekly = weekly(WORKDAYS, "09:00", "18:00", "Asia/Shanghai");
        weekly.shifts.clear();
        assert_eq!(Hours::Weekly(weekly).next_opening(moment("2026-03-06T18:30:00+08:00")), None);
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        let hours = Hours::Weekly(weekly(WORKDAYS, "22:00", "06:00", "Pacific/Apia"));
        for now in [Timestamp::MIN, Timestamp::MAX] {
            let _: (bool, Option<Timestamp>) = (hours.is_open(now), hours.next_opening(now));
        }
    }

    #[test]
    fn hours_are_read_from_a_desk_file() {
        let text = "weekly = { time_zone = 'Asia/Shanghai', holidays = ['2026-10-01'], \
                    shifts = [{ days = ['monday'], from = '09:00:00', to = '18:00:00' }] }";
        let hours: Hours = toml::from_str(text).expect("a desk's hours");
        assert!(hours.is_open(moment("2026-03-02T09:00:00+08:00")));
        assert!(toml::from_str::<Hours>(&text.replace("Shanghai", "Nowhere")).is_err());
    }
}
