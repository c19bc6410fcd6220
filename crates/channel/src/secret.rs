//! What only the other side and we know.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::SettingsError;

/// The longest secret. A private key of RSA with 8,192 bits is 6 KiB of text.
const SECRET_BYTES_MAX: usize = 16 * 1024;

/// Everyone may read.
const WORLD_READABLE: u32 = 0o004;

/// A secret, which leaves memory when it is dropped and is never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// These bytes, from now on a secret.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Secret {
        Secret(bytes)
    }

    /// Reads the secret that one of the keys `{key}_file` and `{key}_env` leads to; `section` names
    /// where they stand. None, if neither is there.
    pub(crate) fn read(
        section: &str,
        key: &str,
        file: Option<&Path>,
        variable: Option<&str>,
        base: &Path,
    ) -> Result<Option<Secret>, SettingsError> {
        let wrong = |sentence: String| Err(SettingsError::new(sentence));
        let secret = match (file, variable) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return wrong(format!(
                    "{section} has both `{key}_file` and `{key}_env`; keep one of them"
                ));
            }
            (Some(file), None) => private_file(&base.join(file), &format!("{key}_file"))
                .map(|mut bytes| Secret::new(std::mem::take(&mut bytes)))
                .map_err(SettingsError::new)?,
            (None, Some(variable)) => match std::env::var(variable) {
                Ok(text) => Secret::new(text.into_bytes()),
                Err(_) => {
                    return wrong(format!(
                        "the environment variable {variable}, which {section} names in `{key}_env`, \
                         is not set; set it, or use `{key}_file`"
                    ));
                }
            },
        };
        if secret.0.is_empty() {
            return wrong(format!("the secret that {section} reads for `{key}` is empty; fill it"));
        }
        Ok(Some(secret))
    }

    /// The same, of a section that cannot do without.
    pub(crate) fn required(
        section: &str,
        key: &str,
        file: Option<&Path>,
        variable: Option<&str>,
        base: &Path,
    ) -> Result<Secret, SettingsError> {
        Secret::read(section, key, file, variable, base)?.ok_or_else(|| {
            SettingsError::new(format!(
                "{section} says nowhere where its secret is; add `{key}_file` or `{key}_env`"
            ))
        })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text, where it must be one; `what` names it.
    pub(crate) fn text(&self, what: &str) -> Result<&str, SettingsError> {
        std::str::from_utf8(&self.0)
            .map_err(|_| SettingsError::new(format!("{what} is no UTF-8 text; write it as text")))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A secret's file, which only its owner and group may read: its content without the line break at
/// its end. `key` is where the configuration names it.
///
/// # Errors
/// A sentence that names the file and says what to do.
pub fn private_file(path: &Path, key: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let unreadable = |error: std::io::Error| {
        format!(
            "the secret file {} cannot be read: {error}; mend `{key}` in the configuration",
            path.display()
        )
    };
    // Before it is opened: a pipe would be waited for.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(format!(
            "{}, which `{key}` names, is no file; put the secret into a file, and name that",
            path.display()
        ));
    }
    let file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & WORLD_READABLE != 0 {
        return Err(format!(
            "the secret file {} can be read by everyone on this machine (mode {:o}), and `{key}` names \
             it; run chmod 600 on it",
            path.display(),
            mode & 0o777
        ));
    }
    read_secret(file).map_err(unreadable)
}

/// A secret as it stands in a file: its content without the line break at its end.
///
/// # Errors
/// If it cannot be read, or has more bytes than a secret has.
pub fn read_secret(mut from: impl Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Of one size from the beginning: what grows leaves copies behind.
    let mut buffer = Zeroizing::new(vec![0; SECRET_BYTES_MAX + 1]);
    let mut end = 0;
    while end < buffer.len() {
        match from.read(&mut buffer[end..])? {
            0 => break,
            more => end += more,
        }
    }
    if SECRET_BYTES_MAX < end {
        let why =
            format!("it has more than {SECRET_BYTES_MAX} bytes, so it holds not one secret alone");
        return Err(std::io::Error::other(why));
    }
    while buffer[..end].last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        end -= 1;
    }
    Ok(Zeroizing::new(buffer[..end].to_vec()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::Secret;

    #[track_caller]
    fn check(content: &str, mode: u32, variable: Option<&str>, want: Result<&str, &str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let file = Some(Path::new("secret"));
        let read = Secret::required("[channels.x]", "password", file, variable, folder.path());
        match (read, want) {
            (Ok(secret), Ok(want)) => assert_eq!(secret.bytes(), want.as_bytes()),
            (Err(error), Err(want)) => {
                assert!(error.to_string().contains(want), "{error}");
                assert!(!error.to_string().contains("hunter2"), "{error}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_secret_is_its_owners_alone() {
        check("hunter2\n", 0o600, None, Ok("hunter2"));
        check("hunter2\r\n", 0o640, None, Ok("hunter2"));
        check("hunter2", 0o604, None, Err("run chmod 600 on it"));
        check("\n", 0o600, None, Err("is empty"));
        check("hunter2", 0o600, Some("X"), Err("keep one of them"));
    }

    #[test]
    fn what_holds_no_secret_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        check(&"x".repeat(16 * 1024), 0o600, None, Ok(&"x".repeat(16 * 1024)));
        check(&"x".repeat(16 * 1024 + 1), 0o600, None, Err("more than 16384 bytes"));
        assert!(super::private_file(folder.path(), "x_file").unwrap_err().contains("is no file"));
    }

    #[test]
    fn a_secret_that_is_not_there_is_named() {
        let read = |file: Option<&Path>, variable| {
            Secret::required("[channels.x]", "password", file, variable, Path::new("/nowhere"))
                .unwrap_err()
                .to_string()
        };
        assert!(read(None, None).contains("add `password_file` or `password_env`"));
        assert!(read(Some(Path::new("a")), None).contains("/nowhere/a"));
        assert!(read(None, Some("WEIR_NO_SUCH_SECRET")).contains("WEIR_NO_SUCH_SECRET"));
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new(b"hunter2".to_vec());
        assert_eq!(
            format!("{secret:?} {:#?}", Some(&secret)),
            "Secret(…) Some(\n    Secret(…),\n)"
        );
    }
}
