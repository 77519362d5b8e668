//! Pages of long lists, numbered as in Django REST framework.

/// The number of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageNumber {
    /// A page number, counted from 1.
    At(u64),
    /// The last page.
    Last,
}

/// A page of a list to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The number of the page.
    pub number: PageNumber,
    /// The number of items on a page; at least one.
    pub size: u32,
}

/// An existing page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PagePlace {
    /// The number of the page, counted from one.
    pub page: u64,
    /// The number of pages; one for an empty list.
    pub pages: u64,
    /// The number of items on the pages before.
    pub offset: u64,
}

impl PageRequest {
    /// The page of a list of `count` items. `None` if it does not exist; the first page always exists.
    pub fn place(self, count: u64) -> Option<PagePlace> {
        let size = u64::from(self.size.max(1));
        let pages = count.div_ceil(size).max(1);
        let page = match self.number {
            PageNumber::At(number) => number,
            PageNumber::Last => pages,
        };
        (1..=pages).contains(&page).then(|| PagePlace { page, pages, offset: (page - 1) * size })
    }
}

#[cfg(test)]
mod tests {
    use super::{PageNumber, PageRequest};

    fn place(number: PageNumber, count: u64) -> Option<(u64, u64, u64)> {
        PageRequest { number, size: 10 }.place(count).map(|place| (place.page, place.pages, place.offset))
    }

    #[test]
    fn the_first_page_of_an_empty_list_exists() {
        assert_eq!(place(PageNumber::At(1), 0), Some((1, 1, 0)));
        assert_eq!(place(PageNumber::Last, 0), Some((1, 1, 0)));
    }

    #[test]
    fn a_page_beyond_the_last_does_not_exist() {
        assert_eq!(place(PageNumber::At(2), 11), Some((2, 2, 10)));
        assert_eq!(place(PageNumber::At(2), 10), None);
        assert_eq!(place(PageNumber::At(0), 10), None);
        assert_eq!(place(PageNumber::At(u64::MAX), 10), None);
    }
}
