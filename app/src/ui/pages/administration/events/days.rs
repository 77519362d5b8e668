//! Calendar days in the browser's time zone, converted to timestamps.

use js_sys::Date;

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    year: u32,
    month: i32,
    date: i32,
}

impl Day {
    /// "2026-11-25", as date inputs and URLs have it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let is_plain = [(year, 4), (month, 2), (day, 2)]
            .iter()
            .all(|(part, length)| part.len() == *length && part.bytes().all(|byte| byte.is_ascii_digit()));
        let day = Self { year: year.parse().ok()?, month: month.parse().ok()?, date: day.parse().ok()? };
        // A year that is being typed is 0002 at first.
        let is_day = (1970..).contains(&day.year) && (1..=12).contains(&day.month) && (1..=31).contains(&day.date);
        (is_plain && is_day).then_some(day)
    }

    /// The parsed day.
    pub(super) fn text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.date)
    }

    /// Start of the day, Unix seconds. Only called in the browser, which knows the time zone.
    pub(super) fn begin(self) -> i64 {
        self.begin_after(0)
    }

    /// End of the day, Unix seconds. Days differ in length.
    pub(super) fn end(self) -> i64 {
        self.begin_after(1)
    }

    #[expect(clippy::cast_possible_truncation, reason = "whole seconds of a year with four digits fit")]
    fn begin_after(self, days: i32) -> i64 {
        let date = Date::new_with_year_month_day(self.year, self.month - 1, self.date + days);
        (date.get_time() / 1000.0) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn a_day_has_one_textual_form() {
        for text in ["2026-11-25", "1970-01-01", "9999-12-31"] {
            assert_eq!(Day::parse(text).map(Day::text).as_deref(), Some(text));
        }
        for text in
            ["", "2026", "2026-11", "2026-13-01", "2026-00-10", "2026-1-2", "0202-11-25", "2026-11-25-1", "+026-11-25"]
        {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
