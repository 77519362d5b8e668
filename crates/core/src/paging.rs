//! Pages of long lists, numbered as in Django REST framework.

/// The requested page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageNumber {
    /// A page number, counted from 1.
    At(u64),
    /// The last page.
    Last,
}

/// A request for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The page.
    pub number: PageNumber,
    /// The page size; never zero.
    pub size: u32,
}

/// An existing page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PagePlace {
    /// The page number, counted from 1.
    pub number: u64,
    /// The number of pages; 1 for an empty list.
    pub of: u64,
    /// The number of items before this page.
    pub offset: u64,
    /// The page size.
    pub size: u32,
}

/// The items of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The number of items on all pages.
    pub count: u64,
    /// The page.
    pub place: PagePlace,
    /// The items.
    pub items: Vec<T>,
}

impl PageRequest {
    /// Finds the page in a list of `count` items. `None` when it does not exist; the first page always exists.
    pub fn place(self, count: u64) -> Option<PagePlace> {
        let size = u64::from(self.size.max(1));
        let of = count.div_ceil(size).max(1);
        let number = match self.number {
            PageNumber::At(number) => number,
            PageNumber::Last => of,
        };
        (1..=of).contains(&number).then(|| PagePlace {
            number,
            of,
            offset: (number - 1) * size,
            size: self.size.max(1),
        })
    }
}

impl<T> Listed<T> {
    /// Converts the items.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Listed<U> {
        Listed { count: self.count, place: self.place, items: self.items.into_iter().map(each).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::{PageNumber, PageRequest};

    fn place(number: PageNumber, count: u64) -> Option<(u64, u64, u64)> {
        PageRequest { number, size: 10 }.place(count).map(|place| (place.number, place.of, place.offset))
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
