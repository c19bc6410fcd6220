//! The HTML part: one column of at most 600 pixels, made of tables with their styles in them.
//!
//! Mail clients differ by decades. Some drop every style sheet, so there is none; some know no
//! `max-width`, so they get a table of fixed width in a comment that only they read; some make
//! colours dark by themselves, so each text stands on a ground that is named beside it, and both
//! are turned together. Nothing is fetched: the picture comes with the mail.

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::CHART_ID;
use crate::render::chart::Ink;
use crate::render::document::letter::{Chart, Figure, Letter, Row, Table, WIDTH_PX};
use crate::render::words::{Piece, plain};

const FONT: &str = "font-family:Arial,Helvetica,sans-serif;";
/// The ground of the letter, and what lies around it.
const SHEET: Ink = Ink::Paper;
const DESK: Ink = Ink::Track;
/// The column's margins, in pixels.
const SIDE_PX: u16 = 24;
const COLUMN_PX: u16 = WIDTH_PX + 2 * SIDE_PX;
const _: () = assert!(COLUMN_PX == 600);

/// Clients that are Word in disguise take their width from here.
const WORD_OPENS: &str = "<!--[if mso]><table role=\"presentation\" align=\"center\" width=\"600\" \
    cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td><![endif]-->";
const WORD_CLOSES: &str = "<!--[if mso]></td></tr></table><![endif]-->";

pub(super) fn html(letter: &Letter) -> String {
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                title { (letter.subject) }
            }
            body bgcolor=(DESK.hex()) style={ "margin:0;padding:0;background-color:" (DESK.hex()) } {
                (preheader(letter))
                table role="presentation" width="100%" bgcolor=(DESK.hex()) cellpadding="0" cellspacing="0" border="0" {
                    tr { td align="center" style="padding:16px 0" {
                        (PreEscaped(WORD_OPENS))
                        table role="presentation" width="100%" bgcolor=(SHEET.hex()) cellpadding="0" cellspacing="0" border="0"
                            style={ "max-width:" (COLUMN_PX) "px;background-color:" (SHEET.hex()) } {
                            (rows(letter))
                        }
                        (PreEscaped(WORD_CLOSES))
                    } }
                }
            }
        }
    };
    page.into_string()
}

/// What a list of mails shows beside the subject. The blanks after it keep the first lines of the
/// letter out of there.
fn preheader(letter: &Letter) -> Markup {
    let blanks = "&#847;&zwnj;&nbsp;".repeat(40);
    markup! {
        div style="display:none;max-height:0;overflow:hidden;mso-hide:all;font-size:1px;line-height:1px;opacity:0" {
            (plain(&letter.headline)) (PreEscaped(blanks))
        }
    }
}

fn rows(letter: &Letter) -> Markup {
    markup! {
        (row(24, markup! {
            (paragraph(Ink::Muted, 13, markup! { (letter.title) " · " (letter.range) }))
            h1 style={ "margin:8px 0 0;" (FONT) "font-size:20px;line-height:28px;font-weight:bold;color:" (Ink::Text.hex()) } {
                (said(&letter.headline))
            }
            @for detail in &letter.detail { (paragraph(Ink::Text, 15, markup! { (detail) })) }
        }))
        @if !letter.notes.is_empty() { (row(16, notes(letter))) }
        @if !letter.links.is_empty() { (row(16, links(letter))) }
        @if !letter.figures.is_empty() { (row(24, figures(&letter.figures))) }
        @if let Some(against) = &letter.against {
            (row(24, markup! {
                (heading(&against.title))
                (paragraph(Ink::Muted, 13, markup! { (against.about) }))
                @for line in &against.lines {
                    (paragraph(Ink::Text, 14, markup! {
                        b { (line.name) } " "
                        @if line.real { b { (line.words) } } @else { (line.words) }
                    }))
                }
            }))
        }
        @if let Some(found) = &letter.costliest { (row(24, table(found))) }
        @if let Some(found) = &letter.chart { (row(24, chart(found))) }
        @for found in &letter.tables { (row(24, table(found))) }
        (row(32, about("What was asked", &letter.asked)))
        (row(24, about("What the numbers mean", &letter.meanings)))
        (row(24, markup! {}))
    }
}

/// A row of the column.
fn row(above_px: u16, content: Markup) -> Markup {
    markup! {
        tr { td bgcolor=(SHEET.hex()) style={ "padding:" (above_px) "px " (SIDE_PX) "px 0" } { (content) } }
    }
}

fn heading(text: &str) -> Markup {
    markup! {
        h2 style={ "margin:0;" (FONT) "font-size:16px;line-height:24px;font-weight:bold;color:" (Ink::Text.hex()) } { (text) }
    }
}

fn paragraph(ink: Ink, size_px: u16, content: Markup) -> Markup {
    let line_px = size_px * 3 / 2;
    markup! {
        p style={ "margin:4px 0 0;" (FONT) "font-size:" (size_px) "px;line-height:" (line_px) "px;color:" (ink.hex()) } { (content) }
    }
}

/// A name from outside is set apart, so that its direction of writing cannot reach its neighbours.
fn name(text: &str) -> Markup {
    markup! { span dir="auto" { (text) } }
}

fn said(pieces: &[Piece]) -> Markup {
    markup! {
        @for piece in pieces {
            @match piece {
                Piece::Plain(text) => { (text) },
                Piece::Name(text) => { "“" (name(text)) "”" },
            }
        }
    }
}

