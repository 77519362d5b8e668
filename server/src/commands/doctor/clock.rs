//! The clock: tokens live and die by it.

use std::{path::Path, time::Duration};

use hallpass_core::{clock::Timestamp, store::Finding};

use crate::config::time;

/// No clock that is right shows less than this program's own time, or this much more.
const FIRST: Timestamp = Timestamp::from_seconds(1_764_000_000);
const LAST: Timestamp = Timestamp::from_seconds(4_102_444_800);

/// How far two machines may differ that are both right.
const TOLERANCE: Duration = Duration::from_mins(1);

/// Where `systemd-timesyncd` says that it is there, and that the clock is right.
const TIMESYNC: &str = "/run/systemd/timesync";
const SYNCHRONIZED: &str = "/run/systemd/timesync/synchronized";

/// Looks at the clock, and at the newest moment in the database.
pub(super) fn examine(now: Timestamp, newest: Option<Timestamp>) -> Vec<Finding> {
    let service = Path::new(TIMESYNC).exists().then(|| Path::new(SYNCHRONIZED).exists());
    std::iter::once(judge(now, newest)).chain(service.map(synchronized)).collect()
}

fn judge(now: Timestamp, newest: Option<Timestamp>) -> Finding {
    let shown = time::format(now);
    let advice = "Set it, by NTP: while it is wrong, tokens live too long or not at all.";
    if !(FIRST..LAST).contains(&now) {
        return Finding::bad("clock", format!("It shows {shown}."), advice);
    }
    match newest {
        Some(newest) if newest > now + TOLERANCE => {
            let sentence =
                format!("It shows {shown}, and the database knows of {}: it was set back.", time::format(newest));
            Finding::bad("clock", sentence, advice)
        }
        Some(_) => Finding::good("clock", format!("It shows {shown}, after all that the database knows of.")),
        None => Finding::good("clock", format!("It shows {shown}.")),
    }
}

fn synchronized(is_synchronized: bool) -> Finding {
    if is_synchronized {
        Finding::good("time service", "The clock is kept right by systemd-timesyncd.")
    } else {
        let advice = "See why: timedatectl timesync-status.";
        Finding::doubtful("time service", "systemd-timesyncd has not set the clock yet.", advice)
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
    fn a_clock_that_is_impossible_or_was_set_back_is_told() {
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
