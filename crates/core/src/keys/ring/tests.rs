use std::time::Duration;

use hallpass_verify::{Jws, jws::Header};
use secrecy::{ExposeSecret, SecretSlice};

use super::{KeyRing, KeyState, RingError, RingKey};
use crate::{
    clock::Timestamp,
    keys::{Algorithm, generate},
};

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
const WEEK: Duration = Duration::from_hours(7 * 24);

fn material(algorithm: Algorithm) -> SecretSlice<u8> {
    generate(algorithm).expect("a key")
}

fn first(algorithm: Algorithm) -> KeyRing {
    KeyRing::of(RingKey::first(algorithm, &material(algorithm), None).expect("a good key"))
}

/// A token by this key, under whatever header.
fn token(key: &RingKey, header: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let message = format!("{}.e30", URL_SAFE_NO_PAD.encode(header));
    format!("{message}.{}", key.key().sign(&message))
}

fn verifies(ring: &KeyRing, token: &str, now: Timestamp) -> bool {
    let jws = Jws::parse(token).expect("three parts");
    let header: Header = jws.header().expect("a header");
    ring.find_signer(&jws, &header, now).is_some()
}

fn states(ring: &KeyRing, now: Timestamp) -> Vec<KeyState> {
    ring.keys().iter().map(|key| ring.state(key, now)).collect()
}

#[test]
fn a_new_key_is_published_before_it_signs_and_the_old_one_verifies_until_its_last_token_expires() {
    let mut ring = first(Algorithm::ES256);
    let old = ring.signing(NOW).id.clone();
    let new = ring.generate(Algorithm::EdDSA, NOW).expect("a key");
    assert_eq!(states(&ring, NOW), [KeyState::Signing, KeyState::Published]);
    assert_eq!(ring.published(NOW).keys.len(), 2);
    assert_eq!(ring.signing(NOW + WEEK).id, old);

    let at = NOW + Duration::from_secs(3);
    let rotated = ring.rotate(at, WEEK).expect("a rotation");
    assert_eq!((&rotated.from, &rotated.to, rotated.from_verifies_until), (&old, &new, at + WEEK));
    assert_eq!(states(&ring, NOW), [KeyState::Signing, KeyState::Scheduled(at)]);
    assert_eq!(states(&ring, at), [KeyState::Verifying(Some(at + WEEK)), KeyState::Signing]);
    assert_eq!(states(&ring, at + WEEK), [KeyState::Expired, KeyState::Signing]);
    assert_eq!(ring.published(at).keys[0].common.key_id.as_deref(), Some(new.as_str()), "the signing key first");
    assert_eq!(ring.published(at + WEEK).keys.len(), 1);
    assert_eq!(ring.remove_expired(at + WEEK), [old]);
    assert_eq!(ring.rotate(at, WEEK), Err(RingError::NothingPublished));
}

#[test]
fn a_token_issued_before_a_rotation_is_signed_by_its_original_key() {
    let mut ring = first(Algorithm::HS256);
    let old = ring.signing(NOW).id.clone();
    let new = ring.generate(Algorithm::HS256, NOW).expect("a key");
    let at = NOW + Duration::from_secs(10);
    ring.rotate(at, WEEK).expect("a rotation");
    let signing = |issued_at| ring.signing(issued_at).id.clone();
    assert_eq!(signing(at - Duration::from_millis(1)), old);
    assert_eq!(signing(at), new);
    assert_eq!(signing(NOW - WEEK), old, "older than the ring");
}

#[test]
fn two_rotations_in_a_row_expire_each_key_separately() {
    let mut ring = first(Algorithm::HS256);
    ring.generate(Algorithm::HS256, NOW).expect("a key");
    ring.rotate(NOW, WEEK).expect("a rotation");
    ring.generate(Algorithm::HS512, NOW).expect("a key");
    let later = NOW + Duration::from_hours(1);
    ring.rotate(later, WEEK).expect("a rotation");
    let ends = [Some(NOW + WEEK), Some(later + WEEK)].map(KeyState::Verifying);
    assert_eq!(states(&ring, later), [ends[0], ends[1], KeyState::Signing]);
}

