//! What stands around every answer: who may ask, and what a browser may do with it.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Nothing from elsewhere, no inline script or style, no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The live page also listens to its own server.
const LIVE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                           form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Refuses what a foreign page could make a browser ask (a name that leads to the loopback address, a
/// form sent from elsewhere), and puts the policy on the answer.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let live = request.uri().path() == "/xu-ly";
    let mut response = if !is_local(request.headers()) {
        (StatusCode::MISDIRECTED_REQUEST, "open this page as http://localhost or http://127.0.0.1\n")
            .into_response()
    } else if !request.method().is_safe() && is_foreign(request.headers()) {
        (StatusCode::FORBIDDEN, "only a page of this server may ask for that\n").into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    let policy = if live { LIVE_POLICY } else { POLICY };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Tells whether the request names this machine: a foreign name that was made to lead here (DNS
/// rebinding) would let its page read the ledger.
fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|value| value.to_str().ok()) else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Tells whether a page of another origin sent it.
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let site = text("sec-fetch-site");
    let (origin, host) = (text("origin"), text("host").unwrap_or(""));
    site.is_some_and(|site| site != "same-origin" && site != "none")
        || origin.is_some_and(|origin| origin != format!("http://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["localhost:8470", "127.0.0.1:8470", "[::1]:8470", "LOCALHOST"] {
            assert!(is_local(&headers(&[("host", host)])), "{host}");
        }
        for host in ["evil.example:8470", "localhost.evil.example", "10.0.0.1", ""] {
            assert!(!is_local(&headers(&[("host", host)])), "{host}");
        }
        assert!(!is_local(&headers(&[])));
    }

    #[test]
    fn a_form_of_another_origin_is_foreign() {
        assert!(is_foreign(&headers(&[("host", "localhost:1"), ("origin", "http://evil.example")])));
        assert!(is_foreign(&headers(&[("host", "localhost:1"), ("sec-fetch-site", "cross-site")])));
        assert!(!is_foreign(&headers(&[("host", "localhost:1"), ("origin", "http://localhost:1")])));
    }
}
