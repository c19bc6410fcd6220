//! To whom a definition goes.

use std::collections::BTreeSet;

use weir_channel::Target;
use weir_report::{Definition, Output, Recipient};

/// Every recipient once, in the order of the definition, each with the files that it gets: its own
/// or, where it names none, the definition's. Whoever is named twice gets the files of both.
/// Recipients of no kind or of several are left out; `check` tells.
#[must_use]
pub fn targets(definition: &Definition) -> Vec<(Target, Vec<Output>)> {
    let mut all: Vec<(Target, BTreeSet<Output>)> = Vec::new();
    for recipient in &definition.recipient {
        let formats =
            if recipient.formats.is_empty() { &definition.formats } else { &recipient.formats };
        for target in of(recipient) {
            match all.iter_mut().find(|(known, _)| is_same(known, &target)) {
                Some((_, known)) => known.extend(formats),
                None => all.push((target, formats.iter().copied().collect())),
            }
        }
    }
    all.into_iter().map(|(target, formats)| (target, formats.into_iter().collect())).collect()
}

/// How a file is kept does not make it another file.
fn is_same(a: &Target, b: &Target) -> bool {
    match (a, b) {
        // Nobody has two mailboxes whose addresses differ in the case of letters only.
        (Target::Mail(a), Target::Mail(b)) => a.eq_ignore_ascii_case(b),
        _ => a.to_string() == b.to_string(),
    }
}

/// One for each address, or the one that it names; none where it names no kind or several.
pub(super) fn of(recipient: &Recipient) -> Vec<Target> {
    let text = |text: &String| text.trim().to_owned();
    match recipient {
        Recipient { mail, file: None, slack: None, webhook: None, s3: None, .. } => {
            mail.iter().map(|address| Target::Mail(text(address))).collect()
        }
        Recipient { mail, file, keep, slack, webhook, s3, key, .. } if mail.is_empty() => {
            match (file, slack, webhook, s3) {
                (Some(template), None, None, None) => {
                    vec![Target::File { template: text(template), keep: *keep }]
                }
                (None, Some(name), None, None) => vec![Target::Slack(text(name))],
                (None, None, Some(name), None) => vec![Target::Webhook(text(name))],
                (None, None, None, Some(store)) => {
                    let key = key.as_ref().map_or_else(|| KEY_DEFAULT.to_owned(), text);
                    vec![Target::S3 { store: text(store), key }]
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// Where an object goes whose definition does not say.
const KEY_DEFAULT: &str = "{name}/{name}-{date}-{run}.{format}";
