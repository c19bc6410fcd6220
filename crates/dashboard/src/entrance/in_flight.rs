//! How many requests of one asker are answered at once, so that nobody takes all turns.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use weir_access::PersonId;

/// Of one asker. A browser asks six things at once, and a report's queue has room for 64.
pub(crate) const IN_FLIGHT_MAX: u32 = 24;

/// Windows of one person that wait for events: beside the rest, or who has many open could ask nothing.
const WINDOWS_MAX: u32 = 16;

/// Who takes turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asker {
    /// Somebody, with all their sessions and tokens.
    Person(PersonId),
    /// Their open windows.
    Windows(PersonId),
    /// Whoever has a link, by where they come from.
    Address(IpAddr),
}

impl Asker {
    const fn max(self) -> u32 {
        match self {
            Asker::Person(_) | Asker::Address(_) => IN_FLIGHT_MAX,
            Asker::Windows(_) => WINDOWS_MAX,
        }
    }
}

/// The requests that are being answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct InFlight(Arc<Mutex<BTreeMap<Asker, u32>>>);

/// One of them, until it is dropped.
pub(crate) struct Place {
    all: InFlight,
    asker: Asker,
}

impl Place {
    /// The body; the place is kept until it is sent, where it is made while it is sent.
    pub(crate) fn until_sent(self, body: BoxBody) -> BoxBody {
        match body.size() {
            BodySize::Stream => BoxBody::new(Sending { body, _place: self }),
            BodySize::None | BodySize::Sized(_) => body,
        }
    }
}

/// A body that is made while it is sent.
struct Sending {
    body: BoxBody,
    _place: Place,
}

impl MessageBody for Sending {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

impl InFlight {
    /// Lets one more request of an asker be answered, if not too many are.
    pub(crate) fn enter(&self, asker: Asker) -> Option<Place> {
        let mut counts = self.counts();
        let count = counts.entry(asker).or_insert(0);
        if *count == asker.max() {
            return None;
        }
        *count += 1;
        Some(Place { all: self.clone(), asker })
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<Asker, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.all.counts();
        if let Some(count) = counts.get_mut(&self.asker) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.asker);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::{Asker, IN_FLIGHT_MAX, InFlight};

    #[test]
    fn nobody_takes_all_turns() {
        let all = InFlight::default();
        let asker = |n| Asker::Address(IpAddr::V4(Ipv4Addr::from_bits(n)));
        let mut places: Vec<_> = (0..IN_FLIGHT_MAX).map(|_| all.enter(asker(1)).unwrap()).collect();
        assert!(all.enter(asker(1)).is_none());
        assert!(all.enter(asker(2)).is_some());
        places.pop();
        places.push(all.enter(asker(1)).unwrap());
        assert!(all.enter(asker(1)).is_none());
        drop(places);
        assert!(all.counts().is_empty());
    }
}
