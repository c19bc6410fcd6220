//! Where a request ends, in one reading only.
//!
//! Every shape is followed by one more signed request, which is how requests are smuggled: what one
//! reader takes for a body is another's next request.

use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::http::answers;
use weir_tests::server::{WEBHOOK, headers, signed};
use weir_tests::{Home, Server};

/// What is sent on one connection.
pub(crate) struct Shape {
    pub(crate) what: String,
    pub(crate) bytes: Vec<u8>,
    /// The statuses of all answers, to the shape and to what follows it.
    answers: &'static [u16],
}

/// Refused, and nothing after it is read.
const BAD: &[u16] = &[400];
/// Taken, and so is what follows.
const FINE: &[u16] = &[200, 200];

/// The delivery that a shape carries in the open.
fn body() -> String {
    event(1, 7001)
}

/// The delivery in every body that only one of two readings takes for a request.
fn hidden() -> Vec<u8> {
    signed(MAIN, event(666, 7001).as_bytes())
}

/// The request after a shape.
pub(crate) fn next() -> Vec<u8> {
    let body = event(2, 7001);
    let mut lines = headers(MAIN, body.as_bytes());
    lines.push("connection: close".to_owned());
    weir_tests::http::request("POST", WEBHOOK, &lines, body.as_bytes())
}

/// A shape with whole control over its lines: the signed headers, then `lines`, then `body`.
fn shape(what: &str, lines: &str, body: &[u8], answers: &'static [u16]) -> Shape {
    whole(what, &format!("POST {WEBHOOK} HTTP/1.1\r\nhost: x\r\n"), lines, body, answers)
}

fn whole(what: &str, begin: &str, lines: &str, sent: &[u8], answers: &'static [u16]) -> Shape {
    let signed = headers(MAIN, body().as_bytes()).join("\r\n");
    let head = format!("{begin}{signed}\r\n{lines}\r\n\r\n");
    Shape { what: what.to_owned(), bytes: [head.as_bytes(), sent].concat(), answers }
}

/// The delivery with its length.
fn plain(what: &str, lines: &str, answers: &'static [u16]) -> Shape {
    let body = body();
    let lines = format!("content-length: {}\r\n{lines}", body.len());
    shape(what, lines.trim_end(), body.as_bytes(), answers)
}

/// The delivery as one chunk, with `size` after its size and `end` for the last chunk.
fn chunked(what: &str, before: &str, after: &str, end: &str, answers: &'static [u16]) -> Shape {
    let body = body();
    let sent = format!("{before}{:x}{after}\r\n{body}\r\n{end}", body.len());
    shape(what, "transfer-encoding: chunked", sent.as_bytes(), answers)
}

const END: &str = "0\r\n\r\n";

fn two_framings() -> Vec<Shape> {
    let hiding = [END.as_bytes(), &hidden()].concat();
    let (all, none) = (hiding.len(), END.len());
    let mut shapes = Vec::new();
    for (what, lines) in [
        ("a length and chunks", format!("content-length: {all}\r\ntransfer-encoding: chunked")),
        ("chunks and a length", format!("transfer-encoding: chunked\r\ncontent-length: {none}")),
        ("two lengths", format!("content-length: {none}\r\ncontent-length: {all}")),
        ("the same length twice", format!("content-length: {all}\r\ncontent-length: {all}")),
        ("a list of lengths", format!("content-length: {all}, {all}")),
        ("a length with a plus", format!("content-length: +{all}")),
        ("a length under zero", "content-length: -1".to_owned()),
        ("a length in hex", format!("content-length: {all:#x}")),
        ("an empty length", "content-length:".to_owned()),
        ("a length of twenty digits", "content-length: 99999999999999999999".to_owned()),
        ("a length that is none", "content-length: many".to_owned()),
        ("a length behind a fold", format!("content-length: {none}\r\n {all}")),
        (
            "chunks behind a fold",
            format!("x: y\r\n transfer-encoding: chunked\r\ncontent-length: {none}"),
        ),
        (
            "chunks behind a bare line feed",
            format!("x: y\ntransfer-encoding: chunked\r\ncontent-length: {none}"),
        ),
        (
            "a length behind a bare line feed",
            format!("x: y\ncontent-length: {none}\r\ncontent-length: {all}"),
        ),
        (
            "chunks behind a bare return",
            format!("x: y\rtransfer-encoding: chunked\r\ncontent-length: {none}"),
        ),
        (
            "a space before the colon of chunks",
            format!("transfer-encoding : chunked\r\ncontent-length: {none}"),
        ),
        ("a space before the colon of a length", format!("content-length : {none}")),
        ("a tab before the colon", format!("content-length\t: {none}")),
        ("a space before the name", format!(" content-length: {none}")),
        ("chunks twice", "transfer-encoding: chunked\r\ntransfer-encoding: chunked".to_owned()),
        (
            "chunks and identity",
            "transfer-encoding: chunked\r\ntransfer-encoding: identity".to_owned(),
        ),
    ] {
        shapes.push(shape(what, &lines, &hiding, BAD));
    }
    for coding in [
        "xchunked",
        "chunkedx",
        "chunked, chunked",
        "chunked, identity",
        "identity",
        "gzip, chunked",
        "chunked;q=1",
        "\"chunked\"",
        "chunked,",
        ",chunked",
        "\x0bchunked",
        "chun ked",
        "cow",
        "",
        "chunked\0",
        "\u{ff43}hunked",
    ] {
        let what = format!("the coding {coding:?}");
        shapes.push(shape(&what, &format!("transfer-encoding: {coding}"), &hiding, BAD));
        let lines = format!("transfer-encoding: {coding}\r\ncontent-length: {none}");
        shapes.push(shape(&format!("{what} and a length"), &lines, &hiding, BAD));
    }
    shapes
}

