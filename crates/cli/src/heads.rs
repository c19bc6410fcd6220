//! Heads of the log and of the audit record, signed, and written to where these are not.

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

use crate::audited::record;
use crate::clock::SystemClock;
use crate::failure::{Failure, Outcome};

/// Where something that is only added to ended.
pub(crate) trait Noted: Sized + Serialize + DeserializeOwned + 'static {
    /// The command that prints one.
    const COMMAND: &str;

    /// That of `dir`, now.
    fn now(dir: &DataDir) -> Outcome<Self>;

    /// How much had been added.
    fn count(&self) -> u64;

    /// What is signed.
    fn text(&self) -> String;
}

impl Noted for Head {
    const COMMAND: &str = "weir log head";

    fn now(dir: &DataDir) -> Outcome<Head> {
        let log = LogReader::open(dir)?;
        Ok(Head::new(SystemClock.now(), log.seal_at(log.head()?)?))
    }

    fn count(&self) -> u64 {
        self.deliveries
    }

    fn text(&self) -> String {
        Head::text(self)
    }
}

impl Noted for weir_audit::Head {
    const COMMAND: &str = "weir audit head";

    fn now(dir: &DataDir) -> Outcome<weir_audit::Head> {
        Ok(record(dir)?.head(SystemClock.now())?)
    }

    fn count(&self) -> u64 {
        self.entries
    }

    fn text(&self) -> String {
        weir_audit::Head::text(self)
    }
}

/// A head with who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
struct SignedHead<H: Noted> {
    /// The head.
    #[serde(flatten)]
    head: H,
    /// The public key, Ed25519, in hexadecimal.
    key: String,
    /// The signature of [`Noted::text`], in hexadecimal.
    signature: String,
}

impl<H: Noted> SignedHead<H> {
    /// That of `dir`, now, signed with its key.
    fn of(dir: &DataDir) -> Outcome<SignedHead<H>> {
        let (head, pair) = (H::now(dir)?, key(dir)?);
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
    fn read(path: &Path, wanted: &str) -> Outcome<Vec<SignedHead<H>>> {
        let (shown, command) = (path.display(), H::COMMAND);
        let bytes = std::fs::read(path).map_err(|error| {
            Failure::call(format!("{shown} cannot be read: {error}; name a file of `{command}`"))
        })?;
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        // What a power cut left may have line breaks in it.
        let is_torn =
            |at: usize| lines[at.saturating_sub(2)..lines.len().min(at + 1)].iter().any(is_no_text);
        let mut heads = Vec::new();
        for (line, at) in lines.iter().zip(1..).filter(|(line, _)| !line.trim_ascii().is_empty()) {
            let head: SignedHead<H> = match serde_json::from_slice(line) {
                Ok(head) => head,
                // Whoever could write here could also have left the line out.
                Err(error) if error.is_eof() || is_torn(at) => {
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
    fn append(&self, path: &Path) -> Outcome {
        let write = || -> std::io::Result<()> {
            let mut options = OpenOptions::new();
            let mut file = options.create(true).read(true).append(true).mode(0o600).open(path)?;
            // What a crash cut off stays a line of its own: the file may be one that only grows.
            let end = if is_cut_off(&mut file)? { "\n" } else { "" };
            file.write_all(format!("{end}{}\n", serde_json::to_string(self)?).as_bytes())?;
            weir_durable::sync_new(&file, path)
        };
        write().map_err(|error| {
            Failure::work(format!(
                "the head cannot be written to {}: {error}; look at the disk that it is on",
                path.display()
            ))
        })
    }
}

/// Prints where what `H` speaks of ends in `dir`, or adds it to a file as a line.
pub(crate) fn tell<H: Noted>(dir: &DataDir, out: Option<&Path>) -> Outcome {
    let head = SignedHead::<H>::of(dir)?;
    match out {
        Some(path) => head.append(path),
        None => {
            println!("{}", serde_json::to_string(&head)?);
            Ok(())
        }
    }
}

/// The heads in a file, if one is named: believed are those that were signed with `wanted`, or else
/// with the key of `dir`.
pub(crate) fn noted<H: Noted>(
    dir: &DataDir,
    path: Option<&Path>,
    wanted: Option<&str>,
) -> Outcome<Vec<H>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let wanted = match wanted {
        Some(wanted) => wanted.to_ascii_lowercase(),
        None => hex::encode(key(dir)?.public_key()),
    };
    let heads = SignedHead::read(path, &wanted)?;
    Ok(heads.into_iter().map(|signed| signed.head).collect())
}

/// Whether nobody can have written the line: where the power went, a file may have grown by zeros, or by
/// what lay on the disk there before.
fn is_no_text(line: &&[u8]) -> bool {
    let is_text =
        |text: &str| !text.chars().any(|char| char.is_control() && !"\t\r".contains(char));
    !std::str::from_utf8(line).is_ok_and(is_text)
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

/// Where heads are written, and how often.
pub(crate) type Schedule = (PathBuf, Duration);

/// Writes heads for as long as the server runs.
pub(crate) struct Heads {
    _stop: Sender<()>,
}

impl Heads {
    /// Writes one of `H` now, and one after each interval.
    pub(crate) fn start<H: Noted>(dir: &DataDir, (path, every): Schedule) -> Outcome<Heads> {
        let (stop, told) = crossbeam_channel::bounded::<()>(0);
        let dir = dir.clone();
        std::thread::Builder::new().name("weir-heads".to_owned()).spawn(move || {
            let mut last = None;
            loop {
                if let Err(error) = write::<H>(&dir, &path, &mut last) {
                    tracing::error!("{error}; it is tried again");
                }
                if told.recv_timeout(every) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
        })?;
        Ok(Heads { _stop: stop })
    }
}

/// Writes one, unless nothing was added since the last.
fn write<H: Noted>(dir: &DataDir, path: &Path, last: &mut Option<u64>) -> Outcome {
    let signed = SignedHead::<H>::of(dir)?;
    let count = signed.head.count();
    if *last != Some(count) {
        signed.append(path)?;
        *last = Some(count);
    }
    Ok(())
}
