//! Attacks on the running program over bare sockets: floods, slow clients, addresses that climb, a cookie that somebody else
//! has put there. Loopback only, each bounded in time and count. What goes by the routes stands in `coverage::hostile`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::cli::interruption::send;
use crate::planted::browser::{Browser, exchange};
use crate::planted::{PASSWORD, Place};

/// How long an answer may take to whatever is sent.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends as much as the other side takes; answers the status line, empty where it hung up, and how long it took.
fn pour(address: &str, head: &str, more: &[u8], times: usize) -> (String, Duration) {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    let mut poured = stream.write_all(head.as_bytes());
    for _ in 0..times {
        poured = poured.and_then(|()| stream.write_all(more));
    }
    // Whoever hung up before the end has answered as well.
    drop(poured);
    let mut answer = [0; 64];
    let read = stream.read(&mut answer).unwrap_or(0);
    let line = String::from_utf8_lossy(&answer[..read]).lines().next().unwrap_or_default().to_owned();
    (line, begun.elapsed())
}

/// The memory of a process, in KiB.
fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// SEC-14: what is too long is cut off soon, and costs no memory that stays.
/// ASVS 4.2.1, 15.2.2
#[test]
fn floods_are_cut_off_and_slow_clients_keep_nobody_waiting() {
    let place = Place::new();
    place.settle();
    let mut server = place.serving();
    let browser = Browser::sign_in(&place.address, "clerk", PASSWORD);
    browser.get("/api/v1/members").is(200);
    let before = memory(server.id());

    let session = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let filler = vec![b'a'; 1 << 16];
    let header = format!("X-Filler: {}\r\n", "a".repeat(1000));
    let nested = "[".repeat(1 << 16);
    for (what, head, more, times) in [
        ("headers", "GET / HTTP/1.1\r\nHost: x\r\n".to_owned(), header.as_bytes(), 20_000),
        ("one header", "GET / HTTP/1.1\r\nHost: x\r\nX-Filler: ".to_owned(), &filler[..], 200),
        ("an address", "GET /".to_owned(), &filler[..], 200),
        ("a body", format!("{session}Content-Length: 1000000000\r\n\r\n"), &filler[..], 200),
        ("nesting", format!("{session}Content-Length: {}\r\n\r\n", 8 << 16), nested.as_bytes(), 8),
    ] {
        let (line, took) = pour(&place.address, &head, more, times);
        assert!(took < PATIENCE, "{what}: {took:?}");
        let refused = line.is_empty() || line.split(' ').nth(1).is_some_and(|status| status.starts_with('4'));
        assert!(refused, "{what}: {line}");
    }
    let two = exchange(&place.address, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n");
    assert!(two.status == 0 || (400..500).contains(&two.status), "two lengths: {}", two.head);

    // Two hundred clients that never come to an end of their headers.
    let slow: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(&place.address).unwrap();
            stream.write_all(b"GET /sign-in HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
            stream
        })
        .collect();
    let begun = Instant::now();
    for _ in 0..20 {
        browser.get("/api/v1/members").is(200);
    }
    assert!(begun.elapsed() < PATIENCE, "{:?} beside {} slow clients", begun.elapsed(), slow.len());
    let grown = memory(server.id()).saturating_sub(before) / 1024;
    assert!(grown <= 64, "{grown} MiB more than before");
    drop(slow);
    send(&server, rustix::process::Signal::INT);
    assert!(server.wait().unwrap().success());
}

/// No address and no file name leads out of the assets; a cookie from elsewhere becomes no session.
/// ASVS 1.1.1, 5.3.1, 5.3.2, 7.2.4, 13.4.1, 13.4.3, 13.4.4
#[test]
fn no_address_climbs_and_no_foreign_cookie_becomes_a_session() {
    let place = Place::new();
    place.settle();
    let mut server = place.serving();
    for path in [
        "/assets/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/assets/....//....//etc/passwd",
        "/assets/..%5c..%5cetc%5cpasswd",
        "/assets/%252e%252e/etc/passwd",
        "//etc/passwd",
        "/assets//etc/passwd",
        "/assets/cadre.css%00.html",
        "/.git/config",
        "/assets/",
        "/assets",
        "/templates/..%2f..%2fCargo.toml",
        "/data/keys/ring.json",
        "/keys/ring.json",
    ] {
        let request = format!("GET {path} HTTP/1.0\r\nHost: x\r\n\r\n");
        let got = exchange(&place.address, request.as_bytes());
        assert!([303, 400, 404, 422].contains(&got.status), "{path}: {} {}", got.status, got.body);
        for part in ["root:", "[core]", "[package]", "encryption"] {
            assert!(!got.body.contains(part), "{path}: {}", got.body);
        }
    }
    let traced = exchange(&place.address, b"TRACE / HTTP/1.0\r\nX-Secret: echoed\r\n\r\n");
    assert!(traced.status >= 400 && !traced.body.contains("echoed"), "{} {}", traced.head, traced.body);
    let planted = "cadre=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let first = Browser::sign_in_with(&place.address, "clerk", PASSWORD, planted);
    assert_ne!(first.cookie(), planted);
    assert_eq!(
        first.with_cookie(planted).get("/api/v1/session").status,
        401,
        "the planted one opens nothing"
    );
    // Whoever signs in in a browser of somebody else gets a session of his own, and ends the one that was there.
    let second = Browser::sign_in_with(&place.address, "boss", PASSWORD, first.cookie());
    assert_ne!(second.cookie(), first.cookie());
    assert_eq!(second.get("/api/v1/session").json()["account"]["username"], "boss");
    assert_eq!(first.get("/api/v1/session").status, 401);
    let first = Browser::sign_in(&place.address, "clerk", PASSWORD);

    for name in ["../../../escaped.csv", "/tmp/escaped.csv", "..\\escaped.csv", "escaped\u{0}.csv"] {
        let form = [("kind", "members"), ("organisation", "500237101")];
        let taken = first.upload("/api/v1/imports", &form, name, "姓名\n张伟\n");
        assert!([202, 400, 422].contains(&taken.status), "{name:?}: {} {}", taken.status, taken.body);
    }
    let strays = std::process::Command::new("find").arg(place.path("")).args(["-name", "*escaped*"]).output();
    assert!(strays.unwrap().stdout.is_empty(), "a file bears the name that a client gave it");
    send(&server, rustix::process::Signal::INT);
    assert!(server.wait().unwrap().success());
}
