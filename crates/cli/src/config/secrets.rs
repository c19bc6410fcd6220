//! Shared secrets from files, the environment or the configuration itself.

use std::path::Path;

use weir_ingest::NamedSecret;

use super::IntegrationConfig;
use crate::failure::{Failure, Outcome};

/// Every active secret of an integration, each with a name that the log keeps when it matches.
pub(crate) fn read(config: &IntegrationConfig, base: &Path) -> Outcome<Vec<NamedSecret>> {
    let mut secrets = Vec::new();
    for path in &config.secret_files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        secrets.push(NamedSecret::new(name, private_file(&base.join(path), "secret_files")?));
    }
    for (number, secret) in config.secrets.iter().enumerate() {
        secrets.push(NamedSecret::new(format!("secrets[{number}]"), secret.clone().into_bytes()));
    }
    for variable in &config.secrets_env {
        let secret = std::env::var(variable).map_err(|_| {
            Failure::call(format!(
                "the environment variable {variable}, which integration `{}` names in secrets_env, \
                 is not set; set it to the provider's shared secret",
                config.name
            ))
        })?;
        secrets.push(NamedSecret::new(format!("env {variable}"), secret.into_bytes()));
    }
    Ok(secrets)
}

/// A secret's file, which only its owner and group may read; the configuration names it in `key`.
pub(super) fn private_file(path: &Path, key: &str) -> Outcome<Vec<u8>> {
    weir_channel::private_file(path, key).map_err(Failure::call)
}

/// A secret's bytes: the file's content without the line break at its end.
pub(crate) fn file(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = std::fs::read(path)?;
    while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        bytes.pop();
    }
    Ok(bytes)
}
