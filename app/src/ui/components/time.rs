//! Moments and durations in words. Only called in the browser: the server knows neither the person's
//! time zone nor when the page will be read.

use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

const LOCALE: &str = "en-GB";

/// "23 Nov 2026, 14:02".
pub(crate) fn date_time(seconds: i64) -> String {
    format(seconds, &[("dateStyle", "medium"), ("timeStyle", "short")])
}

/// "14:02" today, and with the date on another day.
pub(crate) fn clock_time(seconds: i64) -> String {
    let is_today = date(seconds).to_date_string() == Date::new_0().to_date_string();
    if is_today { format(seconds, &[("timeStyle", "short")]) } else { date_time(seconds) }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are exact in a double")]
fn date(seconds: i64) -> Date {
    Date::new(&JsValue::from_f64((seconds * 1000) as f64))
}

fn format(seconds: i64, styles: &[(&str, &str)]) -> String {
    let options = Object::new();
    for (name, value) in styles {
        // Setting a property of a plain object cannot fail.
        drop(Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)));
    }
    date(seconds).to_locale_string(LOCALE, &options).into()
}

/// "4 min 12 s".
pub(crate) fn remaining_words(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::remaining_words;

    #[test]
    fn durations_are_told_in_their_two_largest_units() {
        let words = [
            (-5, "0 s"),
            (59_999, "59 s"),
            (252_000, "4 min 12 s"),
            (3_660_000, "1 h 1 min"),
            (180_000_000, "2 d 2 h"),
        ];
        for (millis, expected) in words {
            assert_eq!(remaining_words(millis), expected);
        }
    }
}
