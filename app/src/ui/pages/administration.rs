//! `/admin…`: users, outstanding tokens, security events. One chunk.

use crate::{
    chunk::chunk,
    ui::{
        place::{Filled, Place},
        standing,
    },
};

chunk! {
    /// `/admin/users`
    administration: pub(super) fn users(place: Place) -> Filled {
        place.fill(standing::find_out)
    }

    /// `/admin/users/{id}`
    administration: pub(super) fn user(place: Place) -> Filled {
        place.fill(standing::find_out)
    }

    /// `/admin/tokens`
    administration: pub(super) fn tokens(place: Place) -> Filled {
        place.fill(standing::find_out)
    }

    /// `/admin/events`
    administration: pub(super) fn events(place: Place) -> Filled {
        place.fill(standing::find_out)
    }
}
