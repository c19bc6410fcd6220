//! Channels of a configuration, and what they are given to send.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use weir_channel::{
    Attachment, Channels, Parcel, Post, Receipt, Refusal, Resolve, Settings, SettingsError, Target,
};
use weir_domain::{FixedClock, Timestamp};
use weir_report::Zone;
use weir_report::render::Mail;

/// A folder for configuration, secrets and rendered files, gone when this is.
pub(crate) struct World {
    folder: TempDir,
}

/// What became of a sending.
#[derive(Debug)]
pub(crate) struct Sent {
    /// What the channel says of it.
    pub(crate) result: Result<Receipt, Refusal>,
    /// How often the channel said beforehand that it is about to hand over.
    pub(crate) noted: usize,
}

/// Every name leads to this machine.
struct Home;

impl Resolve for Home {
    fn resolve(&self, _: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
    }
}

impl World {
    pub(crate) fn new() -> World {
        World { folder: tempfile::tempdir().expect("a folder can be made") }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file that only its owner may read, as secrets must be.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.dir().join(name);
        std::fs::write(&path, content).expect("the folder can be written to");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
            .expect("the file is ours");
        path
    }

    /// The channels of a configuration, which is what stands below `[channels]`: `[mail]`,
    /// `[[webhook]]`. Every name leads to this machine, which may be connected to.
    pub(crate) fn channels(&self, text: &str) -> Channels {
        let text = format!("private_addresses = [\"127.0.0.0/8\"]\n{text}");
        self.try_channels(&text).expect("the configuration is right")
    }

    /// The same, of a configuration that may be wrong and says itself what may be connected to.
    pub(crate) fn try_channels(&self, text: &str) -> Result<Channels, SettingsError> {
        let settings: Settings = toml::from_str(text).expect("the section can be read");
        let clock = Arc::new(FixedClock(now()));
        let files = self.dir().join("files");
        Channels::with_resolver(&settings, self.dir(), &files, clock, Arc::new(Home))
    }

    /// A report with one attachment.
    pub(crate) fn parcel(&self) -> Parcel {
        Parcel {
            run: 7,
            id: "run-7-1".to_owned(),
            name: "weekly-abandonment".to_owned(),
            title: "Weekly abandonment".to_owned(),
            scheduled_at: now(),
            zone: Zone::named("Europe/Tallinn").expect("the zone is known"),
            mail: Mail {
                subject: "Drop-off 34.9 % last week".to_owned(),
                html: "<p>Drop-off: <b>34.9 %</b></p>".to_owned(),
                text: "Drop-off: 34.9 %".to_owned(),
                images: Vec::new(),
            },
            slack: json!({"text": "Drop-off"}),
            report: json!({"report": "abandonment", "input": {"unit": "session"}}),
            files: vec![self.attachment("weekly-abandonment-2026-03-31.pdf", b"%PDF-1.7")],
        }
    }

    /// A rendered file of this name.
    pub(crate) fn attachment(&self, name: &str, bytes: &[u8]) -> Attachment {
        let (_, format) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let media_type = match format {
            "pdf" => "application/pdf",
            "csv" => "text/csv; charset=utf-8",
            "json" => "application/json",
            _ => "application/octet-stream",
        };
        // What it is called need not be what may stand in a path.
        let path = self.dir().join(hex::encode(&Sha256::digest(name)[..8]));
        std::fs::write(&path, bytes).expect("the folder can be written to");
        Attachment {
            name: name.to_owned(),
            format: format.to_owned(),
            media_type: media_type.to_owned(),
            path,
            bytes: bytes.len() as u64,
        }
    }
}

/// When everything is due, and is sent.
pub(crate) fn now() -> Timestamp {
    "2026-03-30T23:30:00Z".parse().expect("it is an instant")
}

/// Sends a parcel once.
pub(crate) fn send(channels: &Channels, target: &Target, parcel: &Parcel) -> Sent {
    let mut noted = 0;
    let mut handing = || {
        noted += 1;
        Ok(())
    };
    let result = channels.send(target, parcel, &mut handing);
    Sent { result, noted }
}

impl Sent {
    /// What the other side said when it took it.
    #[track_caller]
    pub(crate) fn taken(self) -> String {
        match self.result {
            Ok(receipt) => receipt.detail,
            Err(refusal) => panic!("it was not taken: {refusal:?}"),
        }
    }

    /// In a word, with the cause.
    pub(crate) fn in_words(&self) -> (&'static str, &str) {
        match &self.result {
            Ok(receipt) => ("taken", &receipt.detail),
            Err(Refusal::Transient { cause, .. }) => ("transient", cause),
            Err(Refusal::Permanent { cause }) => ("permanent", cause),
            Err(Refusal::Unknown { cause }) => ("unknown", cause),
        }
    }

    /// It was refused, in this way, for a cause that says these words.
    #[track_caller]
    pub(crate) fn is(&self, kind: &str, words: &[&str]) {
        let (got, cause) = self.in_words();
        assert_eq!(got, kind, "{cause}");
        assert!(!cause.contains("tried again"), "that is the ledger's to say: {cause}");
        for word in words {
            assert!(cause.contains(word), "`{word}` is not in: {cause}");
        }
        if kind == "taken" || kind == "unknown" {
            assert_eq!(self.noted, 1, "it was noted before: {cause}");
        }
    }
}