fn chunks() -> Vec<Shape> {
    let mut shapes = vec![
        chunked("one chunk", "", "", END, FINE),
        chunked("a size with zeros before it", &"0".repeat(300), "", END, FINE),
        chunked("an extension", "", ";name=value;\"other\"", END, FINE),
        chunked("a trailer", "", "", "0\r\nx-checksum: 1\r\n\r\n", FINE),
        chunked("a trailer that frames", "", "", "0\r\ncontent-length: 5\r\n\r\n", FINE),
        chunked("an extension with a line feed", "", ";a\nb", END, BAD),
        chunked("an extension with a NUL", "", ";a\0b", END, BAD),
        chunked("a size that overflows", "10000000000000000", "", END, BAD),
        chunked("a size in front of hex", "0x", "", END, BAD),
        chunked("a size with a plus", "+", "", END, BAD),
        chunked("a size under zero", "-", "", END, BAD),
        chunked("a size after a space", " ", "", END, BAD),
        chunked("no size", "\r\n", "", END, BAD),
        chunked("a line feed for a line end", "5\nhello\n", "", END, BAD),
        chunked("a chunk that is longer than it says", "2\r\nhello\r\n", "", END, BAD),
        chunked("a chunk that ends in a line feed", "2\r\nhe\n", "", END, BAD),
    ];
    // A signature that comes after the body is no signature.
    let body = body();
    let [.., signature] = &headers(MAIN, body.as_bytes())[..] else { panic!("it is signed") };
    let bytes = format!(
        "POST {WEBHOOK} HTTP/1.1\r\nhost: x\r\nx-auth-client: {}\r\ntransfer-encoding: chunked\r\n\r\n\
         {:x}\r\n{body}\r\n0\r\n{signature}\r\n\r\n",
        MAIN.api_key,
        body.len()
    );
    let what = "a signature in the trailer".to_owned();
    shapes.push(Shape { what, bytes: bytes.into_bytes(), answers: &[401, 200] });
    shapes
}

fn versions_and_targets() -> Vec<Shape> {
    let body = body();
    let length = format!("content-length: {}", body.len());
    let begins =
        |what: &str, begin: &str, answers| whole(what, begin, &length, body.as_bytes(), answers);
    let end = "HTTP/1.1\r\nhost: x\r\n";
    vec![
        begins("HTTP/0.9", &format!("POST {WEBHOOK}\r\n"), BAD),
        // It did not ask to keep the connection, so the connection ends.
        begins("HTTP/1.0", &format!("POST {WEBHOOK} HTTP/1.0\r\n"), &[200]),
        begins("HTTP/1.2", &format!("POST {WEBHOOK} HTTP/1.2\r\nhost: x\r\n"), BAD),
        begins("HTTP/2.0", &format!("POST {WEBHOOK} HTTP/2.0\r\nhost: x\r\n"), BAD),
        begins("http/1.1", &format!("POST {WEBHOOK} http/1.1\r\nhost: x\r\n"), BAD),
        begins("the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", BAD),
        whole(
            "chunks in HTTP/1.0",
            &format!("POST {WEBHOOK} HTTP/1.0\r\n"),
            "transfer-encoding: chunked",
            &[END.as_bytes(), &hidden()].concat(),
            BAD,
        ),
        whole("no length in HTTP/1.0", &format!("POST {WEBHOOK} HTTP/1.0\r\n"), "x: y", b"", BAD),
        begins("the whole address", &format!("POST http://elsewhere{WEBHOOK} {end}"), FINE),
        begins("a tunnel", &format!("CONNECT localhost:80 {end}"), &[404]),
        begins("the asterisk", &format!("OPTIONS * {end}"), &[404]),
        begins("no target", &format!("POST {end}"), BAD),
        begins("two spaces", &format!("POST  {WEBHOOK}  {end}"), BAD),
        begins("a target without its slash", &format!("POST {} {end}", &WEBHOOK[1..]), BAD),
        begins("two slashes", &format!("POST /{WEBHOOK} {end}"), &[404]),
        begins("a slash at the end", &format!("POST {WEBHOOK}/ {end}"), &[404]),
        begins("a way round", &format!("POST /x/..{WEBHOOK} {end}"), &[404]),
        begins("a slash in percent", &format!("POST /webhooks%2fveriff {end}"), &[404]),
        begins("another method", &format!("PUT {WEBHOOK} {end}"), &[405]),
        begins("a method in small letters", &format!("post {WEBHOOK} {end}"), &[405]),
        begins("no host", &format!("POST {WEBHOOK} HTTP/1.1\r\n"), BAD),
        begins("two hosts", &format!("POST {WEBHOOK} {end}host: y\r\n"), BAD),
        plain(
            "a change to h2c",
            "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__",
            FINE,
        ),
        // With what follows as its body, which then is not the signed one, or never ends.
        plain("a change to WebSocket", "connection: upgrade\r\nupgrade: websocket", &[408]),
        plain("a header like that of chunks", "transfer_encoding: chunked", FINE),
        plain("a wish to be told to go on", "expect: 100-continue", &[100, 200, 200]),
    ]
}

