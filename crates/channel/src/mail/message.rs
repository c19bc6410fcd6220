//! A parcel as a message: the same bytes for each try.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{
    ContentDisposition, ContentId, ContentTransferEncoding, ContentType, Header, HeaderName,
    HeaderValue,
};
use lettre::message::{Mailbox, Message, MultiPart, MultiPartKind, SinglePart};
use sha2::{Digest, Sha256};

use crate::words::one_line;
use crate::{Attachment, Parcel, Refusal};

/// A subject is read in a list; what goes beyond is not seen.
const SUBJECT_CHARS_MAX: usize = 200;

/// What is attached to a message, all together: about as much as mail servers take, and no more of
/// our memory.
const ATTACHED_MIB_MAX: u64 = 25;
const MIB: u64 = 1024 * 1024;

/// The bytes of a message to one recipient.
pub(super) fn of(parcel: &Parcel, from: &Mailbox, to: &Address) -> Result<Vec<u8>, Refusal> {
    let seconds = u64::try_from(parcel.scheduled_at.as_micros() / 1_000_000).unwrap_or(0);
    fits(&parcel.files)?;
    let mut parts = Parts { id: &parcel.id, count: 0 };
    let content = content(parcel, &mut parts)?;
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(words(&parcel.mail.subject, SUBJECT_CHARS_MAX))
        .date(UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(format!("<{}@{}>", parcel.id, from.email.domain())))
        .header(AutoSubmitted)
        .multipart(content)
        .map_err(|error| Refusal::Permanent { cause: format!("no mail can be made: {error}") })?;
    Ok(message.formatted())
}

/// A text on one line that every reader shows as it is: not one that looks encoded, which they would
/// decode to something else.
fn words(text: &str, chars_max: usize) -> String {
    one_line(text, chars_max).replace("=?", "= ?")
}

/// A text in lines: a carriage return alone ends one too, before some server on the way takes it for
/// an end of ours; and what acts and is not seen has no place in a mail.
fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.replace(|c: char| c.is_control() && !matches!(c, '\n' | '\t'), "")
}

/// What is shown, and beside it the files.
fn content(parcel: &Parcel, parts: &mut Parts<'_>) -> Result<MultiPart, Refusal> {
    let mixed = parts.multi(MultiPartKind::Mixed);
    let alternative = parts.multi(MultiPartKind::Alternative);
    let mut related =
        parts.multi(MultiPartKind::Related).singlepart(SinglePart::html(lines(&parcel.mail.html)));
    for image in &parcel.mail.images {
        related = related.singlepart(
            SinglePart::builder()
                .header(ContentId::from(format!("<{}>", image.content_id)))
                .header(ContentDisposition::inline())
                .header(media_type("image/png"))
                .header(ContentTransferEncoding::Base64)
                .body(image.bytes.clone()),
        );
    }
    let shown =
        alternative.singlepart(SinglePart::plain(lines(&parcel.mail.text))).multipart(related);
    parcel
        .files
        .iter()
        .try_fold(mixed.multipart(shown), |message, file| Ok(message.singlepart(attached(file)?)))
}

/// Whether the files may be attached, before one of them is read.
fn fits(files: &[Attachment]) -> Result<(), Refusal> {
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    if bytes <= ATTACHED_MIB_MAX * MIB {
        return Ok(());
    }
    Err(Refusal::Permanent {
        cause: format!(
            "its files have {} MiB, and no more than {ATTACHED_MIB_MAX} MiB are attached to a mail; \
             send them to `file` or `s3`",
            bytes.div_ceil(MIB)
        ),
    })
}

fn attached(file: &Attachment) -> Result<SinglePart, Refusal> {
    let bytes = std::fs::read(&file.path).map_err(|error| Refusal::Transient {
        cause: format!("the rendered file {} cannot be read: {error}", file.path.display()),
        retry_after: None,
    })?;
    Ok(SinglePart::builder()
        .header(ContentDisposition::attachment(&words(&file.name, 150)))
        .header(media_type(&file.media_type))
        // Text too: a relay may change the ends of its lines otherwise.
        .header(ContentTransferEncoding::Base64)
        .body(bytes))
}

