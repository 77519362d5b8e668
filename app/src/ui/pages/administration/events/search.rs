//! The filters of events, as a query.

use hallpass_types::{EventKind, EventSearch};

use super::days::Day;
use crate::ui::query::{Filters, Query};

/// As [`EventSearch`], with days in place of timestamps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EventFilters {
    /// The kind of event.
    pub(super) kind: Option<EventKind>,
    /// The user id.
    pub(super) user: Option<String>,
    /// The first day.
    pub(super) since: Option<Day>,
    /// The last day.
    pub(super) until: Option<Day>,
    page: u32,
}

impl EventFilters {
    /// The server's query. Only called in the browser, which knows when a day begins.
    pub(super) fn search(self) -> EventSearch {
        EventSearch {
            kind: self.kind,
            user: self.user,
            since: self.since.map(Day::begin),
            until: self.until.map(Day::end),
            page: self.page,
        }
    }
}

impl Filters for EventFilters {
    fn exchange(&mut self, query: &mut Query) {
        query.field_as("kind", &mut self.kind, EventKind::parse, |kind| kind.name().to_owned());
        query.field("user", &mut self.user);
        query.field_as("since", &mut self.since, Day::parse, Day::text);
        query.field_as("until", &mut self.until, Day::parse, Day::text);
        query.page(&mut self.page);
    }

    fn page_mut(&mut self) -> &mut u32 {
        &mut self.page
    }
}

#[cfg(test)]
mod tests {
    use super::EventFilters;
    use crate::ui::query::{filtered, read};

    #[test]
    fn filters_round_trip_through_the_url_and_unknown_values_are_ignored() {
        let url = "/admin/events?kind=token_reused&user=7&since=2026%2D11%2D01&until=2026%2D11%2D25&page=2";
        let filters: EventFilters = read(url.trim_start_matches("/admin/events"));
        assert_eq!(filtered("/admin/events", filters).to_string().replace("%5F", "_"), url);
        let unknown: EventFilters = read("kind=other&since=yesterday&page=-1");
        assert_eq!(filtered("/admin/events", unknown).to_string(), "/admin/events");
    }
}
