//! Timers of a mounted page.

use hallpass_leptos::Delay;
use leptos::prelude::*;
use send_wrapper::SendWrapper;

use crate::session;

/// Runs a function every second.
pub(crate) fn every_second(work: impl Fn() + 'static) {
    let ticks = SendWrapper::new(Delay::seconds(1).every(work));
    on_cleanup(move || drop(ticks));
}

/// The device's time, milliseconds since the Unix epoch, updated every second.
pub(crate) fn ticking() -> ReadSignal<i64> {
    let (now, set_now) = signal(session::now());
    every_second(move || set_now.set(session::now()));
    now
}
