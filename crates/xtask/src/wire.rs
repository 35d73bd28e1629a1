//! The simple query protocol (PostgreSQL manual, 55.2), as far as tests and chores need it: no password, no TLS, values as
//! text. A client library would bring fifty packages for this.

use std::fmt;
use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

/// What a query gives: rows of texts, NULL as none.
pub type Rows = Vec<Vec<Option<String>>>;

/// What a server says when it refuses, or why it cannot be spoken with.
#[derive(Debug)]
pub struct WireError {
    /// The SQLSTATE; none where the connection failed.
    pub code: Option<String>,
    /// The message.
    pub message: String,
}

impl fmt::Display for WireError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(formatter, "{code}: {}", self.message),
            None => formatter.write_str(&self.message),
        }
    }
}

impl std::error::Error for WireError {}

impl From<io::Error> for WireError {
    fn from(error: io::Error) -> Self {
        Self { code: None, message: error.to_string() }
    }
}

trait Stream: Read + Write + Send {}
impl Stream for UnixStream {}
impl Stream for TcpStream {}

/// A connection.
pub struct Client {
    stream: BufReader<Box<dyn Stream>>,
}

impl Client {
    /// Connects as `host=… port=… user=… dbname=…` says; a host that begins with `/` is the folder of a socket. A later
    /// entry replaces an earlier one.
    ///
    /// # Errors
    /// When nobody answers, or the server wants a password.
    pub fn connect(connection: &str) -> Result<Self, WireError> {
        let entry = |name: &str, default: &str| {
            let value = connection.split_whitespace().rev().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or(default).to_owned()
        };
        let (host, port) = (entry("host", "localhost"), entry("port", "5432"));
        let stream: Box<dyn Stream> = if host.starts_with('/') {
            Box::new(UnixStream::connect(format!("{host}/.s.PGSQL.{port}"))?)
        } else {
            Box::new(TcpStream::connect(format!("{host}:{port}"))?)
        };
        let mut client = Self { stream: BufReader::new(stream) };
        let user = entry("user", "postgres");
        let mut startup = 196_608_u32.to_be_bytes().to_vec();
        for text in ["user", &user, "database", &entry("dbname", &user), "client_encoding", "UTF8", ""] {
            startup.extend_from_slice(text.as_bytes());
            startup.push(0);
        }
        client.send(None, &startup)?;
        client.answer()?;
        Ok(client)
    }

    /// Runs a script; the rows of all its statements together.
    ///
    /// # Errors
    /// What the server refuses with, or that the connection is gone.
    pub fn query(&mut self, sql: &str) -> Result<Rows, WireError> {
        let mut body = sql.as_bytes().to_vec();
        body.push(0);
        self.send(Some(b'Q'), &body)?;
        self.answer()
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> Result<(), WireError> {
        let length = u32::try_from(body.len() + 4).map_err(|_| io::Error::other("the message is too long"))?;
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(body);
        Ok(self.stream.get_mut().write_all(&message)?)
    }

    /// Reads until the server is ready again.
    fn answer(&mut self) -> Result<Rows, WireError> {
        let mut rows = Vec::new();
        let mut failed = None;
        loop {
            let mut head = [0; 5];
            if let Err(error) = self.stream.read_exact(&mut head) {
                return Err(failed.unwrap_or_else(|| error.into()));
            }
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]).saturating_sub(4);
            let mut body = vec![0; length as usize];
            self.stream.read_exact(&mut body)?;
            match head[0] {
                b'Z' => return failed.map_or(Ok(rows), Err),
                b'D' => rows.push(row(&body)),
                b'E' => failed = Some(refusal(&body)),
                b'R' if body.iter().any(|byte| *byte != 0) => {
                    return Err(io::Error::other("the server asks for a password").into());
                }
                // COPY FROM stdin: there is no data here.
                b'G' => self.send(Some(b'f'), b"no data\0")?,
                _ => {}
            }
        }
    }
}

/// A DataRow: a count of columns, then length and bytes of each.
fn row(body: &[u8]) -> Vec<Option<String>> {
    let mut columns = Vec::new();
    let mut rest = body.get(2..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(i32::from_be_bytes(*length)).ok();
        let (value, after) = after.split_at(length.unwrap_or(0).min(after.len()));
        columns.push(length.map(|_| String::from_utf8_lossy(value).into_owned()));
        rest = after;
    }
    columns
}

/// An ErrorResponse: fields of a letter and a text.
fn refusal(body: &[u8]) -> WireError {
    let field = |letter: u8| {
        let mut fields = body.split(|byte| *byte == 0);
        fields
            .find(|field| field.first() == Some(&letter))
            .map(|field| String::from_utf8_lossy(&field[1..]).into_owned())
    };
    WireError { code: field(b'C'), message: field(b'M').unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::{refusal, row};

    #[test]
    fn rows_tell_null_from_empty() {
        assert_eq!(
            row(&[0, 3, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 1, b'x']),
            [None, Some(String::new()), Some("x".into())]
        );
    }

    #[test]
    fn a_refusal_has_its_code() {
        let error = refusal(b"SERROR\0C42703\0Mno such column\0\0");
        assert_eq!((error.code.as_deref(), error.message.as_str()), (Some("42703"), "no such column"));
    }
}
