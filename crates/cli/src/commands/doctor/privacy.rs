//! The vault: whether it is there, whose it is, and what is in it.

use std::os::unix::fs::PermissionsExt;

use weir_domain::Clock;
use weir_log::DataDir;
use weir_privacy::Period;

use super::Finding::{self, Fine, Note, Wrong};
use crate::clock::SystemClock;
use crate::commands::{counted, serve};
use crate::config::Config;
use crate::failure::Outcome;
use crate::vault::Place;

/// What is to be said of personal values.
pub(super) fn look(config: &Config) -> Vec<Finding> {
    let mut findings = found(config).unwrap_or_else(|failure| vec![Wrong(failure.to_string())]);
    findings.extend(pseudonyms(&config.data_dir()));
    findings
}

/// What is wrong with the key of the pseudonyms that viewers see.
fn pseudonyms(dir: &DataDir) -> Option<Finding> {
    if !dir.pseudonym_key_file().exists() {
        return None;
    }
    serve::kept_pseudonym_key(dir, [0; 32]).err().map(|failure| Wrong(failure.to_string()))
}

fn found(config: &Config) -> Outcome<Vec<Finding>> {
    let place = config.vault();
    if !place.path.exists() {
        return Ok(missing(&place)?.into_iter().collect());
    }
    let mode = std::fs::metadata(&place.path)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Ok(vec![Wrong(format!(
            "the vault {} can be read by others (mode {mode:o}); chmod 600 it",
            place.path.display()
        ))]);
    }
    let Some(vault) = place.reading()? else { return Ok(Vec::new()) };
    let counts = vault.counts()?;
    let oldest = counts.oldest.map_or_else(String::new, |month| format!(", from {month} on"));
    let mut findings = vec![Fine(format!(
        "the vault has {} of {}{oldest}; {} erased in the last 8 days",
        counted(counts.keys, "key", "keys"),
        counted(counts.subjects, "subject", "subjects"),
        counted(counts.tombstones, "subject was", "subjects were"),
    ))];
    if !place.seal {
        findings.push(Note(
            "what is received now is not sealed, as [privacy] does not say `seal = true`"
                .to_owned(),
        ));
    }
    if let Some(months) = place.personal_months {
        let kept_from = Period::of(SystemClock.now()).back(months.get());
        match vault.keys_before(kept_from)? {
            0 => {}
            due => findings.push(Note(format!(
                "{} of months before {kept_from} are to be erased; `weir serve` does so at its start \
                 and once a day",
                counted(due, "key", "keys")
            ))),
        }
    }
    Ok(findings)
}

/// What is to be said where there is no vault.
fn missing(place: &Place) -> Outcome<Option<Finding>> {
    let shown = place.path.display();
    let has_log = place.dir.log_file().exists();
    if !place.seal {
        let is_missed = has_log && place.has_sealed_lately()?;
        return Ok(is_missed.then(|| {
            Note(format!(
                "the log has sealed values, and the vault with their keys, {shown}, is not there: \
                 pseudonyms are shown; `privacy.keys_file` says where it is"
            ))
        }));
    }
    if has_log {
        place.refuse_lost()?;
    }
    let folder = place.path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder
        && place.path != place.dir.keys_file()
        && !folder.is_dir()
    {
        return Ok(Some(Wrong(format!(
            "the vault {shown} cannot be made: there is no folder {}; make it, or name another place \
             with `privacy.keys_file`",
            folder.display()
        ))));
    }
    Ok(has_log.then(|| Note(format!("the vault {shown} is made at the next start"))))
}
