use std::time::Duration;

use tokio::sync::Mutex;

use app::auth::session::Origin;

use crate::actors::World;

const TEN_THOUSAND_EXPIRED: &str = "WITH RECURSIVE numbers (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
    INSERT INTO outstanding_tokens (jti, generation, created_at, expires_at) SELECT 'old' || n, 0, 0, n FROM numbers";

const TEN_THOUSAND_EVENTS: &str = "WITH RECURSIVE numbers (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
    INSERT INTO security_events (at, kind) SELECT n, 'signed_in' FROM numbers";

#[tokio::test]
async fn clearing_away_lets_other_writes_pass_between_its_batches() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    world.sql(TEN_THOUSAND_EXPIRED).await;
    world.sql(TEN_THOUSAND_EVENTS).await;
    let ended = Mutex::new(Vec::new());
    let tokens = async {
        assert_eq!(world.auth.flush_expired_tokens().await.expect("a flush"), 10_000);
        ended.lock().await.push("tokens");
    };
    let events = async {
        assert_eq!(world.auth.flush_events().await.expect("a flush"), 10_000);
        ended.lock().await.push("events");
    };
    let sign_out = async {
        world.auth.blacklist(&ada.refresh, Origin::default()).await.expect("an end");
        ended.lock().await.push("sign-out");
    };
    tokio::join!(tokens, events, sign_out);
    assert_eq!(ended.lock().await.first(), Some(&"sign-out"));
    world.pass(Duration::from_secs(1));
    assert_eq!(world.auth.flush_expired_tokens().await.expect("nothing left"), 0);
}
