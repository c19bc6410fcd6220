//! The channels of tokio's that the queue uses, made of shuttle's locks: the same names, the same
//! answers, and nothing else.

/// Many senders, one receiver, a bound.
pub(crate) mod mpsc {
    use std::collections::VecDeque;
    use std::sync::Arc;

    use shuttle::sync::{Condvar, Mutex, MutexGuard};

    pub(crate) mod error {
        pub(crate) use tokio::sync::mpsc::error::TrySendError;
    }
    use error::TrySendError;

    struct State<T> {
        waiting: VecDeque<T>,
        closed: bool,
        senders: usize,
    }

    struct Channel<T> {
        state: Mutex<State<T>>,
        came: Condvar,
        bound: usize,
    }

    impl<T> Channel<T> {
        fn state(&self) -> MutexGuard<'_, State<T>> {
            self.state.lock().expect("nobody panics with it")
        }
    }

    pub(crate) struct Sender<T>(Arc<Channel<T>>);

    pub(crate) struct Receiver<T>(Arc<Channel<T>>);

    pub(crate) fn channel<T>(bound: usize) -> (Sender<T>, Receiver<T>) {
        let state = State { waiting: VecDeque::new(), closed: false, senders: 1 };
        let channel = Channel { state: Mutex::new(state), came: Condvar::new(), bound };
        let channel = Arc::new(channel);
        (Sender(Arc::clone(&channel)), Receiver(channel))
    }

    impl<T> Sender<T> {
        pub(crate) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
            let mut state = self.0.state();
            if state.closed {
                return Err(TrySendError::Closed(message));
            }
            if self.0.bound <= state.waiting.len() {
                return Err(TrySendError::Full(message));
            }
            state.waiting.push_back(message);
            drop(state);
            self.0.came.notify_one();
            Ok(())
        }

        pub(crate) fn capacity(&self) -> usize {
            self.0.bound - self.0.state().waiting.len()
        }

        pub(crate) fn max_capacity(&self) -> usize {
            self.0.bound
        }
    }

    impl<T> Clone for Sender<T> {
        fn clone(&self) -> Sender<T> {
            self.0.state().senders += 1;
            Sender(Arc::clone(&self.0))
        }
    }

    impl<T> Drop for Sender<T> {
        fn drop(&mut self) {
            self.0.state().senders -= 1;
            self.0.came.notify_one();
        }
    }

    impl<T> Receiver<T> {
        pub(crate) fn blocking_recv(&mut self) -> Option<T> {
            let mut state = self.0.state();
            loop {
                if let Some(message) = state.waiting.pop_front() {
                    return Some(message);
                }
                if state.closed || state.senders == 0 {
                    return None;
                }
                state = self.0.came.wait(state).expect("nobody panics with it");
            }
        }

        /// The error is not told apart: the queue does not.
        pub(crate) fn try_recv(&mut self) -> Result<T, ()> {
            self.0.state().waiting.pop_front().ok_or(())
        }

        pub(crate) fn close(&mut self) {
            self.0.state().closed = true;
        }

        pub(crate) fn len(&self) -> usize {
            self.0.state().waiting.len()
        }
    }

    impl<T> Drop for Receiver<T> {
        fn drop(&mut self) {
            let mut state = self.0.state();
            state.closed = true;
            let left = std::mem::take(&mut state.waiting);
            drop(state);
            drop(left);
        }
    }
}

/// One value, once.
pub(crate) mod oneshot {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};

    use shuttle::sync::{Mutex, MutexGuard};

    struct State<T> {
        value: Option<T>,
        waker: Option<Waker>,
        sender_is_gone: bool,
        receiver_is_gone: bool,
    }

    struct Channel<T>(Mutex<State<T>>);

    impl<T> Channel<T> {
        fn state(&self) -> MutexGuard<'_, State<T>> {
            self.0.lock().expect("nobody panics with it")
        }
    }

    pub(crate) struct Sender<T>(Arc<Channel<T>>);

    pub(crate) struct Receiver<T>(Arc<Channel<T>>);

    /// The sender went away without a value.
    #[derive(Debug)]
    pub(crate) struct Gone;

    pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let state =
            State { value: None, waker: None, sender_is_gone: false, receiver_is_gone: false };
        let channel = Arc::new(Channel(Mutex::new(state)));
        (Sender(Arc::clone(&channel)), Receiver(channel))
    }

    impl<T> Sender<T> {
        pub(crate) fn send(self, value: T) -> Result<(), T> {
            let mut state = self.0.state();
            if state.receiver_is_gone {
                return Err(value);
            }
            state.value = Some(value);
            Ok(())
        }

        pub(crate) fn is_closed(&self) -> bool {
            self.0.state().receiver_is_gone
        }
    }

    impl<T> Drop for Sender<T> {
        fn drop(&mut self) {
            let mut state = self.0.state();
            state.sender_is_gone = true;
            let waker = state.waker.take();
            drop(state);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    impl<T> Future for Receiver<T> {
        type Output = Result<T, Gone>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let mut state = self.0.state();
            if let Some(value) = state.value.take() {
                return Poll::Ready(Ok(value));
            }
            if state.sender_is_gone {
                return Poll::Ready(Err(Gone));
            }
            state.waker = Some(context.waker().clone());
            Poll::Pending
        }
    }

    impl<T> Drop for Receiver<T> {
        fn drop(&mut self) {
            self.0.state().receiver_is_gone = true;
        }
    }
}
