//! Checks of the clock, on which the validity of tokens depends.

use std::{path::Path, time::Duration};

use hallpass_core::{clock::Timestamp, store::Finding};

use crate::config::time;

/// A correct clock shows a time from `FIRST` to `LAST`.
const FIRST: Timestamp = Timestamp::from_seconds(1_764_000_000);
const LAST: Timestamp = Timestamp::from_seconds(4_102_444_800);

/// The largest difference between two correct clocks.
const TOLERANCE: Duration = Duration::from_mins(1);

/// The state directory of `systemd-timesyncd`, which also records synchronization.
const TIMESYNC: &str = "/run/systemd/timesync";
const SYNCHRONIZED: &str = "/run/systemd/timesync/synchronized";

/// Checks the clock against the newest timestamp in the database.
pub(super) fn examine(now: Timestamp, newest: Option<Timestamp>) -> Vec<Finding> {
    let service = Path::new(TIMESYNC).exists().then(|| Path::new(SYNCHRONIZED).exists());
    std::iter::once(judge(now, newest)).chain(service.map(synchronized)).collect()
}

fn judge(now: Timestamp, newest: Option<Timestamp>) -> Finding {
    let shown = time::format(now);
    let advice = "Set it by NTP: a wrong clock makes tokens expire too late or too early.";
    if !(FIRST..LAST).contains(&now) {
        return Finding::bad("clock", format!("The time is {shown}."), advice);
    }
    match newest {
        Some(newest) if newest > now + TOLERANCE => {
            let sentence = format!(
                "The time is {shown}, and the newest timestamp in the database is {}: the clock was set back.",
                time::format(newest)
            );
            Finding::bad("clock", sentence, advice)
        }
        Some(_) => Finding::good("clock", format!("The time is {shown}, after every timestamp in the database.")),
        None => Finding::good("clock", format!("The time is {shown}.")),
    }
}

fn synchronized(is_synchronized: bool) -> Finding {
    if is_synchronized {
        Finding::good("time service", "systemd-timesyncd has synchronized the clock.")
    } else {
        let advice = "Find out why: timedatectl timesync-status.";
        Finding::doubtful("time service", "systemd-timesyncd has not synchronized the clock yet.", advice)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hallpass_core::{
        clock::Timestamp,
        store::Health::{Bad, Doubtful, Good},
    };

    use super::{FIRST, judge, synchronized};

    #[test]
    fn an_impossible_or_set_back_clock_is_reported() {
        let now = FIRST + Duration::from_hours(1);
        assert_eq!(judge(now, None).health, Good);
        assert_eq!(judge(now, Some(now)).health, Good);
        assert_eq!(judge(now, Some(now + Duration::from_secs(30))).health, Good, "another machine's clock");
        assert_eq!(judge(now, Some(now + Duration::from_mins(2))).health, Bad);
        for impossible in [0, 1_000_000_000, 9_000_000_000] {
            assert_eq!(judge(Timestamp::from_seconds(impossible), None).health, Bad, "{impossible}");
        }
        assert_eq!((synchronized(true).health, synchronized(false).health), (Good, Doubtful));
    }
}
