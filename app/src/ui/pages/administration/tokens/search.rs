//! The filters of tokens, as a query.

use hallpass_types::TokenSearch;

use crate::ui::query::{Filters, Query};

impl Filters for TokenSearch {
    fn exchange(&mut self, query: &mut Query) {
        query.field("user", &mut self.user);
        query.field("session", &mut self.session);
        query.field("blacklisted", &mut self.is_blacklisted);
        query.field("expired", &mut self.is_expired);
        query.page(&mut self.page);
    }

    fn page_mut(&mut self) -> &mut u32 {
        &mut self.page
    }
}

#[cfg(test)]
mod tests {
    use hallpass_types::TokenSearch;

    use crate::ui::query::{filtered, read};

    #[test]
    fn filters_round_trip_through_the_url() {
        assert_eq!(filtered("/admin/tokens", read::<TokenSearch>("")).to_string(), "/admin/tokens");
        let search = TokenSearch {
            user: Some("7".to_owned()),
            session: Some("0af3".to_owned()),
            is_blacklisted: Some(true),
            is_expired: Some(false),
            page: 2,
        };
        let url = filtered("/admin/tokens", search.clone()).to_string();
        assert_eq!(url, "/admin/tokens?user=7&session=0af3&blacklisted=true&expired=false&page=2");
        assert_eq!(read::<TokenSearch>("user=7&session=0af3&blacklisted=true&expired=false&page=2"), search);
    }
}
