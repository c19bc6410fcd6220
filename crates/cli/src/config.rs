//! `weir.toml`, then the environment, then flags. Unknown keys are refused by name.

mod bounds; // numbers that a server cannot live with
mod catalogue; // shipped, configured, and what operators changed
mod schedule; // the ways out of reports, and what every run is asked with
#[cfg(feature = "oidc")]
mod oidc; // the identity provider
mod environment; // WEIR_SECTION__KEY
mod fuzzing; // what the fuzz targets reach
mod privacy; // whether personal values are sealed, and where the keys are
mod place; // where in the file something stands
pub(crate) mod secrets; // shared secrets from files, the environment or the configuration itself

pub use fuzzing::configuration;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use weir_domain::Networks;
use weir_ingest::{Integration, Integrations, Limits, QueueLimits};
use weir_log::DataDir;

use crate::args::Common;
use crate::edge::TlsFiles;
use crate::failure::{Failure, Outcome};
use crate::heads;
use crate::rotation::SecretSources;
use crate::scrub::Pace;
use environment::LaidOver;
use place::Source;

const CONFIG_DEFAULT: &str = "weir.toml";
const DATA_DIR_DEFAULT: &str = "weir-data";
const LISTEN_DEFAULT: &str = "127.0.0.1:8080";
const HEADS_EVERY_MINUTES_DEFAULT: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);

/// All that can be configured.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Where the log lives.
    pub data_dir: Option<PathBuf>,
    /// The operator's catalogue, laid over the shipped one.
    pub catalog: Option<PathBuf>,
    /// The listener.
    pub server: ServerConfig,
    /// The endpoint's limits.
    pub ingest: IngestConfig,
    /// Defaults of reports.
    pub report: ReportConfig,
    /// Who may see the dashboard.
    pub dashboard: DashboardConfig,
    /// The ways out of reports.
    pub channels: weir_channel::Settings,
    /// What is kept of reports that were sent.
    pub schedule: schedule::ScheduleConfig,
    /// What is kept of the log elsewhere.
    pub log: LogConfig,
    /// What is kept of the audit record elsewhere.
    pub audit: AuditConfig,
    /// Whether personal values are sealed.
    pub privacy: privacy::PrivacyConfig,
    /// What a backup holds.
    pub backup: privacy::BackupConfig,
    /// Who may send.
    pub integration: Vec<IntegrationConfig>,
    /// The folder that relative paths start from.
    #[serde(skip)]
    base: PathBuf,
    /// The file that it was read from, if any.
    #[serde(skip)]
    source: Option<Source>,
}

/// The listener.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServerConfig {
    /// Address and port.
    pub listen: String,
    /// The address that the provider reaches the endpoint at, if another.
    pub public_url: Option<String>,
    /// Threads that answer requests; as many as cores by default.
    pub workers: Option<usize>,
    /// The proxies that are believed about where a request comes from: addresses and ranges.
    pub trusted_proxies: Vec<String>,
    /// Connections that are open at once; more wait.
    pub connections_max: usize,
    /// TLS by ourselves.
    pub tls: Option<TlsConfig>,
}

/// TLS by ourselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsConfig {
    /// The certificate, then those that lead to an authority, in PEM.
    pub cert_file: PathBuf,
    /// Its private key, in PEM.
    pub key_file: PathBuf,
}

/// The endpoint's limits.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct IngestConfig {
    /// The largest body, in bytes.
    pub body_bytes_max: Option<usize>,
    /// How long a body may take, in milliseconds.
    pub body_timeout_ms: Option<u64>,
    /// How long a delivery may wait for its commit, in milliseconds.
    pub append_timeout_ms: Option<u64>,
    /// Where deliveries may come from, as addresses and ranges; from anywhere without any.
    pub allow_from: Vec<String>,
    /// Deliveries that may wait for the log.
    pub queue_deliveries_max: Option<usize>,
    /// How long a delivery may be expected to wait before its commit begins, in milliseconds.
    pub queue_wait_ms: Option<u64>,
}

/// What is kept of the log elsewhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogConfig {
    /// Where heads of the log are appended, best on another machine's disk; nowhere without it.
    pub heads_file: Option<PathBuf>,
    /// How often, in minutes.
    pub heads_every_minutes: NonZeroU32,
    /// How fast the log is read again while the server runs, in MiB a second; not at all with 0.
    pub scrub_mib_per_s: f64,
    /// From the beginning of one such pass to that of the next, in minutes.
    pub scrub_every_minutes: u32,
}

