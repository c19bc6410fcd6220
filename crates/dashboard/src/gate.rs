//! How many reports are computed at once, so that many readers do not starve what comes in.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One report computes on all cores. A second one fills the gaps that the first leaves: what is
/// read before and after its scan runs on one core. A third would only make both slower.
const REPORTS_MAX: usize = 2;
/// On fewer cores there are no gaps worth filling.
const THREADS_OF_ONE: usize = 4;

/// How many may wait, each on a thread of the blocking pool: the longest queue that is answered
/// within the patience even where a report takes a tenth of a second.
const WAITING_MAX: usize = 64;

/// How long one waits: a reader who waits for longer has gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// When to come again.
pub(crate) const RETRY_AFTER_S: u32 = 5;

// Whoever is let into the queue may hope to be answered.
const _: () = assert!(WAITING_MAX as u64 * 100 <= 1_000 * PATIENCE.as_secs());

/// Lets a few in at a time.
#[derive(Debug)]
pub struct Gate {
    free: Mutex<Places>,
    left: Condvar,
    patience: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Places {
    free: usize,
    waiting: usize,
}

/// The right to compute, until it is dropped.
#[derive(Debug)]
pub struct Permit<'a>(&'a Gate);

/// Too many others are computing and waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

impl Gate {
    /// A gate for reports that are computed on `threads` threads each.
    #[must_use]
    pub fn for_threads(threads: usize) -> Gate {
        let free = if threads < THREADS_OF_ONE { 1 } else { REPORTS_MAX };
        Gate {
            free: Mutex::new(Places { free, waiting: 0 }),
            left: Condvar::new(),
            patience: PATIENCE,
        }
    }

    /// A gate before which a long queue waits for somebody who never leaves.
    #[cfg(test)]
    pub(crate) fn shut() -> Gate {
        let gate = Gate::for_threads(1);
        *gate.places() = Places { free: 0, waiting: WAITING_MAX };
        gate
    }

    /// Waits for a place, but neither for long nor behind many.
    ///
    /// # Errors
    /// If it is nobody's turn soon: too many others compute and wait.
    pub fn enter(&self) -> Result<Permit<'_>, Busy> {
        let until = Instant::now() + self.patience;
        let mut places = self.places();
        if 0 < places.free {
            places.free -= 1;
            return Ok(Permit(self));
        }
        if places.waiting == WAITING_MAX {
            return Err(Busy);
        }
        places.waiting += 1;
        while places.free == 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                places.waiting -= 1;
                return Err(Busy);
            }
            (places, _) =
                self.left.wait_timeout(places, left).unwrap_or_else(PoisonError::into_inner);
        }
        places.waiting -= 1;
        places.free -= 1;
        Ok(Permit(self))
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.places().free += 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Busy, Gate};
    use crate::fixture::{Fixture, LOG, deliveries};

    #[test]
    fn one_is_let_in_for_each_that_leaves() {
        let gate = Gate { patience: Duration::ZERO, ..Gate::for_threads(8) };
        let first = gate.enter().unwrap();
        let _second = gate.enter().unwrap();
        assert_eq!(gate.enter().err(), Some(Busy));
        drop(first);
        assert!(gate.enter().is_ok());
    }

    #[test]
    fn few_cores_compute_one_at_a_time() {
        let gate = Gate { patience: Duration::ZERO, ..Gate::for_threads(2) };
        let _only = gate.enter().unwrap();
        assert_eq!(gate.enter().err(), Some(Busy));
    }

    #[test]
    fn who_waits_gets_the_place_that_becomes_free() {
        let gate = Gate::for_threads(1);
        let first = gate.enter().unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| gate.enter().map(drop));
            while gate.places().waiting == 0 {
                std::thread::yield_now();
            }
            drop(first);
            assert_eq!(waiting.join().unwrap(), Ok(()));
        });
        assert_eq!(gate.places().free, 1);
    }

    #[actix_web::test]
    async fn who_cannot_be_served_is_told_when_to_come_again() {
        let fixture = Fixture::with(deliveries(LOG), |state| state.gate = Gate::shut().into());
        for path in ["/", "/screens", "/api/v1/reports/abandonment", "/api/v1/sessions"] {
            let got = fixture.get(path).await;
            assert_eq!((got.status, got.header("retry-after")), (503, "5"), "{path}");
            assert!(got.body.contains("many reports are being computed"), "{path}: {}", got.body);
        }
        let got = fixture.get("/api/v1/reports/profile").await;
        assert_eq!(got.header("content-type"), "application/problem+json");
        assert!(got.body.contains("urn:weir:problem:busy"), "{}", got.body);
        for path in ["/health", "/api/v1/quarantine", "/healthz", "/readyz"] {
            assert_eq!(fixture.get(path).await.status, 200, "{path}");
        }
    }

    #[test]
    fn a_long_queue_is_not_joined() {
        assert_eq!(Gate::shut().enter().err(), Some(Busy));
    }
}
