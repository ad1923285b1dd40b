//! The page for people, as far as it can be judged without a browser.

use photo_sandbox::{Config, Sandbox, WebPackage};

use crate::client::{Client, ID, Reply, ask, path, png, put, request, upload};

const HOST: &str = "Host: 127.0.0.1:1\r\n";

fn get(sandbox: &Sandbox, path: &str) -> Reply {
    ask(sandbox, format!("GET {path} HTTP/1.1\r\n{HOST}\r\n").as_bytes()).unwrap()
}

#[test]
fn the_page_is_self_contained() {
    let sandbox = Sandbox::start(Config::default().token("1000.<b>\"").modules(["Leads", "Parts"])).unwrap();
    let page = get(&sandbox, "/");
    let text = page.text();
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(
        text.contains(sandbox.url()) && text.contains("1000.&lt;b&gt;&quot;") && !text.contains("{{"),
        "{text}"
    );
    assert!(text.contains("<option>Parts</option>") && !text.contains("<option>Tasks"), "{text}");
    for (path, kind) in [
        ("/sandbox/page.css", "text/css; charset=utf-8"),
        ("/sandbox/page.js", "text/javascript; charset=utf-8"),
        ("/sandbox/redirect", "text/html; charset=utf-8"),
        ("/sandbox/redirect.js", "text/javascript; charset=utf-8"),
    ] {
        let part = get(&sandbox, path);
        assert_eq!((part.status, part.header("content-type")), (200, Some(kind)), "{path}");
        let outside = part.text().contains("http://") || part.text().contains("https://");
        assert!(!outside && part.header("x-content-type-options") == Some("nosniff"), "{path}");
    }
    // The sandbox's own address is the only one in the page.
    assert!(!text.replace(sandbox.url(), "").contains("http"), "{text}");
}

#[test]
fn with_the_package_it_serves_its_files_and_nothing_else() {
    let plain = Sandbox::start(Config::default()).unwrap();
    let text = get(&plain, "/").text();
    assert!(!text.contains("prepare") && !text.contains("{{"), "{text}");
    assert_eq!(get(&plain, "/sandbox/web/index.js").status, 404);

    let folder = tempfile::tempdir().unwrap();
    for name in ["index.js", "worker.js", "photo_prep_bg.wasm", "package.json"] {
        std::fs::write(folder.path().join(name), name).unwrap();
    }
    let package = WebPackage::read(folder.path()).unwrap();
    let sandbox = Sandbox::start(Config::default().web_package(Some(package))).unwrap();
    let page = get(&sandbox, "/");
    assert!(page.text().contains("/sandbox/prepare.js") && page.text().contains("prepared-location"));
    for path in ["/", "/sandbox/web/worker.js"] {
        let policy = get(&sandbox, path).header("content-security-policy").unwrap().to_owned();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("'wasm-unsafe-eval'"),
            "{policy}"
        );
    }
    for (path, kind) in [
        ("/sandbox/web/index.js", "text/javascript; charset=utf-8"),
        ("/sandbox/web/photo_prep_bg.wasm", "application/wasm"),
        ("/sandbox/prepare.js", "text/javascript; charset=utf-8"),
        ("/sandbox/prepare.css", "text/css; charset=utf-8"),
    ] {
        let part = get(&sandbox, path);
        assert_eq!((part.status, part.header("content-type")), (200, Some(kind)), "{path}");
        assert_eq!(part.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    for name in ["package.json", "..%2findex.js", "%2e%2e/index.js", "../../etc/passwd", "index.js/", ""] {
        assert_eq!(get(&sandbox, &format!("/sandbox/web/{name}")).status, 404, "{name}");
    }
    let outside = ask(&sandbox, b"GET /sandbox/web/index.js HTTP/1.1\r\nHost: example.com\r\n\r\n").unwrap();
    assert_eq!(outside.status, 403);
}

#[test]
fn what_is_stored_and_counted_can_be_looked_at() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let picture = png(4, 4, 700);
    let to = format!("{}?restrict_triggers=workflow", path(ID));
    ask(&sandbox, &upload(&to, &sandbox.token(), &[], &picture)).unwrap();
    put(&sandbox, "7").unwrap();
    let list = get(&sandbox, "/sandbox/photos").json();
    assert_eq!(list["photos"][0]["record"], "7");
    let entry = &list["photos"][1];
    assert_eq!((&entry["module"], &entry["bytes"]), (&"Leads".into(), &700.into()));
    assert_eq!((&entry["restrict_triggers"], &entry["filename"]), (&"workflow".into(), &"a.png".into()));
    assert_eq!(get(&sandbox, &format!("/sandbox/photos/Leads/{ID}")).body, picture);
    assert_eq!(get(&sandbox, "/sandbox/photos/Leads/8").status, 404);
    let stats: photo_sandbox::Stats = serde_json::from_slice(&get(&sandbox, "/sandbox/stats").body).unwrap();
    assert_eq!((stats.uploads_accepted, stats.accepted_for("Leads", ID)), (2, 1));
}

#[test]
fn requests_are_told_as_they_come_without_their_secrets() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    put(&sandbox, "7").unwrap();
    let mut client = Client::new(&sandbox);
    client.send(format!("GET /sandbox/events HTTP/1.1\r\n{HOST}\r\n").as_bytes()).unwrap();
    let mut next = || loop {
        let line = client.read_line().unwrap();
        if let Some(event) = line.strip_prefix("data: ") {
            return serde_json::from_str::<serde_json::Value>(event).unwrap();
        }
    };
    let first = next();
    assert_eq!(
        (&first["number"], &first["method"], &first["status"]),
        (&1.into(), &"POST".into(), &200.into())
    );
    assert_eq!(first["path"], "/crm/v2/Leads/7/photo");
    let secret = "/oauth/v2/token?client_secret=hush";
    ask(&sandbox, &request(&format!("POST {secret}"), &[], b"")).unwrap();
    let second = next();
    assert_eq!((&second["number"], &second["path"]), (&2.into(), &"/oauth/v2/token".into()));
    let _ = ask(&sandbox, &upload(&path("8"), "t", &[("X-Sandbox-Fault", "reset")], b""));
    assert!(next()["status"].is_null());
}

#[test]
fn pages_of_other_names_see_nothing() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    for (host, status) in
        [("localhost:1", 200), ("[::1]", 200), ("example.com", 403), ("127.0.0.1.example.com", 403)]
    {
        for path in ["/", "/sandbox/photos", "/sandbox/stats"] {
            let reply =
                ask(&sandbox, format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
            assert_eq!(reply.status, status, "{host} {path}");
        }
    }
    assert_eq!(ask(&sandbox, &request("POST /", &[], b"")).unwrap().code().0, 400);
}
