//! Permissions of administrators, as pure rules. The store reads the facts in a write transaction, calls a function of
//! this module, and applies the decision before it commits.
//!
//! No accident locks every superuser out: only an active superuser changes a superuser, administrators cannot give up
//! the permissions they need to undo a change, and the acting administrator is read again inside the transaction. So an
//! active superuser remains after every change: the one who made it.

use strum::IntoStaticStr;

use super::user::{Email, User, Username};

/// A permission is missing, or the change conflicts. [`Error`](crate::Error) has the sentences for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The acting user cannot use the administration.
    NotStaff,
    /// Only superusers create and change staff and superusers.
    SuperuserOnly,
    /// The user, session or token does not exist.
    NotFound,
    /// The change would lock the acting administrator out.
    OwnAccount(OwnField),
    /// Administrators cannot change their own password without the current one.
    OwnPassword,
    /// Another user has the username.
    UsernameTaken,
    /// Another user has the e-mail address, and tokens identify users by it.
    EmailTaken,
}

/// A field that users cannot change on their own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum OwnField {
    /// `is_active`.
    IsActive,
    /// `is_staff`.
    IsStaff,
    /// `is_superuser`.
    IsSuperuser,
}

/// A validated change of a user. `None` keeps the field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The new username.
    pub username: Option<Username>,
    /// The new e-mail address.
    pub email: Option<Email>,
    /// Whether the account can be used.
    pub is_active: Option<bool>,
    /// Whether the user can use the administration.
    pub is_staff: Option<bool>,
    /// Whether the user has every permission there.
    pub is_superuser: Option<bool>,
}

impl Change {
    /// Applies the change to a user.
    #[must_use]
    pub fn applied_to(&self, user: &User) -> User {
        User {
            username: self.username.as_ref().map_or_else(|| user.username.clone(), |name| name.as_str().to_owned()),
            email: self.email.as_ref().map_or_else(|| user.email.clone(), |email| email.as_str().to_owned()),
            is_active: self.is_active.unwrap_or(user.is_active),
            is_staff: self.is_staff.unwrap_or(user.is_staff),
            is_superuser: self.is_superuser.unwrap_or(user.is_superuser),
            ..user.clone()
        }
    }
}

