//! What a command does to what is kept, written down before and after.

use weir_audit::{Audit, Did, Entry, Record, Who};
use weir_domain::Clock;
use weir_log::DataDir;

use crate::clock::SystemClock;
use crate::failure::{Failure, Outcome};

/// Does `work`, if it can be written down that somebody at a command line does it to `what`.
pub(crate) fn audited<T>(
    dir: &DataDir,
    did: Did,
    what: &str,
    work: impl FnOnce() -> Outcome<T>,
) -> Outcome<T> {
    // A backup is left as it was proved: its record is a copy, and so is what is taken from it.
    if dir.path().join(weir_backup::MANIFEST_FILE).exists() {
        return work();
    }
    let unwritten = |error| {
        Failure::work(format!(
            "nothing was done, as it cannot be written down who does it: {error}; \
             `weir doctor` tells more"
        ))
    };
    let audit = Audit::open(&dir.audit_file()).map_err(unwritten)?;
    let begun = audit.begin(entry(caller(), did, what)).map_err(unwritten)?;
    let done = work();
    let outcome = match &done {
        Ok(_) => weir_audit::Outcome::Done,
        Err(Failure::Call(_)) => weir_audit::Outcome::Refused,
        Err(Failure::Work(_)) => weir_audit::Outcome::Failed,
    };
    if let Err(error) = audit.end(begun, SystemClock.now(), None, None, outcome) {
        tracing::error!("what became of it stands nowhere in the audit record: {error}");
    }
    done
}

/// Writes down what was done already.
pub(crate) fn note(dir: &DataDir, who: Who, did: Did, what: &str) {
    let written = Audit::open(&dir.audit_file())
        .and_then(|audit| audit.record(&entry(who, did, what), weir_audit::Outcome::Done));
    if let Err(error) = written {
        tracing::error!(
            "this is done, but does not stand in the audit record: {} {what}: {error}",
            did.name()
        );
    }
}

/// The record of a data directory, to be read.
pub(crate) fn record(dir: &DataDir) -> Outcome<Record> {
    Record::open(&dir.audit_file())?.ok_or_else(|| {
        Failure::work(format!(
            "nothing has been recorded in {} yet; name the data directory with --data-dir",
            dir.path().display()
        ))
    })
}

/// Something that is done now.
fn entry(who: Who, did: Did, what: &str) -> Entry {
    Entry { at: SystemClock.now(), who, from: None, did, what: what.to_owned() }
}

/// Whoever called the command.
pub(crate) fn caller() -> Who {
    Who::command(&user())
}

/// Whom the system takes the caller for: not what the environment says.
fn user() -> String {
    let uid = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_of(uid, &users).map_or_else(|| format!("uid {uid}"), |name| format!("{name} (uid {uid})"))
}

/// What a line of the system's users calls somebody.
fn name_of(uid: u32, users: &str) -> Option<&str> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(uid)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_user_is_called_as_the_system_calls_them() {
        let users = "root:x:0:0:root:/root:/bin/bash\n\nodd\nann:x:1000:1000::/home/ann:/bin/sh\n";
        assert_eq!(name_of(0, users), Some("root"));
        assert_eq!(name_of(1000, users), Some("ann"));
        assert_eq!(name_of(7, users), None);
        assert_eq!(name_of(7, ""), None);
    }
}
