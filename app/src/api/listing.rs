//! Requests for one page of a list, and their results.

use hallpass_core::{
    Error,
    paging::{PageNumber, PageRequest},
};
use hallpass_types::Listing;

/// Rows per page.
const SIZE: u32 = 20;

/// Limit of lists that are rarely longer than a few rows.
pub(super) const FIRST_HUNDRED: PageRequest = PageRequest { number: PageNumber::At(1), size: 100 };

/// The page with this number, counted from one.
pub(super) fn page(number: u32) -> PageRequest {
    PageRequest { number: PageNumber::At(number.into()), size: SIZE }
}

/// The page that was found, or `NotFound`.
pub(super) fn listing<T>(listed: Option<Listing<T>>) -> Result<Listing<T>, Error> {
    listed.ok_or(Error::NotFound)
}
