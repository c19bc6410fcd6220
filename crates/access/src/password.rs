//! What can be a password, and its hash.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::secret::random;
use crate::{AccessError, Refusal, name};

/// OWASP's first choice for argon2id, as of its cheat sheet of 2025: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// NIST SP 800-63B asks for 8; twelve is what guessing machines make of that.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Enough for any sentence, and a bound on what is hashed.
pub const PASSWORD_CHARS_MAX: usize = 256;

/// Passwords that are being hashed at once, 19 MiB each.
const HASHING_MAX: usize = 2;
/// Passwords that wait for that. One more is told to come again.
const WAITING_MAX: usize = 16;

/// Long passwords that are tried first, one a line; lower case.
const COMMON: &str = include_str!("common_passwords.txt");

/// What a hash costs whoever makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Cost {
    /// What OWASP asks for.
    pub const OWASP: Cost = Cost { memory_kib: MEMORY_KIB, passes: PASSES };
    /// The least that argon2 does: for tests, which try many.
    pub const LEAST: Cost = Cost { memory_kib: Params::MIN_M_COST, passes: 1 };

    fn params(self) -> Params {
        // The two constants above are within what argon2 takes; the default is OWASP's too.
        Params::new(self.memory_kib, self.passes, LANES, None).unwrap_or_default()
    }
}

/// Hashes and verifies, a few at once.
#[derive(Debug)]
pub(crate) struct Passwords {
    params: Params,
    /// What the password of a name that nobody has is held against, so that it takes as long.
    dummy: String,
    busy: Mutex<Busy>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Busy {
    hashing: usize,
    waiting: usize,
}

impl Passwords {
    pub(crate) fn new(cost: Cost) -> Passwords {
        let params = cost.params();
        let dummy = hashed(&params, "nobody has this password").unwrap_or_default();
        Passwords { params, dummy, busy: Mutex::default(), freed: Condvar::new() }
    }

    /// The PHC string of `password`.
    pub(crate) fn hash(&self, password: &str) -> Result<String, AccessError> {
        let _turn = self.turn()?;
        hashed(&self.params, password).ok_or(AccessError::Damaged { column: "password" })
    }

    /// Whether `password` is the one that `phc` was made of. Without a hash it takes as long, and is not.
    pub(crate) fn verify(&self, password: &str, phc: Option<&str>) -> Result<bool, AccessError> {
        let _turn = self.turn()?;
        let known = phc.is_some();
        let parsed = PasswordHash::new(phc.unwrap_or(&self.dummy))
            .map_err(|_| AccessError::Damaged { column: "password" })?;
        // The cost is the hash's own, not today's.
        let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(known && fits)
    }

    /// Waits until fewer than [`HASHING_MAX`] are at it.
    fn turn(&self) -> Result<Turn<'_>, AccessError> {
        let mut busy = self.busy();
        if HASHING_MAX <= busy.hashing {
            if WAITING_MAX <= busy.waiting {
                return Err(AccessError::Busy);
            }
            busy.waiting += 1;
            while HASHING_MAX <= busy.hashing {
                busy = self.freed.wait(busy).unwrap_or_else(PoisonError::into_inner);
            }
            busy.waiting -= 1;
        }
        busy.hashing += 1;
        Ok(Turn(self))
    }

    fn busy(&self) -> MutexGuard<'_, Busy> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to hash one password.
struct Turn<'a>(&'a Passwords);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.busy().hashing -= 1;
        self.0.freed.notify_one();
    }
}

fn hashed(params: &Params, password: &str) -> Option<String> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let hash = argon2.hash_password_with_salt(password.as_bytes(), &random::<SALT_BYTES>());
    hash.ok().map(|hash| hash.to_string())
}

/// Whether `password` can be the password of somebody called `person`.
pub(crate) fn check(password: &str, person: &str) -> Result<(), Refusal> {
    let chars = password.chars().count();
    if chars < PASSWORD_CHARS_MIN {
        return Err(Refusal::PasswordShort);
    }
    if PASSWORD_CHARS_MAX < chars {
        return Err(Refusal::PasswordLong);
    }
    let lower = password.to_lowercase();
    let person = name::key(person);
    let rest = lower.replace(&person, "");
    if !person.is_empty() && rest.chars().count() < PASSWORD_CHARS_MIN / 2 {
        return Err(Refusal::PasswordIsName);
    }
    let mut letters: Vec<char> = lower.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 4 || COMMON.lines().any(|common| common == lower) {
        return Err(Refusal::PasswordCommon);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::{COMMON, Cost, PASSWORD_CHARS_MIN, Passwords, check};
    use crate::{AccessError, Refusal};

    #[test]
    fn a_password_is_long_and_ones_own() {
        let long = |n: usize| "correct horse ".chars().cycle().take(n).collect::<String>();
        assert_eq!(check(&long(12), "ann"), Ok(()));
        assert_eq!(check(&long(256), "ann"), Ok(()));
        assert_eq!(check("õõõõäääüüüöö", "ann"), Ok(()));
        assert_eq!(check(&long(11), "ann"), Err(Refusal::PasswordShort));
        assert_eq!(check(&long(257), "ann"), Err(Refusal::PasswordLong));
        assert_eq!(check("Password1234", "ann"), Err(Refusal::PasswordCommon));
        assert_eq!(check("aaaaaaaaaaaabb", "ann"), Err(Refusal::PasswordCommon));
        assert_eq!(check("annannannann1", "Ann"), Err(Refusal::PasswordIsName));
        assert_eq!(check("anna-karenina-1878", "Anna Karenina"), Ok(()));
    }

    #[test]
    fn every_common_one_is_long_enough_to_be_one() {
        for common in COMMON.lines() {
            assert!(PASSWORD_CHARS_MIN <= common.chars().count(), "{common}");
            assert_eq!(common, common.to_lowercase());
        }
    }

    #[test]
    fn a_hash_is_argon2id_with_its_cost_and_a_salt_of_its_own() {
        let passwords = Passwords::new(Cost::LEAST);
        let [one, other] = [(), ()].map(|()| passwords.hash("correct horse").unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{one}");
        assert_ne!(one, other);
        assert!(passwords.verify("correct horse", Some(&one)).unwrap());
        assert!(!passwords.verify("correct house", Some(&one)).unwrap());
        assert!(!passwords.verify("nobody has this password", None).unwrap());
        assert_eq!(Cost::OWASP.params().m_cost(), 19_456);
        assert_eq!(Cost::OWASP.params().t_cost(), 2);
    }

    #[test]
    fn two_hash_at_once_and_few_wait() {
        let passwords = Passwords::new(Cost::LEAST);
        let turns = [passwords.turn().unwrap(), passwords.turn().unwrap()];
        passwords.busy().waiting = super::WAITING_MAX;
        assert!(matches!(passwords.turn(), Err(AccessError::Busy)));
        passwords.busy().waiting = 0;
        let start = Barrier::new(2);
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                start.wait();
                passwords.hash("correct horse").unwrap();
            });
            start.wait();
            drop(turns);
            waiter.join().unwrap();
        });
        let busy = passwords.busy();
        assert_eq!((busy.hashing, busy.waiting), (0, 0));
    }
}
