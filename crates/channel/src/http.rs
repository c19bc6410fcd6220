//! One guarded request: no redirects, no proxies, the addresses checked and pinned.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::response::Parts;
use ureq::http::{Request, Response, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};
use ureq::{Agent, Body, SendBody};
use url::Url;
use weir_domain::Timestamp;

use crate::aside::{Aside, Ended, Gate, unnoted, within};
use crate::guard::Guard;
use crate::look::REACHED_WITHIN;
use crate::words::said;
use crate::{Handing, Refusal, SettingsError};

/// More of an answer is not read: what it says stands at its beginning.
const ANSWER_BYTES_MAX: u64 = 4 * 1024;

/// Nor is it waited for longer, once the status has been said.
const ANSWER_BODY_MAX: Duration = Duration::from_secs(5);

/// Before so much is sent, the other side is asked whether it would take it. Who refuses it unread
/// and hangs up would else be cut off before the refusal is heard.
const ASKED_FIRST_BYTES_MIN: u64 = 64 * 1024;

/// A part of an address that is so long may be what only we know; shorter ones are words.
const HIDDEN_CHARS_MIN: usize = 9;

const USER_AGENT: &str = concat!("weir/", env!("CARGO_PKG_VERSION"));

/// Makes requests of one channel.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    pub(crate) guard: Guard,
    pub(crate) roots: RootCerts,
    pub(crate) timeout: Duration,
}

/// A request. Its address may be a secret, and is never shown: see [`Call::place`].
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) content: Content,
    /// Where the body of an answer that is a success goes; none, and its beginning is kept as text.
    pub(crate) into: Option<PathBuf>,
}

/// A request's body.
pub(crate) enum Content {
    /// There is none.
    None,
    /// These bytes.
    Bytes(Vec<u8>),
    /// A file of so many bytes, which is read as it is sent.
    File(PathBuf, u64),
}

/// What the other side answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    /// The beginning of its body.
    pub(crate) text: String,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// Nothing was sent; the refusal says what to do.
    NotSent(Refusal),
    /// Something was sent, and nobody knows what became of it: the sentence says how it ended.
    Silence(String),
}

impl NoAnswer {
    /// The refusal, where a request without an answer may have arrived and must not be repeated.
    pub(crate) fn or_unknown(self, next: &str) -> Refusal {
        match self {
            NoAnswer::NotSent(refusal) => refusal,
            NoAnswer::Silence(how) => Refusal::Unknown { cause: format!("{how}; {next}") },
        }
    }

    /// The refusal, where the same request does no harm when it arrives twice.
    pub(crate) fn or_transient(self) -> Refusal {
        match self {
            NoAnswer::NotSent(refusal) => refusal,
            NoAnswer::Silence(how) => Refusal::Transient { cause: how, retry_after: None },
        }
    }
}

impl Call {
    /// What may be shown of the address: where it is, without what only we know of it.
    pub(crate) fn place(&self) -> String {
        place(&self.url)
    }
}

/// The host of an address, with the port where it is not the usual one.
pub(crate) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What an answer may repeat of an address and nobody may read: path and query, whole and in parts.
/// Longer texts come first, for what is cut out of them is no longer there to be found.
pub(crate) fn hidden(url: &Url) -> Vec<String> {
    let beside_host = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let parts = beside_host.split(['/', '?', '&', '=', ';', ',']);
    let mut hidden: Vec<String> = parts
        .filter(|part| HIDDEN_CHARS_MIN <= part.len())
        .chain([url.as_str(), beside_host, url.path(), url.path().trim_matches('/')])
        // A single slash is no secret, and is in every sentence.
        .filter(|part| part.len() > 1)
        .map(str::to_owned)
        .collect();
    hidden.sort_by_key(|part| std::cmp::Reverse(part.len()));
    hidden
}

