//! Each output of each document of the fixture, held against a file under `golden/`.
//!
//! A change that is meant: `cargo xtask golden` writes them anew, and they are looked at before
//! they are committed. Another output is another line of [`OUTPUTS`].

use std::fs;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::Document;
use super::document::{pdf_text, xlsx_parts};
use super::fixture_document::all;
use super::parquet::tests::parquet_text;
use crate::Output;

/// How an output comes about.
type Render = fn(&Document) -> Vec<u8>;

/// What is held: the end of the file's name, and the bytes.
const OUTPUTS: &[(&str, Render)] = &[
    ("html", |document| document.render(Output::Html).unwrap()),
    ("svg", |document| document.render(Output::Svg).unwrap()),
    ("csv", |document| document.render(Output::Csv).unwrap()),
    ("json", |document| document.render(Output::Json).unwrap()),
    ("mail.html", |document| document.mail().unwrap().html.into_bytes()),
    ("mail.txt", |document| {
        let mail = document.mail().unwrap();
        format!("Subject: {}\n\n{}", mail.subject, mail.text).into_bytes()
    }),
    ("slack.json", |document| format!("{:#}\n", document.slack()).into_bytes()),
    // A PDF and a workbook are packed; what is in them can be read.
    ("pdf.txt", |document| pdf_text(document).into_bytes()),
    ("xlsx.xml", |document| xlsx_parts(document).into_bytes()),
    // Of a picture, whose content is that of the SVG, its size and digest.
    ("png.txt", |document| png_text(&document.render(Output::Png).unwrap()).into_bytes()),
];

fn png_text(png: &[u8]) -> String {
    let side = |from: usize| u32::from_be_bytes(png[from..from + 4].try_into().unwrap());
    let digest = hex::encode(Sha256::digest(png));
    format!("{} x {} px, {} bytes\nSHA-256 {digest}\n", side(16), side(20), png.len())
}

#[test]
fn every_output_is_as_it_was() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden");
    let renew = std::env::var("WEIR_GOLDEN").is_ok_and(|value| value == "renew");
    let mut differ = Vec::new();
    let mut hold = |name: String, got: Vec<u8>| {
        let path = folder.join(&name);
        if renew {
            fs::create_dir_all(&folder).unwrap();
            return fs::write(&path, &got).unwrap();
        }
        let want = fs::read(&path).unwrap_or_default();
        if want != got {
            differ.push(format!("golden/{name}: {}", first_difference(&want, &got)));
        }
    };
    for (name, document) in all() {
        for (extension, render) in OUTPUTS {
            hold(format!("{name}.{extension}"), render(&document));
        }
    }
    // Not of a document: of the model, a row for each session.
    hold("sessions.parquet.txt".to_owned(), parquet_text().into_bytes());
    assert!(
        differ.is_empty(),
        "these are not as they were:\n{}\nIf that is meant: cargo xtask golden, then look at them.",
        differ.join("\n")
    );
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for (name, document) in all() {
        for output in Output::ALL {
            let (a, b) = (document.render(output), document.clone().render(output));
            assert!(a == b, "{name}.{output} is another the second time");
        }
    }
}

/// The first place at which they differ, with some of what is there.
fn first_difference(want: &[u8], got: &[u8]) -> String {
    const SHOWN: usize = 120;
    if want.is_empty() {
        return "there is none yet".to_owned();
    }
    let at = want.iter().zip(got).take_while(|(a, b)| a == b).count();
    let line = 1 + want[..at].iter().filter(|byte| **byte == b'\n').count();
    let around = |bytes: &[u8]| {
        let (from, to) = (at.saturating_sub(20).min(bytes.len()), (at + SHOWN).min(bytes.len()));
        String::from_utf8_lossy(&bytes[from..to]).escape_debug().to_string()
    };
    format!("line {line}, byte {at}\n  was {}\n  is  {}", around(want), around(got))
}
