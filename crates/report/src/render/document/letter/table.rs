//! Rows of a message, folded to what is read there.

use crate::render::number::count;

/// A table with a title.
pub(in super::super) struct Table {
    pub(in super::super) title: String,
    /// What the numbers are of, as a sentence or two; may be empty.
    pub(in super::super) about: String,
    /// What the name's column is called, then those of the numbers.
    pub(in super::super) heads: Vec<String>,
    pub(in super::super) rows: Vec<Row>,
    /// That others are folded away.
    pub(in super::super) more: Option<String>,
    /// Rows that are of another kind, and never folded.
    pub(in super::super) tail: Vec<Row>,
}

/// A row: a name and its numbers.
#[derive(Default)]
pub(in super::super) struct Row {
    /// Safe to show, and short.
    pub(in super::super) name: String,
    /// What the name means, in a quieter line under it; may be empty.
    pub(in super::super) note: String,
    /// Where the name leads.
    pub(in super::super) href: Option<String>,
    pub(in super::super) cells: Vec<String>,
    /// How long its bar is, in hundredths of the longest one's.
    pub(in super::super) bar: Option<u32>,
    /// Too few to judge.
    pub(in super::super) few: bool,
}

impl Table {
    pub(super) fn new(title: &str, about: String, heads: &[&str], rows: Vec<Row>) -> Table {
        Table {
            title: title.to_owned(),
            about,
            heads: heads.iter().map(|head| (*head).to_owned()).collect(),
            rows,
            more: None,
            tail: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.tail.is_empty()
    }

    /// The first rows, and how many others there are.
    pub(super) fn folded(mut self, rows_max: usize, what: &str) -> Table {
        // To fold one row away would take as much room as to show it.
        if rows_max + 1 < self.rows.len() {
            let others = (self.rows.len() - rows_max) as u64;
            self.rows.truncate(rows_max);
            self.more = Some(format!("and {} more {what}", count(others)));
        }
        self
    }
}