/// An address of ours in the configuration: HTTP, with a host, without a name and password.
pub(crate) fn address(text: &str, section: &str, key: &str) -> Result<Url, SettingsError> {
    let wrong = |problem: &str| SettingsError::new(format!("{section}: `{key}` {problem}"));
    let url = Url::parse(text.trim())
        .map_err(|_| wrong("is no address such as https://hooks.example.com/weir"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(wrong("is not reached by https://; write an address that is"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("has a user and a password in it; take them out"));
    }
    Ok(url)
}

/// The certificates in a PEM file, or the public ones where there is none.
pub(crate) fn roots(file: Option<&Path>, base: &Path) -> Result<RootCerts, SettingsError> {
    let Some(file) = file else { return Ok(RootCerts::WebPki) };
    let pem = ca_file(file, base)?;
    let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(no_certificate(file, base));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

/// The bytes of a file of certificates.
pub(crate) fn ca_file(file: &Path, base: &Path) -> Result<Vec<u8>, SettingsError> {
    let path = base.join(file);
    std::fs::read(&path).map_err(|error| {
        SettingsError::new(format!(
            "the certificates {} cannot be read: {error}; mend `ca_file` in the configuration",
            path.display()
        ))
    })
}

/// There is none in it.
pub(crate) fn no_certificate(file: &Path, base: &Path) -> SettingsError {
    SettingsError::new(format!(
        "{} holds no certificate as PEM; mend `ca_file` in the configuration",
        base.join(file).display()
    ))
}

impl Http {
    /// Makes a request. `handing` is told before its first byte is written.
    pub(crate) fn make(&self, call: Call, handing: &mut Handing<'_>) -> Result<Answer, NoAnswer> {
        let place = call.place();
        let seconds = self.timeout.as_secs();
        let http = self.clone();
        match within(self.timeout, handing, move |aside| http.work(call, &aside)) {
            Ended::Done(result) => result,
            Ended::Unnoted(error) => Err(NoAnswer::NotSent(unnoted(&error))),
            Ended::Late { handed: false } => Err(NoAnswer::NotSent(Refusal::Transient {
                cause: format!("{place} could not be spoken to within {seconds} s"),
                retry_after: None,
            })),
            Ended::Late { handed: true } => {
                Err(NoAnswer::Silence(format!("{place} did not answer within {seconds} s")))
            }
        }
    }

    /// Connects as a request would, encrypted where it must be, and makes none: whoever knocks at the
    /// gate has a connection that is ready for it, and is not let through.
    pub(crate) fn reach(&self, url: &Url) -> Result<String, Refusal> {
        let mut is_ready = false;
        let mut shut = || {
            is_ready = true;
            Err(std::io::ErrorKind::Interrupted.into())
        };
        let http = Http { timeout: self.timeout.min(REACHED_WITHIN), ..self.clone() };
        let call = Call {
            method: "HEAD",
            url: url.clone(),
            headers: Vec::new(),
            content: Content::None,
            into: None,
        };
        let made = http.make(call, &mut shut);
        match made.map_err(NoAnswer::or_transient) {
            Err(refusal) if !is_ready => Err(refusal),
            _ => Ok(format!("{} can be connected to", place(url))),
        }
    }

    fn work(&self, call: Call, aside: &Aside<Result<Answer, NoAnswer>>) {
        let (place, into) = (call.place(), call.into.clone());
        match self.exchange(call, aside.gate()) {
            Ok(response) => {
                let (head, body) = response.into_parts();
                let answer = Answer::of(&head);
                if let Some(into) = into.filter(|_| head.status.is_success()) {
                    return aside.done(answer.into_file(body, &into, &place));
                }
                // The status has been said; a body that stalls or breaks off takes nothing back.
                aside.so_far(Ok(answer.clone()));
                aside.done(Ok(answer.with(body)));
            }
            Err(none) => aside.done(Err(none)),
        }
    }

    fn exchange(&self, call: Call, gate: Gate) -> Result<Response<Body>, NoAnswer> {
        let place = call.place();
        let pinned = self.pinned(&call.url).map_err(NoAnswer::NotSent)?;
        let body = call.content.open().map_err(NoAnswer::NotSent)?;
        let witness = Witness { gate, passed: Arc::default() };
        let passed = Arc::clone(&witness.passed);
        let connector = DefaultConnector::new().chain(witness);
        let body_within = match call.into {
            Some(_) => self.timeout,
            None => ANSWER_BODY_MAX.min(self.timeout / 2),
        };
        let agent = Agent::with_parts(self.config(body_within), connector, pinned);
        let mut request = Request::builder().method(call.method).uri(call.url.as_str());
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(bytes) = call.content.bytes() {
            request = request.header("content-length", bytes);
            if ASKED_FIRST_BYTES_MIN <= bytes {
                request = request.header("expect", "100-continue");
            }
        }
        let request = request.body(body).map_err(|error| {
            NoAnswer::NotSent(Refusal::Permanent {
                cause: format!("no request to {place} can be made: {error}"),
            })
        })?;
        match agent.run(request) {
            Ok(response) => Ok(response),
            Err(error) if passed.load(Ordering::SeqCst) => Err(NoAnswer::Silence(format!(
                "{place} took the request and broke off: {}",
                how(&error)
            ))),
            Err(error) => Err(NoAnswer::NotSent(Refusal::Transient {
                cause: format!("{place} could not be reached: {}", how(&error)),
                retry_after: None,
            })),
        }
    }

    /// The addresses of a host, checked; encrypted, unless the operator named them.
    fn pinned(&self, url: &Url) -> Result<Pinned, Refusal> {
        let permanent = |cause| Refusal::Permanent { cause };
        let host = url.host().ok_or_else(|| permanent("an address has no host".to_owned()))?;
        let port = url.port_or_known_default().unwrap_or(443);
        let checked = self.guard.check(&host.to_owned(), port)?;
        if url.scheme() != "https" && !checked.ours {
            return Err(permanent(format!(
                "{} is reached without encryption, and is not in a range of \
                 `channels.private_addresses`; use https://",
                place(url)
            )));
        }
        Ok(Pinned(checked.addresses))
    }

    fn config(&self, body_within: Duration) -> Config {
        let tls = TlsConfig::builder().root_certs(self.roots.clone()).build();
        Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // One from the environment would resolve and connect for us, unchecked.
            .proxy(None)
            .tls_config(tls)
            .timeout_global(Some(self.timeout))
            .timeout_connect(Some(self.timeout / 2))
            .timeout_recv_body(Some(body_within))
            .max_idle_connections(0)
            .user_agent(USER_AGENT)
            .build()
    }
}

impl Content {
    fn bytes(&self) -> Option<u64> {
        match self {
            Content::None => None,
            Content::Bytes(bytes) => Some(bytes.len() as u64),
            Content::File(_, bytes) => Some(*bytes),
        }
    }

    fn open(&self) -> Result<SendBody<'static>, Refusal> {
        match self {
            Content::None => Ok(SendBody::none()),
            Content::Bytes(bytes) => {
                Ok(SendBody::from_owned_reader(std::io::Cursor::new(bytes.clone())))
            }
            Content::File(path, bytes) => {
                let file = File::open(path).map_err(|error| Refusal::Transient {
                    cause: format!("the rendered file {} cannot be read: {error}", path.display()),
                    retry_after: None,
                })?;
                Ok(SendBody::from_owned_reader(file.take(*bytes)))
            }
        }
    }
}

impl Answer {
    fn of(head: &Parts) -> Answer {
        let headers = head.headers.clone();
        Answer { status: head.status.as_u16(), headers, text: String::new() }
    }

    /// The same with the beginning of its body, or as much of that as comes.
    fn with(self, body: Body) -> Answer {
        let mut text = Vec::new();
        let _ = body.into_reader().take(ANSWER_BYTES_MAX).read_to_end(&mut text);
        Answer { text: String::from_utf8_lossy(&text).into_owned(), ..self }
    }

    /// The same once its body stands in the file at `into`.
    fn into_file(self, body: Body, into: &Path, place: &str) -> Result<Answer, NoAnswer> {
        let copy = || std::io::copy(&mut body.into_reader(), &mut File::create(into)?);
        copy().map_err(|error| {
            NoAnswer::Silence(format!("what {place} sent did not come to its end: {error}"))
        })?;
        Ok(self)
    }

    /// A header, where it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Its status and what it says, without `hidden`.
    pub(crate) fn words(&self, hidden: &[String]) -> String {
        let hidden: Vec<&str> = hidden.iter().map(String::as_str).collect();
        match said(&self.text, &hidden) {
            text if text.is_empty() => self.status.to_string(),
            text => format!("{} {text}", self.status),
        }
    }

    /// How long the other side asks to wait: seconds, or a date.
    pub(crate) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.header("retry-after")?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_microsecond();
        let wait_us = Timestamp::from_micros(at).since_us(now);
        u64::try_from(wait_us).ok().map(Duration::from_micros)
    }

    /// Where a redirect leads, as far as it may be shown: its host.
    pub(crate) fn leads_to(&self) -> String {
        let location = self.header("location").and_then(|location| Url::parse(location).ok());
        location
            .map_or_else(|| "elsewhere".to_owned(), |url| format!("to {}", said(&place(&url), &[])))
    }
}

/// An error without the address: `ureq` puts it into some.
fn how(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it took too long".to_owned(),
        ureq::Error::BadUri(_) | ureq::Error::RequireHttpsOnly(_) => {
            "its address is wrong".to_owned()
        }
        other => said(&other.to_string(), &[]),
    }
}

