//! Redirects: never followed where a secret goes along, and by rules where none does.

use crate::server::{Hostile, Reading, send};
use crate::{TURN, client, intake, kind, png, request, target};

fn redirect(status: u16, location: &str) -> Hostile {
    let head = format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    );
    Hostile::start(Reading::Whole, vec![send(head)])
}

/// Takes everything for a success, and counts who comes.
fn elsewhere() -> Hostile {
    let body = r#"{"code":"SUCCESS","access_token":"1000.planted"}"#;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    Hostile::start(Reading::Whole, vec![send(head)])
}

const STATUSES: [u16; 8] = [300, 301, 302, 303, 304, 305, 307, 308];

#[tokio::test]
async fn no_secret_follows_a_redirect() {
    let _turn = TURN.lock().await;
    let other = elsewhere();
    let long = format!("{}/{}", other.url(), "x".repeat(60_000));
    let targets = [
        other.url(),
        long,
        "//127.0.0.1/".into(),
        "file:///etc/passwd".into(),
        "\u{7f}".into(),
        String::new(),
    ];
    for status in STATUSES {
        for location in &targets {
            let server = redirect(status, location);
            for (number, expected) in [(0, "denied"), (1, "denied"), (2, "temporary")] {
                let (kind, text) = request(number, &server.url(), false).await;
                // A control character in a header is an answer that cannot be read.
                let unreadable = location.contains('\u{7f}');
                assert!(
                    kind == expected || unreadable && kind != "done",
                    "{status} {location} {kind} {text}"
                );
            }
            let error = client(&server.url(), false).delete(&target()).await.expect_err("not followed");
            assert_ne!(kind(&error), "other", "{error:?}");
        }
    }
    assert_eq!(other.connections(), 0, "somebody followed");
}

#[tokio::test]
async fn not_even_to_the_same_host() {
    let _turn = TURN.lock().await;
    let server = redirect(307, "/crm/v2/Leads/1/photo");
    for number in 0..3 {
        assert_ne!(request(number, &server.url(), false).await.0, "done");
    }
    assert_eq!(server.connections(), 3, "one request each: none was followed or tried again");
}

#[tokio::test]
async fn pictures_are_fetched_over_a_few_hops_only() {
    let _turn = TURN.lock().await;
    let picture = png(3000);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", picture.len());
    let last = Hostile::start(Reading::Whole, vec![send([head.as_bytes(), &picture].concat())]);
    let first = redirect(302, &format!("{}/a.png", last.url()));
    assert_eq!(intake(false).url(&first.url()).await.expect("a picture").bytes(), &picture);
    assert_eq!((first.connections(), last.connections()), (1, 1));

    let endless = redirect(302, "/again");
    let error = intake(false).url(&endless.url()).await.expect_err("a loop");
    assert_eq!((kind(&error), endless.connections()), ("url", 6), "{error:?}");
    let error = intake(false).max_redirects(0).url(&first.url()).await.expect_err("none allowed");
    assert_eq!((kind(&error), last.connections()), ("url", 1), "{error:?}");
    for location in
        ["file:///etc/passwd", "ftp://a.example/", "http://a.example/", "https://u:p@a.example/", ""]
    {
        let server = redirect(302, location);
        let error = intake(false).url(&server.url()).await.expect_err(location);
        // An empty address is the page itself.
        assert_eq!(kind(&error), "url", "{location}: {error:?}");
    }
}
