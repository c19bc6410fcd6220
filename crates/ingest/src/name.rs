//! What can be an integration's name.

/// Characters in an integration's name. It is a label in metrics, reports and URLs.
const NAME_CHARS_MAX: usize = 200;

/// Why a text is no integration's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Without a character.
    #[error("is empty")]
    Empty,
    /// Over 200 characters.
    #[error("is longer than {NAME_CHARS_MAX} characters")]
    Long,
    /// A control character would break lines and labels.
    #[error("holds a control character")]
    Control,
}

/// Whether `name` can be an integration's name: 1 to 200 characters, no control character.
///
/// # Errors
/// If it cannot, with the reason.
pub fn check_name(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    // Bytes bound characters, so that the usual short name is not counted.
    if NAME_CHARS_MAX < name.len() && NAME_CHARS_MAX < name.chars().count() {
        return Err(NameError::Long);
    }
    if name.chars().any(char::is_control) {
        return Err(NameError::Control);
    }
    Ok(())
}
