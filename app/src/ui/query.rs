//! Parsing and building URL queries.

use percent_encoding::percent_decode_str;

use crate::local_url::LocalUrl;

/// The parameters of a query, in order.
pub(super) type Parameters = Vec<(&'static str, String)>;

/// A parsed query.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Parses a query.
    pub(super) fn parse(search: &str) -> Self {
        let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = search.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    /// The value of a parameter; `None` if empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// As [`get`](Self::get), for a boolean.
    pub(super) fn get_bool(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(|value| value.parse().ok())
    }

    /// The requested page of a list.
    pub(super) fn page(&self) -> u32 {
        self.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1)
    }
}

/// The URL of a page with these parameters.
pub(super) fn with_query(page: &str, parameters: &Parameters) -> LocalUrl {
    parameters.iter().fold(LocalUrl::of_page(page), |url, (name, value)| url.with(name, value))
}

/// The parameter of a page number; none for the first page.
pub(super) fn page_parameter(page: u32) -> Option<(&'static str, String)> {
    (page > 1).then(|| ("page", page.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Query, with_query};

    #[test]
    fn every_search_round_trips_through_the_url() {
        for search in ["ada", "100% & more=?#", "김 하늘", "<b>\"'", "a+b"] {
            let url = with_query("/admin/users", &vec![("search", search.to_owned())]).to_string();
            let (_, query) = url.split_once('?').expect("a query");
            assert_eq!(Query::parse(query).get("search"), Some(search), "{url}");
        }
    }

    #[test]
    fn missing_and_malformed_parameters_are_ignored() {
        let query = Query::parse("?search=&page=x&active=maybe&&lone");
        assert_eq!((query.get("search"), query.get("none"), query.get("lone")), (None, None, None));
        assert_eq!((query.get_bool("active"), query.page()), (None, 1));
        assert_eq!(Query::parse("page=0").page(), 1);
        assert_eq!(Query::parse("page=7&page=8").page(), 7);
        assert_eq!(Query::parse("search=a+b%2Bc").get("search"), Some("a b+c"));
        assert_eq!(with_query("/admin/users", &Vec::new()).to_string(), "/admin/users");
    }
}
