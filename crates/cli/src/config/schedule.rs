//! `[channels]` and `[schedule]`: the ways out of reports, and what every run is asked with.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use weir_channel::{Channels, Looked, Objects, SystemResolver};

use super::Config;
use crate::clock::SystemClock;
use crate::commands::threads;
use crate::engine::Asking;
use crate::failure::{Failure, Outcome};

/// What is kept of reports that were sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ScheduleConfig {
    /// How long the files of a run are kept after it is over, in days. What they are made from stays
    /// in the ledger.
    pub keep_outputs_days: u32,
}

impl Default for ScheduleConfig {
    fn default() -> ScheduleConfig {
        ScheduleConfig { keep_outputs_days: 90 }
    }
}

impl Config {
    /// The ways out, with their secrets.
    pub(crate) fn channels(&self) -> Outcome<Arc<Channels>> {
        Channels::new(&self.channels, &self.base, &self.files_dir(), Arc::new(SystemClock))
            .map(Arc::new)
            .map_err(|error| self.wrong_channel(&error.to_string()))
    }

    /// What lies below a path in one of the object stores that reports can be sent to.
    pub(crate) fn objects(&self, store: &str, below: &str) -> Outcome<Objects> {
        Objects::new(&self.channels, store, below, &self.base, Arc::new(SystemClock))
            .map_err(|error| Failure::call(error.to_string()))
    }

    /// The ways out, each looked at by itself; `connects` says whether to connect to them.
    pub(crate) fn look_at_channels(&self, connects: bool) -> Vec<Looked> {
        let resolver = Arc::new(SystemResolver);
        Channels::look(&self.channels, &self.base, &self.files_dir(), resolver, connects)
    }

    /// What is wrong with one of the channels, and where it stands.
    fn wrong_channel(&self, sentence: &str) -> Failure {
        let looked = self.look_at_channels(false);
        let found =
            looked.iter().find(|one| one.found.as_ref().err().is_some_and(|it| it == sentence));
        match found.and_then(|one| self.place_of(one)) {
            Some(place) => Failure::call(format!("{place}: {sentence}")),
            None => Failure::call(format!("the configuration is wrong: {sentence}")),
        }
    }

    /// Where in the file it stands what is wrong with a channel: `weir.toml, line 12`.
    pub(crate) fn place_of(&self, looked: &Looked) -> Option<String> {
        let sentence = looked.found.as_ref().err()?;
        let section: Vec<_> = looked.section.iter().map(String::as_str).collect();
        self.source.as_ref().map(|source| source.place_of(&section, sentence))
    }

    /// Where files go whose channel names no other folder.
    fn files_dir(&self) -> PathBuf {
        self.data_dir().outputs_dir().join("files")
    }

