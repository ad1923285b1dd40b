//! The page on which people allow or refuse a grant.

use super::authorize::Request;
use super::html::escaped;
use super::response::Response;

/// The page for a request that has been checked.
pub(crate) fn page(request: &Request) -> Response {
    let (client, scope, uri) =
        (escaped(&request.client_id), escaped(&request.scope), escaped(&request.redirect_uri));
    let body = include_str!("../page/consent.html")
        .replace("{{client}}", &client)
        .replace("{{scope}}", &scope.replace(',', ",<wbr>"))
        .replace("{{redirect_uri}}", &uri);
    let mut response = Response::raw(200, Some("text/html; charset=utf-8"), body.into());
    response.headers.push(("content-security-policy", POLICY.to_owned()));
    response.headers.push(("cache-control", "no-store".to_owned()));
    response
}

/// The form's answer is a redirect, which `form-action` would have to name too; so it isn't limited.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_becomes_markup() {
        let query = "client_id=<script>alert(1)</script>&scope={{redirect_uri}}&redirect_uri=\"'>";
        let page = page(&Request::read(query));
        let text = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(text.contains("&lt;script&gt;alert(1)") && !text.contains("<script>"), "{text}");
        assert!(text.contains("&#123;&#123;redirect_uri}}") && text.contains("&quot;&#39;&gt;"), "{text}");
        assert!(!text.contains("{{"), "{text}");
    }
}
