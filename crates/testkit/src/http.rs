//! A browser without a screen: one kept-alive HTTP/1.1 connection with a cookie.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where to go on, for a redirect.
    pub location: Option<String>,
    /// The body.
    pub body: String,
}

/// A kept-alive connection with a cookie.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    cookie: String,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    /// A client of the server at `address` that sends `cookie`.
    pub fn new(address: SocketAddr, cookie: &str) -> Self {
        Self { address, cookie: cookie.to_owned(), connection: None }
    }

    /// Gets a page.
    ///
    /// # Errors
    /// When the connection is refused or breaks before the whole answer came.
    pub async fn get(&mut self, path: &str) -> std::io::Result<Answer> {
        self.send("GET", path, &[]).await
    }

    /// Posts a form, with its token in the header as a script sends it.
    ///
    /// # Errors
    /// When the connection is refused or breaks before the whole answer came: what became of the
    /// act is then unknown.
    pub async fn post(&mut self, path: &str, csrf: &str, fields: &[(&str, &str)]) -> std::io::Result<Answer> {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let headers = format!(
            "x-csrf-token: {csrf}\r\nx-requested-with: fetch\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        );
        self.send("POST", path, &[headers.as_str(), &body.join("&")]).await
    }

    /// Posts a file of text as a page does: in parts, with the form's other fields.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn post_file(&mut self, path: &str, csrf: &str, name: &str, text: &str) -> std::io::Result<Answer> {
        const LINE: &str = "----part-of-a-form-that-no-list-holds";
        let headers = format!(
            "x-csrf-token: {csrf}\r\nx-requested-with: fetch\r\ncontent-type: multipart/form-data; boundary={LINE}\r\n"
        );
        let body = format!(
            "--{LINE}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n{text}\r\n--{LINE}--\r\n"
        );
        self.send("POST", path, &[headers.as_str(), &body]).await
    }

    async fn send(&mut self, method: &str, path: &str, rest: &[&str]) -> std::io::Result<Answer> {
        let answer = tokio::time::timeout(Duration::from_secs(20), self.exchange(method, path, rest)).await;
        let answer = answer.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        if answer.is_err() {
            self.connection = None;
        }
        answer
    }

    async fn exchange(&mut self, method: &str, path: &str, rest: &[&str]) -> std::io::Result<Answer> {
        if self.connection.is_none() {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            self.connection = Some(BufReader::new(stream));
        }
        let connection = self.connection.as_mut().ok_or(std::io::ErrorKind::NotConnected)?;
        let (headers, body) = match rest {
            [headers, body] => (*headers, *body),
            _ => ("", ""),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\naccept: text/html\r\n{headers}content-length: {}\r\n\r\n{body}",
            self.address,
            self.cookie,
            body.len()
        );
        connection.get_mut().write_all(request.as_bytes()).await?;
        read_answer(connection).await
    }
}

async fn read_answer(connection: &mut BufReader<TcpStream>) -> std::io::Result<Answer> {
    let broken = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let first = line(connection).await?;
    let status = first.split(' ').nth(1).and_then(|text| text.parse().ok()).ok_or_else(broken)?;
    let (mut location, mut length, mut chunked) = (None, 0_usize, false);
    loop {
        let header = line(connection).await?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "location" => location = Some(value.trim().to_owned()),
            "content-length" => length = value.trim().parse().map_err(|_| broken())?,
            "transfer-encoding" => chunked = true,
            _ => {}
        }
    }
    let mut body = Vec::new();
    if chunked {
        loop {
            let size = usize::from_str_radix(line(connection).await?.trim(), 16).map_err(|_| broken())?;
            let start = body.len();
            body.resize(start + size, 0);
            connection.read_exact(&mut body[start..]).await?;
            line(connection).await?;
            if size == 0 {
                break;
            }
        }
    } else {
        body.resize(length, 0);
        connection.read_exact(&mut body).await?;
    }
    Ok(Answer { status, location, body: String::from_utf8_lossy(&body).into_owned() })
}

async fn line(connection: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    if connection.read_line(&mut text).await? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(text.trim_end().to_owned())
}

/// A value as a form sends it.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
