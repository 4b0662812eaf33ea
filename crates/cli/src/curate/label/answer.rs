//! From a request to its answer, without a network: what the page may ask, and who may ask it.
//!
//! ```text
//! GET  /            the page
//! GET  /store       size and speed of the clips, and how many of them are graded
//! GET  /place/AT    the clip at a place of the order, from 0, and its grade
//! GET  /clip/N      its frames: F·H·W·3 bytes, RGB
//! POST /grade       {"clip": N, "grade": 1..5}; answers how many are graded
//! ```
//!
//! Any page that the person has open elsewhere can send requests to this machine. It can't read what
//! comes back, unless it makes its own name mean 127.0.0.1; then it gives itself away by the `Host`
//! header. And it can't grade: for that the `Origin` must be this page's.

use serde::Deserialize;
use serde_json::json;

use super::grader::Grader;

const PAGE: &str = include_str!("page.html");
/// Longest body.
pub const MOST_BYTES: usize = 1024;

/// Sent with every answer. The page needs nothing but itself and this server.
pub const HEADERS: [(&str, &str); 5] = [
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Other,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: Method,
    pub path: String,
    /// Headers that came exactly once.
    pub host: Option<String>,
    pub origin: Option<String>,
    pub content_type: Option<String>,
    /// Empty if it was longer than [`MOST_BYTES`].
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl Answer {
    fn json(value: &impl serde::Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self {
                status: 200,
                content_type: "application/json",
                body,
            },
            Err(error) => Self::error(500, &error.to_string()),
        }
    }

    fn error(status: u16, what: &str) -> Self {
        Self {
            status,
            content_type: "application/json",
            body: json!({ "error": what }).to_string().into_bytes(),
        }
    }
}

/// Answers `ask`, which came to `port`.
pub fn answer(grader: &mut Grader, port: u16, ask: &Ask) -> Answer {
    let host = ask.host.as_deref().unwrap_or_default();
    let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    if !hosts.iter().any(|known| known == host) {
        return Answer::error(
            403,
            &format!("this page is at http://127.0.0.1:{port}/ only"),
        );
    }
    let number = |text: &str| text.parse::<u64>().ok();
    let parts: Vec<&str> = ask.path.split('/').skip(1).collect();
    match (ask.method, parts.as_slice()) {
        (Method::Get, [""]) => Answer {
            status: 200,
            content_type: "text/html; charset=utf-8",
            body: PAGE.as_bytes().to_vec(),
        },
        (Method::Get, ["store"]) => Answer::json(&grader.about()),
        (Method::Get, ["place", at]) => {
            let at = number(at).and_then(|at| usize::try_from(at).ok());
            match at.and_then(|at| grader.place(at)) {
                Some(place) => Answer::json(&place),
                None => Answer::error(404, "there is no such place"),
            }
        }
        (Method::Get, ["clip", clip]) => match number(clip).map(|clip| grader.clip(clip)) {
            Some(Ok(body)) => Answer {
                status: 200,
                content_type: "application/octet-stream",
                body,
            },
            Some(Err(error)) => Answer::error(status(&error), &error.to_string()),
            None => Answer::error(404, "there is no such clip"),
        },
        (Method::Post, ["grade"]) => grade(grader, ask, host),
        (Method::Get, _) => Answer::error(404, "there is no such thing here"),
        _ => Answer::error(405, "that can't be done here"),
    }
}

fn grade(grader: &mut Grader, ask: &Ask, host: &str) -> Answer {
    #[derive(Deserialize)]
    struct Given {
        clip: u64,
        grade: u8,
    }
    if ask.origin.as_deref() != Some(format!("http://{host}").as_str()) {
        return Answer::error(403, "grades are taken from this page only");
    }
    if ask.content_type.as_deref() != Some("application/json") {
        return Answer::error(415, "a grade is sent as JSON");
    }
    let Ok(Given { clip, grade }) = serde_json::from_slice(&ask.body) else {
        return Answer::error(400, "that is no grade of a clip");
    };
    match grader.grade(clip, grade) {
        Ok(()) => Answer::json(&grader.counts()),
        Err(error) => Answer::error(status(&error), &error.to_string()),
    }
}

fn status(error: &data::Error) -> u16 {
    match error {
        data::Error::OutOfRange { .. } => 404,
        data::Error::Invalid(_) => 400,
        _ => 500,
    }
}

#[cfg(test)]
mod tests;
