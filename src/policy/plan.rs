//! Which ways to a person there are, best first.

use jiff::{SignedDuration, Timestamp};

use crate::call::{Event, HandOffFailure};
use crate::desk::{Queue, QueueId};

use super::situation::Situation;
use super::{Authority, Way, Ways};

/// Queues named to one caller: more than this nobody can choose from by ear.
const LIVE_WAYS: usize = 3;
/// Hours within which someone on duty calls where no desk is known to open soon enough.
const DUTY_HOURS: u32 = 24;

/// Every way there is for a caller of `queue` who needs `authority`. A callback is always among them, so the list
/// is never empty.
pub(super) fn ways(s: &Situation<'_>, queue: &QueueId, authority: Authority) -> Ways {
    let open = open_queues(s, queue, authority);
    let mut live: Vec<Way> = open.iter().map(|queue| live_way(queue, s.desk.now)).collect();
    let callback = callback(s, queue, authority);
    if open.first().is_none_or(|best| a_call_is_better(s, best, authority)) {
        return Ways::new(callback, live.into_iter().chain(channels(s)).collect());
    }
    let best = live.remove(0);
    Ways::new(best, live.into_iter().chain([callback]).chain(channels(s)).collect())
}

fn channels(s: &Situation<'_>) -> impl Iterator<Item = Way> {
    let now = s.desk.now;
    s.desk
        .channels
        .iter()
        .filter(move |channel| channel.hours.is_open(now))
        .map(|channel| Way::Channel { name: channel.name.clone(), address: channel.address.clone() })
}

/// Whether to offer a callback before the best open queue: the caller has left the line, the wait is past the limit,
/// the queue keeps failing, or only people are left who could not help before.
fn a_call_is_better(s: &Situation<'_>, best: &Queue, authority: Authority) -> bool {
    let cannot_help = best.authority < authority && s.past.spoke_to.is_some_and(|reached| best.authority <= reached);
    let times_failed = failures_at(s, &best.id);
    if best.is_free(s.desk.now) {
        return caller_is_gone(s) || cannot_help || times_failed > 1;
    }
    caller_is_gone(s) || cannot_help || times_failed > 0 || waits_too_long(s, best)
}

fn waits_too_long(s: &Situation<'_>, queue: &Queue) -> bool {
    let limit = s.settings().longest_wait_seconds;
    queue.expected_wait_seconds.unwrap_or(0) > limit || s.past.waited_seconds(s.desk.now) > limit
}

fn caller_is_gone(s: &Situation<'_>) -> bool {
    matches!(
        s.event(),
        Some(Event::HandOffFailed { failure: HandOffFailure::CallerHungUp, .. } | Event::CallbackMissed { .. })
    )
}

/// Open queues, best first: where it did not just fail, where the authority is, free, the right one, the short wait.
fn open_queues<'a>(s: &Situation<'a>, wanted: &QueueId, authority: Authority) -> Vec<&'a Queue> {
    let now = s.desk.now;
    let mut open: Vec<&Queue> =
        s.desk.queues.iter().filter(|queue| queue.is_free(now) || queue.takes_callers(now)).collect();
    open.sort_by_key(|queue| {
        let wait = queue.expected_wait_seconds.unwrap_or(u32::MAX);
        let failed = failures_at(s, &queue.id) > 0;
        (failed, queue.authority < authority, !queue.is_free(now), queue.id != *wanted, wait)
    });
    open.truncate(LIVE_WAYS);
    open
}

fn live_way(queue: &Queue, now: Timestamp) -> Way {
    if queue.is_free(now) {
        return Way::Now { queue: queue.id.clone() };
    }
    Way::Queue { queue: queue.id.clone(), ahead: Some(queue.waiting), wait_seconds: queue.expected_wait_seconds }
}

/// Hand-offs to this queue that reached nobody since a person last answered.
fn failures_at(s: &Situation<'_>, queue: &QueueId) -> usize {
    let just_now = matches!(s.event(), Some(Event::HandOffFailed { queue: failed, .. }) if failed == queue);
    s.past.failed_at.iter().filter(|failed| **failed == queue).count() + usize::from(just_now)
}

fn callback(s: &Situation<'_>, wanted: &QueueId, authority: Authority) -> Way {
    let now = s.desk.now;
    let latest = after(now, hours(s.settings().longest_promise_hours));
    let opening = next_opening(s, wanted, authority);
    let within = minutes(s.settings().callback_within_minutes);
    let (queue, due) = match opening {
        Some((queue, opens)) if after(opens, within) <= latest => (queue.clone(), after(opens, within)),
        _ => (wanted.clone(), latest.min(after(now, hours(DUTY_HOURS)))),
    };
    let keeps_place = s.desk.queue(&queue).is_some_and(|queue| queue.hours.is_open(now));
    Way::Callback { queue, due, keeps_place, number_known: s.call.caller.is_some() }
}

/// The desk that can call back soonest, among those with the authority if there are any; the wanted one on a tie.
fn next_opening<'a>(s: &Situation<'a>, wanted: &QueueId, authority: Authority) -> Option<(&'a QueueId, Timestamp)> {
    let openings = s.desk.queues.iter().filter_map(|queue| Some((queue, queue.hours.next_opening(s.desk.now)?)));
    openings
        .min_by_key(|(queue, opens)| (queue.authority < authority, *opens, queue.id != *wanted, queue.id.clone()))
        .map(|(queue, opens)| (&queue.id, opens))
}

fn minutes(n: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(n))
}

fn hours(n: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(n))
}

fn after(moment: Timestamp, duration: SignedDuration) -> Timestamp {
    moment.checked_add(duration).unwrap_or(Timestamp::MAX)
}
