//! Paths and keys with placeholders: `{name}/{date}/{name}.{format}`.

use jiff::Timestamp;

use crate::{Attachment, Parcel};

/// What a template may hold, as its errors list them.
const PLACEHOLDERS: &str = "{name}, {date}, {time}, {run} and {format}";

/// The longest name that every file system takes, in bytes.
const SEGMENT_BYTES_MAX: usize = 255;

/// The longest key that every object store takes, in bytes; a path is held to it too.
const PATH_BYTES_MAX: usize = 1_024;

/// A template that was read: pieces of text, and what is filled in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Name,
    Date,
    Time,
    Run,
    Format,
}

impl Template {
    /// Reads a template, which names a place below a folder or a bucket and never above it.
    ///
    /// The error is a sentence.
    pub(crate) fn read(text: &str) -> Result<Template, String> {
        let pieces = pieces(text)?;
        let template = Template { pieces };
        // What is filled in is never empty, never a dot, and has no slash: what holds for one
        // filling holds for each.
        let sample = template.filled(|piece| match piece {
            Piece::Text(text) => text.clone(),
            _ => "x".to_owned(),
        });
        placed(&sample).map_err(|problem| format!("the template `{}` {problem}", shown(text)))?;
        Ok(template)
    }

    /// Where a file of a parcel goes.
    ///
    /// The error is a sentence.
    pub(crate) fn fill(&self, parcel: &Parcel, file: &Attachment) -> Result<String, String> {
        let at = parcel.scheduled_at.as_micros();
        let at = Timestamp::from_microsecond(at)
            .map_err(|_| format!("run {} is at no time of the calendar", parcel.run))?
            .to_zoned(parcel.zone.rules().clone());
        let path = self.filled(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Name => harmless(&parcel.name),
            Piece::Date => at.strftime("%Y-%m-%d").to_string(),
            Piece::Time => at.strftime("%H%M").to_string(),
            Piece::Run => parcel.run.to_string(),
            Piece::Format => harmless(&file.format),
        });
        placed(&path).map_err(|problem| format!("the path `{}` {problem}", shown(&path)))?;
        Ok(path)
    }

    fn filled(&self, fill: impl Fn(&Piece) -> String) -> String {
        self.pieces.iter().map(fill).collect()
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(format!("the template `{}` has a `{{` without a `}}`", shown(text)));
        };
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(match name {
            "name" => Piece::Name,
            "date" => Piece::Date,
            "time" => Piece::Time,
            "run" => Piece::Run,
            "format" => Piece::Format,
            other => {
                return Err(format!(
                    "the template `{}` has the placeholder `{{{}}}`; there are {PLACEHOLDERS}",
                    shown(text),
                    shown(other)
                ));
            }
        });
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

/// Whether a path names a place below its root, in names that every system takes.
fn placed(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("is empty; a good one is `{name}-{date}.{format}`");
    }
    if path.len() > PATH_BYTES_MAX {
        return Err("is too long; a path has at most 1,024 bytes");
    }
    if path.starts_with('/') {
        return Err("begins with a slash; it is a path below the configured folder");
    }
    if path.chars().any(|c| c.is_control() || c == '\\' || c == '}') {
        return Err(
            "holds a backslash, a stray brace or a character that cannot be seen; take it out",
        );
    }
    for segment in path.split('/') {
        // Dots in front hide files, lead above, and name what is still being written.
        if segment.is_empty() || segment.starts_with('.') {
            return Err("has a part that is empty or begins with a dot; take it out");
        }
        if segment.len() > SEGMENT_BYTES_MAX {
            return Err("has a part of more than 255 bytes; shorten it");
        }
    }
    Ok(())
}

/// A name without what means something in a path.
fn harmless(name: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = name.chars().map(safe).collect();
    match name.trim_start_matches('.') {
        "" => "report".to_owned(),
        rest => rest.to_owned(),
    }
}

/// A template in an error, which may be anything.
fn shown(text: &str) -> String {
    crate::words::one_line(text, 120)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::Template;
    use crate::parcel::tests::parcel;

    #[track_caller]
    fn fills(template: &str, want: &str) {
        let parcel = parcel();
        let template = Template::read(template).unwrap();
        assert_eq!(template.fill(&parcel, &parcel.files[0]).unwrap(), want);
    }

    #[track_caller]
    fn refused(template: &str, want: &str) {
        let error = Template::read(template).unwrap_err();
        assert!(error.contains(want), "{error}");
    }

    #[test]
    fn a_template_is_filled() {
        // 23:30 in UTC is 01:30 of the next day in Tallinn.
        fills("{name}-{date}.{format}", "weekly-abandonment-2026-03-31.pdf");
        fills("{date}/{time}/{run}.{format}", "2026-03-31/0230/7.pdf");
        fills("latest.{format}", "latest.pdf");
    }

    #[test]
    fn a_template_stays_below_its_folder() {
        refused("../{name}", "begins with a dot");
        refused("a/../../b", "begins with a dot");
        refused("/etc/{name}", "begins with a slash");
        refused("a//b", "is empty or begins");
        refused("a/", "is empty or begins");
        refused(".ssh/authorized_keys", "begins with a dot");
        refused("..\\..\\{name}", "backslash");
        refused("a\0b", "cannot be seen");
        refused("a\nb", "cannot be seen");
        refused("", "is empty");
        refused("{user}", "there are {name}, {date}");
        refused("{name", "without a `}`");
        refused("name}", "stray brace");
        refused(&"x".repeat(256), "more than 255 bytes");
        refused(&"x/".repeat(600), "at most 1,024 bytes");
    }

    proptest! {
        #[test]
        fn no_name_leads_out(name in "\\PC*|[./\\\\{}~\u{0}-\u{20}]{0,12}", format in "[./a-z]{0,6}") {
            let mut parcel = parcel();
            parcel.name = name;
            parcel.files[0].format = format;
            for template in ["{name}", "{name}/{format}", "{date}/{name}.{format}", "{format}{name}"] {
                let path = Template::read(template).unwrap().fill(&parcel, &parcel.files[0]);
                // A name can be too long for a file; it can never be a way out.
                let Ok(path) = path else { continue };
                prop_assert!(!path.starts_with('/') && !path.contains('\0'), "{path}");
                prop_assert!(path.split('/').all(|part| !part.is_empty() && !part.starts_with('.')));
                prop_assert_eq!(path.matches('/').count(), template.matches('/').count());
            }
        }
    }
}