/// What must be known first stands on a ground of its own, with a bar at its side.
fn notes(letter: &Letter) -> Markup {
    markup! {
        table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" {
            tr {
                td width="4" bgcolor=(Ink::Open.hex()) style="font-size:1px;line-height:1px" { "\u{a0}" }
                td bgcolor=(DESK.hex()) style="padding:8px 12px 12px" {
                    @for note in &letter.notes { (paragraph(Ink::Text, 14, markup! { (note) })) }
                }
            }
        }
    }
}

fn links(letter: &Letter) -> Markup {
    markup! {
        @for (words, href) in &letter.links {
            (paragraph(Ink::Text, 15, link(href, markup! { (words) })))
        }
    }
}

fn link(href: &str, content: Markup) -> Markup {
    markup! { a href=(href) style={ "color:" (Ink::Accent.hex()) } { (content) } }
}

/// Side by side: each takes its part of the width.
fn figures(figures: &[Figure]) -> Markup {
    markup! {
        table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" {
            tr {
                @for figure in figures {
                    td width={ (100 / figures.len().max(1)) "%" } valign="top" style="padding:0 8px 0 0" {
                        (paragraph(Ink::Muted, 13, markup! { (figure.name) }))
                        (number(figure))
                        (paragraph(Ink::Text, 13, markup! { (figure.base) }))
                        (paragraph(Ink::Muted, 13, markup! { (figure.spread) }))
                        @if let Some(change) = &figure.change {
                            (paragraph(Ink::Text, 13, markup! { (change) }))
                        }
                    }
                }
            }
        }
    }
}

fn number(figure: &Figure) -> Markup {
    let ink = if figure.few { Ink::Faint } else { Ink::Text };
    markup! {
        p style={ "margin:4px 0 0;" (FONT) "font-size:26px;line-height:32px;font-weight:bold;color:" (ink.hex()) } { (figure.value) }
    }
}

fn chart(chart: &Chart) -> Markup {
    markup! {
        (heading(&chart.title))
        @if !chart.caption.is_empty() { (paragraph(Ink::Muted, 13, markup! { (chart.caption) })) }
        img src={ "cid:" (CHART_ID) } width=(WIDTH_PX) alt=(chart.alt)
            style={ "display:block;width:100%;max-width:" (WIDTH_PX) "px;height:auto;border:0;margin:8px 0 0;" (FONT) "font-size:13px;color:" (Ink::Muted.hex()) };
    }
}

fn table(table: &Table) -> Markup {
    let all = table.heads.len();
    markup! {
        (heading(&table.title))
        @if !table.about.is_empty() { (paragraph(Ink::Muted, 13, markup! { (table.about) })) }
        table width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 0;border-collapse:collapse" {
            tr valign="bottom" {
                @for (column, head) in table.heads.iter().enumerate() {
                    th scope="col" align=(side(column)) style=(cell_style(Ink::Muted, column + 1 == all)) { (head) }
                }
            }
            @for row in &table.rows { (table_row(row, all)) }
            @if let Some(more) = &table.more {
                tr { td colspan=(all) style=(cell_style(Ink::Muted, true)) { (more) } }
            }
            @for row in &table.tail { (table_row(row, all)) }
        }
    }
}

fn table_row(row: &Row, all: usize) -> Markup {
    let ink = if row.few { Ink::Faint } else { Ink::Text };
    markup! {
        tr valign="top" {
            // A raw value has no blanks, and a telephone no room.
            td align="left" style={ "word-break:break-word;" (cell_style(ink, all == 1)) } {
                @match &row.href {
                    Some(href) => { (link(href, name(&row.name))) },
                    None => { (name(&row.name)) },
                }
                @if !row.note.is_empty() {
                    br; span style={ "color:" (Ink::Muted.hex()) } dir="auto" { (row.note) }
                }
                @if let Some(bar) = &row.bar { (bar_of(*bar)) }
            }
            @for (column, cell) in (2..).zip(&row.cells) {
                td align="right" style={ (whole(cell)) (cell_style(ink, column == all)) } { (cell) }
            }
        }
    }
}

/// A number stays on its line, and so do both ends of an interval; words may break.
fn whole(cell: &str) -> &'static str {
    if cell.contains(", ") { "" } else { "white-space:nowrap;" }
}

/// A part of the width, as a table: an element of no height in a mail.
fn bar_of(hundredths: u32) -> Markup {
    markup! {
        table role="presentation" width={ (hundredths) "%" } cellpadding="0" cellspacing="0" border="0" {
            tr { td height="8" bgcolor=(Ink::Data.hex()) style="height:8px;font-size:1px;line-height:8px" { "\u{a0}" } }
        }
    }
}

const fn side(column: usize) -> &'static str {
    if column == 0 { "left" } else { "right" }
}

/// Short, because there are hundreds.
fn cell_style(ink: Ink, last: bool) -> String {
    let right_px = if last { 0 } else { 8 };
    let (ink, line) = (ink.hex(), Ink::Grid.hex());
    format!(
        "padding:5px {right_px}px 5px 0;border-bottom:1px solid {line};font:13px/18px Arial,sans-serif;color:{ink}"
    )
}

fn about(title: &str, words: &[(&'static str, String)]) -> Markup {
    markup! {
        (heading(title))
        @for (what, words) in words {
            (paragraph(Ink::Muted, 12, markup! { b { (what) } ": " (words) }))
        }
    }
}
