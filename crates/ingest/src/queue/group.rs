//! What one commit takes.

use weir_domain::Delivery;

use super::sync::oneshot;
use super::{Job, NotAppended};

/// Deliveries of one commit, and who waits for each.
#[derive(Default)]
pub(super) struct Group {
    deliveries: Vec<Delivery>,
    answers: Vec<oneshot::Sender<Result<(), NotAppended>>>,
}

impl Group {
    pub(super) fn push(&mut self, job: Job) {
        let Job { delivery, answer } = job;
        // Nobody waits for it any more and nobody was told 200, so it will be sent again.
        if !answer.is_closed() {
            self.deliveries.push(delivery);
            self.answers.push(answer);
        }
    }

    pub(super) fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    pub(super) fn len(&self) -> usize {
        self.deliveries.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.deliveries.iter().map(|delivery| delivery.body.len()).sum()
    }

    /// Tells everyone who waits what became of the group, and empties it.
    pub(super) fn answer(&mut self, outcome: Result<(), NotAppended>) {
        for answer in self.answers.drain(..) {
            // Who no longer listens gave up and will send again.
            let _ = answer.send(outcome);
        }
        self.deliveries.clear();
    }
}