#[test]
fn a_retired_key_verifies_nothing_and_a_signing_one_has_a_successor() {
    let mut ring = first(Algorithm::ES256);
    let stolen = ring.signing(NOW).clone();
    let by_stolen = token(&stolen, &format!(r#"{{"alg":"ES256","kid":"{}"}}"#, stolen.id));
    assert!(verifies(&ring, &by_stolen, NOW));
    let retired = ring.retire(&stolen.id[..8], NOW).expect("a retirement");
    assert_eq!(retired.id, stolen.id);
    assert_eq!(retired.successor.as_deref(), Some(ring.signing(NOW).id.as_str()), "one was made");
    assert_eq!(ring.signing(NOW).algorithm(), Algorithm::ES256);
    assert!(!verifies(&ring, &by_stolen, NOW));
    assert!(!verifies(&ring, &token(&stolen, r#"{"alg":"ES256"}"#), NOW));

    let waiting = ring.generate(Algorithm::HS256, NOW).expect("a key");
    let signing = ring.signing(NOW).id.clone();
    assert_eq!(ring.retire(&signing, NOW).expect("a retirement").successor, Some(waiting), "the published one");
    assert_eq!(ring.retire("nothing", NOW), Err(RingError::Unknown("nothing".into())));
    let published = ring.generate(Algorithm::HS256, NOW).expect("a key");
    assert_eq!(ring.retire(&published, NOW).expect("a retirement").successor, None);
}

#[test]
fn a_successor_signs_even_while_older_keys_still_verify() {
    let mut ring = first(Algorithm::HS256);
    let oldest = ring.signing(NOW).id.clone();
    let second = ring.generate(Algorithm::HS256, NOW).expect("a key");
    ring.rotate(NOW, WEEK).expect("a rotation");
    let later = NOW + Duration::from_hours(1);
    let successor = ring.retire(&second, later).expect("a retirement").successor.expect("one was made");
    assert_eq!(ring.signing(later).id, successor, "and not the one from before");
    assert_eq!(ring.signing(NOW - WEEK).id, oldest);
}

#[test]
fn a_kid_is_exact_for_our_own_keys_and_free_for_a_shared_one() {
    let mut ring = first(Algorithm::HS256);
    ring.generate(Algorithm::HS256, NOW).expect("a key");
    let [shared, own] = ring.keys() else { panic!("two keys") };
    for header in [r#"{"alg":"HS256"}"#, r#"{"alg":"HS256","kid":"django"}"#, r#"{"alg":"HS256","kid":""}"#] {
        assert!(verifies(&ring, &token(shared, header), NOW), "{header}");
    }
    let named = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, own.id);
    assert!(verifies(&ring, &token(own, &named), NOW));
    assert!(!verifies(&ring, &token(shared, &named), NOW), "the other key's name");
    let huge = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(6000));
    for header in [r#"{"alg":"HS256","kid":"django"}"#, r#"{"alg":"HS256","kid":""}"#, &huge] {
        assert!(!verifies(&ring, &token(own, header), NOW), "{header}");
    }
    assert!(verifies(&ring, &token(own, r#"{"alg":"HS256"}"#), NOW), "no name at all");
}

#[test]
fn a_key_from_the_configuration_signs_and_the_others_verify() {
    let mut ring = first(Algorithm::HS256);
    let before = ring.signing(NOW).clone();
    let own = ring.generate(Algorithm::ES256, NOW).expect("a key");
    let same = RingKey::first(Algorithm::HS256, &before.material, None).expect("a good key");
    assert_eq!(ring.clone().led_by(same).keys().len(), 2, "one and the same key");
    let other = RingKey::first(Algorithm::HS256, &material(Algorithm::HS256), None).expect("a good key");
    let led = ring.led_by(other.clone());
    assert_eq!(led.signing(NOW).material.expose_secret(), other.material.expose_secret());
    assert_eq!(led.keys().len(), 3);
    assert!(led.has(&own));
    assert!(verifies(&led, &token(&before, r#"{"alg":"HS256"}"#), NOW));
}

#[test]
fn a_ring_needs_a_signing_key_and_unique_ids() {
    let key = RingKey::named("a", Algorithm::HS256, &material(Algorithm::HS256)).expect("a good key");
    assert_eq!(KeyRing::new(vec![key.clone()]).err(), Some(RingError::NoSigningKey));
    assert_eq!(KeyRing::new(vec![key.clone(), key]).err(), Some(RingError::Twice("a".into())));
}

#[test]
fn debug_output_of_a_ring_shows_no_secret() {
    let ring = first(Algorithm::HS256);
    assert_eq!(format!("{ring:?}"), r#"["unnamed"]"#);
}

#[test]
fn a_second_rotation_is_rejected_and_the_scheduled_key_replaces_a_retired_one() {
    let mut ring = first(Algorithm::HS256);
    let next = ring.generate(Algorithm::HS256, NOW).expect("a key");
    ring.rotate(NOW + WEEK, WEEK).expect("a rotation to come");
    ring.generate(Algorithm::HS256, NOW).expect("another key");
    assert_eq!(ring.rotate(NOW, WEEK).err(), Some(RingError::Scheduled));
    let retired = ring.retire("unnamed", NOW).expect("the key is gone");
    assert_eq!(retired.successor.as_deref(), Some(next.as_str()));
    assert_eq!(ring.signing(NOW).id, next);
}
