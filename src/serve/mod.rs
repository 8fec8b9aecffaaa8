//! The loopback server behind `openfloor report --open`: one report, shown and corrected.
//!
//! In: a results folder. Out: its page at an address of this computer that nobody can guess, the
//! recording beside it, and the edits the page sends, added to `edits.json` with every figure made
//! again. It listens on the loopback only, answers no other host name (a page elsewhere could
//! otherwise rebind its name to here), and is gone two minutes after the page's last sign of life.

mod answer;
mod range;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// Without a sign of life for so long, the page is closed (the issue's own figure).
const SILENCE: Duration = Duration::from_mins(2);

/// A server that listens.
pub struct Server {
    http: tiny_http::Server,
    results: PathBuf,
    token: String,
    port: u16,
    silence: Duration,
}

impl Server {
    /// Listens for the page of a results folder.
    ///
    /// # Errors
    /// No port of the loopback can be had.
    pub fn start(results: &Path) -> Result<Self> {
        let failed = |source| Error::Start { source };
        let http = tiny_http::Server::http(("127.0.0.1", 0))
            .map_err(|error| failed(std::io::Error::other(error.to_string())))?;
        let port = http.server_addr().to_ip().map_or(0, |address| address.port());
        let results = results.canonicalize().unwrap_or_else(|_| results.to_owned());
        let token = token().map_err(failed)?;
        Ok(Self { http, results, token, port, silence: SILENCE })
    }

    /// The same, gone after another time without a sign of life.
    #[must_use]
    pub fn gone_after(self, silence: Duration) -> Self {
        Self { silence, ..self }
    }

    /// Where the page is.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/results/report.html", self.port, self.token)
    }

    /// Answers until the page is gone.
    pub fn run(&self) {
        let mut alive = Instant::now();
        while alive.elapsed() < self.silence {
            let wait = self.silence.saturating_sub(alive.elapsed());
            match self.http.recv_timeout(wait) {
                Ok(Some(request)) => {
                    if self.answer(request) {
                        alive = Instant::now();
                    }
                }
                Ok(None) => {}
                // The socket is gone: so is the server.
                Err(_) => return,
            }
        }
    }
}

/// 128 bits from the operating system, as hex.
fn token() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
