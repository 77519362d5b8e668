//! The filters of tokens, as a query.

use hallpass_types::TokenSearch;

use crate::ui::{
    list_url::Filters,
    query::{Parameters, Query, page_parameter},
};

impl Filters for TokenSearch {
    fn read(query: &Query) -> Self {
        Self {
            user: query.get("user").map(str::to_owned),
            session: query.get("session").map(str::to_owned),
            is_blacklisted: query.get_bool("blacklisted"),
            is_expired: query.get_bool("expired"),
            page: query.page(),
        }
    }

    fn write(&self) -> Parameters {
        let parameters = [
            self.user.clone().map(|user| ("user", user)),
            self.session.clone().map(|session| ("session", session)),
            self.is_blacklisted.map(|is_blacklisted| ("blacklisted", is_blacklisted.to_string())),
            self.is_expired.map(|is_expired| ("expired", is_expired.to_string())),
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
    use hallpass_types::TokenSearch;

    use crate::ui::{
        list_url::Filters,
        query::{Query, with_query},
    };

    #[test]
    fn filters_round_trip_through_the_url() {
        let all = TokenSearch::read(&Query::parse(""));
        assert!(all.write().is_empty());
        let search = TokenSearch {
            user: Some("7".to_owned()),
            session: Some("0af3".to_owned()),
            is_blacklisted: Some(true),
            is_expired: Some(false),
            page: 2,
        };
        let url = with_query("/admin/tokens", &search.write()).to_string();
        assert_eq!(url, "/admin/tokens?user=7&session=0af3&blacklisted=true&expired=false&page=2");
        assert_eq!(
            TokenSearch::read(&Query::parse("user=7&session=0af3&blacklisted=true&expired=false&page=2")),
            search
        );
    }
}