fn odd_headers() -> Vec<Shape> {
    let mut shapes = Vec::new();
    for byte in (0..=8).chain(10..=31).chain([127]) {
        let value = char::from(byte);
        let answers = if value == '\n' { FINE } else { BAD };
        shapes.push(plain(
            &format!("the byte {byte} in a value"),
            &format!("x: a{value}b: c"),
            answers,
        ));
        shapes.push(plain(&format!("the byte {byte} in a name"), &format!("x{value}y: z"), BAD));
    }
    let many = |count: usize| (0..count).map(|n| format!("x-{n}: y\r\n")).collect::<String>();
    shapes.push(plain("ninety headers", &many(90), FINE));
    shapes.push(plain("a hundred headers", &many(100), &[431]));
    shapes.push(plain("a long header", &format!("x: {}", "y".repeat(60_000)), FINE));
    shapes.push(plain("no name", ": y", BAD));
    shapes.push(plain("no colon", "nonsense", BAD));
    shapes
}

fn after_a_refusal() -> Vec<Shape> {
    let body = body();
    let length = format!("content-length: {}", body.len());
    let unsigned = format!("POST {WEBHOOK} HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n{body}");
    let get = format!("GET {WEBHOOK} HTTP/1.1\r\nhost: x\r\n\r\n");
    let health = format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n{body}");
    let of = |what: &str, bytes: String, answers| Shape {
        what: what.to_owned(),
        bytes: bytes.into_bytes(),
        answers,
    };
    let large = [vec![b'x'; 65_537 - hidden().len()], hidden()].concat();
    vec![
        // It was read to its end: the next one is another request, and a signed one.
        of("401", unsigned.clone(), &[401, 200]),
        of(
            "401 ten times",
            unsigned.repeat(10),
            &[401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 200],
        ),
        // These end the connection, and say so: nothing after them is a request.
        of("405", get, &[405]),
        of("a body where none belongs", health, &[200]),
        plain("415", "content-encoding: gzip", &[415]),
        shape("413", "content-length: 65537", &large, &[413]),
        shape("413 by what it says", "content-length: 18446744073709551615", &hidden(), &[413]),
        plain("a last request", "connection: close", &[200]),
    ]
}

/// All of them.
pub(crate) fn shapes() -> impl Iterator<Item = Shape> {
    [two_framings(), chunks(), versions_and_targets(), odd_headers(), after_a_refusal()]
        .into_iter()
        .flatten()
}

#[test]
fn no_request_hides_in_another() {
    let home = Home::with("[ingest]\nbody_timeout_ms = 300\n");
    let server = Server::start(&home);
    let (mut count, mut taken) = (0, 0);
    for Shape { what, bytes, answers: wanted } in shapes() {
        let mut connection = server.connect();
        // The server may have answered and gone before the end.
        let _ = connection.send(&[bytes, next()].concat());
        let got = connection.rest().unwrap_or_else(|error| panic!("{what}: {error}"));
        let got = answers(&got).unwrap_or_else(|error| panic!("{what}: {error} in {got:?}"));
        let got: Vec<u16> = got.iter().map(|answer| answer.status).collect();
        assert_eq!(got, wanted, "{what}");
        taken += got.iter().filter(|&&status| status == 200).count();
        count += 1;
    }
    println!("{count} shapes");
    // The one with a body where none belongs is no delivery.
    let bodies = home.bodies();
    assert_eq!(bodies.len(), taken - 1);
    for kept in bodies {
        assert!(kept == body() || kept == event(2, 7001), "{kept}");
    }
    assert_eq!(home.verified(), taken as u64 - 1);
    server.takes(MAIN, &[body()]);
    let (status, said) = server.stop();
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}
