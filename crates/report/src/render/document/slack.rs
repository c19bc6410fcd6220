//! The short form as a message of Slack: the numbers as text in blocks, not as a picture of them.
//!
//! Names come from outside and must stay names. Slack reads `<…>` as a link or a mention, and
//! `*`, `_`, `~` and `` ` `` as marks, with no way to escape the marks: they give way to characters
//! that look like them. `verbatim` keeps Slack from making links and mentions out of plain words.

use serde_json::{Value, json};

use super::Document;
use super::letter::{CHANGE, Letter, Row, Table};
use crate::render::words::Piece;

// What Slack takes at most, in characters.
const HEADER_CHARS_MAX: usize = 150;
const SECTION_CHARS_MAX: usize = 3_000;
const FIELD_CHARS_MAX: usize = 2_000;
const CONTEXT_ELEMENTS_MAX: usize = 10;
const FALLBACK_CHARS_MAX: usize = 3_000;
const BLOCKS_MAX: usize = 50;

/// Blocks of a message beside its notes: the headline to the context.
const BLOCKS_BESIDE_NOTES: usize = 9;
/// Notes that are shown; a message is no archive.
const NOTES_MAX: usize = 5;
const _: () = assert!(BLOCKS_BESIDE_NOTES + NOTES_MAX <= BLOCKS_MAX);

impl Document {
    /// The message: `text` for notifications, and `blocks`.
    #[must_use]
    pub fn slack(&self) -> Value {
        let letter = Letter::of(self, 0);
        json!({ "text": fallback(&letter), "blocks": blocks(&letter) })
    }
}

/// Where blocks are not shown: in a notification.
fn fallback(letter: &Letter) -> String {
    let mut text = Text::default();
    text.push(&letter.subject);
    text.push(" (");
    text.push(&letter.title);
    text.push(")");
    text.within(FALLBACK_CHARS_MAX)
}

fn blocks(letter: &Letter) -> Vec<Value> {
    let mut blocks = vec![header(&letter.subject), section(answer(letter))];
    let notes = letter.notes.iter().take(NOTES_MAX);
    blocks.extend(notes.map(|note| section(Text::of(&format!("Note: {note}")))));
    if !letter.figures.is_empty() {
        blocks.push(figures(letter));
    }
    blocks.extend(against(letter).map(section));
    blocks.extend(letter.costliest.iter().map(|table| section(costliest(table))));
    blocks.extend(letter.chart.iter().filter(|chart| !chart.caption.is_empty()).map(|chart| {
        let mut text = Text::default();
        text.bold(&chart.title);
        text.push("\n");
        text.push(&chart.caption);
        section(text)
    }));
    blocks.extend(links(letter).map(section));
    blocks.push(context(letter));
    blocks
}

fn header(line: &str) -> Value {
    let text = Text::of(line).within(HEADER_CHARS_MAX);
    json!({ "type": "header", "text": { "type": "plain_text", "text": text, "emoji": false } })
}

fn section(text: Text) -> Value {
    json!({ "type": "section", "text": mrkdwn(text, SECTION_CHARS_MAX) })
}

fn mrkdwn(text: Text, chars_max: usize) -> Value {
    json!({ "type": "mrkdwn", "text": text.within(chars_max), "verbatim": true })
}

/// The sentence; of an alert what there is to say beside its headline.
fn answer(letter: &Letter) -> Text {
    let mut text = Text::default();
    for piece in &letter.headline {
        match piece {
            Piece::Plain(words) => text.push(words),
            Piece::Name(name) => text.bold(name),
        }
    }
    for detail in &letter.detail {
        text.push("\n");
        text.push(detail);
    }
    text
}

fn figures(letter: &Letter) -> Value {
    let fields = letter.figures.iter().map(|figure| {
        let mut text = Text::default();
        text.bold(figure.name);
        text.push("\n");
        text.bold(&figure.value);
        for line in [&figure.base, &figure.spread].into_iter().chain(&figure.change) {
            text.push("\n");
            text.push(line);
        }
        mrkdwn(text, FIELD_CHARS_MAX)
    });
    json!({ "type": "section", "fields": fields.collect::<Vec<_>>() })
}

fn against(letter: &Letter) -> Option<Text> {
    let against = letter.against.as_ref()?;
    let mut text = Text::default();
    text.bold(&against.title);
    for line in &against.lines {
        text.push("\n\u{2022} ");
        text.push(line.name);
        text.push(" ");
        text.push(&line.words);
    }
    Some(text)
}