impl Default for LogConfig {
    fn default() -> LogConfig {
        LogConfig {
            heads_file: None,
            heads_every_minutes: HEADS_EVERY_MINUTES_DEFAULT,
            // A terabyte within a week.
            scrub_mib_per_s: 2.0,
            scrub_every_minutes: 24 * 60,
        }
    }
}

/// What is kept of the audit record elsewhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AuditConfig {
    /// Where heads of the record are appended, best on another machine's disk; nowhere without it.
    pub heads_file: Option<PathBuf>,
    /// How often, in minutes.
    pub heads_every_minutes: NonZeroU32,
}

impl Default for AuditConfig {
    fn default() -> AuditConfig {
        AuditConfig { heads_file: None, heads_every_minutes: HEADS_EVERY_MINUTES_DEFAULT }
    }
}

/// Who may connect, and who is believed about where they are.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    /// The proxies that are believed.
    pub(crate) proxies: Networks,
    /// Where deliveries may come from.
    pub(crate) ingest: Networks,
    /// Where the dashboard may be looked at from.
    pub(crate) dashboard: Networks,
}

/// Defaults of reports.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReportConfig {
    /// IANA name of the time zone.
    pub timezone: String,
}

/// Who may see the dashboard.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DashboardConfig {
    /// Who needs not say who they are.
    pub open: Open,
    /// Where it may be looked at from, as addresses and ranges; from anywhere without any.
    pub allow_from: Vec<String>,
    /// Who else says who somebody is.
    #[cfg(feature = "oidc")]
    pub oidc: Option<oidc::OidcConfig>,
    /// The same, where this binary was built to know nobody.
    #[cfg(not(feature = "oidc"))]
    pub oidc: Option<serde::de::IgnoredAny>,
}

/// Who needs not say who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Open {
    /// Nobody.
    Never,
    /// Programs on this machine may read the API until there is an owner.
    #[default]
    UntilOwner,
    /// Whoever sits at this machine may do everything.
    Loopback,
}

/// One of the provider's integrations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntegrationConfig {
    /// What deliveries are filed under.
    pub name: String,
    /// What `x-auth-client` says.
    pub api_key: String,
    /// Files that hold one secret each, and folders of such files.
    #[serde(default)]
    pub secret_files: Vec<PathBuf>,
    /// Secrets themselves.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Environment variables that hold one secret each.
    #[serde(default)]
    pub secrets_env: Vec<String>,
}

impl Default for ServerConfig {
    fn default() -> ServerConfig {
        ServerConfig {
            listen: LISTEN_DEFAULT.to_owned(),
            public_url: None,
            workers: None,
            trusted_proxies: Vec::new(),
            connections_max: 8_192,
            tls: None,
        }
    }
}

impl Default for ReportConfig {
    fn default() -> ReportConfig {
        ReportConfig { timezone: "UTC".to_owned() }
    }
}

impl Config {
    /// Reads the configuration that `common` names, or the default one if it is there.
    pub(crate) fn read(common: &Common) -> Outcome<Config> {
        let path = common.config.clone().or_else(|| {
            let path = PathBuf::from(CONFIG_DEFAULT);
            path.exists().then_some(path)
        });
        let source = path.as_deref().map(read).transpose()?;
        let mut config = Config::of(source, std::env::vars())?;
        let place = path.as_deref().unwrap_or(Path::new("the environment"));
        config.base = path.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        if let Some(dir) = &common.data_dir {
            config.data_dir = Some(dir.clone());
        } else if let Some(dir) = &config.data_dir {
            config.data_dir = Some(config.base.join(dir));
        }
        config.check(place)?;
        Ok(config)
    }

