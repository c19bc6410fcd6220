//! A log in a temporary folder, a signer, a raw HTTP client.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use weir_domain::{Delivery, Origin, Recorded, Seq, Timestamp};
use weir_ingest::{Integration, Integrations, NamedSecret};
use weir_log::{DataDir, Lock, Log, LogError, LogReader};

pub(crate) const API_KEY: &str = "8e4d7b1a-key";
pub(crate) const SECRET: &[u8] = b"first-secret";

/// A data directory of its own, held for writing.
pub(crate) struct Fixture {
    pub(crate) dir: DataDir,
    lock: Lock,
    _temp: tempfile::TempDir,
}

impl Fixture {
    pub(crate) fn new() -> Fixture {
        let temp = tempfile::tempdir().unwrap();
        let dir = DataDir::at(&temp.path().join("data"));
        let lock = dir.lock("test").unwrap();
        Fixture { dir, lock, _temp: temp }
    }

    pub(crate) fn log(&self) -> Log {
        Log::open(&self.dir, &self.lock).unwrap()
    }

    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        let mut found = Vec::new();
        LogReader::open(&self.dir)
            .unwrap()
            .read(Seq::START, u64::MAX, |row| {
                found.push(row.to_recorded());
                Ok::<_, LogError>(())
            })
            .unwrap();
        found
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        let body = |recorded: Recorded| String::from_utf8(recorded.delivery.body).unwrap();
        self.recorded().into_iter().map(body).collect()
    }

    pub(crate) fn seals(&self) -> u64 {
        let verified = LogReader::open(&self.dir).unwrap().verify(|_| {}).unwrap();
        assert_eq!(verified.finding, None);
        verified.seals
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn delivery(body: &str) -> Delivery {
    Delivery {
        received_at: at("2026-01-05T12:00:00Z"),
        origin: Arc::new(Origin::imported("main")),
        body: body.as_bytes().to_vec(),
    }
}

pub(crate) fn integration(name: &str, api_key: &str, secrets: &[(&str, &[u8])]) -> Integration {
    let secrets = secrets.iter().map(|(name, key)| NamedSecret::new(*name, key.to_vec())).collect();
    Integration { name: name.into(), api_key: api_key.into(), secrets }
}

/// `main` with two secrets, and `test` with one.
pub(crate) fn integrations() -> Integrations {
    Integrations::new(vec![
        integration("main", API_KEY, &[("first", SECRET), ("second", b"second-secret")]),
        integration("test", "test-key", &[("only", b"other-secret")]),
    ])
    .unwrap()
}

pub(crate) fn sign(key: &[u8], body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}
