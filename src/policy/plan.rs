//! Which ways to a person there are, best first.

use jiff::{SignedDuration, Timestamp};

use crate::call::{Event, HandOffFailure};
use crate::desk::{Queue, QueueId};

use super::situation::Situation;
use super::{Authority, Way, Ways};

/// Every way there is for a caller of `queue` who needs `authority`. A callback is always among them, so the list
/// is never empty.
pub(super) fn ways(s: &Situation<'_>, queue: &QueueId, authority: Authority) -> Ways {
    let mut live = live_ways(s, queue, authority);
    let callback = callback(s, queue, authority);
    let channels = s
        .desk
        .channels
        .iter()
        .filter(|channel| channel.hours.is_open(s.desk.now))
        .map(|channel| Way::Channel {
            name: channel.name.clone(),
            address: channel.address.clone(),
        });
    if callback_first(s, live.first()) {
        return Ways::new(callback, live.into_iter().chain(channels).collect());
    }
    let rest = std::iter::once(callback).chain(channels);
    let best = live.remove(0);
    Ways::new(best, live.into_iter().chain(rest).collect())
}

/// Nobody waits past the limit, or on a line that the caller has left, without being offered a call first.
fn callback_first(s: &Situation<'_>, best: Option<&Way>) -> bool {
    let limit = s.settings().longest_wait_seconds;
    match best {
        None => true,
        Some(_) if caller_is_gone(s) => true,
        Some(Way::Queue { wait_seconds, .. }) => {
            wait_seconds.unwrap_or(0) > limit || s.past.waited_seconds(s.desk.now) > limit
        }
        Some(_) => false,
    }
}

fn caller_is_gone(s: &Situation<'_>) -> bool {
    matches!(
        s.event(),
        Some(
            Event::HandOffFailed {
                failure: HandOffFailure::CallerHungUp,
                ..
            } | Event::CallbackMissed { .. }
        )
    )
}

/// Open queues, best first: where it did not just fail, where the authority is, free, the right one, the short wait.
fn live_ways(s: &Situation<'_>, wanted: &QueueId, authority: Authority) -> Vec<Way> {
    let now = s.desk.now;
    let mut open: Vec<&Queue> = s
        .desk
        .queues
        .iter()
        .filter(|queue| queue.is_free(now) || queue.takes_callers(now))
        .collect();
    open.sort_by_cached_key(|queue| {
        let wait = queue.expected_wait_seconds.unwrap_or(u32::MAX);
        (
            failed_at(s, &queue.id),
            queue.authority < authority,
            !queue.is_free(now),
            queue.id != *wanted,
            wait,
            queue.id.clone(),
        )
    });
    open.into_iter().map(|queue| live_way(queue, now)).collect()
}

fn live_way(queue: &Queue, now: Timestamp) -> Way {
    if queue.is_free(now) {
        return Way::Now {
            queue: queue.id.clone(),
        };
    }
    Way::Queue {
        queue: queue.id.clone(),
        ahead: Some(queue.waiting),
        wait_seconds: queue.expected_wait_seconds,
    }
}

fn failed_at(s: &Situation<'_>, queue: &QueueId) -> bool {
    let just_now =
        matches!(s.event(), Some(Event::HandOffFailed { queue: failed, .. }) if failed == queue);
    just_now || s.past.failed_at.iter().any(|(failed, _)| *failed == queue)
}

fn callback(s: &Situation<'_>, wanted: &QueueId, authority: Authority) -> Way {
    let now = s.desk.now;
    let latest = after(now, hours(s.settings().longest_promise_hours));
    let opening = next_opening(s, wanted, authority);
    let within = minutes(s.settings().callback_within_minutes);
    let (queue, due) = match opening {
        Some((queue, opens)) if after(opens, within) <= latest => {
            (queue.clone(), after(opens, within))
        }
        _ => (wanted.clone(), latest),
    };
    let keeps_place = s
        .desk
        .queue(&queue)
        .is_some_and(|queue| queue.hours.is_open(now));
    Way::Callback {
        queue,
        due,
        keeps_place,
        number_known: s.call.caller.is_some(),
    }
}

/// The desk that can call back soonest, among those with the authority if there are any; the wanted one on a tie.
fn next_opening<'a>(
    s: &Situation<'a>,
    wanted: &QueueId,
    authority: Authority,
) -> Option<(&'a QueueId, Timestamp)> {
    let openings = s
        .desk
        .queues
        .iter()
        .filter_map(|queue| Some((queue, queue.hours.next_opening(s.desk.now)?)));
    openings
        .min_by_key(|(queue, opens)| {
            (
                queue.authority < authority,
                *opens,
                queue.id != *wanted,
                queue.id.clone(),
            )
        })
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
