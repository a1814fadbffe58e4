//! The server in process, and three kinds of client: a stranger, a signed-in browser, a program with a token.

use std::sync::Arc;

use cadre::base::actor::{Actor, Role};
use cadre::base::ids::AccountId;
use cadre::base::keys::KeyRing;
use cadre::base::note::NoteKey;
use cadre::records::accounts::{self, IssueToken, Open, RawOpen};
use cadre::records::audit::checkpoints::{Signed, Signer, Store};
use cadre::records::audit::reader;
use cadre::web;
use rocket::http::{ContentType, Header, Method, Status};
use rocket::local::asynchronous::{Client, LocalRequest};
use tempfile::TempDir;

use super::TestDb;
use super::builders::{Place, TestCounty};

/// A password that the rules take.
pub const PASSWORD: &str = "correct horse battery staple";

/// The address of the front that the server believes.
pub const FRONT: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

/// A server over a database of its own.
pub struct TestApp {
    /// The database.
    pub db: TestDb,
    /// A county of two towns.
    pub county: TestCounty,
    /// The keys of personal data.
    pub keys: Arc<KeyRing>,
    /// The key that signs checkpoints.
    pub note_key: NoteKey,
    /// The folder that checkpoints stand in.
    pub files: TempDir,
    client: Client,
}

/// An answer: status, headers that matter, body.
#[derive(Debug)]
#[must_use]
pub struct Answer {
    pub status: Status,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub retry_after: Option<String>,
    pub cookie: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// A header; every header of the name, joined.
    pub fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let values: Vec<&str> = found.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// How a client shows who it is.
pub enum Credential {
    /// A browser's session, with the token that unsafe requests repeat.
    Session { cookie: String, csrf_token: String },
    /// A program's bearer token.
    Bearer(String),
    /// Nothing.
    Stranger,
}

impl TestApp {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let keys = Arc::new(KeyRing::ephemeral().expect("keys"));
        let (note_key, files) = (NoteKey::random(), tempfile::tempdir().expect("a folder"));
        let signer = Signer::new(note_key.clone(), Store::new(files.path()), None);
        let state = web::State {
            database: db.database(),
            keys: keys.clone(),
            program: env!("CARGO_BIN_EXE_cadre").into(),
            uploads: std::env::temp_dir(),
            pictures: Arc::default(),
            counts: Arc::default(),
            pairs: Arc::default(),
            readings: Arc::default(),
            press: Arc::default(),
            trail: signer.published(),
            front: vec![FRONT],
        };
        let rocket = web::build(state, "127.0.0.1:0".parse().expect("an address"))
            .mount("/", rocket::routes![broken, lost]);
        let client = Client::untracked(rocket).await.expect("the server is built");
        Self { db, county, keys, note_key, files, client }
    }

    /// Signs what no checkpoint covers yet, as the server does while it runs.
    pub async fn sign(&self) {
        let client = reader::connect(self.db.owner_url()).await.expect("a connection");
        let mut signer = Signer::new(self.note_key.clone(), Store::new(self.files.path()), None);
        for head in reader::heads(&client).await.expect("the heads") {
            let signed = signer.sign(&client, &head).await.expect("the chain is read");
            assert!(matches!(signed, Signed::Newest(_)), "{signed:?}");
        }
    }

    /// Every mounted route.
    pub fn routes(&self) -> impl Iterator<Item = &rocket::Route> {
        self.client.rocket().routes().filter(|route| !route.uri.path().starts_with("/test/"))
    }

    /// Opens an account at a place.
    pub async fn account(&self, username: &str, role: Role, place: &Place) -> AccountId {
        let raw = RawOpen {
            username,
            display_name: username,
            password: PASSWORD,
            role: role.code(),
            organisation: &place.code,
        };
        let command = Open::parse(raw).expect("an account");
        let actor = Actor::command_line(self.county.county.scope());
        let mut conn = self.db.web().await;
        accounts::open(&mut conn, &actor, &[command]).await.expect("an account is opened")[0]
    }

    /// Signs somebody in, with an account opened for it.
    pub async fn signed_in(&self, username: &str, role: Role, place: &Place) -> Credential {
        self.account(username, role, place).await;
        self.sign_in(username).await
    }

    /// Signs somebody in who has an account.
    pub async fn sign_in(&self, username: &str) -> Credential {
        let body = serde_json::json!({ "username": username, "password": PASSWORD });
        let request = self.client.post("/api/v1/session").header(ContentType::JSON).body(body.to_string());
        let response = request.dispatch().await;
        assert_eq!(response.status(), Status::Ok);
        let cookie = response.cookies().get("cadre").expect("a session cookie").value().to_owned();
        let body: serde_json::Value =
            serde_json::from_str(&response.into_string().await.expect("a body")).expect("JSON");
        let csrf_token = body["csrf_token"].as_str().expect("a token").to_owned();
        Credential::Session { cookie, csrf_token }
    }

    /// A bearer token for an account opened for it.
    pub async fn token(&self, username: &str, role: Role, place: &Place) -> Credential {
        let account = self.account(username, role, place).await;
        let actor = Actor::command_line(self.county.county.scope());
        let command = IssueToken { account, name: "测试".to_owned(), days: 1 };
        let mut conn = self.db.web().await;
        let issued = accounts::issue_token(&mut conn, &actor, &command).await;
        Credential::Bearer(issued.expect("a token").token.reveal().to_owned())
    }

