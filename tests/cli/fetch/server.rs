//! A web server on this computer that misbehaves as it is told.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method and address.
    pub line: String,
    /// Header lines in lower case.
    pub headers: Vec<String>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The first byte that is asked for.
    pub fn from(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// Answers each connection in a thread of its own, for as long as the test runs.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// `answer` is given what was asked, how many requests came before, and where to answer.
    pub fn start(
        answer: impl Fn(&Request, usize, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (answer, kept) = (Arc::new(answer), asked.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, kept) = (answer.clone(), kept.clone());
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let Some(request) = read(&mut stream) else { return };
                    let before = {
                        let mut asked = kept.lock().unwrap();
                        asked.push(request.clone());
                        asked.len() - 1
                    };
                    // Whoever asked may be gone.
                    drop(answer(&request, before, &mut stream));
                });
            }
        });
        Self { address, asked }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let line = lines.next()?.to_owned();
    Some(Request { line, headers: lines.map(str::to_lowercase).collect() })
}

/// A head and a body as they are told; what the head says of the body need not be so.
pub fn say(stream: &mut TcpStream, head: &str, body: &[u8]) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {head}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(body)
}

/// A file as servers that know ranges send it, broken off after `most` bytes.
pub fn send(
    stream: &mut TcpStream,
    request: &Request,
    file: &[u8],
    etag: &str,
    most: usize,
) -> std::io::Result<()> {
    let all = file.len();
    let same = request.header("if-range").is_none_or(|known| known == etag);
    let (head, from) = match request.from().filter(|_| same) {
        Some(from) if from >= all => {
            let head = "416 Range Not Satisfiable\r\nContent-Length: 0";
            return say(stream, &format!("{head}\r\nContent-Range: bytes */{all}"), &[]);
        }
        Some(from) => {
            let range = format!("Content-Range: bytes {from}-{}/{all}", all - 1);
            (format!("206 Partial Content\r\n{range}"), from)
        }
        None => ("200 OK".to_owned(), 0),
    };
    let body = &file[from..];
    let head = format!("{head}\r\nETag: {etag}\r\nContent-Length: {}", body.len());
    say(stream, &head, &body[..body.len().min(most)])
}
