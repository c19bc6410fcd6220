//! The channel of object stores that speak S3. An object is put only where there is none yet, so the
//! same parcel may be put twice without harm.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use sha2::{Digest, Sha256};
use url::Url;
use weir_domain::Timestamp;

use crate::guard::Guard;
use crate::http::{Answer, Call, Content, Http, NoAnswer, address, place, roots};
use crate::settings::timeout;
use crate::template::Template;
use crate::{Attachment, Parcel, Receipt, Refusal, S3Settings, Secret, SettingsError};

/// What one request can put; no report comes near it.
const OBJECT_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;

/// How long a signed address holds: longer than any request.
const SIGNED_FOR: Duration = Duration::from_secs(3_600);

/// The header that carries what an object's content is, to compare it by.
const SHA256: &str = "x-amz-meta-sha256";

/// One store.
pub(crate) struct Store {
    name: String,
    bucket: Bucket,
    prefix: String,
    key_id: Secret,
    secret: Secret,
    http: Http,
}

impl Store {
    pub(crate) fn new(
        settings: &S3Settings,
        base: &Path,
        guard: &Guard,
    ) -> Result<Store, SettingsError> {
        let section = format!("[[channels.s3]] `{}`", settings.name);
        let endpoint = address(&settings.endpoint, &section, "endpoint")?;
        let wrong = |what: &str| SettingsError::new(format!("{section}: {what}"));
        if !is_bucket(&settings.bucket) {
            return Err(wrong(
                "`bucket` is no name of a bucket, which has letters, digits, dots, hyphens and \
                 underscores, and begins with a letter or digit",
            ));
        }
        if settings.prefix.contains(['{', '}']) {
            return Err(wrong(
                "`prefix` has a brace, and nothing is filled in there; put placeholders into the \
                 recipient's `key`",
            ));
        }
        if !settings.prefix.is_empty() {
            Template::read(&format!("{}x", settings.prefix))
                .map_err(|error| wrong(&format!("`prefix` with an `x` behind it: {error}")))?;
        }
        let bucket =
            Bucket::new(endpoint, UrlStyle::Path, settings.bucket.clone(), settings.region.clone())
                .map_err(|error| wrong(&format!("its bucket has no address: {error}")))?;
        let secret = Secret::required(
            &section,
            "secret_access_key",
            settings.secret_access_key_file.as_deref(),
            settings.secret_access_key_env.as_deref(),
            base,
        )?;
        secret.text("the secret access key")?;
        Ok(Store {
            name: settings.name.clone(),
            bucket,
            prefix: settings.prefix.clone(),
            key_id: key_id(settings, &section, base)?,
            secret,
            http: Http {
                guard: guard.clone(),
                roots: roots(settings.ca_file.as_deref(), base)?,
                timeout: timeout(settings.timeout_s, "channels.s3.timeout_s")?,
            },
        })
    }

    /// Whether the store can be connected to.
    pub(crate) fn reach(&self) -> Result<String, Refusal> {
        self.http.reach(self.bucket.base_url())
    }

    /// Puts every file of a parcel at its key.
    pub(crate) fn send(
        &self,
        key: &str,
        parcel: &Parcel,
        now: Timestamp,
    ) -> Result<Receipt, Refusal> {
        let permanent = |cause| Refusal::Permanent { cause };
        let template = Template::read(key).map_err(permanent)?;
        let mut said = Vec::new();
        for (key, file) in placed(&template, parcel)? {
            said.push(self.put(&format!("{}{key}", self.prefix), file, now)?);
        }
        Ok(Receipt { detail: said.join("; ") })
    }

