//! The filters of users, as a query.

use std::mem::take;

use hallpass_types::{UserOrdering, UserSearch};

use crate::ui::query::{Filters, Query};

/// An order, and whether it is descending.
type Order = (UserOrdering, bool);

impl Filters for UserSearch {
    fn exchange(&mut self, query: &mut Query) {
        let mut search = Some(take(&mut self.search)).filter(|search| !search.is_empty());
        let mut order = Some((self.order, self.descending)).filter(|order| *order != Order::default());
        query.field("search", &mut search);
        query.field("active", &mut self.is_active);
        query.field("staff", &mut self.is_staff);
        query.field_as("order", &mut order, parse_order, order_text);
        query.page(&mut self.page);
        self.search = search.unwrap_or_default();
        (self.order, self.descending) = order.unwrap_or_default();
    }

    fn page_mut(&mut self) -> &mut u32 {
        &mut self.page
    }
}

/// Parses an order. As in Django's administration, a minus means descending.
fn parse_order(text: &str) -> Option<Order> {
    let name = text.strip_prefix('-').unwrap_or(text);
    Some((UserOrdering::parse(name)?, name != text))
}

fn order_text((order, is_descending): Order) -> String {
    format!("{}{}", if is_descending { "-" } else { "" }, order.name())
}

#[cfg(test)]
mod tests {
    use hallpass_types::{UserOrdering, UserSearch};

    use crate::ui::query::{filtered, read};

    #[test]
    fn filters_round_trip_through_the_url() {
        let all: UserSearch = read("");
        let searches = [
            all.clone(),
            UserSearch { search: "김 & <b>".to_owned(), is_active: Some(false), page: 3, ..all.clone() },
            UserSearch { is_staff: Some(true), order: UserOrdering::LastLogin, descending: true, ..all.clone() },
            UserSearch { descending: true, ..all },
        ];
        for search in searches {
            let url = filtered("/admin/users", search.clone()).to_string();
            let query = url.split_once('?').map_or("", |(_, query)| query);
            assert_eq!(read::<UserSearch>(query), search, "{url}");
        }
    }

    #[test]
    fn default_filters_have_no_query() {
        assert_eq!(filtered("/admin/users", read::<UserSearch>("")).to_string(), "/admin/users");
        assert_eq!(read::<UserSearch>("?order=-password&active=x"), read(""));
    }
}