    /// What every run of a report is asked with.
    pub(crate) fn asking(&self) -> Asking {
        Asking {
            timezone: self.report.timezone.clone(),
            base_url: self.server.public_url.clone(),
            integrations: self.integration.iter().map(|one| one.name.clone()).collect(),
            threads: threads(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::Config;
    use crate::args::Common;
    use crate::config::place::Source;

    const MAIL: &str = "[channels.mail]\nhost = \"smtp.example.com\"\n\
                        from = \"weir@example.com\"\ndomains = [\"example.com\"]\n";
    const HOOK: &str = "[[channels.webhook]]\nname = \"ops\"\n\
                        url = \"https://hooks.example.com/weir\"\n";

    /// A folder with a secret of its owner's, one that all may read, and one that is empty.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let secret = "whsec_aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMg==\n";
        for (name, content, mode) in
            [("secret", secret, 0o600), ("open", secret, 0o644), ("empty", "\n", 0o600)]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        }
        folder
    }

    /// The configuration of this text, and all that is sent by, is fine or says what is wanted.
    #[track_caller]
    fn check(text: &str, want: &str) {
        let folder = folder();
        let path = folder.path().join("weir.toml");
        std::fs::write(&path, text).unwrap();
        let common = Common { config: Some(path), data_dir: None };
        let got = Config::read(&common).and_then(|config| config.channels()).map(|_| ());
        let got = got.map_or_else(|failure| failure.to_string(), |()| "fine".to_owned());
        assert!(got.contains(want), "`{want}` is not in: {got}");
        assert!(!got.contains("aHVudGVy"), "a secret is told: {got}");
    }

    #[test]
    fn a_key_that_there_is_not_is_told_with_its_line() {
        check("[schedule]\nkeep_outputs_days = 30\n", "fine");
        check(
            "[schedule]\n\nkeep_days = 30\n",
            "weir.toml, line 3, at `schedule.keep_days`: unknown field `keep_days`, expected \
             `keep_outputs_days`",
        );
        check(
            &format!("{MAIL}password = \"x\"\n"),
            "weir.toml, line 5, at `channels.mail.password`: unknown field `password`",
        );
        check(
            &format!("{HOOK}secret_file = \"secret\"\n{HOOK}secret = \"x\"\n"),
            "weir.toml, line 8, at `channels.webhook[1].secret`: unknown field `secret`",
        );
        check("[channels]\nproxy = \"x\"\n", "line 2, at `channels.proxy`: unknown field `proxy`");
        check("[channels.fax]\n", "line 1, at `channels.fax`: unknown field `fax`");
    }

    #[test]
    fn a_value_of_another_kind_is_told_with_its_line() {
        for (value, kind) in [("\"30\"", "string \"30\""), ("-1", "`-1`"), ("true", "boolean")] {
            let text = format!("[schedule]\nkeep_outputs_days = {value}\n");
            check(&text, "line 2, at `schedule.keep_outputs_days`: invalid");
            check(&text, kind);
        }
        check(&format!("{MAIL}port = 70000\n"), "line 5, at `channels.mail.port`: invalid value");
        check(&format!("{MAIL}tls = \"ssl\"\n"), "at `channels.mail.tls`: unknown variant `ssl`");
        check("[channels]\nmail = 5\n", "line 2, at `channels.mail`: invalid type");
        check(
            "[channels.webhook]\nname = \"ops\"\n",
            "line 1, at `channels.webhook`: invalid type",
        );
        check(
            "[channels.mail]\nhost = \"a\"\n",
            "line 1, at `channels.mail`: missing field `from`",
        );
    }

    #[test]
    fn a_value_that_makes_no_sense_is_told_with_its_line() {
        let mail = |more: &str| format!("{MAIL}{more}");
        check(&mail("timeout_s = 0\n"), "line 5: `channels.mail.timeout_s` is 0; it must be");
        check(
            &mail("").replace("smtp.example.com", "a b"),
            "line 2: `channels.mail.host` is `a b`",
        );
        check(
            &mail("").replace("weir@example.com", "weir"),
            "line 3: `channels.mail.from` is `weir`",
        );
        check(
            "[channels]\nprivate_addresses = [\"10/8\"]\n",
            "line 2: `channels.private_addresses`",
        );
        let hook = |more: &str| format!("{HOOK}secret_file = \"secret\"\n{more}");
        check(
            &hook("").replace("https:", "ftp:"),
            "line 3: [[channels.webhook]] `ops`: `url` is not reached by https",
        );
        check(&hook(&hook("")), "line 1: two [[channels.webhook]] are called `ops`");
        check(&hook("ca_file = \"gone\"\n"), "weir.toml, line 5: the certificates ");
    }

    #[test]
    fn a_secret_comes_from_a_file_or_from_the_environment() {
        let hook = |more: &str| format!("{HOOK}{more}\n");
        check(&hook("secret_file = \"secret\""), "fine");
        check(&hook("secret_file = \"open\""), "weir.toml, line 4: the secret file ");
        check(
            &hook("secret_file = \"open\""),
            "/open can be read by everyone on this machine (mode 644), and `secret_file` names it; \
             run chmod 600 on it",
        );
        check(&hook("secret_file = \"gone\""), "weir.toml, line 4: the secret file ");
        check(&hook("secret_file = \"gone\""), "/gone cannot be read: No such file");
        check(&hook("secret_file = \"empty\""), "`secret` is empty; fill it");
        check(&hook(""), "line 1: [[channels.webhook]] `ops` says nowhere where its secret is");
        check(&hook("secret_env = \"WEIR_NO_SUCH_SECRET\""), "line 4: the environment variable");
        let both = "secret_file = \"secret\"\nsecret_env = \"WEIR_NO_SUCH_SECRET\"";
        check(&hook(both), "line 4: [[channels.webhook]] `ops` has both `secret_file` and");
        // A variable that every test has, which is too short to sign with.
        check(&hook("secret_env = \"CARGO_PKG_NAME\""), "weir.toml, line ");
        let mail = |more: &str| format!("{MAIL}{more}\n");
        check(&mail("username = \"weir\"\npassword_env = \"CARGO_PKG_NAME\""), "fine");
        check(&mail("username = \"weir\"\npassword_file = \"secret\""), "fine");
        check(&mail("username = \"weir\""), "line 5: [channels.mail] has a `username` and no");
        check(&mail("password_file = \"secret\""), "has a password and no `username`; add it");
    }

    #[test]
    fn a_relative_path_begins_at_the_file() {
        let folder = folder();
        let path = folder.path().join("weir.toml");
        std::fs::write(&path, format!("{HOOK}secret_file = \"secret\"\n")).unwrap();
        let text = "data_dir = \"data\"\n[channels.files]\ndir = \"out\"\n";
        for (text, below) in [(text, "out"), ("data_dir = \"data\"\n", "data/outputs/files")] {
            std::fs::write(&path, text).unwrap();
            let config =
                Config::read(&Common { config: Some(path.clone()), data_dir: None }).unwrap();
            let files = &config.look_at_channels(false)[0];
            let want = format!("they go below {}", folder.path().join(below).display());
            assert_eq!(files.found, Ok(want));
        }
    }

    #[test]
    fn what_the_environment_lays_over_is_told_by_its_variable() {
        let check = |variable: &str, value: &str, want: &str| {
            let text = format!("{MAIL}port = 25\n[schedule]\nkeep_outputs_days = 7\n");
            let source = Source { path: "weir.toml".into(), text };
            let variables = std::iter::once((variable.to_owned(), value.to_owned()));
            let got = Config::of(Some(source), variables).map_or_else(
                |failure| failure.to_string(),
                |config| {
                    let port = config.channels.mail.and_then(|mail| mail.port);
                    format!("{port:?} {}", config.schedule.keep_outputs_days)
                },
            );
            assert!(got.contains(want), "`{want}` is not in: {got}");
        };
        check("WEIR_CHANNELS__MAIL__PORT", "2525", "Some(2525) 7");
        check("WEIR_SCHEDULE__KEEP_OUTPUTS_DAYS", "30", "Some(25) 30");
        // A table that the file has not is the variable's, and so is what is wrong with it.
        check("WEIR_SERVR__LISTEN", "x", "the environment variable WEIR_SERVR__LISTEN, at `servr`");
        check(
            "WEIR_CHANNELS__FAX__PORT",
            "1",
            "the environment variable WEIR_CHANNELS__FAX__PORT, at `channels.fax`: unknown field",
        );
        check(
            "WEIR_SCHEDULE__KEEP_OUTPUTS_DAYS",
            "long",
            "the environment variable WEIR_SCHEDULE__KEEP_OUTPUTS_DAYS, at \
             `schedule.keep_outputs_days`: invalid type",
        );
        check(
            "WEIR_CHANNELS__MAIL__PASSWORD",
            "x",
            "the environment variable WEIR_CHANNELS__MAIL__PASSWORD, at `channels.mail.password`: \
             unknown field",
        );
    }
}
