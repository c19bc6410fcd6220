//! Keys of months that are not retained any more, overwritten once a day.

use std::num::NonZeroU16;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender};
use weir_audit::{Audit, Did, Entry, Outcome as Became, Who};
use weir_domain::{Clock, Timestamp};
use weir_log::DataDir;
use weir_privacy::{Period, Vault};

use crate::clock::SystemClock;
use crate::commands::counted;
use crate::failure::Outcome;
use crate::vault::Place;

/// How often it is looked whether there is something to do. Days are not counted, so that one in
/// which the machine slept is made up for.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// After a failure it is tried again sooner.
const AGAIN: Duration = Duration::from_secs(10 * 60);

/// The thread that does it, for as long as this lives.
pub(crate) struct Retention {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Retention {
    /// Does what is due, now and from day to day.
    pub(crate) fn start(place: Place) -> Outcome<Retention> {
        let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
        let thread =
            std::thread::Builder::new().name("weir-retain".to_owned()).spawn(move || {
                loop {
                    let wait = match due(&place, SystemClock.now()) {
                        Ok(()) => EVERY,
                        Err(error) => {
                            tracing::error!(
                                "personal values are kept for longer than they should: {error}"
                            );
                            AGAIN
                        }
                    };
                    if stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                        break;
                    }
                }
            })?;
        Ok(Retention { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Retention {
    fn drop(&mut self) {
        drop(self.stop.take());
        // A thread that broke off has said so.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Forgets what is due now.
fn due(place: &Place, now: Timestamp) -> Outcome {
    let Some(vault) = place.reading()? else { return Ok(()) };
    if let Some(months) = place.personal_months {
        retain(&place.dir, &vault, months, now, Who::weir())?;
    }
    vault.forget_tombstones(now)?;
    Ok(())
}

/// Overwrites the keys of all months but the present one and so many before, and writes it down
/// where there was something to overwrite. Gives back how many, and the first month that is kept.
pub(crate) fn retain(
    dir: &DataDir,
    vault: &Vault,
    months: NonZeroU16,
    now: Timestamp,
    who: Who,
) -> Outcome<(u64, Period)> {
    let kept_from = Period::of(now).back(months.get());
    let count = vault.keys_before(kept_from)?;
    if count == 0 {
        vault.retain_from(kept_from)?;
        return Ok((0, kept_from));
    }
    let audit = Audit::open(&dir.audit_file())?;
    let what = format!("{} of months before {kept_from}", counted(count, "key", "keys"));
    let begun = audit.begin(Entry { at: now, who, from: None, did: Did::RetentionRan, what })?;
    let done = vault.retain_from(kept_from);
    let became = if done.is_ok() { Became::Done } else { Became::Failed };
    audit.end(begun, SystemClock.now(), None, None, became)?;
    Ok((done?, kept_from))
}
