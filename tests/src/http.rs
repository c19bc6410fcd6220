//! A client that sends exactly the bytes it is told to, right or wrong.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection, over which any number of requests may go.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its status code.
    pub status: u16,
    /// Its headers, the names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// If nobody listens there.
    pub fn open(address: SocketAddr) -> io::Result<Connection> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream: BufReader::new(stream) })
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// If the other side has gone.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Says that nothing more will be sent.
    ///
    /// # Errors
    /// If the other side has gone.
    pub fn finish(&self) -> io::Result<()> {
        self.stream.get_ref().shutdown(Shutdown::Write)
    }

    /// Reads one answer.
    ///
    /// # Errors
    /// If there is none, or not a whole one.
    pub fn answer(&mut self) -> io::Result<Response> {
        read_answer(&mut self.stream)
    }

    /// Reads all that comes until the other side closes the connection, in good order or not.
    ///
    /// # Errors
    /// If it does not close it.
    pub fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self.stream.read_to_end(&mut bytes) {
            Err(error) if error.kind() != io::ErrorKind::ConnectionReset => Err(error),
            _ => Ok(bytes),
        }
    }

    /// Reads until `text` has come, of an answer that does not end.
    ///
    /// # Errors
    /// If it ends, or nothing comes any more.
    pub fn until(&mut self, text: &str) -> io::Result<String> {
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).contains(text) {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            bytes.extend(byte);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// If the connection breaks.
    pub fn ask(&mut self, request: &[u8]) -> io::Result<Response> {
        self.send(request)?;
        self.answer()
    }
}

/// Every answer in what a connection gave.
///
/// # Errors
/// If there is anything else in it.
pub fn answers(mut bytes: &[u8]) -> io::Result<Vec<Response>> {
    let mut answers = Vec::new();
    while !bytes.is_empty() {
        answers.push(read_answer(&mut bytes)?);
    }
    Ok(answers)
}

fn read_answer(stream: &mut impl BufRead) -> io::Result<Response> {
    let status_line = read_line(stream)?;
    let status = status_line
        .strip_prefix("HTTP/1.1 ")
        .or_else(|| status_line.strip_prefix("HTTP/1.0 "))
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .ok_or_else(|| wrong(format!("no status line: {status_line:?}")))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(stream)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| wrong("no header"))?;
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut response = Response { status, headers, body: Vec::new() };
    response.body = read_body(stream, &response)?;
    Ok(response)
}

fn read_body(stream: &mut impl BufRead, head: &Response) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    // RFC 9110, sections 15.2 and 15.3.5: nothing follows, and nothing says so.
    if head.status < 200 || head.status == 204 {
        return Ok(body);
    }
    if head.header("transfer-encoding").is_some_and(|coding| coding == "chunked") {
        loop {
            let line = read_line(stream)?;
            let length = usize::from_str_radix(&line, 16).map_err(|_| wrong("no chunk"))?;
            let mut chunk = vec![0; length + 2];
            stream.read_exact(&mut chunk)?;
            if length == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..length]);
        }
    }
    let length = head.header("content-length").ok_or_else(|| wrong("no length"))?;
    body.resize(length.parse().map_err(|_| wrong("no length"))?, 0);
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn read_line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

impl Response {
    /// The first header of a name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the answer is text")
    }

    /// All but the date, which is another with every answer.
    pub fn without_date(mut self) -> Response {
        self.headers.retain(|(name, _)| name != "date");
        self
    }
}

/// A request's bytes. `headers` are whole lines without their ends.
pub fn request(method: &str, path: &str, headers: &[String], body: &[u8]) -> Vec<u8> {
    let mut bytes = head(method, path, headers);
    let place = bytes.len() - 2;
    bytes.splice(place..place, format!("content-length: {}\r\n", body.len()).into_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// A request's head alone.
pub fn head(method: &str, path: &str, headers: &[String]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// How many files a process may have open here.
pub fn files_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").expect("the kernel says its limits");
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()).expect("a limit of files");
    soft.parse().unwrap_or(usize::MAX)
}

fn wrong(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}
