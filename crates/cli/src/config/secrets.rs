//! Shared secrets from files, the environment or the configuration itself.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use weir_ingest::NamedSecret;
use zeroize::Zeroizing;

use super::IntegrationConfig;
use crate::failure::{Failure, Outcome};

/// The key that names files and folders of secrets.
const KEY: &str = "secret_files";

/// Every active secret of an integration, each with a name that the log keeps when it matches.
pub(crate) fn read(config: &IntegrationConfig, base: &Path) -> Outcome<Vec<NamedSecret>> {
    let mut secrets = Vec::new();
    for path in files(config, base)? {
        secrets.push(NamedSecret::new(name(&path)?, private_file(&path, KEY)?));
    }
    for (number, secret) in config.secrets.iter().enumerate() {
        secrets.push(NamedSecret::new(format!("secrets[{number}]"), secret.as_bytes().to_vec()));
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

/// The files that hold a secret each: those that are named, and those in a folder that is named.
pub(crate) fn files(config: &IntegrationConfig, base: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in &config.secret_files {
        let path = base.join(path);
        match path.is_dir() {
            true => files.extend(folder(&path)?),
            false => files.push(path),
        }
    }
    Ok(files)
}

/// The files of a folder in the order of their names. What begins with a dot is none of them:
/// Kubernetes keeps the versions of a mounted secret there, and editors what they have not saved yet.
fn folder(path: &Path) -> Outcome<Vec<PathBuf>> {
    let unreadable = |error: std::io::Error| {
        Failure::call(format!(
            "the folder {} cannot be read: {error}; mend `{KEY}` in the configuration",
            path.display()
        ))
    };
    let entries = fs::read_dir(path).map_err(unreadable)?;
    let names = entries.map(|entry| Ok(entry?.file_name())).collect::<Result<Vec<_>, _>>();
    let mut names = names.map_err(unreadable)?;
    names.retain(|name| !name.as_encoded_bytes().starts_with(b"."));
    names.sort();
    Ok(names.into_iter().map(|name| path.join(name)).collect())
}

/// What the log calls the secret of a file.
fn name(path: &Path) -> Outcome<String> {
    let name = path.file_name().unwrap_or_default();
    let plain = name.to_str().filter(|name| !name.chars().any(char::is_control));
    plain.map(str::to_owned).ok_or_else(|| {
        Failure::call(format!(
            "the secret file {path:?} has a name that is no plain text; give it another, since the \
             log keeps the names of secrets"
        ))
    })
}

/// A secret's file, which only its owner and group may read; the configuration names it in `key`.
pub(crate) fn private_file(path: &Path, key: &str) -> Outcome<Zeroizing<Vec<u8>>> {
    weir_channel::private_file(path, key).map_err(Failure::call)
}

/// The secret that `--secret-file` names. It may come out of a pipe, as a shell makes one.
pub(crate) fn file(path: &Path) -> Outcome<Zeroizing<Vec<u8>>> {
    File::open(path).and_then(weir_channel::read_secret).map_err(|error| {
        Failure::call(format!(
            "the secret file {} cannot be read: {error}; name another with --secret-file",
            path.display()
        ))
    })
}
