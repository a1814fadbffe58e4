//! A request to another server on a trusted network: one message there, one back.

use std::str::FromStr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The longest answer that is read, in bytes.
const LONGEST: usize = 16 * 1024;

/// Where a server answers: `http://host:port/prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAddress {
    host: String,
    port: u16,
    prefix: String,
}

impl FromStr for HttpAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rule = "须为 http 地址，例如 http://127.0.0.1:8100；跨网络时请用前置代理或隧道加密";
        let uri: Uri = text.parse().map_err(|_| rule)?;
        let plain = uri.scheme_str() == Some("http") && uri.query().is_none();
        let host = uri.host().filter(|_| plain).ok_or(rule)?;
        let port = uri.port_u16().unwrap_or(80);
        Ok(Self { host: host.to_owned(), port, prefix: uri.path().trim_end_matches('/').to_owned() })
    }
}

impl HttpAddress {
    /// Sends a text to a path below the prefix; answers the status and the text that came back.
    ///
    /// # Errors
    /// When there is no connection, or the answer is too long or none.
    pub async fn post(&self, path: &str, body: String) -> anyhow::Result<(StatusCode, String)> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let request = Request::post(format!("{}{path}", self.prefix))
            .header(HOST, format!("{}:{}", self.host, self.port))
            .header("content-type", "text/plain; charset=utf-8")
            .body(Full::new(Bytes::from(body)))?;
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, LONGEST).collect().await.map_err(anyhow::Error::from_boxed)?.to_bytes();
        Ok((head.status, String::from_utf8_lossy(&body).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_plain_http() {
        let address: HttpAddress = "http://127.0.0.1:8100/".parse().unwrap();
        assert_eq!((address.host.as_str(), address.port, address.prefix.as_str()), ("127.0.0.1", 8100, ""));
        assert_eq!("http://witness.lan/a/".parse::<HttpAddress>().unwrap().prefix, "/a");
        for wrong in ["https://w", "127.0.0.1:8100", "http://w/?x=1", "ftp://w", ""] {
            assert!(wrong.parse::<HttpAddress>().is_err(), "{wrong}");
        }
    }
}