    /// The configuration of a file, with the environment laid over it.
    fn of(
        source: Option<Source>,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Outcome<Config> {
        let mut table = match &source {
            None => toml::Table::new(),
            Some(Source { path, text }) => {
                text.parse().map_err(|error| wrong_toml(path, text, &error))?
            }
        };
        let laid_over = environment::overlay(&mut table, variables).map_err(Failure::Call)?;
        let read = serde_path_to_error::deserialize(toml::Value::Table(table));
        let config: Config =
            read.map_err(|error| wrong_key(source.as_ref(), &laid_over, &error))?;
        Ok(Config { source, ..config })
    }

    fn check(&self, place: &Path) -> Outcome {
        if weir_report::Zone::named(&self.report.timezone).is_none() {
            return Err(Failure::call(format!(
                "{}: report.timezone is `{}`: it must be the name of an IANA time zone, such as Europe/Tallinn or UTC",
                place.display(),
                self.report.timezone
            )));
        }
        bounds::check(self, place)?;
        self.check_keys_file(place)?;
        if self.log.heads_file.is_some() && self.log.heads_file == self.audit.heads_file {
            return Err(Failure::call(format!(
                "{}: log.heads_file and audit.heads_file are the same file: each needs one of its own",
                place.display()
            )));
        }
        if let Some(url) = self.server.public_url.as_deref().filter(|url| !is_web_address(url)) {
            return Err(Failure::call(format!(
                "{}: server.public_url is `{url}`: it must be an http:// or https:// address with at most a \
                 plain path, such as https://weir.example.com; Weir adds /webhooks/veriff",
                self.place(&["server", "public_url"], place)
            )));
        }
        #[cfg(not(feature = "oidc"))]
        if self.dashboard.oidc.is_some() {
            return Err(Failure::call(format!(
                "{}: dashboard.oidc names an identity provider, but this `weir` was built without; \
                 build it with `--features oidc`, or leave [dashboard.oidc] out",
                place.display()
            )));
        }
        Ok(())
    }

    /// Where a key stands, as far as the file tells.
    fn place(&self, key: &[&str], file: &Path) -> String {
        self.source.as_ref().map_or_else(|| file.display().to_string(), |source| source.place(key))
    }

    /// Where the log lives.
    pub(crate) fn data_dir(&self) -> DataDir {
        DataDir::at(self.data_dir.as_deref().unwrap_or(Path::new(DATA_DIR_DEFAULT)))
    }

    /// Where heads of the log are written and how often, if anywhere.
    pub(crate) fn log_heads(&self) -> Option<heads::Schedule> {
        self.heads(self.log.heads_file.as_deref(), self.log.heads_every_minutes)
    }

    /// The same of the audit record.
    pub(crate) fn audit_heads(&self) -> Option<heads::Schedule> {
        self.heads(self.audit.heads_file.as_deref(), self.audit.heads_every_minutes)
    }

    fn heads(&self, file: Option<&Path>, every_minutes: NonZeroU32) -> Option<heads::Schedule> {
        let every = Duration::from_secs(60 * u64::from(every_minutes.get()));
        file.map(|path| (self.base.join(path), every))
    }

    /// How the log is read again, if it is.
    pub(crate) fn scrub(&self) -> Option<Pace> {
        let LogConfig { scrub_mib_per_s, scrub_every_minutes, .. } = self.log;
        let every = Duration::from_secs(60 * u64::from(scrub_every_minutes));
        let bytes_per_s = scrub_mib_per_s * f64::from(1 << 20);
        (0.0 < bytes_per_s).then_some(Pace { bytes_per_s, every })
    }

    /// Who may send, with every active secret.
    pub(crate) fn integrations(&self) -> Outcome<Integrations> {
        let integrations = self
            .integration
            .iter()
            .map(|one| {
                Ok(Integration {
                    name: one.name.clone(),
                    api_key: one.api_key.clone(),
                    secrets: secrets::read(one, &self.base)?,
                })
            })
            .collect::<Outcome<Vec<_>>>()?;
        Integrations::new(integrations)
            .map_err(|error| Failure::call(format!("the configuration is wrong: {error}")))
    }

    /// The certificate and the key of the listener, where it speaks TLS.
    pub(crate) fn tls(&self) -> Option<TlsFiles> {
        self.server.tls.as_ref().map(|tls| TlsFiles {
            cert: self.base.join(&tls.cert_file),
            key: self.base.join(&tls.key_file),
        })
    }

    /// Who may connect, and who is believed.
    pub(crate) fn networks(&self) -> Outcome<Admission> {
        let parse = |key: &str, texts: &[String]| {
            Networks::parse(texts.iter().map(String::as_str)).map_err(|error| {
                Failure::call(format!("the configuration is wrong: {key}: {error}"))
            })
        };
        Ok(Admission {
            proxies: parse("server.trusted_proxies", &self.server.trusted_proxies)?,
            ingest: parse("ingest.allow_from", &self.ingest.allow_from)?,
            dashboard: parse("dashboard.allow_from", &self.dashboard.allow_from)?,
        })
    }

    /// Where the secrets of those are read from again. They are not here after that.
    pub(crate) fn take_secret_sources(&mut self) -> SecretSources {
        let integrations = std::mem::take(&mut self.integration);
        SecretSources { integrations, base: self.base.clone() }
    }

    /// The endpoint's limits.
    pub(crate) fn limits(&self) -> Limits {
        let default = Limits::default();
        let IngestConfig { body_bytes_max, body_timeout_ms, append_timeout_ms, .. } = self.ingest;
        Limits {
            body_bytes_max: body_bytes_max.unwrap_or(default.body_bytes_max),
            body_timeout: body_timeout_ms.map_or(default.body_timeout, Duration::from_millis),
            append_timeout: append_timeout_ms.map_or(default.append_timeout, Duration::from_millis),
            ..default
        }
    }

    /// What the log's one writer takes at once.
    pub(crate) fn queue_limits(&self) -> QueueLimits {
        let default = QueueLimits::default();
        let queue_deliveries_max =
            self.ingest.queue_deliveries_max.unwrap_or(default.queue_deliveries_max);
        QueueLimits {
            queue_deliveries_max,
            group_deliveries_max: default.group_deliveries_max.min(queue_deliveries_max),
            wait_max: self.ingest.queue_wait_ms.map_or(default.wait_max, Duration::from_millis),
            ..default
        }
    }
}

/// Whether people and programs can be led there: with a host, and with a path that is what it looks
/// like and has nothing behind it.
fn is_web_address(text: &str) -> bool {
    let is_plain = |part: &str| !matches!(part, "" | "." | ".." | "webhooks");
    text.parse::<actix_web::http::Uri>().is_ok_and(|uri| {
        let path = uri.path().strip_prefix('/').unwrap_or_default().trim_end_matches('/');
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|at| {
                !at.host().is_empty() && (at.port_u16().is_some() || at.as_str() == at.host())
            })
            && uri.query().is_none()
            && !text.contains(['#', '@', '%', '\\'])
            && (path.is_empty() || path.split('/').all(is_plain))
    })
}

