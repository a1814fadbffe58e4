//! A browser over a plain socket: what it asks for passes through everything that a request passes through.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::app::multipart;

/// An answer: status, headers as they came, body.
pub struct Got {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Got {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.body))
    }

    /// Fails unless the status is this one.
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }
}

/// A signed-in browser.
pub struct Browser {
    address: String,
    cookie: String,
    token: String,
}

/// Sends a request as it stands, and reads until the other side is done.
pub fn exchange(address: &str, request: &[u8]) -> Got {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.as_str(), ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Got { status, head: head.to_owned(), body: body.to_owned() }
}

fn send(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Got {
    // The older version: the answer comes in one piece, and the connection ends with it.
    let mut request = format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\n").into_bytes();
    for (name, value) in headers {
        request.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    request.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    request.extend_from_slice(body);
    exchange(address, &request)
}

/// A text as forms and addresses carry it.
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

impl Browser {
    pub fn sign_in(address: &str, username: &str, password: &str) -> Self {
        Self::sign_in_with(address, username, password, "nothing=1")
    }

    /// Signs in with a cookie that somebody else has put there.
    pub fn sign_in_with(address: &str, username: &str, password: &str, cookie: &str) -> Self {
        let body = serde_json::json!({ "username": username, "password": password }).to_string();
        let json = [("Content-Type", "application/json"), ("Cookie", cookie)];
        let got = send(address, "POST", "/api/v1/session", &json, body.as_bytes()).is(200);
        let cookie = got.head.lines().find_map(|line| {
            line.to_lowercase()
                .starts_with("set-cookie:")
                .then(|| line.split_once(':').unwrap().1.split(';').next().unwrap().trim().to_owned())
        });
        let token = got.json()["csrf_token"].as_str().unwrap().to_owned();
        Self { address: address.to_owned(), cookie: cookie.expect("a cookie"), token }
    }

    /// The cookie as it is sent: name and value.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// The same browser with another cookie.
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self { address: self.address.clone(), cookie: cookie.to_owned(), token: self.token.clone() }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Got {
        let mut all = vec![("Cookie", self.cookie.as_str()), ("X-CSRF-Token", self.token.as_str())];
        all.extend_from_slice(headers);
        send(&self.address, method, path, &all, body)
    }

    pub fn get(&self, path: &str) -> Got {
        self.ask("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> Got {
        let mut all = vec![("Content-Type", "application/json")];
        all.extend_from_slice(headers);
        self.ask("POST", path, &all, body.to_string().as_bytes())
    }

    pub fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let mut form = format!("csrf_token={}", encoded(&self.token));
        for (name, value) in fields {
            form.push_str(&format!("&{name}={}", encoded(value)));
        }
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        self.ask("POST", path, &kind, form.as_bytes())
    }

    pub fn upload(&self, path: &str, fields: &[(&str, &str)], name: &str, content: &str) -> Got {
        let mut all = vec![("csrf_token", self.token.as_str())];
        all.extend_from_slice(fields);
        let (kind, body) = multipart(&all, Some((name, content.as_bytes())));
        self.ask("POST", path, &[("Content-Type", kind)], &body)
    }

    /// Bytes that are no request of any client of ours, with this session.
    pub fn raw(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Got {
        self.ask(method, path, &[("Content-Type", kind)], body)
    }
}
