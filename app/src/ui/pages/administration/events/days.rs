//! Days of the calendar on the wall where the page is read, as the moments they begin at.

use js_sys::Date;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    year: u32,
    month: i32,
    date: i32,
}

impl Day {
    /// "2026-11-25", as an input of dates and the address have it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let is_plain = [(year, 4), (month, 2), (day, 2)]
            .iter()
            .all(|(part, length)| part.len() == *length && part.bytes().all(|byte| byte.is_ascii_digit()));
        let day = Self { year: year.parse().ok()?, month: month.parse().ok()?, date: day.parse().ok()? };
        // A year that is typed digit by digit is 0002 first, which nobody means.
        let is_day = (1970..).contains(&day.year) && (1..=12).contains(&day.month) && (1..=31).contains(&day.date);
        (is_plain && is_day).then_some(day)
    }

    /// As it was parsed.
    pub(super) fn text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.date)
    }

    /// When it begins, Unix seconds. Only called in the browser, which knows the time zone.
    pub(super) fn begin(self) -> i64 {
        self.begin_after(0)
    }

    /// When it is over, Unix seconds. Days are not all of the same length.
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
    fn a_day_is_read_and_written_in_one_way_only() {
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
