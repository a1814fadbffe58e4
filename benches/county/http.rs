//! A client that costs next to nothing, as pgbench's does: one kept connection, one request at a time, a thread that
//! waits for its answer. It speaks as a program with a token, or as a browser in which somebody has signed in.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, bail};

/// A kept connection.
pub struct Client {
    stream: TcpStream,
    /// The lines of a request that say who asks.
    who: String,
    buffer: Vec<u8>,
    filled: usize,
}

impl Client {
    /// Connects to the server with a token.
    pub fn connect(address: &str, token: &str) -> anyhow::Result<Self> {
        Self::of(address, format!("Authorization: Bearer {token}\r\nAccept: application/json\r\n"))
    }

    /// Connects to the server with the cookie of a session and the token that its unsafe requests repeat.
    pub fn browser(address: &str, session: &str, csrf_token: &str) -> anyhow::Result<Self> {
        let who = format!("Cookie: cadre={session}\r\nX-CSRF-Token: {csrf_token}\r\nAccept: text/html\r\n");
        Self::of(address, who)
    }

    fn of(address: &str, who: String) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, who, buffer: vec![0; 1 << 16], filled: 0 })
    }

    /// The body of an answer; anything but 200 is an error.
    pub fn get(&mut self, path: &str) -> anyhow::Result<&[u8]> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\n{}\r\n", self.who);
        self.ask(path, &request)
    }

    /// The body of the answer to what was sent as `kind`; anything but 200 is an error.
    pub fn post(&mut self, path: &str, kind: &str, body: &str) -> anyhow::Result<&[u8]> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\n{}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            self.who,
            body.len()
        );
        self.ask(path, &request)
    }

    fn ask(&mut self, path: &str, request: &str) -> anyhow::Result<&[u8]> {
        self.stream.write_all(request.as_bytes())?;
        self.filled = 0;
        let (start, length) = loop {
            self.fill()?;
            let held = &self.buffer[..self.filled];
            if let Some(end) = held.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = std::str::from_utf8(&held[..end])?.to_ascii_lowercase();
                let length: usize = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "))
                    .context("an answer without a length")?
                    .trim()
                    .parse()?;
                if !head.starts_with("http/1.1 200") {
                    bail!("{path}: {}", head.lines().next().unwrap_or_default());
                }
                break (end + 4, length);
            }
        };
        while self.filled < start + length {
            self.fill()?;
        }
        Ok(&self.buffer[start..start + length])
    }

    fn fill(&mut self) -> anyhow::Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.filled * 2, 0);
        }
        let read = self.stream.read(&mut self.buffer[self.filled..])?;
        anyhow::ensure!(read > 0, "the server closed the connection");
        self.filled += read;
        Ok(())
    }
}

/// A text as it stands in an address.
pub fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