fn media_type(text: &str) -> ContentType {
    ContentType::parse(text).unwrap_or_else(|_| {
        #[allow(clippy::expect_used)] // a constant that a test reads
        ContentType::parse("application/octet-stream").expect("it is a media type")
    })
}

/// Numbers the parts that hold others, so that what bounds them follows from the parcel.
struct Parts<'a> {
    id: &'a str,
    count: u32,
}

impl Parts<'_> {
    fn multi(&mut self, kind: MultiPartKind) -> MultiPart {
        self.count += 1;
        let digest = Sha256::digest(format!("{} part {}", self.id, self.count));
        MultiPart::builder().kind(kind).boundary(hex::encode(&digest[..20])).build()
    }
}

/// Asks vacation responders to stay silent.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::Refusal;
    use crate::parcel::tests::parcel;

    fn message(subject: &str, file: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut parcel = parcel();
        parcel.mail.subject = subject.to_owned();
        parcel.files[0].name = file.to_owned();
        parcel.files[0].path = folder.path().join("a.pdf");
        std::fs::write(&parcel.files[0].path, b"%PDF").unwrap();
        let from = "Weir <weir@example.com>".parse().unwrap();
        let bytes = of(&parcel, &from, &"ann@example.com".parse().unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_message_has_the_same_bytes_each_time() {
        let text = message("Drop-off 34.9 %", "a.pdf");
        assert_eq!(text, message("Drop-off 34.9 %", "a.pdf"));
        for line in [
            "Message-ID: <run-7-1@example.com>\r\n",
            "Date: Mon, 30 Mar 2026 23:30:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "To: ann@example.com\r\n",
            "Subject: Drop-off 34.9 %\r\n",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
    }

    #[test]
    fn what_no_server_takes_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut parcel = parcel();
        let file = &mut parcel.files[0];
        file.path = folder.path().join("a.parquet");
        // Two that are not too large by themselves are so together.
        file.bytes = 13 * 1024 * 1024;
        std::fs::File::create(&file.path).unwrap().set_len(file.bytes).unwrap();
        let second = parcel.files[0].clone();
        parcel.files.push(second);
        let from = "Weir <weir@example.com>".parse().unwrap();
        let refusal = of(&parcel, &from, &"ann@example.com".parse().unwrap()).unwrap_err();
        assert!(matches!(refusal, Refusal::Permanent { .. }), "{refusal}");
        let said = refusal.to_string();
        assert!(
            said.contains("26 MiB") && said.contains("25 MiB") && said.contains("`s3`"),
            "{said}"
        );
    }

    #[test]
    fn no_text_becomes_a_header() {
        for evil in [
            "a\r\nBcc: eve@evil.example",
            "a\nBcc: eve@evil.example",
            "a\r\n\r\n<b>",
            "\"; x=\"\r\nX: y",
        ] {
            let text = message(evil, evil);
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            for line in text.lines() {
                assert!(!line.starts_with("Bcc:") && !line.starts_with("X:"), "{text}");
            }
            assert_eq!(head.matches("MIME-Version").count(), 1, "{head}");
            assert!(head.contains("multipart/mixed"), "{head}");
        }
        assert!(!message("report\u{202e}fdp.exe", "a").contains("4oCu"));
    }

    #[test]
    fn a_line_has_one_end() {
        let mut parcel = parcel();
        parcel.files.clear();
        parcel.mail.text = "a\r.\r\nb\r\rc\0\u{1b}\n.\n".to_owned();
        parcel.mail.html = "<p>a\rb</p>".to_owned();
        let from = "Weir <weir@example.com>".parse().unwrap();
        let bytes = of(&parcel, &from, &"ann@example.com".parse().unwrap()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\0', '\u{1b}']), "{text:?}");
        assert!(text.contains("\r\na\r\n.\r\nb\r\n\r\nc\r\n.\r\n"), "{text:?}");
    }

    #[test]
    fn no_text_is_shown_as_another() {
        // It would be shown as `Drop-off 0 %`.
        let evil = "=?utf-8?B?RHJvcC1vZmYgMCAl?=";
        let text = message(evil, evil);
        assert!(!text.contains("=?"), "{text}");
    }
}
