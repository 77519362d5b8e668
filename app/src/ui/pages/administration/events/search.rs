//! What is searched for among events, in an address.

use hallpass_types::{EventKind, EventSearch};

use super::days::Day;
use crate::ui::{
    address::Conditions,
    query::{Parameters, Query, page_parameter},
};

/// As [`EventSearch`], by days in place of moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EventConditions {
    /// Those of this kind.
    pub(super) kind: Option<EventKind>,
    /// Those of the account with this id.
    pub(super) user: Option<String>,
    /// Those of this day and later ones.
    pub(super) since: Option<Day>,
    /// Those of this day and earlier ones.
    pub(super) until: Option<Day>,
    page: u32,
}

impl EventConditions {
    /// What the server is asked. Only called in the browser, which knows when a day begins.
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

impl Conditions for EventConditions {
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
    use super::EventConditions;
    use crate::ui::{address::Conditions, query::Query};

    #[test]
    fn conditions_survive_the_address_and_nonsense_does_not() {
        let conditions =
            EventConditions::read(&Query::parse("kind=token_reused&user=7&since=2026-11-01&until=2026-11-25&page=2"));
        let written: Vec<_> = conditions.write().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(written.join("&"), "kind=token_reused&user=7&since=2026-11-01&until=2026-11-25&page=2");
        assert!(EventConditions::read(&Query::parse("kind=other&since=yesterday&page=-1")).write().is_empty());
    }
}