/// Answers with the addresses that were checked, whatever is asked.
#[derive(Debug)]
struct Pinned(Vec<SocketAddr>);

impl Resolver for Pinned {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        self.0.iter().for_each(|address| addresses.push(*address));
        Ok(addresses)
    }
}

/// Sits between the request and a connection that is ready for it, encrypted where it must be: before
/// the first byte of the request is written, it asks at the gate.
struct Witness {
    gate: Gate,
    passed: Arc<AtomicBool>,
}

impl<In: Transport> Connector<In> for Witness {
    type Out = Witnessed<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Witnessed<In>>, ureq::Error> {
        let witnessed =
            |inner| Witnessed { inner, gate: self.gate.clone(), passed: Arc::clone(&self.passed) };
        Ok(chained.map(witnessed))
    }
}

/// A connection that asks before it writes.
struct Witnessed<In> {
    inner: In,
    gate: Gate,
    passed: Arc<AtomicBool>,
}

impl<In: Transport> Transport for Witnessed<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if !self.passed.load(Ordering::SeqCst) {
            if !self.gate.pass() {
                return Err(ureq::Error::Io(std::io::Error::other("the gate is shut")));
            }
            self.passed.store(true, Ordering::SeqCst);
        }
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witness")
    }
}

impl<In> fmt::Debug for Witnessed<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witnessed")
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn a_long_way_elsewhere_is_cut() {
        let location = format!("https://{}example/secret", "long.".repeat(12_000));
        let headers = [("location".parse().unwrap(), location.parse().unwrap())];
        let headers = headers.into_iter().collect();
        let answer = Answer { status: 302, headers, text: String::new() };
        let words = answer.leads_to();
        assert!(words.starts_with("to long.long."), "{words}");
        assert!(words.chars().count() < 210, "{}", words.len());
    }
}
