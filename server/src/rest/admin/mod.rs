//! `/api/admin/…`: administration, for staff. Other clients get the guard's 401 or 403.

mod events;
mod sessions;
mod tokens;
mod users;

use utoipa_axum::routes;

use super::method::{Routes, Views};

/// All endpoints for staff, and the list of a user's own events.
pub(super) fn endpoints(views: &Views) -> [Routes; 9] {
    [
        views.staff_view("User List", routes!(users::list, users::create)),
        views.staff_view("User", routes!(users::show, users::change)),
        views.staff_view("User Password", routes!(users::set_password)),
        views.staff_view("User Session List", routes!(sessions::list, sessions::revoke_all)),
        views.staff_view("User Session", routes!(sessions::revoke)),
        views.staff_view("Token List", routes!(tokens::list)),
        views.staff_view("Token Blacklist", routes!(tokens::blacklist)),
        views.staff_view("Security Event List", routes!(events::list)),
        views.protected_view("Event List", routes!(events::list_own)),
    ]
}
