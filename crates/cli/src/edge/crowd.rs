//! How many connections are open, and how many there may be.

use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that Weir itself has open, or opens for a moment.
const OWN_FILES: usize = 128;

/// As many connections as there may be in any case.
const CONNECTIONS_MIN: usize = 16;

/// The connections of all threads together.
pub(crate) struct Crowd {
    open: AtomicUsize,
    /// How many there may be.
    pub(crate) max: usize,
}

impl Crowd {
    /// As many as are asked for, or as the process may open files for.
    pub(crate) fn of(asked: usize) -> Crowd {
        let room = files(asked + OWN_FILES).saturating_sub(OWN_FILES);
        let max = asked.min(room.max(CONNECTIONS_MIN));
        if max < asked {
            tracing::warn!(
                "only {max} of the {asked} connections that server.connections_max allows can be \
                 open, because the process may open too few files; raise its limit (LimitNOFILE in \
                 a unit of systemd, `ulimit -n` in a shell), or lower server.connections_max"
            );
        }
        Crowd { open: AtomicUsize::new(0), max }
    }

    /// Whether connections that rest are in others' way.
    pub(super) fn is_dense(&self) -> bool {
        self.max / 4 * 3 <= self.open.load(Ordering::Relaxed)
    }

    pub(super) fn enter(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn leave(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many files the process may open, once it has asked for as many as `wanted`.
fn files(wanted: usize) -> usize {
    let known = |limit: Option<u64>| {
        limit.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX)
    };
    let limit = getrlimit(Resource::Nofile);
    let (soft, hard) = (known(limit.current), known(limit.maximum));
    let asked = wanted.min(hard);
    if asked <= soft {
        return soft;
    }
    // The soft limit is what a process begins with; up to the hard one it is its own affair.
    let raised = Rlimit { current: u64::try_from(asked).ok(), maximum: limit.maximum };
    if setrlimit(Resource::Nofile, raised).is_ok() { asked } else { soft }
}
