//! Checks of the signing keys: existence, strength and age.

use std::time::Duration;

use hallpass_core::{
    clients::bits,
    clock::Timestamp,
    keys::{self, KeyRing, KeyState, RingKey},
    store::Finding,
};
use secrecy::ExposeSecret;

use crate::{
    commands::keys::state,
    config::{Config, time},
};

const DAY: Duration = Duration::from_hours(24);

/// The age at which a key is old, or a published key seems forgotten.
const OLD: Duration = Duration::from_hours(24 * 400);
const FORGOTTEN: Duration = Duration::from_hours(24 * 30);

/// The prefix of keys that Django generates for development.
const FOR_DEVELOPMENT: &[u8] = b"django-insecure-";

/// Checks the keys.
pub(super) fn examine(config: &Config, now: Timestamp) -> Vec<Finding> {
    if let Some(path) = &config.new_key_file {
        let advice = format!("The first start generates one: {}.", path.display());
        return vec![Finding::doubtful("signing key", "No signing key exists yet.", advice)];
    }
    match config.key_ring() {
        Ok(ring) => vec![signing(&ring, now), strength(&ring), schedule(&ring, now)],
        Err(error) => {
            vec![Finding::bad("signing key", format!("The signing key cannot be used: {error}."), "Set another one.")]
        }
    }
}

fn signing(ring: &KeyRing, now: Timestamp) -> Finding {
    let key = ring.signing(now);
    let sentence = format!("{} ({}) {}.", key.id, keys::name(key.algorithm()), state(ring, key, now));
    if ring.state(key, now) == KeyState::Signing {
        Finding::good("signing key", sentence)
    } else {
        let advice = "Its tokens are not accepted: run hallpass keys rotate, or set the clock.";
        Finding::bad("signing key", sentence, advice)
    }
}

/// The strength of key pairs is given by their algorithm; a shared secret may be a guessable text.
fn strength(ring: &KeyRing) -> Finding {
    let mut secrets = ring.keys().iter().filter(|key| keys::is_symmetric(key.algorithm()));
    match secrets.find_map(weakness) {
        Some((key, weakness)) => Finding::bad(
            "key strength",
            format!("The secret {} {weakness}.", key.id),
            "An attacker who guesses it can sign in as any user: run hallpass keys generate, hallpass keys rotate, and retire it.",
        ),
        None => Finding::good("key strength", "All keys are long enough for their algorithm and hard to guess."),
    }
}

fn weakness(key: &RingKey) -> Option<(&RingKey, &'static str)> {
    let secret = key.material.expose_secret();
    let mut characters = secret.to_vec();
    characters.sort_unstable();
    characters.dedup();
    let is_poor = characters.len() < 10 || bits(&String::from_utf8_lossy(secret)) < 128.0;
    let what = match () {
        () if secret.starts_with(FOR_DEVELOPMENT) => "was generated for development, by its prefix from Django",
        () if is_poor => "has too few different characters",
        () => return None,
    };
    Some((key, what))
}

fn schedule(ring: &KeyRing, now: Timestamp) -> Finding {
    let key = ring.signing(now);
    let since = key.created_at.max(key.signs_from.filter(|from| *from != Timestamp::DISTANT_PAST));
    let mut published = ring.keys().iter().filter(|key| ring.state(key, now) == KeyState::Published);
    let waits = published.find_map(|key| Some((key, now.since(key.created_at?))));
    let next = ring.keys().iter().find_map(|key| match ring.state(key, now) {
        KeyState::Scheduled(at) => Some(format!("{} signs from {}.", key.id, time::format(at))),
        KeyState::Published | KeyState::Signing | KeyState::Verifying(_) | KeyState::Expired => None,
    });
    if let Some((key, waited)) = waits.filter(|(_, waited)| *waited > FORGOTTEN) {
        let sentence = format!("{} was published {} days ago and does not sign.", key.id, days(waited));
        return Finding::doubtful("key rotation", sentence, "Finish the rotation: hallpass keys rotate.");
    }
    match since.map(|since| now.since(since)) {
        Some(age) if age > OLD && next.is_none() => {
            let sentence = format!("The signing key is {} days old.", days(age));
            let advice = "Rotate it: hallpass keys generate, later hallpass keys rotate.";
            Finding::doubtful("key rotation", sentence, advice)
        }
        Some(age) => {
            let next = next.unwrap_or_else(|| "No successor is published.".to_owned());
            Finding::good("key rotation", format!("The signing key is {} days old. {next}", days(age)))
        }
        None => Finding::good("key rotation", "The age of the signing key is unknown; a key ring would record it."),
    }
}

fn days(time: Duration) -> u64 {
    time.as_secs() / DAY.as_secs()
}

#[cfg(test)]
mod tests {
    use hallpass_core::{
        clock::Timestamp,
        keys::{Algorithm, KeyRing, RingKey},
        store::Health,
    };

    use super::{DAY, FORGOTTEN, OLD, schedule, strength};

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn ring(secret: &str) -> KeyRing {
        let key = RingKey::first(Algorithm::HS256, &secret.as_bytes().to_vec().into(), None).expect("a key");
        KeyRing::begun(key, NOW)
    }

    #[test]
    fn guessable_secrets_are_reported_and_not_shown() {
        for weak in [
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "changechangechangechangechangechangechange",
            "12345678901234567890123456789012",
            "django-insecure-8f!2kx0v)q3w#e5r^t7y&u9i*o1p",
        ] {
            let found = strength(&ring(weak));
            assert_eq!(found.health, Health::Bad, "{weak}");
            assert!(!found.sentence.contains(weak) && !found.advice.contains(weak));
        }
        let good = strength(&ring("x7!Fq2zR#9pLm4@Wc8vB$k5Ns1TgY6hJd3Ea0"));
        assert_eq!(good.health, Health::Good);
    }

    #[test]
    fn an_old_key_and_an_unused_published_key_are_reported() {
        let mut ring = ring("x7!Fq2zR#9pLm4@Wc8vB$k5Ns1TgY6hJd3Ea0");
        assert_eq!(schedule(&ring, NOW + DAY).health, Health::Good);
        assert!(schedule(&ring, NOW + OLD + DAY).sentence.contains("401 days old"));
        ring.generate(Algorithm::ES256, NOW).expect("a key");
        let forgotten = schedule(&ring, NOW + FORGOTTEN + DAY);
        assert!(forgotten.sentence.contains("published 31 days ago"), "{forgotten:?}");
        ring.rotate(NOW + OLD + DAY + DAY, DAY).expect("a rotation");
        let planned = schedule(&ring, NOW + OLD + DAY);
        assert!(planned.health == Health::Good && planned.sentence.contains("signs from"), "{planned:?}");
    }
}
