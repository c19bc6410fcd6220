//! Who sends until it is answered with 200, and strangers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use weir_domain::Timestamp;
use weir_ingest::{Integration, Integrations, NamedSecret};
use weir_simulator::{Deliveries, Scenario};

const HOUR_US: i64 = 3_600_000_000;

/// Each integration's API key and secret, by its index in the scenario.
const KEYS: [(&str, &str, &str); 2] =
    [("main", "main-key", "the main secret"), ("test", "test-key", "the test secret")];

/// What Weir is configured with.
pub(crate) fn integrations() -> Integrations {
    let of = |(name, api_key, secret): (&str, &str, &str)| Integration {
        name: name.to_owned(),
        api_key: api_key.to_owned(),
        secrets: vec![NamedSecret::new("first", secret.as_bytes().to_vec())],
    };
    Integrations::new(KEYS.map(of).into_iter().collect()).unwrap()
}

/// A POST.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Request {
    pub(crate) integration: usize,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Its headers, signed with its integration's secret, or with another.
    pub(crate) fn headers(&self, is_genuine: bool) -> HeaderMap {
        let (_, api_key, secret) = KEYS[self.integration];
        let secret = if is_genuine { secret } else { "a guess" };
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(&self.body);
        let signature = hex::encode(mac.finalize().into_bytes());
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-auth-client", api_key), ("x-hmac-signature", &signature)] {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }
}

/// What is still to be sent, by its time.
pub(crate) struct Provider {
    fresh: Deliveries,
    again: BinaryHeap<Reverse<(i64, u64, Request)>>,
    order: u64,
}

impl Provider {
    pub(crate) fn new(scenario: &Scenario) -> Provider {
        Provider { fresh: scenario.deliveries(), again: BinaryHeap::new(), order: 0 }
    }

    /// What is due before an instant.
    pub(crate) fn due(&mut self, until_us: i64) -> Vec<Request> {
        let fresh = self.fresh.take_until(Timestamp::from_micros(until_us));
        let mut due: Vec<_> = fresh
            .map(|sent| Request { integration: sent.integration % KEYS.len(), body: sent.body })
            .collect();
        while self.again.peek().is_some_and(|Reverse((at, ..))| *at < until_us) {
            due.extend(self.again.pop().map(|Reverse((.., request))| request));
        }
        due
    }

    /// It was not answered with 200: an hour later it is sent again.
    pub(crate) fn failed(&mut self, now_us: i64, request: Request) {
        self.order += 1;
        self.again.push(Reverse((now_us + HOUR_US, self.order, request)));
    }

    /// Whether nothing is left to be sent.
    pub(crate) fn is_done(&mut self) -> bool {
        self.again.is_empty() && self.fresh.peek_at().is_none()
    }
}
