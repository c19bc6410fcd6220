//! Heads of the log, signed, and written to where the log is not.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use weir_domain::Clock;
use weir_log::{DataDir, Head, LogReader};

use crate::clock::SystemClock;
use crate::failure::{Failure, Outcome};

/// Where something that is only added to ended.
pub(crate) trait Noted: Serialize + DeserializeOwned {
    /// The command that prints one.
    const COMMAND: &str;

    /// What is signed.
    fn text(&self) -> String;
}

impl Noted for Head {
    const COMMAND: &str = "weir log head";

    fn text(&self) -> String {
        Head::text(self)
    }
}

impl Noted for weir_audit::Head {
    const COMMAND: &str = "weir audit head";

    fn text(&self) -> String {
        weir_audit::Head::text(self)
    }
}

/// A head with who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct SignedHead<H: Noted = Head> {
    /// The head.
    #[serde(flatten)]
    pub(crate) head: H,
    /// The public key, Ed25519, in hexadecimal.
    pub(crate) key: String,
    /// The signature of [`Noted::text`], in hexadecimal.
    pub(crate) signature: String,
}

impl SignedHead {
    /// The head of the log in `dir`, now.
    pub(crate) fn of(dir: &DataDir) -> Outcome<SignedHead> {
        let log = LogReader::open(dir)?;
        SignedHead::sign(dir, Head::new(SystemClock.now(), log.seal_at(log.head()?)?))
    }
}

impl<H: Noted> SignedHead<H> {
    /// The head, signed with the key of `dir`.
    pub(crate) fn sign(dir: &DataDir, head: H) -> Outcome<SignedHead<H>> {
        let pair = key(dir)?;
        Ok(SignedHead {
            key: hex::encode(pair.public_key()),
            signature: hex::encode(pair.sign(head.text().as_bytes())),
            head,
        })
    }

    /// Whether it was signed with the key that it names.
    fn is_signed(&self) -> bool {
        let (Ok(key), Ok(signature)) = (hex::decode(&self.key), hex::decode(&self.signature))
        else {
            return false;
        };
        UnparsedPublicKey::new(&ED25519, key)
            .verify(self.head.text().as_bytes(), &signature)
            .is_ok()
    }

    /// The heads in a file, a line each, all of them signed with the key `wanted`.
    pub(crate) fn read(path: &Path, wanted: &str) -> Outcome<Vec<SignedHead<H>>> {
        let (shown, command) = (path.display(), H::COMMAND);
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::call(format!("{shown} cannot be read: {error}; name a file of `{command}`"))
        })?;
        let mut heads = Vec::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let at = number + 1;
            let head: SignedHead<H> = match serde_json::from_str(line) {
                Ok(head) => head,
                // Whoever could write here could also have left the line out.
                Err(error) if error.is_eof() => {
                    tracing::warn!(
                        "{shown}, line {at} was cut off while it was written; it is left out"
                    );
                    continue;
                }
                Err(error) => {
                    return Err(Failure::call(format!(
                        "{shown}, line {at} is no head: {error}; `{command}` prints one"
                    )));
                }
            };
            if head.key != wanted || !head.is_signed() {
                return Err(Failure::work(format!(
                    "{shown}, line {at} was not signed with the key {wanted}: somebody else \
                     wrote it, or the key was changed; --key names the one to believe"
                )));
            }
            heads.push(head);
        }
        if heads.is_empty() {
            return Err(Failure::call(format!("{shown} holds no head; `{command}` prints one")));
        }
        Ok(heads)
    }

    /// Appends it to a file as a line, on the disk when this returns.
    pub(crate) fn append(&self, path: &Path) -> Outcome {
        let write = || -> std::io::Result<()> {
            let mut options = OpenOptions::new();
            let mut file = options.create(true).read(true).append(true).mode(0o600).open(path)?;
            // What a crash cut off stays a line of its own: the file may be one that only grows.
            let end = if is_cut_off(&mut file)? { "\n" } else { "" };
            file.write_all(format!("{end}{}\n", serde_json::to_string(self)?).as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| {
            Failure::work(format!(
                "the head cannot be written to {}: {error}; look at the disk that it is on",
                path.display()
            ))
        })
    }
}

/// Whether the last line of a file has no end.
fn is_cut_off(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The public key of a data directory, in hexadecimal.
pub(crate) fn public_key(dir: &DataDir) -> Outcome<String> {
    Ok(hex::encode(key(dir)?.public_key()))
}

/// The key of a data directory, made where there is none.
fn key(dir: &DataDir) -> Outcome<Ed25519KeyPair> {
    let seed = random_key()?;
    let kept = dir.head_key(|| seed)?;
    Ed25519KeyPair::from_seed_unchecked(&kept).map_err(|_| {
        Failure::work(format!(
            "{} is no key: it must have 32 bytes; restore it, or move it away to have another made",
            dir.head_key_file().display()
        ))
    })
}

/// 32 bytes of chance.
pub(crate) fn random_key() -> Outcome<[u8; 32]> {
    let mut seed = [0; 32];
    SystemRandom::new()
        .fill(&mut seed)
        .map_err(|_| Failure::work("the system gives no random bytes; look at its logs"))?;
    Ok(seed)
}

/// Writes heads for as long as the server runs.
pub(crate) struct Heads {
    _stop: Sender<()>,
}

impl Heads {
    /// Writes one now, and one after each `every`, to `path`.
    pub(crate) fn start(dir: DataDir, path: PathBuf, every: Duration) -> Outcome<Heads> {
        let (stop, told) = crossbeam_channel::bounded::<()>(0);
        std::thread::Builder::new().name("weir-heads".to_owned()).spawn(move || {
            let mut last = None;
            loop {
                write(&dir, &path, &mut last);
                if told.recv_timeout(every) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
        })?;
        Ok(Heads { _stop: stop })
    }
}

/// Writes one, unless nothing was received since the last.
fn write(dir: &DataDir, path: &Path, last: &mut Option<u64>) {
    let written = SignedHead::of(dir).and_then(|head| {
        if *last != Some(head.head.deliveries) {
            head.append(path)?;
        }
        Ok(head.head.deliveries)
    });
    match written {
        Ok(deliveries) => *last = Some(deliveries),
        Err(error) => tracing::error!("{error}; it is tried again"),
    }
}
