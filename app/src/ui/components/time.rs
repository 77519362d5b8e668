//! Times and durations in the format of the browser's region. Only called in the browser: the server does not know
//! the user's time zone.

use hallpass_types::millis;
use js_sys::{Date, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::region::locale;
use crate::texts;

texts! {
    Text {
        seconds(a): "{a} s" | "{a}초",
        minutes(a, b): "{a} min {b} s" | "{a}분 {b}초",
        hours(a, b): "{a} h {b} min" | "{a}시간 {b}분",
        days(a, b): "{a} d {b} h" | "{a}일 {b}시간",
        future: "far in the future" | "먼 미래",
        past: "far in the past" | "먼 과거",
    }
}

/// The last second that JavaScript dates support; negated, the first one (ECMA-262 §21.4.1.1).
const LAST: i64 = 8_640_000_000_000;

/// Loads the browser's date formatting ahead of the first date, which takes tens of milliseconds.
pub(crate) fn prepare_dates() {
    drop(date_time(0));
}

/// "23 Nov 2026, 14:02".
pub(crate) fn date_time(seconds: i64) -> String {
    format(seconds, &[("dateStyle", "medium"), ("timeStyle", "short")])
}

/// A date and time, also for machines.
#[component]
pub(crate) fn Timestamp(at: i64) -> impl IntoView {
    view! { <time datetime=iso_time(at)>{date_time(at)}</time> }
}

/// "14:02" today, with the date on another day.
pub(crate) fn clock_time(seconds: i64) -> String {
    let is_today = date(seconds).to_date_string() == Date::new_0().to_date_string();
    if is_today { clock_only(seconds) } else { date_time(seconds) }
}

/// "14:02".
pub(crate) fn clock_only(seconds: i64) -> String {
    format(seconds, &[("timeStyle", "short")])
}

/// "14:02:11.204", from milliseconds.
pub(crate) fn precise_time(millis: i64) -> String {
    format!("{}.{:03}", format(millis / 1000, &[("timeStyle", "medium")]), millis % 1000)
}

/// "Monday, 23 November 2026".
pub(crate) fn day(seconds: i64) -> String {
    format(seconds, &[("dateStyle", "full")])
}

/// "2026-11-23T14:02:00.000Z", for machines.
pub(crate) fn iso_time(seconds: i64) -> String {
    date(seconds).to_iso_string().into()
}

/// The date, clamped to what JavaScript dates support.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of the calendar are exact in a double")]
fn date(seconds: i64) -> Date {
    Date::new(&JsValue::from_f64(millis(seconds.clamp(-LAST, LAST)) as f64))
}

fn format(seconds: i64, styles: &[(&str, &str)]) -> String {
    let text = Text::get();
    if seconds.unsigned_abs() > LAST.unsigned_abs() {
        return if seconds > 0 { text.future } else { text.past }.to_owned();
    }
    let options = Object::new();
    for (name, value) in styles {
        // Setting a property of a plain object cannot fail.
        drop(Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)));
    }
    date(seconds).to_locale_string(&locale(), &options).into()
}

/// "4 min 12 s".
pub(crate) fn remaining_words(millis: i64) -> String {
    remaining_in(Text::get(), millis)
}

fn remaining_in(text: &Text, millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => text.seconds(&seconds),
        (0, 0, _) => text.minutes(&minutes, &(seconds % 60)),
        (0, _, _) => text.hours(&hours, &minutes),
        _ => text.days(&days, &hours),
    }
}

#[cfg(test)]
mod tests {
    use super::{Text, remaining_in};

    #[test]
    fn durations_show_their_two_largest_units() {
        let words = [
            (-5, "0 s"),
            (59_999, "59 s"),
            (252_000, "4 min 12 s"),
            (3_660_000, "1 h 1 min"),
            (180_000_000, "2 d 2 h"),
        ];
        for (millis, expected) in words {
            assert_eq!(remaining_in(&Text::ENGLISH, millis), expected);
        }
    }
}
