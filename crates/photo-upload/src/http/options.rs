//! How HTTP is spoken: certificates, proxy, User-Agent, or a client of the caller's own.

use std::fmt;

use reqwest::Proxy;
use reqwest::header::HeaderValue;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::Error;
use crate::url_rules::UrlText;

/// How a [`Client`](crate::Client), an [`Intake`](crate::Intake) and a [`RefreshToken`](crate::RefreshToken)
/// speak HTTP. The default: the system's root certificates, the system's proxy settings (not for plain http
/// to this machine), and the User-Agent `photo-upload/VERSION`. Checked where it is used.
///
/// ```
/// use photo_upload::{Client, DataCenter, HttpOptions};
/// let http = HttpOptions::default()
///     .user_agent("acme-import/2.1 (ops@acme.example)")
///     .proxy("http://proxy.acme.example:3128");
/// let client =
///     Client::builder().data_center(DataCenter::Us).access_token("1000.example").http(http).build()?;
/// # Ok::<(), photo_upload::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct HttpOptions {
    pub(super) client: Option<reqwest::Client>,
    roots: Vec<Vec<u8>>,
    pub(super) only_these_roots: bool,
    pub(super) no_proxy: bool,
    proxy: Option<UrlText>,
    suffix: Option<String>,
}

impl HttpOptions {
    /// What is written behind `photo-upload/VERSION` in the User-Agent of each request, such as the name and
    /// version of a program and how to reach who runs it: some servers that have pictures ask for that.
    pub fn user_agent(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = Some(suffix.into());
        self
    }

    /// Trusts one more root certificate, as DER, or all those in a PEM file.
    pub fn root_certificate(mut self, certificate: impl Into<Vec<u8>>) -> Self {
        self.roots.push(certificate.into());
        self
    }

    /// Trusts the certificates of [`HttpOptions::root_certificate`] alone, not the system's. Default no.
    pub fn only_these_roots(mut self, only: bool) -> Self {
        self.only_these_roots = only;
        self
    }

    /// Goes through this proxy, an http(s) URL that may hold a user name and password, instead of the
    /// system's; not for plain http to this machine.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(UrlText(url.into()));
        self
    }

    /// Goes through no proxy, whatever the system's settings are.
    pub fn no_proxy(mut self) -> Self {
        (self.no_proxy, self.proxy) = (true, None);
        self
    }

    /// Sends all by this client, as it is: then certificates, proxy and User-Agent are those it was built
    /// with, and its TLS is that of its own choice. Build it with
    /// [`redirect::Policy::none`](reqwest::redirect::Policy::none), since a token would go along with a
    /// redirect: an answer that came by one is an error.
    ///
    /// [`photo_upload::reqwest`](crate::reqwest) is the version that is meant. It is built without a provider
    /// of cryptography: name one by `tls_backend_preconfigured`, or install one for the process, or reqwest
    /// panics.
    pub fn client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    /// The User-Agent, if it is one.
    pub(super) fn header(&self) -> Result<HeaderValue, Error> {
        let Some(suffix) = &self.suffix else { return Ok(HeaderValue::from_static(USER_AGENT)) };
        let good = suffix.len() <= MOST_SUFFIX && suffix.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        HeaderValue::from_str(&format!("{USER_AGENT} {suffix}")).ok().filter(|_| good).ok_or_else(|| {
            Error::config(format!(
                "the User-Agent's addition is none: give at most {MOST_SUFFIX} visible ASCII characters"
            ))
        })
    }

    /// The proxy's settings, if there are any.
    pub(super) fn checked_proxy(&self) -> Result<Option<Proxy>, Error> {
        let Some(text) = &self.proxy else { return Ok(None) };
        let http = ["http://", "https://"].iter().any(|scheme| text.0.starts_with(scheme));
        // What is wrong with it may quote a secret.
        Proxy::all(&text.0)
            .ok()
            .filter(|_| http)
            .map(Some)
            .ok_or_else(|| Error::config("the proxy is none: give a URL such as http://proxy.example:3128"))
    }

    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, Error> {
        let mut all = Vec::new();
        for given in &self.roots {
            let bad = || Error::config("a root certificate is none: give DER, or PEM with CERTIFICATE in it");
            if given.first() == Some(&DER) {
                all.push(CertificateDer::from(given.clone()));
                continue;
            }
            let before = all.len();
            for certificate in CertificateDer::pem_slice_iter(given) {
                all.push(certificate.map_err(|_| bad())?);
            }
            if all.len() == before {
                return Err(bad());
            }
        }
        Ok(all)
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("own_client", &self.client.is_some())
            .field("root_certificates", &self.roots.len())
            .field("only_these_roots", &self.only_these_roots)
            .field("no_proxy", &self.no_proxy)
            .field("proxy", &self.proxy)
            .field("user_agent", &self.suffix)
            .finish()
    }
}

const USER_AGENT: &str = concat!("photo-upload/", env!("CARGO_PKG_VERSION"));
const MOST_SUFFIX: usize = 200;
/// How every certificate in DER begins: it is an ASN.1 sequence.
const DER: u8 = 0x30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_used() {
        let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).expect("a certificate");
        let (pem, der) = (made.cert.pem(), made.cert.der().to_vec());
        let with = HttpOptions::default;
        let cases = [
            (with(), true),
            (with().root_certificate(pem.clone() + &pem).only_these_roots(true), true),
            (with().root_certificate(der.clone()).only_these_roots(true), true),
            (with().root_certificate(&der[..der.len() / 2]).only_these_roots(true), false),
            (with().root_certificate(""), false),
            (with().root_certificate("no certificate"), false),
            (with().root_certificate(made.signing_key.serialize_pem()), false),
            (with().proxy("http://me:hush@proxy.example:3128"), true),
            (with().proxy("hush"), false),
            (with().proxy("ftp://hush.example"), false),
            (with().proxy("http://[hush"), false),
            (with().user_agent("acme/2 (ops@acme.example)"), true),
            (with().user_agent("acme\r\nAuthorization: hush"), false),
            (with().user_agent("ä"), false),
            (with().user_agent("x".repeat(201)), false),
        ];
        for (options, good) in cases {
            let shown = format!("{options:?}");
            let http = super::super::Http::new(&options, std::time::Duration::from_secs(1));
            assert_eq!(http.is_ok(), good, "{shown} {http:?}");
            let told = format!("{shown} {:?}", http.err());
            assert!(!told.contains("hush@"), "{told}");
        }
    }
}
