//! The files that a report can be rendered to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names are those of the formats
pub enum Output {
    Html,
    Pdf,
    Png,
    Svg,
    Csv,
    Xlsx,
    Parquet,
    Json,
}

impl Output {
    /// Every kind of file.
    pub const ALL: [Output; 8] = [
        Output::Html,
        Output::Pdf,
        Output::Png,
        Output::Svg,
        Output::Csv,
        Output::Xlsx,
        Output::Parquet,
        Output::Json,
    ];

    /// The name in definitions and flags, which is the file's extension too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Output::Html => "html",
            Output::Pdf => "pdf",
            Output::Png => "png",
            Output::Svg => "svg",
            Output::Csv => "csv",
            Output::Xlsx => "xlsx",
            Output::Parquet => "parquet",
            Output::Json => "json",
        }
    }

    /// What a browser and a mail call it.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Output::Html => "text/html; charset=utf-8",
            Output::Pdf => "application/pdf",
            Output::Png => "image/png",
            Output::Svg => "image/svg+xml",
            Output::Csv => "text/csv; charset=utf-8",
            Output::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Output::Parquet => "application/vnd.apache.parquet",
            Output::Json => "application/json",
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Output {
    type Err = ();

    fn from_str(text: &str) -> Result<Output, ()> {
        Output::ALL.into_iter().find(|output| output.name() == text).ok_or(())
    }
}
