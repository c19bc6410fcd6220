//! Who may send at this moment: the integrations with the secrets that were last read.

use std::sync::{Arc, PoisonError, RwLock};

use crate::integration::{Change, IntegrationError, IntegrationId, Integrations, NamedSecret};
use crate::matched::{Mark, Matched};
use crate::origins::Origins;

/// The integrations with what is kept for each of their secrets. A request that began with one of
/// these ends with it, also when there is another by then.
pub(crate) struct Active {
    pub(crate) integrations: Integrations,
    pub(crate) origins: Origins,
    pub(crate) marks: Vec<Vec<Mark>>,
}

impl Active {
    pub(crate) fn new(integrations: Integrations, matched: &Matched) -> Active {
        let origins = Origins::of(&integrations);
        let marks = matched.follow(&integrations);
        Active { integrations, origins, marks }
    }
}

/// The one that requests begin with.
pub(crate) struct Current(RwLock<Arc<Active>>);

impl Current {
    pub(crate) fn new(active: Active) -> Current {
        Current(RwLock::new(Arc::new(active)))
    }

    pub(crate) fn get(&self) -> Arc<Active> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other secrets of one integration in the place of those that there are.
    pub(crate) fn renew(
        &self,
        id: IntegrationId,
        secrets: Vec<NamedSecret>,
        matched: &Matched,
    ) -> Result<Change, IntegrationError> {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let (integrations, change) = current.integrations.with_secrets(id, secrets)?;
        if !change.is_none() {
            *current = Arc::new(Active::new(integrations, matched));
        }
        Ok(change)
    }
}
