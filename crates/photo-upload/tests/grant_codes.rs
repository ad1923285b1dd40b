//! Grant codes against the sandbox: asked for as a browser does, exchanged once.

use std::sync::Arc;

use photo_sandbox::{Config, Sandbox};
use photo_upload::{AuthorizationCode, Client, Error, GrantedTokens, Photo, Target, TokenError};

const REDIRECT: &str = "http://127.0.0.1:5501/redirect.html";

/// What a browser brings back to the redirect URI.
async fn code_from(sandbox: &Sandbox) -> String {
    let query = format!(
        "response_type=code&client_id=1000.ID&scope=ZohoCRM.modules.ALL&access_type=offline&redirect_uri={REDIRECT}"
    );
    // A proxy of the environment would not find this machine.
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    // reqwest has no provider of cryptography of its own.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = tls.expect("good").with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let browser = browser.tls_backend_preconfigured(tls).build().expect("a client");
    let answer =
        browser.get(format!("{}/oauth/v2/auth?{query}", sandbox.url())).send().await.expect("an answer");
    let to = answer.headers()["location"].to_str().expect("text").to_owned();
    let pairs = to.strip_prefix(REDIRECT).expect("back to the page").trim_start_matches('?').split('&');
    let code = pairs.into_iter().find_map(|pair| pair.strip_prefix("code=")).expect("a code");
    code.to_owned()
}

fn exchange(sandbox: &Sandbox, code: &str) -> AuthorizationCode {
    AuthorizationCode::new(code).token_url(sandbox.token_url()).client_id("1000.ID").client_secret("secret")
}

async fn error_of(exchange: AuthorizationCode) -> String {
    match exchange.exchange().await {
        Err(Error::Token(TokenError::Denied { error })) => error,
        other => panic!("{other:?}"),
    }
}

async fn upload_with(sandbox: &Sandbox, granted: GrantedTokens) -> Result<(), Error> {
    let tokens = granted.into_refresh_token()?.build()?;
    let client = Client::builder().api_domain(sandbox.url()).token_source(tokens).build()?;
    let photo = Photo::from_bytes(&include_bytes!("../../../fixtures/png_gray_8.png")[..], "me.png")?;
    client.upload(&Target::new("Leads", "1")?, &photo).await.map(drop)
}

#[tokio::test]
async fn a_code_becomes_tokens_once() {
    let sandbox = Sandbox::start(Config::default().any_code(false)).expect("a sandbox");
    let code = code_from(&sandbox).await;
    assert_eq!(error_of(exchange(&sandbox, "never-given").redirect_uri(REDIRECT)).await, "invalid_code");
    assert_eq!(error_of(exchange(&sandbox, &code)).await, "invalid_redirect_uri");
    assert_eq!(
        error_of(exchange(&sandbox, &code).client_id("other").redirect_uri(REDIRECT)).await,
        "invalid_code"
    );
    let granted = exchange(&sandbox, &code).redirect_uri(REDIRECT).exchange().await.expect("tokens");
    assert_eq!(
        (granted.access_token().api_domain(), granted.lifetime().as_secs()),
        (Some(sandbox.url()), 3600)
    );
    assert_eq!(error_of(exchange(&sandbox, &code).redirect_uri(REDIRECT)).await, "invalid_code");
    upload_with(&sandbox, granted).await.expect("stored");
    assert_eq!(sandbox.stats().uploads_accepted, 1);
}

#[tokio::test]
async fn what_a_code_was_asked_for_holds_for_its_tokens() {
    let sandbox = Sandbox::start(Config::default()).expect("a sandbox");
    let of_console = exchange(&sandbox, "1000.from-the-console").exchange().await.expect("tokens");
    upload_with(&sandbox, of_console).await.expect("stored");
    assert_eq!(error_of(exchange(&sandbox, "1000.from-the-console")).await, "invalid_code");
    sandbox.advance(std::time::Duration::from_secs(1));
    let code = code_from(&sandbox).await;
    sandbox.advance(std::time::Duration::from_secs(120));
    assert_eq!(error_of(exchange(&sandbox, &code).redirect_uri(REDIRECT)).await, "invalid_code");
}
