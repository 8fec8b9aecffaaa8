//! One request → one answer.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use tiny_http::{Header, Method, Request, Response, StatusCode};

use super::Server;
use super::range::{self, Part};
use crate::run::rebuild::{Otherwise, correct, rebuild};
use crate::session::Edit;

/// The most that a page sends: thousands of mended utterances.
const MOST: u64 = 4 << 20;

type Answer = Response<Box<dyn Read + Send>>;

impl Server {
    /// Answers; whether it was the page's own request.
    pub(super) fn answer(&self, mut request: Request) -> bool {
        let answer = self.respond(&mut request);
        let own = answer.is_some();
        let answer = answer.unwrap_or_else(|| text(404, "there is nothing here".to_owned()));
        // A reader that has gone away needs no answer.
        drop(request.respond(answer));
        own
    }

    fn respond(&self, request: &mut Request) -> Option<Answer> {
        if !self.is_ours(request) {
            return None;
        }
        let url = request.url().to_owned();
        let path = url.split(['?', '#']).next()?;
        let path = path.strip_prefix('/')?.strip_prefix(self.token.as_str())?.strip_prefix('/')?;
        Some(match (request.method(), path) {
            (Method::Get, "results/report.html") => self.page(),
            (Method::Post, "results/edits") => self.edit(request),
            (Method::Post, "results/alive") => text(204, String::new()),
            (Method::Get | Method::Head, file) => self.sound(request, file)?,
            _ => return None,
        })
    }

    /// Asked for by this computer's name for itself, and by no page from elsewhere.
    fn is_ours(&self, request: &Request) -> bool {
        let hosts = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let is = |value: &str| hosts.iter().any(|host| host == value);
        let host = header(request, "Host").is_some_and(is);
        let origin = header(request, "Origin");
        host && origin.is_none_or(|origin| origin.strip_prefix("http://").is_some_and(is))
    }

    fn page(&self) -> Answer {
        let rebuilt = rebuild(&self.results, &Otherwise::default());
        match rebuilt.and_then(|rebuilt| rebuilt.served_page()) {
            Ok(text) => page(200, "text/html; charset=utf-8", text),
            Err(error) => text(500, error.to_string()),
        }
    }

    fn edit(&self, request: &mut Request) -> Answer {
        let mut body = String::new();
        if request.as_reader().take(MOST).read_to_string(&mut body).is_err() {
            return text(400, "the corrections did not arrive whole".to_owned());
        }
        let Ok(edits) = serde_json::from_str::<Vec<Edit>>(&body) else {
            return text(400, "these are no corrections".to_owned());
        };
        match correct(&self.results, &edits) {
            Ok(_) => text(204, String::new()),
            Err(error) => text(500, error.to_string()),
        }
    }

    /// A recording that the page may play: one of the session's own, beside the results or in them.
    fn sound(&self, request: &Request, file: &str) -> Option<Answer> {
        let path = self.recording(file)?;
        let mut file = File::open(&path).ok()?;
        let length = file.metadata().ok()?.len();
        let part = range::part(header(request, "Range"), length);
        let (status, from, count) = match part {
            Part::Whole => (200, 0, length),
            Part::Of { from, count } => (206, from, count),
            Part::Nowhere => {
                let mut answer = text(416, String::new());
                let range = plain("Content-Range", &format!("bytes */{length}"));
                if let Some(range) = range {
                    answer.add_header(range);
                }
                return Some(answer);
            }
        };
        file.seek(SeekFrom::Start(from)).ok()?;
        let last = (from + count).saturating_sub(1);
        let range = (status == 206).then(|| format!("bytes {from}-{last}/{length}"));
        let headers = [
            plain("Accept-Ranges", "bytes"),
            plain("Content-Type", media(&path)),
            range.and_then(|range| plain("Content-Range", &range)),
        ];
        let headers = headers.into_iter().flatten().chain(always()).collect();
        let body: Box<dyn Read + Send> = Box::new(file.take(count));
        Some(Response::new(StatusCode(status), headers, body, usize::try_from(count).ok(), None))
    }

    fn recording(&self, asked: &str) -> Option<PathBuf> {
        let name = percent_decoded(asked.strip_prefix("results/").unwrap_or(asked))?;
        if name.contains(['/', '\\', '\0']) || name == ".." {
            return None;
        }
        let inside = asked.starts_with("results/");
        let folder = if inside { Some(self.results.as_path()) } else { self.results.parent() };
        let path = folder?.join(&name);
        // Nothing but what the page itself names: no other file of the folder.
        let page = std::fs::read_to_string(self.results.join("report.html")).ok()?;
        let link =
            if inside { asked.strip_prefix("results/")?.to_owned() } else { format!("../{asked}") };
        page.contains(&format!("data-href=\"{link}\""))
            .then_some(path)
            .filter(|path| path.is_file())
    }
}

fn header<'r>(request: &'r Request, name: &'static str) -> Option<&'r str> {
    let found = request.headers().iter().find(|header| header.field.equiv(name));
    found.map(|header| header.value.as_str())
}

/// A header; `None` for a value that cannot stand in one.
fn plain(name: &str, value: &str) -> Option<Header> {
    Header::from_bytes(name, value).ok()
}

/// Nothing of it is kept by the browser, and it is what it says it is.
fn always() -> impl Iterator<Item = Header> {
    let all = [plain("Cache-Control", "no-store"), plain("X-Content-Type-Options", "nosniff")];
    all.into_iter().flatten()
}

fn text(status: u16, text: String) -> Answer {
    page(status, "text/plain; charset=utf-8", text)
}

fn page(status: u16, media: &str, text: String) -> Answer {
    let length = text.len();
    let headers = plain("Content-Type", media).into_iter().chain(always()).collect();
    let body: Box<dyn Read + Send> = Box::new(Cursor::new(text.into_bytes()));
    Response::new(StatusCode(status), headers, body, Some(length), None)
}

/// The type of a recording, by its name; browsers look into the rest themselves.
fn media(path: &Path) -> &'static str {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match ending.to_lowercase().as_str() {
        "wav" | "wave" => "audio/wav",
        "mp3" => "audio/mpeg",
        "m4a" | "m4b" => "audio/mp4",
        "mp4" | "m4v" | "mov" => "video/mp4",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "flac" => "audio/flac",
        "webm" => "video/webm",
        "aac" => "audio/aac",
        _ => "application/octet-stream",
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
