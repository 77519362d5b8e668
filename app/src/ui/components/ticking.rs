//! What changes as time passes, while a page is there.

use std::time::Duration;

use leptos::prelude::*;

use crate::session;

/// Does it once a second.
pub(crate) fn every_second(work: impl Fn() + 'static) {
    let tick = set_interval_with_handle(work, Duration::from_secs(1));
    on_cleanup(move || {
        if let Ok(tick) = tick {
            tick.clear();
        }
    });
}

/// The device's time, milliseconds since the Unix epoch, second by second.
pub(crate) fn ticking() -> ReadSignal<i64> {
    let (now, set_now) = signal(session::now());
    every_second(move || set_now.set(session::now()));
    now
}