/// A line for each screen: what it cost, of whom.
fn costliest(table: &Table) -> Text {
    let mut text = Text::default();
    text.bold(&table.title);
    for row in &table.rows {
        text.push("\n\u{2022} ");
        screen(&mut text, row, &table.heads);
    }
    if !table.about.is_empty() {
        text.push("\n");
        text.push(&table.about);
    }
    text
}

fn screen(text: &mut Text, row: &Row, heads: &[String]) {
    match &row.href {
        Some(href) => text.link(href, &row.name),
        None => text.bold(&row.name),
    }
    let cells = heads.iter().skip(1).zip(&row.cells).filter(|(_, cell)| !cell.is_empty());
    for (number, (head, cell)) in cells.enumerate() {
        text.push(if number == 0 { ": " } else { " \u{b7} " });
        text.push(&match head.as_str() {
            "Left" => format!("{cell} left"),
            "Of started" => format!("{cell} of started"),
            "95 %" => format!("95 %: {cell}"),
            CHANGE => cell.replace(", ", " points, "),
            _ => cell.clone(),
        });
    }
}

fn links(letter: &Letter) -> Option<Text> {
    let mut text = Text::default();
    for (number, (words, href)) in letter.links.iter().enumerate() {
        if 0 < number {
            text.push("\n");
        }
        text.link(href, words);
    }
    (!letter.links.is_empty()).then_some(text)
}

/// Of what and of when it is, small: all that was asked.
fn context(letter: &Letter) -> Value {
    let asked = letter.asked.iter().map(|(what, words)| format!("{what}: {words}"));
    let lines = [letter.title.clone()].into_iter().chain(asked);
    let elements: Vec<Value> = lines
        .take(CONTEXT_ELEMENTS_MAX)
        .map(|line| mrkdwn(Text::of(&line), FIELD_CHARS_MAX))
        .collect();
    json!({ "type": "context", "elements": elements })
}

/// A text of Slack under construction, in pieces that can be cut between, so that no mark and no
/// escape is ever cut in two.
#[derive(Default)]
struct Text(Vec<String>);

impl Text {
    fn of(words: &str) -> Text {
        let mut text = Text::default();
        text.push(words);
        text
    }

    /// Words, as they are.
    fn push(&mut self, words: &str) {
        let chars: Vec<char> = words.chars().collect();
        for (at, &c) in chars.iter().enumerate() {
            let beside = |at: Option<usize>| at.and_then(|at| chars.get(at)).copied();
            self.0.push(neutral(c, beside(at.checked_sub(1)), beside(Some(at + 1))));
        }
    }

    fn bold(&mut self, words: &str) {
        // A mark begins and ends at words only.
        let words = words.trim();
        if !words.is_empty() {
            self.0.push(format!("*{}*", Text::of(words).0.concat()));
        }
    }

    /// A link that leads to `href`, which is ours.
    fn link(&mut self, href: &str, words: &str) {
        let href = href.replace('&', "&amp;").replace('<', "%3C").replace('>', "%3E");
        let href = href.replace('|', "%7C");
        self.0.push(format!("<{href}|{}>", Text::of(words).0.concat()));
    }

    /// The text, or as much of its start as fits with an ellipsis.
    fn within(self, chars_max: usize) -> String {
        let length = |piece: &String| piece.chars().count();
        if self.0.iter().map(length).sum::<usize>() <= chars_max {
            return self.0.concat();
        }
        let mut taken = 1;
        let fits = self.0.iter().take_while(|piece| {
            taken += length(piece);
            taken <= chars_max
        });
        fits.cloned().collect::<String>() + "…"
    }
}

