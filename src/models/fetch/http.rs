//! One connection: what a server is asked, and how its answer is told from another.
//!
//! HTTP by `ureq`, TLS by `rustls` with Mozilla's roots built in. Redirects are followed ten deep
//! and never from `https` to `http`; proxies are taken from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`
//! and `NO_PROXY`. Nothing is sent but the address, the range and the program's version.

use std::cell::RefCell;
use std::io::{self, Read};
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use ureq::http::header::{self, HeaderMap, HeaderName};
use ureq::http::{Response, StatusCode, Uri};
use ureq::{Agent, Body};

use super::Watch;
use super::part::Part;
use crate::error::Error;
use crate::models::Known;

/// Where whisper.cpp's files are, each under its name.
const PUBLISHED_FILES: &str = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main";

/// Longest wait for a connection: names, proxies and TLS together.
const CONNECT: Duration = Duration::from_secs(20);

/// What a server says, besides its own errors, that will be otherwise in a while.
const LATER: [StatusCode; 2] = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];

const MEBIBYTE: u64 = 1 << 20;

/// A folder on a server that holds model files under their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Where whisper.cpp publishes.
    #[must_use]
    pub fn published() -> Self {
        Self(PUBLISHED_FILES.to_owned())
    }

    /// Whether it is on this computer, which no proxy leads to.
    fn is_here(&self) -> bool {
        let uri: Option<Uri> = self.0.parse().ok();
        uri.as_ref().and_then(Uri::host).is_some_and(|host| {
            let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
            host == "localhost" || address.is_some_and(|address| address.is_loopback())
        })
    }
}

/// A text that is no [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a mirror is given as https://HOST/FOLDER or http://HOST/FOLDER, without a name or a password"
)]
pub struct NoAddress;

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let uri: Uri = text.parse().map_err(|_| NoAddress)?;
        let authority = uri.authority().ok_or(NoAddress)?.as_str();
        let scheme = matches!(uri.scheme_str(), Some("https" | "http"));
        if !scheme || authority.contains('@') || uri.query().is_some() || text.contains('#') {
            return Err(NoAddress);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

/// Why a connection did not bring the rest.
#[derive(Debug)]
pub(super) enum Trouble {
    /// No connection came about.
    Unreachable { why: String },
    /// It broke off, or the server is out of order for now.
    Lost { why: String },
    /// Trying again is no use.
    Refused { wrong: String },
    /// It is not the server's fault.
    Own(Error),
}

/// A server, and what it said of the file so far.
pub(super) struct Server {
    agent: Agent,
    url: String,
    mebibytes: u64,
    version: RefCell<Option<Version>>,
}

/// What tells one file at an address from another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    etag: Option<String>,
    length: Option<u64>,
}

impl Version {
    fn same(&self, other: &Self) -> bool {
        let differ = |one: &Option<String>, other: &Option<String>| {
            one.is_some() && other.is_some() && one != other
        };
        let lengths =
            self.length.is_some() && other.length.is_some() && self.length != other.length;
        !differ(&self.etag, &other.etag) && !lengths
    }
}