fn read(path: &Path) -> Outcome<Source> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::call(format!(
            "the configuration {} cannot be read: {error}; name another with --config",
            path.display()
        ))
    })?;
    Ok(Source { path: path.to_owned(), text })
}

/// Where in the file it is wrong, in one line.
fn wrong_toml(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let at = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
    let message = error.message();
    Failure::call(format!("{}, line {at}: {message}; mend the file", path.display()))
}

/// Which key is wrong, and where it stands: in which line of the file, or in which variable.
fn wrong_key(
    source: Option<&Source>,
    laid_over: &LaidOver,
    error: &serde_path_to_error::Error<toml::de::Error>,
) -> Failure {
    let (path, inner) = (error.path().to_string(), error.inner().message());
    let keys: Vec<_> = error.path().iter().filter_map(key_of).collect();
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    let place = match (variable(laid_over, &path, source, &keys), source) {
        (Some(variable), _) => format!("the environment variable {variable}"),
        (None, Some(source)) => source.place(&keys),
        (None, None) => "the environment".to_owned(),
    };
    let at = if path == "." { String::new() } else { format!(", at `{path}`") };
    Failure::call(format!("{place}{at}: {inner}"))
}

/// The variable that this key comes from, or a key below it where the file has no such table.
fn variable<'a>(
    laid_over: &'a LaidOver,
    path: &str,
    source: Option<&Source>,
    keys: &[&str],
) -> Option<&'a String> {
    let below = || {
        let start = format!("{path}.");
        let mut below = laid_over.iter().filter(|(key, _)| key.starts_with(&start));
        below.next().filter(|_| source.is_none_or(|source| !source.has(keys)))
    };
    laid_over.get(path).or_else(|| below().map(|(_, variable)| variable))
}

