//! TLS by rustls with the crypto provider `ring`, which gcc alone builds. The provider is handed over and not
//! installed for the whole process: that choice is the program's.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

/// Whose word counts on who a server is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Roots<'a> {
    /// Nobody's: for connections without TLS. Needs no certificates on the system.
    None,
    /// The system's, and these.
    System(&'a [CertificateDer<'static>]),
    /// These alone.
    Only(&'a [CertificateDer<'static>]),
}

/// A configuration for HTTP/1.1 by TLS 1.2 or 1.3.
pub(super) fn config(roots: Roots<'_>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let mut config = match verifier(roots, provider)? {
        None => builder.with_root_certificates(RootCertStore::empty()),
        // That is how a verifier other than rustls' own is named; this one checks all.
        Some(verifier) => builder.dangerous().with_custom_certificate_verifier(verifier),
    }
    .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn verifier(
    roots: Roots<'_>,
    provider: Arc<CryptoProvider>,
) -> Result<Option<Arc<dyn ServerCertVerifier>>, rustls::Error> {
    Ok(match roots {
        Roots::None => None,
        Roots::System([]) => Some(Arc::new(Verifier::new(provider)?)),
        Roots::System(more) => Some(Arc::new(with_more(more, provider)?)),
        Roots::Only(certificates) => {
            let mut store = RootCertStore::empty();
            for certificate in certificates {
                store.add(certificate.clone())?;
            }
            let built = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider).build();
            Some(built.map_err(|error| rustls::Error::General(error.to_string()))?)
        }
    })
}

#[cfg(not(target_os = "android"))]
fn with_more(
    more: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, rustls::Error> {
    Verifier::new_with_extra_roots(more.iter().cloned(), provider)
}

#[cfg(target_os = "android")]
fn with_more(_: &[CertificateDer<'static>], _: Arc<CryptoProvider>) -> Result<Verifier, rustls::Error> {
    Err(rustls::Error::General("Android takes no certificates beside the system's".to_owned()))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use rustls::{ServerConfig, ServerConnection, StreamOwned, version};

    use super::*;

    /// A server for these names that answers one request with 204, and the certificate that it shows.
    fn server(
        names: &[&str],
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> (u16, CertificateDer<'static>) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let shown = made.cert.der().clone();
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .and_then(|builder| {
                builder.with_no_client_auth().with_single_cert(vec![shown.clone()], key.into())
            });
        let config = Arc::new(config.expect("a good configuration"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a connection");
            let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
            let connection = ServerConnection::new(config).expect("good");
            let mut stream = StreamOwned::new(connection, stream);
            let mut chunk = [0; 4096];
            // A client that doesn't trust this one ends here.
            let Ok(1..) = stream.read(&mut chunk) else { return };
            let _ = stream.write_all(b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n");
            stream.conn.send_close_notify();
            let _ = stream.flush();
        });
        (port, shown)
    }

    async fn ask(port: u16, roots: Roots<'_>) -> Result<u16, String> {
        let config = config(roots).expect("a good configuration");
        let client = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(config);
        let client = client.build().expect("a client");
        let answer = client.get(format!("https://localhost:{port}/")).send().await;
        answer.map(|answer| answer.status().as_u16()).map_err(super::super::cause_of)
    }

    #[tokio::test]
    async fn servers_are_trusted_by_their_certificate_and_name() {
        const ALL: &[&rustls::SupportedProtocolVersion] = &[&version::TLS12, &version::TLS13];
        let one =
            |port, shown: CertificateDer<'static>| async move { ask(port, Roots::Only(&[shown])).await };
        for versions in [&ALL[..1], &ALL[1..], ALL] {
            let (port, shown) = server(&["localhost"], versions);
            assert_eq!(one(port, shown).await, Ok(204), "{versions:?}");
        }
        let (port, shown) = server(&["elsewhere.example"], ALL);
        let error = one(port, shown).await.expect_err("another's name");
        assert!(error.contains("not valid for name"), "{error}");
        let (port, _) = server(&["localhost"], ALL);
        let (_, other) = server(&["localhost"], ALL);
        let error = one(port, other).await.expect_err("another's certificate");
        assert!(error.contains("UnknownIssuer") || error.contains("BadSignature"), "{error}");
        let (port, _) = server(&["localhost"], ALL);
        assert!(ask(port, Roots::None).await.is_err());
    }

    #[test]
    fn the_choice_of_a_provider_is_left_to_the_program() {
        config(Roots::None).expect("good");
        assert!(CryptoProvider::get_default().is_none());
    }
}
