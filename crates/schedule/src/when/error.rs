//! What is wrong with a schedule.

/// A text that is no schedule. Each is a sentence that says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// It has none of the forms.
    #[error(
        "`{text}` is no schedule: write `hourly ZONE`, `daily 08:00 ZONE`, `weekdays 08:00 ZONE`, \
         `weekly monday 08:00 ZONE`, `monthly 1 08:00 ZONE`, `monthly last 08:00 ZONE`, or the \
         five fields of cron and a zone, such as `0 8 * * MON-FRI Europe/Tallinn`"
    )]
    Form {
        /// What was written.
        text: String,
    },
    /// A part of it cannot be taken.
    #[error("`{value}` in `{text}` is no {what}: {want}")]
    Part {
        /// What was written.
        text: String,
        /// The part.
        value: String,
        /// What it stands for: `time`, `day of the week`.
        what: &'static str,
        /// What would be right.
        want: String,
    },
    /// Nothing says where eight o'clock is.
    #[error(
        "`{text}` has no zone: write one after it, such as `{text} Europe/Tallinn` or `{text} UTC`"
    )]
    ZoneMissing {
        /// What was written.
        text: String,
    },
    /// The zone is not known.
    #[error("{0}")]
    ZoneUnknown(#[from] ZoneUnknown),
    /// No day is like this.
    #[error(
        "`{text}` never comes: no day within {years} years is like this; look at the day of the \
         month and the month"
    )]
    Never {
        /// What was written.
        text: String,
        /// How far was looked.
        years: i32,
    },
}

/// A zone that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneUnknown {
    /// What was written.
    pub name: String,
    /// What was likely meant.
    pub meant: Option<String>,
}

impl std::fmt::Display for ZoneUnknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is not the name of an IANA time zone", self.name)?;
        match &self.meant {
            Some(meant) => write!(f, "; did you mean `{meant}`?"),
            None => f.write_str(": write one such as Europe/Tallinn or UTC"),
        }
    }
}

impl std::error::Error for ZoneUnknown {}
