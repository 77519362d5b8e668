//! Password strength: a new password must not be easy to guess.

use zxcvbn::feedback::Feedback;

use crate::violation::Violation;

/// The minimum `zxcvbn` score, of 4: "safely unguessable: moderate protection from offline slow-hash scenario".
const MIN_SCORE: zxcvbn::Score = zxcvbn::Score::Three;

/// Rejects passwords that are easy to guess: common passwords, words, names, keyboard patterns, dates, and the user's
/// own data in `known` (NIST SP 800-63B-4 §3.1.1.2).
pub(super) fn check_strength(password: &str, known: &[String]) -> Result<(), Violation> {
    let known: Vec<&str> = known.iter().map(String::as_str).chain(["hallpass"]).collect();
    let estimate = zxcvbn::zxcvbn(password, &known);
    if estimate.score() >= MIN_SCORE {
        return check_without(password, &known);
    }
    let feedback = estimate.feedback();
    Err(Violation::Guessable {
        warning: feedback.and_then(Feedback::warning),
        suggestions: feedback.map(|feedback| feedback.suggestions().to_vec()).unwrap_or_default(),
    })
}

/// Requires that the password stays strong without the user's own data.
fn check_without(password: &str, known: &[&str]) -> Result<(), Violation> {
    let whole = password.to_lowercase();
    let rest = known.iter().fold(whole.clone(), |rest, word| rest.replace(&word.to_lowercase(), ""));
    if rest == whole || zxcvbn::zxcvbn(&rest, &[]).score() >= MIN_SCORE {
        return Ok(());
    }
    Err(Violation::OwnersWords)
}

#[cfg(test)]
mod tests {
    use super::check_strength;

    #[test]
    fn guessable_passwords_are_rejected_with_advice() {
        let known = ["ada.lovelace".to_owned()];
        for weak in [
            "passwordpassword",
            "qwertyuiopasdfgh",
            "ada.lovelace.ada.lovelace",
            "internationalization",
            "hallpasshallpass",
        ] {
            assert!(check_strength(weak, &known).is_err(), "{weak}");
        }
        assert_eq!(check_strength("violet kettle harvests nine moons", &known), Ok(()));
    }
}
