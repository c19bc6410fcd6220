//! The text part: the same words and numbers in lines of at most 76 characters.
//!
//! Links stand in lines of their own, which may be longer: broken, they would lead nowhere.

use crate::render::document::letter::{Figure, Letter, Row, Table};
use crate::render::words::plain;

/// Within what RFC 5322 recommends.
const WIDTH: usize = 76;
/// Names have at least so much room, else the numbers go under them.
const NAME_WIDTH_MIN: usize = 18;
const NAME_WIDTH_MAX: usize = 40;
const GAP: usize = 2;

pub(super) fn text(letter: &Letter) -> String {
    let mut page = Page(String::new());
    page.wrapped(&format!("{} · {}", letter.title, letter.range));
    page.0.push('\n');
    page.wrapped(&plain(&letter.headline));
    letter.detail.iter().for_each(|detail| page.wrapped(detail));
    for note in &letter.notes {
        page.0.push('\n');
        page.item("! ", note);
    }
    page.links(letter);
    page.figures(&letter.figures);
    if let Some(against) = &letter.against {
        page.heading(&against.title);
        page.wrapped(&against.about);
        against
            .lines
            .iter()
            .for_each(|line| page.item("- ", &format!("{} {}", line.name, line.words)));
    }
    letter.costliest.iter().for_each(|table| page.table(table));
    // The picture is not here; what it shows is in the words above and the tables below.
    if let Some(chart) = letter.chart.as_ref().filter(|chart| !chart.caption.is_empty()) {
        page.heading(&chart.title);
        page.wrapped(&chart.caption);
    }
    letter.tables.iter().for_each(|table| page.table(table));
    page.about("What was asked", &letter.asked);
    page.about("What the numbers mean", &letter.meanings);
    // A space that does not break is for pages.
    page.0.replace('\u{a0}', " ")
}

struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        self.0.push_str(text.trim_end());
        self.0.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.line("");
        self.wrapped(text);
        self.line(&"-".repeat(length(text).min(WIDTH)));
    }

    fn wrapped(&mut self, text: &str) {
        self.item("", text);
    }

    /// Wrapped, with a mark before the first line and blanks before the others.
    fn item(&mut self, mark: &str, text: &str) {
        let indent = " ".repeat(length(mark));
        for (number, line) in wrap(text, WIDTH - length(mark)).iter().enumerate() {
            let before = if number == 0 { mark } else { &indent };
            self.line(&format!("{before}{line}"));
        }
    }

    fn links(&mut self, letter: &Letter) {
        for (words, href) in &letter.links {
            self.line("");
            self.line(&format!("{words}:"));
            self.line(href);
        }
    }

    fn figures(&mut self, figures: &[Figure]) {
        if !figures.is_empty() {
            self.line("");
        }
        let widest = |of: fn(&Figure) -> &str| {
            figures.iter().map(|figure| length(of(figure))).max().unwrap_or(0)
        };
        let (names, values, bases) =
            (widest(|it| it.name), widest(|it| &it.value), widest(|it| &it.base));
        for figure in figures {
            let Figure { name, value, base, spread, change, few: _ } = figure;
            let (name, value) = (left(name, names), right(value, values));
            self.line(&format!("{name}  {value}  {}  {spread}", left(base, bases)));
            if let Some(change) = change {
                self.line(&format!("{}  {}  {change}", left("", names), right("", values)));
            }
        }
    }

    fn about(&mut self, title: &str, words: &[(&'static str, String)]) {
        self.heading(title);
        words.iter().for_each(|(what, words)| self.item("- ", &format!("{what}: {words}")));
    }

    fn table(&mut self, table: &Table) {
        self.heading(&table.title);
        if !table.about.is_empty() {
            self.wrapped(&table.about);
            self.line("");
        }
        let columns = Columns::of(table);
        let head = |at: usize| table.heads.get(at).map_or("", String::as_str);
        let heads: Vec<String> = table.heads.iter().skip(1).cloned().collect();
        self.row(head(0), &heads, &columns);
        table.rows.iter().for_each(|row| self.table_row(row, &columns));
        table.more.iter().for_each(|more| self.wrapped(more));
        table.tail.iter().for_each(|row| self.table_row(row, &columns));
    }

    fn table_row(&mut self, row: &Row, columns: &Columns) {
        self.row(&row.name, &row.cells, columns);
        if !row.note.is_empty() {
            self.item("  ", &row.note);
        }
    }

    fn row(&mut self, name: &str, cells: &[String], columns: &Columns) {
        let mut line = if length(name) <= columns.name {
            left(name, columns.name)
        } else {
            // A name that is too long has lines of its own; its numbers stand in the last one.
            self.wrapped(name);
            " ".repeat(columns.name)
        };
        for (cell, &width) in cells.iter().zip(&columns.cells) {
            line.push_str(&" ".repeat(GAP));
            line.push_str(&right(cell, width));
        }
        self.line(&line);
    }
}

/// How wide the columns of a table are.
struct Columns {
    name: usize,
    cells: Vec<usize>,
}

impl Columns {
    fn of(table: &Table) -> Columns {
        let rows = || table.rows.iter().chain(&table.tail);
        let mut cells: Vec<usize> = table.heads.iter().skip(1).map(|head| length(head)).collect();
        for row in rows() {
            for (width, cell) in cells.iter_mut().zip(&row.cells) {
                *width = (*width).max(length(cell));
            }
        }
        let taken: usize = cells.iter().map(|width| width + GAP).sum();
        let head = table.heads.first().map_or(0, |head| length(head));
        let widest = rows().map(|row| length(&row.name)).max().unwrap_or(0).max(head);
        let room = WIDTH.saturating_sub(taken).max(NAME_WIDTH_MIN);
        Columns { name: widest.min(room).min(NAME_WIDTH_MAX), cells }
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn left(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

fn right(text: &str, width: usize) -> String {
    format!("{text:>width$}")
}

/// Lines of at most `width`, broken at plain blanks; a longer word has a line of its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if length(line) + 1 + length(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_break_at_blanks_and_lose_nothing() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a 95\u{a0}% b", 6), ["a 95\u{a0}%", "b"]);
        assert_eq!(wrap("averylongword x", 4), ["averylongword", "x"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