impl Server {
    pub fn new(from: &Address, model: &Known, silence: Duration) -> Self {
        let mut settings = Agent::config_builder()
            .https_only(from.0.starts_with("https://"))
            .http_status_as_error(false)
            .max_redirects(10)
            .user_agent(concat!("openfloor/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT))
            .timeout_resolve(Some(CONNECT))
            .timeout_recv_response(Some(silence))
            .timeout_per_read(Some(silence));
        if from.is_here() {
            settings = settings.proxy(None);
        }
        let agent = settings.build().new_agent();
        Self {
            agent,
            url: format!("{}/{}", from.0, model.file),
            mebibytes: u64::from(model.mebibytes),
            version: RefCell::new(None),
        }
    }

    /// The address of the file.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks for what is missing of the part and adds it.
    pub fn rest(&self, part: &mut Part, watch: &dyn Watch) -> Result<(), Trouble> {
        let have = part.length();
        let mut answer = self.ask(have)?;
        let found = self.look_at(&answer, have)?;
        let end = found.version.length;
        let known = self.version.replace(Some(found.version.clone()));
        let another = known.is_some_and(|known| !known.same(&found.version));
        let Some(from) = found.from else {
            if !another && end.is_none_or(|end| end == have) {
                return Ok(());
            }
            return self.begin_anew(part);
        };
        if from != have || another {
            if from != 0 {
                return self.begin_anew(part);
            }
            part.clear().map_err(Trouble::Own)?;
        }
        watch.here(part.length(), end);
        self.take(answer.body_mut(), part, end, watch)?;
        if end.is_some_and(|end| part.length() < end) {
            return Err(Trouble::Lost { why: "the server broke off".to_owned() });
        }
        Ok(())
    }

    /// What has come does not fit what is there: the next try asks for all of it.
    fn begin_anew(&self, part: &mut Part) -> Result<(), Trouble> {
        self.version.replace(None);
        part.clear().map_err(Trouble::Own)?;
        Err(Trouble::Lost { why: "the file has changed on the server".to_owned() })
    }

    fn ask(&self, from: u64) -> Result<Response<Body>, Trouble> {
        let mut request = self.agent.get(&self.url);
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
            let version = self.version.borrow();
            if let Some(etag) = version.as_ref().and_then(|version| version.etag.as_ref()) {
                request = request.header(header::IF_RANGE, etag);
            }
        }
        request.call().map_err(trouble)
    }

    /// What an answer brings, or why it brings nothing.
    fn look_at(&self, answer: &Response<Body>, have: u64) -> Result<Brings, Trouble> {
        let headers = answer.headers();
        // Only a strong one says that the bytes are the same (RFC 9110, 8.8.3).
        let etag = text(headers, &header::ETAG).filter(|etag| etag.starts_with('"'));
        let etag = etag.map(str::to_owned);
        let version = |length| Version { etag: etag.clone(), length };
        let status = answer.status();
        match status {
            StatusCode::OK => {
                let length = answer.body().content_length();
                self.plausible(length, headers)?;
                Ok(Brings { from: Some(0), version: version(length) })
            }
            StatusCode::PARTIAL_CONTENT => {
                let (from, length) = text(headers, &header::CONTENT_RANGE)
                    .and_then(range)
                    .ok_or_else(|| refused("the server's answer makes no sense (no range)"))?;
                self.plausible(length, headers)?;
                Ok(Brings { from: Some(from), version: version(length) })
            }
            StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => {
                // Nothing is missing, or there is more than there should be.
                let length = text(headers, &header::CONTENT_RANGE)
                    .and_then(|range| range.strip_prefix("bytes */"))
                    .and_then(|length| length.parse().ok());
                Ok(Brings { from: None, version: version(length) })
            }
            status if status.is_server_error() || LATER.contains(&status) => {
                Err(Trouble::Lost { why: format!("the server says {status}") })
            }
            status => Err(refused(&format!("the server does not give it ({status})"))),
        }
    }

    /// A page that stands in for the file, as networks with a log-in have it, must not take the
    /// place of what has come, nor something endless the whole disk.
    fn plausible(&self, length: Option<u64>, headers: &HeaderMap) -> Result<(), Trouble> {
        let page =
            text(headers, &header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/"));
        let near = |length| (self.least()..=self.most()).contains(&length);
        if page || length.is_some_and(|length| !near(length)) {
            let sent =
                length.map_or_else(|| "a page".to_owned(), |length| format!("{length} bytes"));
            return Err(refused(&format!(
                "what is sent is not the model ({sent} where about {} MiB were expected)",
                self.mebibytes
            )));
        }
        Ok(())
    }

    /// The sizes that models are listed with are rounded, by up to five in a hundred.
    fn least(&self) -> u64 {
        self.mebibytes * MEBIBYTE / 2
    }

    fn most(&self) -> u64 {
        (self.mebibytes + 1) * MEBIBYTE * 3 / 2
    }

    fn take(
        &self,
        body: &mut Body,
        part: &mut Part,
        end: Option<u64>,
        watch: &dyn Watch,
    ) -> Result<(), Trouble> {
        let mut reader = body.as_reader();
        let mut buffer = vec![0; 1 << 17];
        loop {
            let read = match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Trouble::Lost { why: reason(error.into()) }),
            };
            part.push(&buffer[..read]).map_err(Trouble::Own)?;
            if part.length() > end.unwrap_or(self.most()) {
                part.clear().map_err(Trouble::Own)?;
                return Err(refused("more is sent than there should be"));
            }
            watch.here(part.length(), end);
        }
    }
}

struct Brings {
    /// Place of the first byte that is sent; `None` when there is none from there on.
    from: Option<u64>,
    version: Version,
}

fn refused(wrong: &str) -> Trouble {
    Trouble::Refused { wrong: wrong.to_owned() }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// First byte and whole length of a `Content-Range` (RFC 9110, 14.4).
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, length) = text.strip_prefix("bytes ")?.split_once('/')?;
    let from = range.split_once('-')?.0.parse().ok()?;
    Some((from, length.parse().ok()))
}

fn trouble(error: ureq::Error) -> Trouble {
    use ureq::Error as E;
    match error {
        E::HostNotFound
        | E::ConnectionFailed
        | E::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            Trouble::Unreachable { why: reason(error) }
        }
        E::Io(ref source) => match source.kind() {
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Trouble::Lost { why: reason(error) },
            // A certificate that is not believed comes as an error of the stream.
            io::ErrorKind::InvalidData => unsafe_connection(&error),
            _ => Trouble::Unreachable { why: reason(error) },
        },
        E::Timeout(_) => Trouble::Lost { why: reason(error) },
        E::Protocol(_) => Trouble::Lost { why: "the server's answer makes no sense".to_owned() },
        E::TooManyRedirects => refused("the server sends from one address to the next without end"),
        E::RequireHttpsOnly(_) => refused("the server sends on to an address without https"),
        E::Tls(_) | E::Rustls(_) => unsafe_connection(&error),
        error => refused(&format!("cannot be asked for ({error})")),
    }
}

fn unsafe_connection(error: &ureq::Error) -> Trouble {
    refused(&format!("the connection is not safe ({error})"))
}

/// An error in a few words.
fn reason(error: ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "there is no network, or no such host".to_owned(),
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            "nobody answers".to_owned()
        }
        ureq::Error::Timeout(_) => "nothing has come for a while".to_owned(),
        ureq::Error::Io(source) if source.kind() == io::ErrorKind::UnexpectedEof => {
            "the server broke off".to_owned()
        }
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_a_web_address_without_a_password() {
        let address: Address = "http://127.0.0.1:8000/models/".parse().unwrap();
        assert_eq!(address.0, "http://127.0.0.1:8000/models");
        for text in [
            "",
            "models",
            "/models",
            "ftp://host/models",
            "file:///models",
            "https://anna:secret@host/models",
            "https://host/models?token=secret",
            "https://host/models#x",
            "https:///models",
        ] {
            assert_eq!(text.parse::<Address>(), Err(NoAddress), "{text}");
        }
    }

    #[test]
    fn a_range_is_read_or_it_is_none() {
        assert_eq!(range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(range("bytes 5-9/*"), Some((5, None)));
        for text in ["", "bytes", "bytes */10", "bytes x-9/10", "lines 5-9/10"] {
            assert_eq!(range(text), None, "{text}");
        }
    }
}
