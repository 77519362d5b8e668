//! The filters of a list as a URL query. Each field is declared once, in [`Filters::exchange`], which both reads and
//! writes it.

use std::{fmt::Display, str::FromStr};

use percent_encoding::percent_decode_str;

use crate::local_url::LocalUrl;

/// The filters of a list, which the URL's query holds.
pub(super) trait Filters: Clone + Default + PartialEq + Send + Sync + 'static {
    /// Exchanges every field with the query.
    fn exchange(&mut self, query: &mut Query);

    /// The requested page.
    fn page_mut(&mut self) -> &mut u32;
}

/// A query that is read into filters or written from them.
pub(super) enum Query {
    /// The decoded parameters, in order.
    Read(Vec<(String, String)>),
    /// The URL with the parameters so far.
    Write(LocalUrl),
}

impl Query {
    /// Exchanges a field. Unknown values are ignored, `None` is not written.
    pub(super) fn field<T: FromStr + Display + Clone>(&mut self, name: &'static str, value: &mut Option<T>) {
        self.field_as(name, value, |text| text.parse().ok(), |value| value.to_string());
    }

    /// As [`field`](Self::field), for a type with another textual form.
    pub(super) fn field_as<T: Clone>(
        &mut self,
        name: &'static str,
        value: &mut Option<T>,
        parse: fn(&str) -> Option<T>,
        text: fn(T) -> String,
    ) {
        match self {
            Self::Read(parameters) => {
                let found = parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
                *value = found.filter(|value| !value.is_empty()).and_then(parse);
            }
            Self::Write(url) => {
                if let Some(value) = value.clone() {
                    *url = url.clone().with(name, &text(value));
                }
            }
        }
    }

    /// Exchanges the page, from one. The first page is not written.
    pub(super) fn page(&mut self, page: &mut u32) {
        let mut number = Some(*page).filter(|page| *page > 1);
        self.field("page", &mut number);
        *page = number.unwrap_or(1).max(1);
    }
}

/// The filters in a query.
pub(super) fn read<C: Filters>(search: &str) -> C {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = search.trim_start_matches('?').split('&');
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut filters = C::default();
    filters.exchange(&mut Query::Read(pairs.map(|(name, value)| (decode(name), decode(value))).collect()));
    filters
}

/// The URL of a page with these filters.
pub(super) fn filtered<C: Filters>(page: &str, mut filters: C) -> LocalUrl {
    let url = LocalUrl::of_page(page);
    let mut query = Query::Write(url.clone());
    filters.exchange(&mut query);
    if let Query::Write(url) = query { url } else { url }
}

#[cfg(test)]
mod tests {
    use hallpass_types::{UserOrdering, UserSearch};

    use super::{filtered, read};

    #[test]
    fn every_search_round_trips_through_the_url() {
        for search in ["ada", "100% & more=?#", "김 하늘", "<b>\"'", "a+b"] {
            let filters = UserSearch { search: search.to_owned(), ..read("") };
            let url = filtered("/admin/users", filters.clone()).to_string();
            let (_, query) = url.split_once('?').expect("a query");
            assert_eq!(read::<UserSearch>(query), filters, "{url}");
        }
    }

    #[test]
    fn missing_and_malformed_parameters_are_ignored() {
        let none: UserSearch = read("");
        assert_eq!((none.page, none.order), (1, UserOrdering::Id));
        assert_eq!(read::<UserSearch>("?search=&page=x&active=maybe&&lone"), none);
        assert_eq!(read::<UserSearch>("page=0"), none);
        assert_eq!(read::<UserSearch>("page=7&page=8").page, 7);
        assert_eq!(read::<UserSearch>("search=a+b%2Bc").search, "a b+c");
        assert_eq!(filtered("/admin/users", none).to_string(), "/admin/users");
    }
}
