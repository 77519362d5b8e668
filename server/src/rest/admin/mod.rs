//! `/api/admin/…`: administration, for staff. Who is not learns nothing else of an endpoint.

mod events;
mod extract;
mod form;
mod page;
mod query;
mod sessions;
mod tokens;
mod users;

use utoipa_axum::routes;

use super::method::{Routes, staff_view, view};
pub(super) use extract::Staff;

/// Every endpoint for staff, and everybody's own events.
pub(super) fn endpoints() -> [Routes; 9] {
    [
        staff_view("User List", routes!(users::list, users::create)),
        staff_view("User", routes!(users::show, users::change)),
        staff_view("User Password", routes!(users::set_password)),
        staff_view("User Session List", routes!(sessions::list, sessions::reset)),
        staff_view("User Session", routes!(sessions::end)),
        staff_view("Token List", routes!(tokens::list)),
        staff_view("Token Blacklist", routes!(tokens::blacklist)),
        staff_view("Security Event List", routes!(events::list)),
        view("Event List", routes!(events::list_own)),
    ]
}
