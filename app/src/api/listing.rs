//! Pages of long lists, as the pages of the application show them.

use hallpass_core::{
    Error,
    fault::Fault,
    id::UserId,
    paging::{PageNumber, PageRequest},
};
use hallpass_types::Listing;

/// How many stand on a page.
const SIZE: u32 = 20;

/// All of what is seldom more than a few.
pub(super) const FIRST_HUNDRED: PageRequest = PageRequest { number: PageNumber::At(1), size: 100 };

/// The page of that number, counted from one.
pub(super) fn page(number: u32) -> PageRequest {
    PageRequest { number: PageNumber::At(number.into()), size: SIZE }
}

/// The page that was found. That it has gone, with what stood on it, is said as of anything else.
pub(super) fn listing<T>(listed: Option<Listing<T>>) -> Result<Listing<T>, Error> {
    listed.ok_or(Error::NotFound)
}

/// Whose things are searched for, if somebody's.
pub(super) fn searched_user(id: Option<&str>) -> Result<Option<UserId>, Error> {
    let parsed = id.map(str::parse).transpose();
    parsed.map_err(|_| Error::field("user", Fault::UserId))
}
