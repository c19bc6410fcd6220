//! To whom it goes: one kind each, that can be sent to, with files that do not overwrite each
//! other.

use weir_channel::Target;
use weir_report::{Definition, Output, Recipient};

use super::super::targets::of;
use super::{Found, Surroundings};

/// Each recipient that would not get it.
pub(super) fn check(definition: &Definition, around: &Surroundings<'_>, found: &mut Found<'_>) {
    for (place, recipient) in definition.recipient.iter().enumerate() {
        let place = place.to_string();
        let kinds = kinds(recipient);
        let mut at = |key: &str, message: String| found.at(&["recipient", &place, key], message);
        match kinds[..] {
            [] => at(
                "",
                "the recipient is nobody: write one of `mail`, `file`, `slack`, `webhook` and `s3`"
                    .to_owned(),
            ),
            [kind] => {
                misplaced(recipient, kind, &mut at);
                let formats = if recipient.formats.is_empty() {
                    &definition.formats
                } else {
                    &recipient.formats
                };
                for target in of(recipient) {
                    if let Err(message) = around.post.check(&target) {
                        at(kind, message);
                    }
                    files(&target, formats, &mut at);
                }
            }
            [first, second, ..] => at(
                second,
                format!(
                    "the recipient has both `{first}` and `{second}`: write a [[recipient]] for \
                     each of them"
                ),
            ),
        }
    }
}

/// The kinds that it names.
fn kinds(recipient: &Recipient) -> Vec<&'static str> {
    let named = [
        ("mail", !recipient.mail.is_empty()),
        ("file", recipient.file.is_some()),
        ("slack", recipient.slack.is_some()),
        ("webhook", recipient.webhook.is_some()),
        ("s3", recipient.s3.is_some()),
    ];
    named.into_iter().filter(|(_, is_named)| *is_named).map(|(kind, _)| kind).collect()
}

/// Keys that say something only of another kind.
fn misplaced(recipient: &Recipient, kind: &str, at: &mut dyn FnMut(&str, String)) {
    if recipient.keep.is_some() && kind != "file" {
        at("keep", "`keep` is for files in a folder: take it out, or write `file`".to_owned());
    }
    if recipient.keep == Some(0) {
        at("keep", "`keep` is 0, so that no run's files would stay: write at least 1".to_owned());
    }
    if recipient.key.is_some() && kind != "s3" {
        at("key", "`key` is for an object store: take it out, or write `s3`".to_owned());
    }
    if !recipient.formats.is_empty() && kind == "slack" {
        at(
            "formats",
            "Slack's incoming webhooks take no files: take `formats` out; the message has the \
             numbers"
                .to_owned(),
        );
    }
}

/// What is written as files needs some, each with a name of its own.
fn files(target: &Target, formats: &[Output], at: &mut dyn FnMut(&str, String)) {
    let (template, key) = match target {
        Target::File { template, .. } => (template, "file"),
        Target::S3 { key, .. } => (key, "key"),
        _ => return,
    };
    if formats.is_empty() {
        at(
            "formats",
            "no file is written: name its `formats`, such as [\"pdf\", \"csv\"]".to_owned(),
        );
    }
    if 1 < formats.len() && !template.contains("{format}") {
        at(
            key,
            format!(
                "`{template}` is one file for {} formats: put `{{format}}` into it",
                formats.len()
            ),
        );
    }
}
