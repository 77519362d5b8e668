//! Pages of long lists, numbered as Django REST framework numbers them.

/// Which page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageNumber {
    /// Counted from one.
    At(u64),
    /// The last one there is.
    Last,
}

/// Which page, and how long pages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Which.
    pub number: PageNumber,
    /// How many stand on a page; never zero.
    pub size: u32,
}

/// A page that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PagePlace {
    /// Its number, counted from one.
    pub number: u64,
    /// How many pages there are; one when there is nothing to show.
    pub of: u64,
    /// How many things stand on the pages before.
    pub offset: u64,
    /// How many stand on a page.
    pub size: u32,
}

/// The things on one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// How many there are on all pages.
    pub count: u64,
    /// Which page this is.
    pub place: PagePlace,
    /// Those on it.
    pub items: Vec<T>,
}

impl PageRequest {
    /// The page among `count` things; `None` when there is no such page. The first one is always there.
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
    /// The same page of other things.
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
    fn the_first_page_is_there_even_when_it_is_empty() {
        assert_eq!(place(PageNumber::At(1), 0), Some((1, 1, 0)));
        assert_eq!(place(PageNumber::Last, 0), Some((1, 1, 0)));
    }

    #[test]
    fn a_page_beyond_the_last_is_not_there() {
        assert_eq!(place(PageNumber::At(2), 11), Some((2, 2, 10)));
        assert_eq!(place(PageNumber::At(2), 10), None);
        assert_eq!(place(PageNumber::At(0), 10), None);
        assert_eq!(place(PageNumber::At(u64::MAX), 10), None);
    }
}
