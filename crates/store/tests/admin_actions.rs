//! Denied admin actions on SQLite, whose writer commits the queued writes of all callers together.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use hallpass_core::{
    administration::{Change, Denial, OwnField},
    clock::Timestamp,
    id::UserId,
    session::Origin,
    store::{AdminAction, Store, WriteError},
    user::{Email, NewUser, Role, User, UserIdField, Username},
};

const NOW: Timestamp = Timestamp::from_seconds(1_750_000_000);

async fn store(folder: &tempfile::TempDir) -> Arc<dyn Store> {
    let url = format!("sqlite://{}", folder.path().join("hallpass.db").display());
    hallpass_store::connect(&url.parse().expect("a URL")).await.expect("a database")
}

async fn create(store: &Arc<dyn Store>, username: &str, role: Role) -> User {
    let user = NewUser {
        username: Username::parse(username).expect("a username"),
        email: Email::existing("").expect("an e-mail address"),
        password: "a hash".into(),
        role,
        is_active: true,
        date_joined: NOW,
        user_id_field: UserIdField::Id,
    };
    store.create_user(user).await.expect("a user")
}

fn by(actor: UserId) -> AdminAction {
    AdminAction { actor, now: NOW, origin: Origin::default(), leeway: Duration::ZERO, user_id_field: UserIdField::Id }
}

fn deactivation() -> Change {
    Change { is_active: Some(false), ..Change::default() }
}

async fn is_active(store: &Arc<dyn Store>, user: UserId) -> bool {
    store.find_user(user).await.expect("an answer").expect("a user").is_active
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_action_of_a_group_commit_leaves_nothing_and_undoes_no_other_action() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder).await;
    let (root, other) = (create(&store, "root", Role::Superuser).await, create(&store, "other", Role::User).await);
    let mut users = Vec::new();
    for number in 0..40 {
        users.push(create(&store, &format!("user{number}"), Role::User).await.id);
    }
    let actor = |place: usize| if place.is_multiple_of(2) { root.id } else { other.id };
    let actions =
        users.iter().enumerate().map(|(place, user)| store.change_users(vec![*user], deactivation(), by(actor(place))));
    let results = join_all(actions).await;
    for (place, (user, result)) in users.iter().zip(results).enumerate() {
        let is_denied = matches!(result, Err(WriteError::Denied(Denial::NotStaff)));
        assert_eq!((result.is_ok(), is_denied), (actor(place) == root.id, actor(place) == other.id));
        assert_eq!(is_active(&store, *user).await, is_denied, "user {place}");
    }
}

#[tokio::test]
async fn a_change_of_several_users_is_undone_when_one_of_them_is_denied() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder).await;
    let (root, ada) = (create(&store, "root", Role::Superuser).await, create(&store, "ada", Role::User).await);
    let changed = store.change_users(vec![ada.id, root.id], deactivation(), by(root.id)).await;
    assert!(matches!(changed, Err(WriteError::Denied(Denial::OwnAccount(OwnField::IsActive)))), "{changed:?}");
    assert!(is_active(&store, ada.id).await);
}