/// A step of a path, as [`Source::place`] takes it.
fn key_of(segment: &serde_path_to_error::Segment) -> Option<String> {
    match segment {
        serde_path_to_error::Segment::Map { key } => Some(key.clone()),
        serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Config;
    use crate::args::Common;

    #[track_caller]
    fn check(text: &str, want: &str) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("weir.toml");
        std::fs::write(&path, text).unwrap();
        let common = Common { config: Some(path), data_dir: None };
        let got = Config::read(&common)
            .and_then(|config| {
                config.catalogue()?;
                config.networks()?;
                #[cfg(feature = "oidc")]
                config.oidc()?;
                config.integrations().map(|_| "fine".to_owned())
            })
            .unwrap_or_else(|failure| failure.to_string());
        assert!(got.contains(want), "{got}");
    }

    #[test]
    fn a_configuration_that_is_wrong_says_where() {
        check("", "fine");
        check("[[integration]]\nname = \"main\"\napi_key = \"k\"\nsecrets = [\"s\"]", "fine");
        check("[server]\nlisen = \"x\"", "at `server.lisen`: unknown field `lisen`");
        check("[server]\nlisten = 5", "at `server.listen`: invalid type");
        check("[server\n", "line 1:");
        check(
            "[server]\ntrusted_proxies = [\"10.0.0.0/33\"]",
            "server.trusted_proxies: `10.0.0.0/33` is neither",
        );
        check(
            "[ingest]\nallow_from = [\"veriff.com\"]",
            "ingest.allow_from: `veriff.com` is neither",
        );
        check("[dashboard]\nallow_from = [\"\"]", "dashboard.allow_from: `` is neither");
        check("catalog = \"nowhere.toml\"", "the catalogue");
        // This file itself, in which a catalogue's keys are unknown.
        check("catalog = \"weir.toml\"", "weir.toml, line 1: unknown field `catalog`");
        check("[log]\nscrub_mib_per_s = 0\nscrub_every_minutes = 0", "fine");
        check("[log]\nscrub_mib_per_s = -1", "log.scrub_mib_per_s is -1: it must be");
        check("[log]\nscrub_mib_per_s = nan", "log.scrub_mib_per_s is NaN: it must be");
        check("[report]\ntimezone = \"Mars\"", "report.timezone is `Mars`");
        for url in ["https://weir.example.com", "http://10.0.0.1:8080/", "https://[::1]/weir"] {
            check(&format!("[server]\npublic_url = \"{url}\""), "fine");
        }
        for url in [
            "weir.example.com",
            "ftp://weir.test",
            "https://",
            "https://a b",
            "/weir",
            "http://a?b",
            "http://a#b",
            "http://me@a",
            "http://a:99999",
            "https://a/weir/../b",
            "https://a/b//c",
            "https://a//b",
            "https://a/%2e%2e/b",
            "https://a/webhooks/veriff",
            "",
        ] {
            let want = format!("server.public_url is `{url}`: it must be an http:// or https://");
            check(&format!("[server]\npublic_url = \"{url}\""), &want);
        }
        check(
            "[[integration]]\nname = \"main\"\napi_key = \"k\"",
            "integration `main` has no secret",
        );
        check(
            "[[integration]]\nname = \"main\"\napi_key = \"k\"\nsecret_files = [\"nowhere\"]",
            "the secret file",
        );
    }

    const OIDC: &str = "
        [dashboard.oidc]
        issuer = \"https://login.example.com\"
        client_id = \"weir\"
        client_secret_file = \"client-secret\"
        email_domains = [\"example.com\"]
    ";

    #[cfg(not(feature = "oidc"))]
    #[test]
    fn an_identity_provider_takes_a_binary_that_knows_how() {
        check(OIDC, "this `weir` was built without; build it with `--features oidc`");
    }

    #[cfg(feature = "oidc")]
    #[test]
    fn an_identity_provider_that_is_configured_wrong_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let secret = dir.path().join("secret");
        std::fs::write(&secret, "s\n").unwrap();
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600)).unwrap();
        let with = |public: &str| {
            let oidc = OIDC.replace("client-secret", &secret.display().to_string());
            format!("[server]\n{public}\n{oidc}")
        };
        let fine = with("public_url = \"https://weir.example.com\"");
        check(&fine, "fine");
        check(&with(""), "dashboard.oidc needs server.public_url");
        check(OIDC, "mend `dashboard.oidc.client_secret_file` in the configuration");
        check(&format!("{fine}\nrole = \"king\""), "dashboard.oidc.role is `king`");
        check(&format!("{fine}\nsecret = \"s\""), "at `dashboard.oidc.secret`: unknown field");
        check(&fine.replace("https://login", "http://login"), "must be an https:// address");
        check(&fine.replace("[\"example.com\"]", "[]"), "email_domains must name");
    }

    #[test]
    fn a_secret_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let secret = dir.path().join("secret");
        std::fs::write(&secret, "s\n").unwrap();
        let text = format!(
            "[[integration]]\nname = \"main\"\napi_key = \"k\"\nsecret_files = [{:?}]",
            secret.display().to_string()
        );
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o644)).unwrap();
        check(&text, "can be read by everyone on this machine (mode 644)");
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600)).unwrap();
        check(&text, "fine");
    }
}
