//! Merges a user of the other database with the user here, field by field.

use hallpass_core::import::{Merge, Reason};

use super::known::{Fields, Known, Password};

/// A user after both sides were merged.
pub(super) struct Merged {
    pub(super) here: Fields,
    /// The fields that the next import compares with. A field in conflict stays in conflict.
    pub(super) before: Fields,
    pub(super) password_before: Password,
    pub(super) reasons: Vec<Reason>,
}

impl Merged {
    /// Keeps the username, because another user here has the new one. The next import tries again.
    pub(super) fn keep_name(&mut self, known: &Known) {
        self.here.username.clone_from(&known.here.username);
        self.before.username.clone_from(&known.before.username);
        self.reasons.push(Reason::UsernameChangedToTaken);
    }

    /// Keeps the e-mail address, because another user here has the new one. The next import tries again.
    pub(super) fn keep_email(&mut self, known: &Known) {
        self.here.email.clone_from(&known.here.email);
        self.before.email.clone_from(&known.before.email);
        self.reasons.push(Reason::EmailChangedToTaken);
    }

    pub(super) fn of(known: &Known, there: &Fields) -> Self {
        let (mut here, mut before) = (known.here.clone(), known.before.clone());
        let merges = [
            follow(&mut before.username, &there.username, &mut here.username),
            follow(&mut before.email, &there.email, &mut here.email),
            follow(&mut before.is_active, &there.is_active, &mut here.is_active),
            follow(&mut before.is_staff, &there.is_staff, &mut here.is_staff),
            follow(&mut before.is_superuser, &there.is_superuser, &mut here.is_superuser),
        ];
        let is_in_conflict = merges.contains(&Merge::Conflict);
        let reasons = if is_in_conflict { vec![Reason::DetailsChangedHere] } else { Vec::new() };
        Self { here, before, password_before: known.password_before.clone(), reasons }
    }

    /// Two hashes of one password differ, so each side is compared with its own hash at the last import.
    pub(super) fn merge_password(&mut self, known: &Known, there: String) -> Merge {
        let before = &known.password_before;
        let is_unchanged_there = there == before.there || there == known.password_here;
        match (is_unchanged_there, known.password_here == before.here) {
            (true, _) => Merge::Keep,
            (false, true) => {
                self.password_before = Password::same(there);
                Merge::Take
            }
            (false, false) => {
                self.reasons.push(Reason::PasswordChangedHere);
                Merge::Conflict
            }
        }
    }
}

fn follow<T: Clone + PartialEq>(before: &mut T, there: &T, here: &mut T) -> Merge {
    let merge = Merge::decide(before, there, here);
    match merge {
        Merge::Keep => before.clone_from(there),
        Merge::Take => {
            here.clone_from(there);
            before.clone_from(there);
        }
        Merge::Conflict => {}
    }
    merge
}
