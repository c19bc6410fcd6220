//! Who is there: integrations, sessions, attempts, end-users.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{body, malformed, one_of};

/// Integrations that deliveries come in on. The last one is rare.
pub(super) const INTEGRATIONS: [&str; 3] = ["main", "shop-2", "äri test"];

/// Features that sessions have.
pub(super) const FEATURES: [&str; 5] =
    ["selfid", "document", "Document", "proof of address", "näo \"tuvastus\", €"];

/// Everyone who takes part in one log.
pub(super) struct World {
    cast: Vec<Session>,
    pub(super) end_users: Vec<String>,
    /// The share of deliveries that cannot be read.
    malformed_share: f64,
}

/// One session and its habits.
pub(super) struct Session {
    pub(super) integration: &'static str,
    pub(super) id: String,
    pub(super) attempts: Vec<String>,
    /// Else it never does, so that other outcomes get their turn.
    pub(super) submits: bool,
    /// Else it never says where it stopped, so that some stall.
    pub(super) stops: bool,
    /// Else it stops only for the handover.
    pub(super) cancels: bool,
    pub(super) end_user: Option<String>,
    pub(super) feature: Option<&'static str>,
}

impl World {
    pub(super) fn new(rng: &mut ChaCha8Rng) -> World {
        let end_users: Vec<String> =
            (0..rng.random_range(1..6)).map(|n| format!("end-user {n}")).collect();
        // Few ids for many sessions: the same one in two integrations, or as an attempt elsewhere.
        let ids: Vec<String> = (0..rng.random_range(2..40)).map(|_| uuid(rng)).collect();
        // Few sessions hear everything many times; of many, most hear little.
        let sessions_max = one_of(rng, &[4, 40, 120]);
        let sessions = 0..rng.random_range(1..=sessions_max);
        let cast = sessions.map(|_| session(rng, &ids, &end_users)).collect();
        let malformed_share = one_of(rng, &[0.0, 0.05, 0.3]);
        World { cast, end_users, malformed_share }
    }

    /// The integration and the body of one delivery.
    pub(super) fn delivery(&self, rng: &mut ChaCha8Rng) -> (String, Vec<u8>) {
        let session = &self.cast[rng.random_range(0..self.cast.len())];
        let body = if rng.random_bool(self.malformed_share) {
            malformed::body(rng, &session.id, &session.attempts[0])
        } else {
            body::body(rng, self, session).into_bytes()
        };
        (session.integration.to_owned(), body)
    }
}

fn session(rng: &mut ChaCha8Rng, ids: &[String], end_users: &[String]) -> Session {
    let attempts = match rng.random_range(0..10) {
        0..6 => 1,
        6..9 => 2,
        _ => 3,
    };
    Session {
        integration: INTEGRATIONS[[0, 0, 0, 1, 1, 2][rng.random_range(0..6)]],
        id: one_of(rng, ids),
        attempts: (0..attempts).map(|_| one_of(rng, ids)).collect(),
        submits: rng.random_bool(0.35),
        stops: rng.random_bool(0.7),
        cancels: rng.random_bool(0.6),
        end_user: rng.random_bool(0.6).then(|| one_of(rng, end_users)),
        feature: rng.random_bool(0.7).then(|| one_of(rng, &FEATURES)),
    }
}

/// Any 36 characters of the right form; no version is asked for.
fn uuid(rng: &mut ChaCha8Rng) -> String {
    let bits: u128 = rng.random();
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