    fn request<'c>(&'c self, who: &Credential, method: Method, path: &str) -> LocalRequest<'c> {
        let request = self.client.req(method, path.to_owned());
        match who {
            Credential::Session { cookie, csrf_token } => {
                request.private_free_cookie(cookie).header(Header::new("X-CSRF-Token", csrf_token.clone()))
            }
            Credential::Bearer(token) => {
                request.header(Header::new("Authorization", format!("Bearer {token}")))
            }
            Credential::Stranger => request,
        }
    }

    /// Sends a request without a body.
    pub async fn get(&self, who: &Credential, path: &str) -> Answer {
        finish(self.request(who, Method::Get, path)).await
    }

    /// The bytes of a file.
    pub async fn download(&self, who: &Credential, path: &str) -> Vec<u8> {
        let response = self.request(who, Method::Get, path).dispatch().await;
        assert_eq!(response.status(), Status::Ok);
        response.into_bytes().await.expect("a body")
    }

    /// Sends JSON.
    pub async fn send(
        &self,
        who: &Credential,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &serde_json::Value,
    ) -> Answer {
        let mut request = self.request(who, method, path).header(ContentType::JSON).body(body.to_string());
        for (name, value) in headers {
            request.add_header(Header::new(*name, (*value).to_owned()));
        }
        finish(request).await
    }

    /// Tries to sign in with headers of one's own from an address of one's own, through the API or the page.
    pub async fn signs_in_from(
        &self,
        remote: std::net::IpAddr,
        headers: &[(&'static str, &str)],
        username: &str,
        password: &str,
        page: bool,
    ) -> Answer {
        let mut request = if page {
            let form = format!("username={username}&password={}", password.replace(' ', "+"));
            self.client.post("/sign-in").header(ContentType::Form).body(form)
        } else {
            let body = serde_json::json!({ "username": username, "password": password });
            self.client.post("/api/v1/session").header(ContentType::JSON).body(body.to_string())
        };
        request = request.remote(std::net::SocketAddr::new(remote, 40_000));
        for (name, value) in headers {
            request.add_header(Header::new(*name, (*value).to_owned()));
        }
        finish(request).await
    }

    /// Sends a request whose body and headers the test makes itself.
    pub async fn send_raw(
        &self,
        who: &Credential,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let mut request = self.request(who, method, path).body(body);
        for (name, value) in headers {
            request.add_header(Header::new(*name, (*value).to_owned()));
        }
        finish(request).await
    }

    /// Sends a request as a browser that was lured here: with its session, without the session's token.
    pub async fn lured(
        &self,
        who: &Credential,
        method: Method,
        path: &str,
        kind: &str,
        body: &str,
    ) -> Answer {
        let Credential::Session { cookie, .. } = who else { panic!("a browser has a session") };
        let request = self
            .client
            .req(method, path.to_owned())
            .private_free_cookie(cookie)
            .header(Header::new("Content-Type", kind.to_owned()))
            .body(body);
        finish(request).await
    }

    /// Uploads a file with its form.
    pub async fn upload(
        &self,
        who: &Credential,
        path: &str,
        headers: &[(&'static str, &str)],
        fields: &[(&str, &str)],
        file: Option<(&str, &[u8])>,
    ) -> Answer {
        let (kind, body) = multipart(fields, file);
        let mut all = vec![("Content-Type", kind)];
        all.extend_from_slice(headers);
        self.send_raw(who, Method::Post, path, &all, body).await
    }

    /// Sends a form as a page does, with the session's token in it or another one.
    pub async fn submit(&self, who: &Credential, path: &str, token: Option<&str>, form: &str) -> Answer {
        let Credential::Session { cookie, csrf_token } = who else { panic!("a browser has a session") };
        let token = token.unwrap_or(csrf_token);
        let request = self
            .client
            .post(path.to_owned())
            .private_free_cookie(cookie)
            .header(ContentType::Form)
            .body(format!("csrf_token={token}&{form}"));
        finish(request).await
    }
}

/// A form with a file, as browsers wrap it: the content type and the body.
pub fn multipart(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> (&'static str, Vec<u8>) {
    const BORDER: &str = "cadre-test-border";
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--{BORDER}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        let head = format!(
            "--{BORDER}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BORDER}--\r\n").as_bytes());
    ("multipart/form-data; boundary=cadre-test-border", body)
}

/// A route of tests that fails.
#[rocket::get("/test/broken")]
fn broken() -> web::respond::Answer<()> {
    Err(web::respond::Failure(cadre::base::error::Error::broken("asked for by a test")))
}

/// A route of tests that is lost in the middle.
#[rocket::get("/test/lost")]
#[expect(unreachable_code, reason = "a route has an answer, and this one never comes to it")]
fn lost() -> &'static str {
    std::panic::resume_unwind(Box::new("asked for by a test"));
    ""
}

/// Puts a cookie that is not encrypted on a request.
trait PlainCookie {
    fn private_free_cookie(self, value: &str) -> Self;
}

impl PlainCookie for LocalRequest<'_> {
    fn private_free_cookie(self, value: &str) -> Self {
        self.cookie(("cadre", value.to_owned()))
    }
}

async fn finish(request: LocalRequest<'_>) -> Answer {
    let response = request.dispatch().await;
    let header = |name| response.headers().get_one(name).map(str::to_owned);
    let (status, etag, location) = (response.status(), header("ETag"), header("Location"));
    let retry_after = header("Retry-After");
    let cookie = response.cookies().get("cadre").map(|cookie| cookie.value().to_owned());
    let headers = response.headers().iter().map(|header| (header.name.to_string(), header.value.to_string()));
    let headers = headers.collect();
    let body = response.into_string().await.unwrap_or_default();
    Answer { status, etag, location, retry_after, cookie, headers, body }
}
