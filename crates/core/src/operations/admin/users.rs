//! `list_users`, `load_user`, `create_user_by`, `change_user`, `set_active_by`, `set_password_by`: accounts of other
//! users.

use hallpass_types::{Listing, NewUserForm, PasswordForm, UserChange, UserRecord};

use super::{Administrator, distinct};
use crate::{
    Account, Auth, Error,
    administration::Change,
    id::UserId,
    paging::PageRequest,
    session::Origin,
    store::UserQuery,
    user::{Role, User, Username},
    violation::Violation,
};

/// A request to activate or deactivate users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// The user ids.
    pub ids: Vec<String>,
    /// Whether their accounts can be used.
    pub is_active: bool,
}

impl Auth {
    /// A page of users; `None` when it does not exist.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list_users(
        &self,
        _by: &Administrator,
        query: UserQuery,
        page: PageRequest,
    ) -> Result<Option<Listing<UserRecord>>, Error> {
        let listed = self.store.list_users(query, page).await?;
        Ok(listed.map(|listed| listed.map(|user| record(&user))))
    }

    /// Loads a user.
    ///
    /// # Errors
    /// `NotFound`, or `Unavailable`.
    pub async fn load_user(&self, _by: &Administrator, user: UserId) -> Result<UserRecord, Error> {
        Ok(record(&self.store.find_user(user).await?.ok_or(Error::NotFound)?))
    }

    /// Creates a user by the rules of a registration.
    ///
    /// # Errors
    /// `Invalid` with every invalid field, `SuperuserOnly`, `Forbidden`, or `Unavailable`.
    pub async fn create_user_by(
        &self,
        by: &Administrator,
        form: NewUserForm,
        origin: &Origin,
    ) -> Result<UserRecord, Error> {
        let role = match (form.is_superuser, form.is_staff) {
            (Some(true), _) => Role::Superuser,
            (_, Some(true)) => Role::Staff,
            (Some(false) | None, Some(false) | None) => Role::User,
        };
        let account = Account {
            username: form.username,
            email: form.email,
            password: form.password.into_exposed().into(),
            role,
            is_active: form.is_active.unwrap_or(true),
        };
        let user = self.new_user(account).await?;
        let action = self.action(by, origin);
        Ok(record(&self.store.create_user_by(user, action).await?))
    }

    /// Changes a user. Deactivating revokes all of the user's sessions at once.
    ///
    /// # Errors
    /// `Invalid` with every invalid field, `NotFound`, `SuperuserOnly`, `Forbidden`, or `Unavailable`.
    pub async fn change_user(
        &self,
        by: &Administrator,
        user: UserId,
        change: &UserChange,
        origin: &Origin,
    ) -> Result<UserRecord, Error> {
        let change = self.checked(user, change).await?;
        let changed = self.store.change_users(vec![user], change, self.action(by, origin)).await?;
        changed.first().map(record).ok_or(Error::NotFound)
    }

    /// Activates or deactivates up to 100 users. If one is rejected, none is changed.
    ///
    /// # Errors
    /// `Invalid` for more than 100 users or the administrator's own account, `NotFound`, `SuperuserOnly`, `Forbidden`,
    /// or `Unavailable`.
    pub async fn set_active_by(
        &self,
        by: &Administrator,
        activation: &Activation,
        origin: &Origin,
    ) -> Result<Vec<UserRecord>, Error> {
        let users = distinct("ids", &activation.ids, UserId::named)?;
        let change = Change { is_active: Some(activation.is_active), ..Change::default() };
        let changed = self.store.change_users(users, change, self.action(by, origin)).await?;
        Ok(changed.iter().map(record).collect())
    }

    /// Sets another user's password and revokes all of that user's sessions.
    ///
    /// # Errors
    /// `Invalid` with the field, `NotFound`, `SuperuserOnly`, `Forbidden`, or `Unavailable`.
    pub async fn set_password_by(
        &self,
        by: &Administrator,
        user: UserId,
        form: PasswordForm,
        origin: &Origin,
    ) -> Result<(), Error> {
        let target = self.store.find_user(user).await?.ok_or(Error::NotFound)?;
        let new = form.password.into_exposed().into();
        let password = self.hash_new_password("password", &target, &new).await?;
        Ok(self.store.set_password_by(user, password, self.action(by, origin)).await?)
    }

    /// Validates the fields. The current username and e-mail address are accepted whatever their characters.
    async fn checked(&self, user: UserId, change: &UserChange) -> Result<Change, Error> {
        let current = match (&change.username, &change.email) {
            (None, None) => None,
            (Some(_), _) | (_, Some(_)) => self.store.find_user(user).await?,
        };
        let name = current.as_ref().map_or("", |user| user.username.as_str());
        let username = change.username.as_deref().map(|text| Username::parse_change(text, name)).transpose();
        let email = match &change.email {
            Some(email) => self.check_email(email, current.as_ref()).await?.map(Some),
            None => Ok(None),
        };
        match (username, email) {
            (Ok(username), Ok(email)) => Ok(Change {
                username,
                email,
                is_active: change.is_active,
                is_staff: change.is_staff,
                is_superuser: change.is_superuser,
            }),
            (username, email) => {
                Err(Error::fields([("username", username.err().map(Violation::from)), ("email", email.err())]))
            }
        }
    }
}

fn record(user: &User) -> UserRecord {
    UserRecord {
        id: user.id.to_string(),
        username: user.username.clone(),
        email: user.email.clone(),
        is_active: user.is_active,
        is_staff: user.is_staff,
        is_superuser: user.is_superuser,
        date_joined: user.date_joined.seconds(),
        last_login: user.last_login.map(crate::clock::Timestamp::seconds),
    }
}
