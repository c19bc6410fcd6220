//! Work with an end, and the moment from which on something may have arrived.
//!
//! The other side may stall anywhere, byte by byte if it likes, and no timeout of a single read
//! bounds the whole. So whatever talks to it does so on a thread of its own, and is left behind when
//! its time is over. Before it hands anything over it knocks at the gate; once nobody waits for it
//! any more, the gate stays shut, and it hands nothing over.

use std::io;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, after, bounded, select};

use crate::{Handing, Refusal};

/// What the work has of those who wait for it.
pub(crate) struct Aside<T> {
    gate: Gate,
    results: Sender<Said<T>>,
}

/// What the work says.
enum Said<T> {
    /// This holds, whatever becomes of the rest.
    SoFar(T),
    /// This is all.
    Done(T),
}

/// Where the work asks whether it may hand over.
#[derive(Clone)]
pub(crate) struct Gate {
    knocks: Sender<()>,
    answers: Receiver<bool>,
}

/// How the work ended.
#[derive(Debug)]
pub(crate) enum Ended<T> {
    /// With a result.
    Done(T),
    /// Its time was over, or it died.
    Late {
        /// Whether it had passed the gate.
        handed: bool,
    },
    /// The gate stayed shut: that something is about to be handed over could not be noted.
    Unnoted(io::Error),
}

impl<T> Aside<T> {
    pub(crate) fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Says what counts as the result if there is never more: the other side has decided, and has
    /// not finished talking.
    pub(crate) fn so_far(&self, result: T) {
        // Whoever waited may have left.
        let _ = self.results.send(Said::SoFar(result));
    }

    /// Says the result. What follows, a farewell to the other side, nobody waits for.
    pub(crate) fn done(&self, result: T) {
        let _ = self.results.send(Said::Done(result));
    }
}

impl Gate {
    /// Waits until it is noted that something is about to be handed over. False, and it must not be.
    pub(crate) fn pass(&self) -> bool {
        self.knocks.send(()).is_ok() && self.answers.recv().unwrap_or(false)
    }
}

/// Does `work` on a thread of its own, for at most `limit`. `handing` is called here, when the work
/// knocks.
pub(crate) fn within<T: Send + 'static>(
    limit: Duration,
    handing: &mut Handing<'_>,
    work: impl FnOnce(Aside<T>) + Send + 'static,
) -> Ended<T> {
    let (knock, knocks) = bounded(1);
    let (answer, answers) = bounded(1);
    // Room for both, so that the work never waits for whoever left.
    let (say, results) = bounded(2);
    let aside = Aside { gate: Gate { knocks: knock, answers }, results: say };
    let thread = std::thread::Builder::new().name("weir-send".to_owned());
    if let Err(error) = thread.spawn(move || work(aside)) {
        return Ended::Unnoted(error);
    }
    let over = after(limit);
    let mut handed = false;
    let mut so_far = None;
    let mut knocks = knocks;
    loop {
        select! {
            recv(results) -> said => match said {
                Ok(Said::Done(result)) => return Ended::Done(result),
                Ok(Said::SoFar(result)) => so_far = Some(result),
                Err(_) => break,
            },
            recv(knocks) -> knock => match knock {
                Ok(()) => match handing() {
                    Ok(()) => {
                        handed = true;
                        let _ = answer.send(true);
                    }
                    Err(error) => return Ended::Unnoted(error),
                },
                // The gate is gone, and the result is about to come.
                Err(_) => knocks = crossbeam_channel::never(),
            },
            recv(over) -> _ => break,
        }
    }
    // What came in the same moment counts.
    for said in results.try_iter() {
        match said {
            Said::Done(result) => return Ended::Done(result),
            Said::SoFar(result) => so_far = Some(result),
        }
    }
    so_far.map_or(Ended::Late { handed }, Ended::Done)
}

/// The refusal of what was stopped at the gate.
pub(crate) fn unnoted(error: &io::Error) -> Refusal {
    Refusal::Transient {
        cause: format!(
            "that it is about to be sent could not be noted, so it was not: {error}; see whether \
             the disk of the data directory is full"
        ),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use crossbeam_channel::bounded;

    use super::{Ended, within};

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn work_passes_once_it_is_noted() {
        let mut noted = 0;
        let mut handing = || {
            noted += 1;
            Ok(())
        };
        let ended = within(LONG, &mut handing, |aside| aside.done(aside.gate().pass()));
        assert!(matches!(ended, Ended::Done(true)), "{ended:?}");
        assert_eq!(noted, 1);
    }

    #[test]
    fn work_that_is_late_passes_no_more() {
        let (go, went) = bounded::<()>(0);
        let (say, said) = bounded(1);
        let ended = within::<()>(SHORT, &mut || Ok(()), move |aside| {
            let _ = went.recv();
            let _ = say.send(aside.gate().pass());
        });
        assert!(matches!(ended, Ended::Late { handed: false }), "{ended:?}");
        drop(go);
        assert_eq!(said.recv(), Ok(false));
    }

    #[test]
    fn work_that_stalls_behind_the_gate_may_have_arrived() {
        let (_keep, never) = bounded::<()>(0);
        let ended = within::<()>(SHORT, &mut || Ok(()), move |aside| {
            assert!(aside.gate().pass());
            let _ = never.recv();
            drop(aside);
        });
        assert!(matches!(ended, Ended::Late { handed: true }), "{ended:?}");
    }

    #[test]
    fn what_was_decided_holds_when_the_work_is_late_or_dies() {
        let (_keep, never) = bounded::<()>(0);
        let ended = within(SHORT, &mut || Ok(()), move |aside| {
            aside.so_far(1);
            let _ = never.recv();
            aside.done(2);
        });
        assert!(matches!(ended, Ended::Done(1)), "{ended:?}");
        let ended = within(LONG, &mut || Ok(()), |aside| {
            aside.so_far(1);
            panic!("on purpose");
        });
        assert!(matches!(ended, Ended::Done(1)), "{ended:?}");
        let ended = within(LONG, &mut || Ok(()), |aside| {
            aside.so_far(1);
            aside.done(2);
        });
        assert!(matches!(ended, Ended::Done(2)), "{ended:?}");
    }

    #[test]
    fn what_cannot_be_noted_is_not_handed_over() {
        let (say, said) = bounded(1);
        let mut full = || Err(io::ErrorKind::StorageFull.into());
        let ended = within::<()>(LONG, &mut full, move |aside| {
            let _ = say.send(aside.gate().pass());
        });
        assert!(matches!(ended, Ended::Unnoted(_)), "{ended:?}");
        assert_eq!(said.recv(), Ok(false));
    }

    #[test]
    fn work_that_dies_is_late() {
        let ended = within::<()>(LONG, &mut || Ok(()), |_| panic!("on purpose"));
        assert!(matches!(ended, Ended::Late { handed: false }), "{ended:?}");
    }
}
