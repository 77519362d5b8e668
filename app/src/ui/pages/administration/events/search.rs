//! The filters of events, as a query.

use hallpass_types::{EventKind, EventSearch};

use super::days::Day;
use crate::ui::{
    list_url::Filters,
    query::{Parameters, Query, page_parameter},
};

/// As [`EventSearch`], with days in place of timestamps.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    fn read(query: &Query) -> Self {
        Self {
            kind: query.get("kind").and_then(EventKind::parse),
            user: query.get("user").map(str::to_owned),
            since: query.get("since").and_then(Day::parse),
            until: query.get("until").and_then(Day::parse),
            page: query.page(),
        }
    }

    fn write(&self) -> Parameters {
        let parameters = [
            self.kind.map(|kind| ("kind", kind.name().to_owned())),
            self.user.clone().map(|user| ("user", user)),
            self.since.map(|since| ("since", since.text())),
            self.until.map(|until| ("until", until.text())),
            page_parameter(self.page),
        ];
        parameters.into_iter().flatten().collect()
    }

    fn page_mut(&mut self) -> &mut u32 {
        &mut self.page
    }
}

#[cfg(test)]
mod tests {
    use super::EventFilters;
    use crate::ui::{list_url::Filters, query::Query};

    #[test]
    fn filters_round_trip_through_the_url_and_unknown_values_are_ignored() {
        let filters =
            EventFilters::read(&Query::parse("kind=token_reused&user=7&since=2026-11-01&until=2026-11-25&page=2"));
        let written: Vec<_> = filters.write().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(written.join("&"), "kind=token_reused&user=7&since=2026-11-01&until=2026-11-25&page=2");
        assert!(EventFilters::read(&Query::parse("kind=other&since=yesterday&page=-1")).write().is_empty());
    }
}