    fn put(&self, key: &str, file: &Attachment, now: Timestamp) -> Result<String, Refusal> {
        if OBJECT_BYTES_MAX < file.bytes {
            return Err(Refusal::Permanent {
                cause: format!(
                    "{} is larger than 5 GiB, the most that one request can put",
                    file.name
                ),
            });
        }
        let sum = sha256(&file.path)?;
        let credentials = self.credentials();
        let headers = vec![
            ("content-type", file.media_type.clone()),
            ("if-none-match", "*".to_owned()),
            (SHA256, sum.clone()),
        ];
        let mut action = self.bucket.put_object(Some(&credentials), key);
        for (name, value) in &headers {
            action.headers_mut().insert(*name, value.clone());
        }
        let answer = self.ask("PUT", &action, headers, file.content(), now)?;
        match answer.status {
            200..=299 => Ok(format!("{key} {}", etag(&answer))),
            412 => self.compare(key, &sum, now),
            _ => Err(self.refused(key, &answer, now)),
        }
    }

    /// Something is at the key already: the same, or something else.
    fn compare(&self, key: &str, sum: &str, now: Timestamp) -> Result<String, Refusal> {
        let credentials = self.credentials();
        let action = self.bucket.head_object(Some(&credentials), key);
        let answer = self.ask("HEAD", &action, Vec::new(), Content::None, now)?;
        match answer.status {
            200..=299 if answer.header(SHA256) == Some(sum) => {
                Ok(format!("{key} was there already"))
            }
            200..=299 => Err(Refusal::Permanent {
                cause: format!(
                    "the store `{}` holds something else at {key}, and nothing is overwritten; put \
                     {{date}} or {{run}} into the key, or move that object away",
                    self.name
                ),
            }),
            // It was there a moment ago.
            404 => Err(Refusal::Transient {
                cause: format!(
                    "the store `{}` had something at {key}, and then had not",
                    self.name
                ),
                retry_after: None,
            }),
            _ => Err(self.refused(key, &answer, now)),
        }
    }

    /// Puts a file at a key, in the place of what may be there.
    pub(crate) fn replace(&self, key: &str, path: &Path, now: Timestamp) -> Result<(), Refusal> {
        let key = &format!("{}{key}", self.prefix);
        let bytes = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
        let credentials = self.credentials();
        let action = self.bucket.put_object(Some(&credentials), key);
        let content = Content::File(path.to_owned(), bytes);
        let answer = self.ask("PUT", &action, Vec::new(), content, now)?;
        match answer.status {
            200..=299 => Ok(()),
            _ => Err(self.refused(key, &answer, now)),
        }
    }

    /// Writes what is at a key into the file at `into`; false, if nothing is there.
    pub(crate) fn fetch(&self, key: &str, into: &Path, now: Timestamp) -> Result<bool, Refusal> {
        let key = &format!("{}{key}", self.prefix);
        let credentials = self.credentials();
        let action = self.bucket.get_object(Some(&credentials), key);
        let call = self.call("GET", &action, Vec::new(), Content::None, now)?;
        let answer = self.make(Call { into: Some(into.to_owned()), ..call })?;
        match answer.status {
            200..=299 => Ok(true),
            404 if code(&answer.text).is_none_or(|code| code == "NoSuchKey") => Ok(false),
            _ => Err(self.refused(key, &answer, now)),
        }
    }

    fn ask<'a>(
        &self,
        method: &'static str,
        action: &impl S3Action<'a>,
        headers: Vec<(&'static str, String)>,
        content: Content,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        self.make(self.call(method, action, headers, content, now)?)
    }

    fn call<'a>(
        &self,
        method: &'static str,
        action: &impl S3Action<'a>,
        headers: Vec<(&'static str, String)>,
        content: Content,
        now: Timestamp,
    ) -> Result<Call, Refusal> {
        let at = jiff::Timestamp::from_microsecond(now.as_micros()).map_err(|_| {
            Refusal::Permanent { cause: "the clock of this machine is at no time".to_owned() }
        })?;
        let url = action.sign_with_time(SIGNED_FOR, &at);
        Ok(Call { method, url, headers, content, into: None })
    }

    fn make(&self, call: Call) -> Result<Answer, Refusal> {
        // The same object twice is one object: nothing needs to be noted.
        self.http.make(call, &mut || Ok(())).map_err(NoAnswer::or_transient)
    }

