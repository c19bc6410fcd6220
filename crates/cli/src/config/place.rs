//! Where in the configuration's file something stands.

use std::path::PathBuf;

use weir_report::line_of;

/// The file that a configuration was read from.
#[derive(Debug)]
pub(crate) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Source {
    /// `weir.toml, line 12`, of the key that `path` leads to or, where it is not there, of the table
    /// around it.
    pub(super) fn place(&self, path: &[&str]) -> String {
        let file = self.path.display();
        let line = (1..=path.len()).rev().find_map(|n| line_of(&self.text, &path[..n]));
        line.map_or_else(|| file.to_string(), |line| format!("{file}, line {line}"))
    }

    /// Whether the file has the key that `path` leads to.
    pub(super) fn has(&self, path: &[&str]) -> bool {
        line_of(&self.text, path).is_some()
    }

    /// The same of what is wrong in a section: of the first key that the sentence names and the
    /// section has, else of the section.
    pub(super) fn place_of(&self, section: &[&str], sentence: &str) -> String {
        let named = sentence.split('`').skip(1).step_by(2);
        let keys = named.filter_map(|name| name.rsplit('.').next());
        let paths = keys.map(|key| [section, &[key]].concat());
        let known = paths.into_iter().find(|path| line_of(&self.text, path).is_some());
        self.place(known.as_deref().unwrap_or(section))
    }
}