/// A character that Slack takes for itself and nothing more.
fn neutral(c: char, before: Option<char>, after: Option<char>) -> String {
    let within_word = [before, after].into_iter().all(|c| c.is_some_and(char::is_alphanumeric));
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '|' => "\u{ff5c}".to_owned(),
        '*' => "\u{2217}".to_owned(),
        '~' => "\u{223c}".to_owned(),
        '`' => "\u{2b9}".to_owned(),
        '@' => "\u{ff20}".to_owned(),
        // Within a word it is no mark; raw values are full of it.
        '_' if !within_word => "\u{ff3f}".to_owned(),
        '\u{a0}' => " ".to_owned(),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Text;
    use crate::render::document::{Alarm, Document};
    use crate::render::{fixture, fixture_document as documents};

    fn texts(value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(map) => {
                if let (Some(kind), Some(text)) = (map.get("type"), map.get("text"))
                    && let (Some(kind), Some(text)) = (kind.as_str(), text.as_str())
                {
                    found.push((kind.to_owned(), text.to_owned()));
                }
                map.values().for_each(|value| texts(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| texts(value, found)),
            _ => {}
        }
    }

    /// What Slack's documentation allows, and what Weir must not say.
    fn check(document: &Document) -> Vec<String> {
        let message = document.slack();
        let blocks = message["blocks"].as_array().unwrap();
        assert!((2..=50).contains(&blocks.len()));
        let length = |value: &Value| value.as_str().unwrap().chars().count();
        assert!((1..=3_000).contains(&length(&message["text"])));
        for block in blocks {
            match block["type"].as_str().unwrap() {
                "header" => assert!((1..=150).contains(&length(&block["text"]["text"]))),
                "section" if block["fields"].is_array() => {
                    let fields = block["fields"].as_array().unwrap();
                    assert!((1..=10).contains(&fields.len()));
                    assert!(fields.iter().all(|field| length(&field["text"]) <= 2_000));
                }
                "section" => assert!((1..=3_000).contains(&length(&block["text"]["text"]))),
                "context" => {
                    assert!((1..=10).contains(&block["elements"].as_array().unwrap().len()));
                }
                other => panic!("{other}"),
            }
        }
        let mut found = vec![("fallback".to_owned(), message["text"].as_str().unwrap().to_owned())];
        texts(&message["blocks"], &mut found);
        for (kind, text) in &found {
            assert!(!text.contains("<!") && !text.contains("<@") && !text.contains("<#"), "{text}");
            assert!(!text.contains('@') && !text.contains('\u{202e}'), "{text}");
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
            // Each link that is there is ours.
            for (at, _) in text.match_indices('<') {
                assert_eq!(kind, "mrkdwn");
                assert!(text[at..].starts_with("<https://weir.example.com/"), "{text}");
            }
            // What is left is an escape.
            for (at, _) in text.match_indices('&') {
                let after = &text[at..];
                assert!(["&amp;", "&lt;", "&gt;"].iter().any(|it| after.starts_with(it)), "{text}");
            }
        }
        found.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn the_numbers_are_said_and_not_only_shown() {
        let texts = check(&documents::full()).join("\n");
        for want in ["34.9 %", "720 of 2,061 sessions", "Camera access blocked", "147 left"] {
            assert!(texts.contains(want), "{want} in {texts}");
        }
    }

    #[test]
    fn every_document_is_within_the_limits() {
        check(&documents::tiny());
        check(&documents::empty());
        let mut document = documents::full();
        document.report = fixture::hostile();
        document.before = None;
        document.title = "<!channel> *all* _of_ it | @here".to_owned();
        document.notes = vec!["A note. ".repeat(2_000); 90];
        document.report.query.filters.integration = vec!["<!here|x>&".repeat(500); 40];
        let texts = check(&document);
        assert!(
            texts.iter().any(|text| text.contains("&lt;!channel&gt; ∗all∗ ＿of＿ it ｜ ＠here"))
        );
        assert!(texts.iter().any(|text| text.contains("&lt;script&gt;alert(1)&lt;/script&gt;")));
    }

    #[test]
    fn an_alert_says_what_changed_and_leads_to_the_sessions() {
        let mut document = documents::full();
        document.alarm = Some(Alarm {
            over: false,
            headline: "Drop-off rose to 34.9 %".to_owned(),
            detail: vec!["719 of 2,061 sessions".to_owned()],
            links: vec![("The 719 sessions".to_owned(), "/sessions?a=1&b=<2>|3".to_owned())],
        });
        let message = document.slack();
        assert_eq!(message["blocks"][0]["text"]["text"], "Drop-off rose to 34.9 %");
        let texts = check(&document).join("\n");
        let link = "<https://weir.example.com/sessions?a=1&amp;b=%3C2%3E%7C3|The 719 sessions>";
        assert!(texts.contains(link), "{texts}");
    }

    #[test]
    fn no_mark_is_cut_in_two() {
        let mut text = Text::of("one & ");
        text.bold("two");
        assert_eq!(text.within(12), "one &amp; …");
        assert_eq!(Text::of("a&b").within(7), "a&amp;b");
        assert_eq!(Text::of("snake_case _x_ camera_").within(100), "snake_case ＿x＿ camera＿");
    }
}
