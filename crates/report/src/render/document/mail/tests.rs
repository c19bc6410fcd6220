use super::HTML_BYTES_MAX;
use crate::render::Mail;
use crate::render::document::Document;
use crate::render::fixture_document as documents;

/// What a reader of the HTML sees: no comment, no element, nothing hidden; with what stands in
/// for a picture.
fn seen(html: &str) -> String {
    let body = html.split_once("<body").unwrap().1.split_once('>').unwrap().1;
    // The line for lists of mails repeats the headline.
    let (before, hidden) = body.split_once("<div style=\"display:none").unwrap();
    let body = format!("{before}{}", hidden.split_once("</div>").unwrap().1);
    let mut text = String::new();
    let mut rest = body.as_str();
    while let Some((shown, markup)) = rest.split_once('<') {
        text.push_str(shown);
        text.push(' ');
        let end = if markup.starts_with("!--") { "-->" } else { ">" };
        rest = markup.split_once(end).unwrap().1;
    }
    text.push_str(rest);
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
        .into_iter()
        .fold(text, |text, (escape, c)| text.replace(escape, c))
}

/// Every run of digits, with the dots and commas between them, sorted.
fn numbers(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    let mut found: Vec<String> = text
        .split(|c| !is_part(c))
        .map(|number| number.trim_matches(['.', ',']).to_owned())
        .filter(|number| !number.is_empty())
        .collect();
    found.sort();
    found
}

/// The text part without the lines that are addresses.
fn told(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("https://")).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check(name: &str, document: &Document) -> Mail {
    let mail = document.mail().unwrap();
    let (shown, told_too) = (numbers(&seen(&mail.html)), numbers(&told(&mail.text)));
    if let Some(at) = shown.iter().zip(&told_too).position(|(a, b)| a != b) {
        panic!("{name}: HTML has {:?}, the text {:?}", &shown[at..], &told_too[at..]);
    }
    assert_eq!(shown.len(), told_too.len(), "{name}");
    assert!(mail.html.len() <= HTML_BYTES_MAX, "{name}: {} bytes", mail.html.len());
    assert!(!mail.subject.chars().any(char::is_control), "{name}");
    for bad in ["<script", "<style", "<link", "<svg", "class=", "onload=\"", "url(", "\u{202e}"] {
        assert!(!mail.html.contains(bad), "{name}: {bad}");
    }
    for (at, _) in mail.html.match_indices("src=\"") {
        assert!(mail.html[at..].starts_with("src=\"cid:chart@weir.invalid\" width=\"552\" alt=\""));
    }
    for (at, _) in mail.html.match_indices("href=\"") {
        assert!(mail.html[at..].starts_with("href=\"https://weir.example.com/"), "{name}");
    }
    assert_eq!(mail.images.len(), mail.html.matches("<img").count());
    for image in &mail.images {
        assert!(mail.html.contains(&format!("cid:{}", image.content_id)));
        assert_eq!(image.bytes[16..20], 1_104_u32.to_be_bytes(), "two pixels to a point");
        assert!(image.bytes.len() < 200_000, "{name}: {}", image.bytes.len());
    }
    for line in told(&mail.text).lines() {
        assert!(line.chars().count() <= 78 || !line.trim().contains(' '), "{name}: {line}");
        assert!(!line.chars().any(char::is_control), "{name}: {line}");
    }
    mail
}

#[test]
fn both_parts_tell_the_same_numbers() {
    for (name, document) in documents::all() {
        check(name, &document);
    }
    check("many", &documents::many());
    check("hours", &documents::hours());
}

#[test]
fn a_number_that_is_left_out_of_one_part_is_noticed() {
    let mail = documents::full().mail().unwrap();
    let less = mail.text.replacen("2,061", "", 1);
    assert_ne!(numbers(&seen(&mail.html)), numbers(&told(&less)));
}

#[test]
fn a_mail_says_what_was_asked_and_what_it_means() {
    let mut document = documents::full();
    document.notes = vec!["2 earlier runs were skipped while Weir did not run.".to_owned()];
    let Mail { subject, html, text, .. } = check("full", &document);
    assert!(subject.starts_with("Drop-off 34.9 % from 2026-01-05 to 2026-02-03, up 2.4 points"));
    let html = seen(&html).replace('\u{a0}', " ");
    for want in [
        "Monthly review",
        "2026-01-05 00:00 to 2026-02-04 00:00, Europe/Tallinn",
        "went from 32.6 % (671 of 2,061 sessions) to 34.9 % (720 of 2,061 sessions)",
        "no more than chance would explain",
        "2 earlier runs were skipped while Weir did not run.",
        "Provisional: ",
        "Stall window",
        "Camera access blocked",
        "Silent, no screen known",
    ] {
        assert!(html.contains(want), "{want} in {html}");
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(want), "{want} in {text}");
    }
    assert!(text.contains("\nhttps://weir.example.com/?from="), "{text}");
}

#[test]
fn only_the_parts_that_were_asked_for_follow_the_short_form() {
    let mut document = documents::full();
    document.sections = vec![crate::Section::Reasons];
    let text = check("reasons", &document).text;
    assert!(text.contains("Why they leave") && text.contains("The three costliest screens"));
    assert!(!text.contains("How long it took") && !text.contains("Data quality"));
}

#[test]
fn an_alert_is_short_and_leads_to_the_sessions() {
    let document = documents::alarm();
    let mail = check("alarm", &document);
    assert_eq!(mail.subject, "Drop-off rose to 34.9 %, above 30.0 %");
    assert!(mail.text.contains("https://weir.example.com/sessions?outcome=cancelled"));
    assert!(mail.html.contains("It is judged on sessions that are at least 24 h old."));
    assert!(!mail.text.contains("Where they leave\n"));
}

#[test]
fn of_nothing_it_says_so() {
    let mail = check("empty", &documents::empty());
    assert!(mail.text.contains("No sessions began in this range."));
    assert!(mail.images.is_empty());
}

#[test]
fn without_a_dashboard_nothing_leads_on() {
    let mut document = documents::full();
    document.base_url = None;
    let mail = check("nowhere", &document);
    assert!(!mail.html.contains("href=") && !mail.text.contains("http"));
}
