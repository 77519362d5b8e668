//! The filters of users, as a query.

use hallpass_types::{UserOrdering, UserSearch};

use crate::ui::{
    list_url::Filters,
    query::{Parameters, Query, page_parameter},
};

impl Filters for UserSearch {
    fn read(query: &Query) -> Self {
        // As in Django's administration: a minus for descending order.
        let order = query.get("order").unwrap_or_default();
        let (descending, order) = order.strip_prefix('-').map_or((false, order), |order| (true, order));
        let order = UserOrdering::parse(order);
        Self {
            search: query.get("search").unwrap_or_default().to_owned(),
            is_active: query.get_bool("active"),
            is_staff: query.get_bool("staff"),
            order: order.unwrap_or_default(),
            descending: descending && order.is_some(),
            page: query.page(),
        }
    }

    fn write(&self) -> Parameters {
        let order = (self.order != UserOrdering::default() || self.descending)
            .then(|| format!("{}{}", if self.descending { "-" } else { "" }, self.order.name()));
        let search = (!self.search.is_empty()).then(|| self.search.clone());
        let parameters = [
            search.map(|search| ("search", search)),
            self.is_active.map(|is_active| ("active", is_active.to_string())),
            self.is_staff.map(|is_staff| ("staff", is_staff.to_string())),
            order.map(|order| ("order", order)),
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
    use hallpass_types::{UserOrdering, UserSearch};

    use crate::ui::{
        list_url::Filters,
        query::{Query, with_query},
    };

    fn read(query: &str) -> UserSearch {
        UserSearch::read(&Query::parse(query))
    }

    #[test]
    fn filters_round_trip_through_the_url() {
        let all = read("");
        let searches = [
            all.clone(),
            UserSearch { search: "김 & <b>".to_owned(), is_active: Some(false), page: 3, ..all.clone() },
            UserSearch { is_staff: Some(true), order: UserOrdering::LastLogin, descending: true, ..all.clone() },
            UserSearch { descending: true, ..all },
        ];
        for search in searches {
            let url = with_query("/admin/users", &search.write()).to_string();
            let query = url.split_once('?').map_or("", |(_, query)| query);
            assert_eq!(read(query), search, "{url}");
        }
    }

    #[test]
    fn default_filters_have_no_query() {
        assert!(read("").write().is_empty());
        assert_eq!(read("?order=-password&active=x"), read(""));
    }
}
