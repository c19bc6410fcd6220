//! The real time.

use weir_domain::{Clock, Timestamp};

/// The machine's clock: the one place that asks it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "everything else is handed this clock")]
        chrono::Utc::now().into()
    }
}