/// The names of the changed fields.
pub fn differences(before: &User, after: &User) -> Vec<&'static str> {
    let fields = [
        ("username", before.username != after.username),
        ("email", before.email != after.email),
        ("is_active", before.is_active != after.is_active),
        ("is_staff", before.is_staff != after.is_staff),
        ("is_superuser", before.is_superuser != after.is_superuser),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// Checks that `actor` can use the administration.
///
/// # Errors
/// `NotStaff`.
pub fn check_staff(actor: Option<&User>) -> Result<&User, Denial> {
    actor.filter(|actor| actor.is_active && actor.is_staff).ok_or(Denial::NotStaff)
}

/// Checks that `actor` can create an account with these permissions.
///
/// # Errors
/// `NotStaff`, `SuperuserOnly`.
pub fn check_creation(actor: Option<&User>, is_staff: bool) -> Result<(), Denial> {
    let actor = check_staff(actor)?;
    if is_staff && !actor.is_superuser { Err(Denial::SuperuserOnly) } else { Ok(()) }
}

/// Checks that `actor` can act on `target`: end its sessions, revoke its tokens, change fields that grant no
/// permission. Superusers can act on everyone; staff on users without permissions and on themselves.
///
/// # Errors
/// `NotStaff`, `NotFound`, `SuperuserOnly`.
pub fn check_touch(actor: Option<&User>, target: Option<User>) -> Result<User, Denial> {
    let actor = check_staff(actor)?;
    let target = target.ok_or(Denial::NotFound)?;
    let is_above = target.is_staff || target.is_superuser;
    if actor.is_superuser || actor.id == target.id || !is_above { Ok(target) } else { Err(Denial::SuperuserOnly) }
}

/// Checks that `actor` can set a password for `target`.
///
/// # Errors
/// `OwnPassword`, and those of [`check_touch`].
pub fn check_password(actor: Option<&User>, target: Option<User>) -> Result<User, Denial> {
    let target = check_touch(actor, target)?;
    // A stolen access token must not suffice to take over an account (ASVS 6.2.3).
    if actor.is_some_and(|actor| actor.id == target.id) { Err(Denial::OwnPassword) } else { Ok(target) }
}

/// Checks that `actor` can make this change. Returns the user before and after it.
///
/// # Errors
/// `OwnAccount`, and those of [`check_touch`].
pub fn decide_change(actor: Option<&User>, target: Option<User>, change: &Change) -> Result<(User, User), Denial> {
    let before = check_touch(actor, target)?;
    let actor = check_staff(actor)?;
    let after = change.applied_to(&before);
    if actor.id == before.id {
        check_own(&before, &after)?;
    }
    let is_power_changed = (before.is_staff, before.is_superuser) != (after.is_staff, after.is_superuser);
    if is_power_changed && !actor.is_superuser { Err(Denial::SuperuserOnly) } else { Ok((before, after)) }
}

fn check_own(before: &User, after: &User) -> Result<(), Denial> {
    let taken = [
        (OwnField::IsActive, before.is_active && !after.is_active),
        (OwnField::IsStaff, before.is_staff && !after.is_staff),
        (OwnField::IsSuperuser, before.is_superuser && !after.is_superuser),
    ];
    match taken.into_iter().find(|(_, is_taken)| *is_taken) {
        Some((field, _)) => Err(Denial::OwnAccount(field)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Denial, OwnField, check_creation, check_password, check_touch, decide_change, differences};
    use crate::{
        clock::Timestamp,
        id::UserId,
        user::{Role, User},
    };

    fn user(id: i64, role: Role) -> User {
        User {
            id: UserId(id),
            username: format!("user{id}"),
            email: String::new(),
            is_active: true,
            is_staff: role.is_staff(),
            is_superuser: role.is_superuser(),
            date_joined: Timestamp::from_seconds(0),
            last_login: None,
        }
    }

    fn decide(actor: &User, target: &User, change: &Change) -> Result<Vec<&'static str>, Denial> {
        decide_change(Some(actor), Some(target.clone()), change).map(|(before, after)| differences(&before, &after))
    }

    #[test]
    fn only_active_staff_have_permissions() {
        let target = user(9, Role::User);
        let inactive = User { is_active: false, ..user(1, Role::Superuser) };
        let powerless = User { is_staff: false, ..user(1, Role::Superuser) };
        for actor in [None, Some(&user(1, Role::User)), Some(&inactive), Some(&powerless)] {
            assert_eq!(check_touch(actor, Some(target.clone())), Err(Denial::NotStaff));
            assert_eq!(check_creation(actor, false), Err(Denial::NotStaff));
        }
        assert_eq!(check_touch(Some(&user(1, Role::Staff)), None), Err(Denial::NotFound));
    }

    #[test]
    fn only_superusers_act_on_staff() {
        let (staff, superuser) = (user(1, Role::Staff), user(2, Role::Superuser));
        for target in [user(3, Role::Staff), user(4, Role::Superuser)] {
            assert_eq!(check_touch(Some(&staff), Some(target.clone())), Err(Denial::SuperuserOnly));
            assert_eq!(check_password(Some(&staff), Some(target.clone())), Err(Denial::SuperuserOnly));
            assert_eq!(check_touch(Some(&superuser), Some(target.clone())), Ok(target));
        }
        assert_eq!(check_touch(Some(&staff), Some(staff.clone())), Ok(staff.clone()), "themselves");
        assert_eq!(check_creation(Some(&staff), true), Err(Denial::SuperuserOnly));
        assert_eq!(check_creation(Some(&staff), false), Ok(()));
        assert_eq!(check_creation(Some(&superuser), true), Ok(()));
    }

    #[test]
    fn staff_cannot_grant_permissions_they_lack() {
        let change = Change { is_staff: Some(true), ..Change::default() };
        assert_eq!(decide(&user(1, Role::Staff), &user(3, Role::User), &change), Err(Denial::SuperuserOnly));
        let itself = Change { is_superuser: Some(true), ..Change::default() };
        assert_eq!(decide(&user(1, Role::Staff), &user(1, Role::Staff), &itself), Err(Denial::SuperuserOnly));
        assert_eq!(decide(&user(2, Role::Superuser), &user(3, Role::User), &change), Ok(vec!["is_staff"]));
    }

    #[test]
    fn administrators_cannot_lock_themselves_out() {
        let superuser = user(1, Role::Superuser);
        let cases = [
            (Change { is_active: Some(false), ..Change::default() }, OwnField::IsActive),
            (Change { is_staff: Some(false), ..Change::default() }, OwnField::IsStaff),
            (Change { is_superuser: Some(false), ..Change::default() }, OwnField::IsSuperuser),
        ];
        for (change, field) in cases {
            assert_eq!(decide(&superuser, &superuser, &change), Err(Denial::OwnAccount(field)));
            assert!(decide(&superuser, &user(2, Role::Superuser), &change).is_ok());
        }
        assert_eq!(check_password(Some(&superuser), Some(superuser.clone())), Err(Denial::OwnPassword));
    }

    #[test]
    fn a_change_to_the_current_values_changes_nothing() {
        let change = Change { is_active: Some(true), is_staff: Some(false), ..Change::default() };
        assert_eq!(decide(&user(1, Role::Staff), &user(3, Role::User), &change), Ok(vec![]));
    }
}
