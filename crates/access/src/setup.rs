//! The one-time token of the first start: whoever reads the console is the owner.

use std::sync::{Mutex, PoisonError};

use crate::secret::Secret;

/// A random text in memory that makes one owner, and is dead then.
#[derive(Debug)]
pub struct SetupToken(Mutex<Option<Secret>>);

impl SetupToken {
    /// Another one with each start.
    #[must_use]
    pub fn random() -> SetupToken {
        SetupToken(Mutex::new(Some(Secret::random())))
    }

    /// One that fits nothing.
    #[must_use]
    pub fn dead() -> SetupToken {
        SetupToken(Mutex::new(None))
    }

    /// The text to print; none once it was used.
    #[must_use]
    pub fn text(&self) -> Option<Secret> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether `text` is it, in constant time.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|it| it.is(text))
    }

    /// Nothing fits it from now on.
    pub fn die(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::SetupToken;

    #[test]
    fn it_fits_until_it_was_used() {
        let token = SetupToken::random();
        let text = token.text().unwrap();
        assert!(token.fits(text.reveal()));
        assert!(!token.fits("") && !token.fits(&text.reveal()[1..]));
        token.die();
        assert!(!token.fits(text.reveal()) && token.text().is_none());
    }
}
