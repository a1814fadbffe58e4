//! A client that costs next to nothing, as pgbench's does: one kept connection, one request at a time, a thread that
//! waits for its answer.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, bail};

/// A kept connection.
pub struct Client {
    stream: TcpStream,
    token: String,
    buffer: Vec<u8>,
    filled: usize,
}

impl Client {
    /// Connects to the server.
    pub fn connect(address: &str, token: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, token: token.to_owned(), buffer: vec![0; 1 << 16], filled: 0 })
    }

    /// The body of an answer; anything but 200 is an error.
    pub fn get(&mut self, path: &str) -> anyhow::Result<&[u8]> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nAccept: application/json\r\n\r\n",
            self.token
        );
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