    fn refused(&self, key: &str, answer: &Answer, now: Timestamp) -> Refusal {
        let place = place(self.bucket.base_url());
        let said = match code(&answer.text) {
            Some(code) => format!("{} {code}", answer.status),
            None => answer.status.to_string(),
        };
        match answer.status {
            300..=399 => Refusal::Permanent {
                cause: format!(
                    "{place} redirects {}, and redirects are not followed; write the bucket's own \
                     endpoint and region into the configuration",
                    answer.leads_to()
                ),
            },
            // 409: another put of the same key has not ended yet.
            408 | 409 | 425 | 429 | 500 | 502..=599 => Refusal::Transient {
                cause: format!("{place} answered {said} for {key}"),
                retry_after: answer.retry_after(now),
            },
            501 => Refusal::Permanent {
                cause: format!("{place} answered {said}: it puts no object on a condition"),
            },
            _ => Refusal::Permanent {
                cause: format!(
                    "{place} answered {said} for {key}; check bucket, region, keys and what they \
                     permit"
                ),
            },
        }
    }

    fn credentials(&self) -> Credentials {
        // Both were read as text when the store was made.
        let text = |secret: &Secret| String::from_utf8_lossy(secret.bytes()).into_owned();
        Credentials::new(text(&self.key_id), text(&self.secret))
    }
}

impl Attachment {
    fn content(&self) -> Content {
        Content::File(self.path.clone(), self.bytes)
    }
}

/// Where each file goes; an error where two go to one place.
pub(crate) fn placed<'a>(
    template: &Template,
    parcel: &'a Parcel,
) -> Result<Vec<(String, &'a Attachment)>, Refusal> {
    let permanent = |cause| Refusal::Permanent { cause };
    if parcel.files.is_empty() {
        return Err(permanent(
            "there is no file to be put there; give the recipient or the definition `formats`"
                .to_owned(),
        ));
    }
    let mut taken = BTreeSet::new();
    let mut placed = Vec::new();
    for file in &parcel.files {
        let path = template.fill(parcel, file).map_err(permanent)?;
        if !taken.insert(path.clone()) {
            return Err(permanent(format!(
                "more than one file goes to {path}; put {{format}} into the template"
            )));
        }
        placed.push((path, file));
    }
    Ok(placed)
}

/// Whether a name can be one of a bucket: it becomes a part of a path.
fn is_bucket(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn key_id(settings: &S3Settings, section: &str, base: &Path) -> Result<Secret, SettingsError> {
    let file = settings.access_key_id_file.as_deref();
    let variable = settings.access_key_id_env.as_deref();
    let id = match (&settings.access_key_id, file, variable) {
        (Some(id), None, None) => Secret::new(id.clone().into_bytes()),
        (Some(_), _, _) => {
            return Err(SettingsError::new(format!(
                "{section} has `access_key_id` and says where else it is; keep one of them"
            )));
        }
        (None, file, variable) => Secret::required(section, "access_key_id", file, variable, base)?,
    };
    id.text("the access key id").map(drop)?;
    Ok(id)
}

fn sha256(path: &Path) -> Result<String, Refusal> {
    let mut hasher = Sha256::new();
    let mut copy = || std::io::copy(&mut File::open(path)?, &mut HashWriter(&mut hasher));
    copy().map_err(|error| unreadable(path, &error))?;
    Ok(hex::encode(hasher.finalize()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::Transient {
        cause: format!("the file {} cannot be read: {error}", path.display()),
        retry_after: None,
    }
}

struct HashWriter<'a>(&'a mut Sha256);

impl std::io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// `ETag "…"`, as a receipt shows it.
fn etag(answer: &Answer) -> String {
    answer
        .header("etag")
        .map_or_else(String::new, |tag| format!("ETag {}", crate::words::one_line(tag, 80)))
}

/// The word in an error of S3: `<Code>AccessDenied</Code>`. The rest may repeat what was signed.
fn code(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    (code.len() <= 80 && code.chars().all(|c| c.is_ascii_alphanumeric())).then_some(code)
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url: &Url = self.bucket.base_url();
        f.debug_struct("Store")
            .field("name", &self.name)
            .field("place", &place(url))
            .finish_non_exhaustive()
    }
}
