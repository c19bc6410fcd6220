//! What the fuzz targets reach of the configuration.

use std::path::PathBuf;

use super::Config;
use super::place::Source;

/// Reads `text` as `weir.toml` with `variables` laid over it, with all that follows from it without
/// reading another file; what is wrong, as the command would say it.
///
/// # Errors
/// If it is no configuration.
pub fn configuration(text: &str, variables: &[(String, String)]) -> Result<(), String> {
    let path = PathBuf::from("weir.toml");
    let source = Source { path: path.clone(), text: text.to_owned() };
    let config = Config::of(Some(source), variables.iter().cloned())
        .and_then(|config| config.check(&path).map(|()| config))
        .map_err(|failure| failure.to_string())?;
    let _ = (config.data_dir(), config.log_heads(), config.audit_heads());
    let _ = (config.limits(), config.queue_limits());
    let _ = config.asking();
    // A made-up name of a file could be that of a device which never ends.
    if text.contains("file")
        || text.contains('\\')
        || variables.iter().any(|(_, v)| v.contains('/'))
    {
        return Ok(());
    }
    for looked in config.look_at_channels(false) {
        if let Err(sentence) = &looked.found {
            let place = config.place_of(&looked).unwrap_or_default();
            return Err(format!("{place}: {sentence}"));
        }
    }
    config.integrations().map(drop).map_err(|failure| failure.to_string())
}
