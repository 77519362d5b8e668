//! What is searched for among users, in an address.

use hallpass_types::{UserOrdering, UserSearch};

use crate::ui::{
    address::Conditions,
    query::{Parameters, Query, page_parameter},
};

impl Conditions for UserSearch {
    fn read(query: &Query) -> Self {
        // As Django's administration has it: a minus for the greatest first.
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
        address::Conditions,
        query::{Query, with_query},
    };

    fn read(query: &str) -> UserSearch {
        UserSearch::read(&Query::parse(query))
    }

    #[test]
    fn a_search_survives_the_address() {
        let all = read("");
        let searches = [
            all.clone(),
            UserSearch { search: "김 & <b>".to_owned(), is_active: Some(false), page: 3, ..all.clone() },
            UserSearch { is_staff: Some(true), order: UserOrdering::LastLogin, descending: true, ..all.clone() },
            UserSearch { descending: true, ..all },
        ];
        for search in searches {
            let address = with_query("/admin/users", &search.write()).to_string();
            let query = address.split_once('?').map_or("", |(_, query)| query);
            assert_eq!(read(query), search, "{address}");
        }
    }

    #[test]
    fn everything_has_the_plain_address() {
        assert!(read("").write().is_empty());
        assert_eq!(read("?order=-password&active=x"), read(""));
    }
}
