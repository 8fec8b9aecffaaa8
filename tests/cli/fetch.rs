//! `models fetch`, against servers on this computer that break off, change their mind and lie. No
//! test asks anyone else.
//!
//! The library fetches a small made-up model whose hash is known here; the program fetches the
//! voice-activity model that comes with Openfloor, from a mirror of the folder `models`.

#[path = "fetch/server.rs"]
mod server;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use openfloor::models::fetch::{Fetched, Patience, Watch, fetch};
use openfloor::models::{Known, KnownHash, Purpose};
use tempfile::TempDir;

use crate::support::{PACKAGE, Place, Running, Said, apart, noise, text};
use server::{Server, say, send};

const ETAG: &str = "\"one\"";
const ALL: usize = usize::MAX;

/// Bytes that are no model to whisper.cpp, and that a hash is known of.
fn file(seed: u32) -> Vec<u8> {
    noise(seed, 150_000).iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// The model that is `file(1)`.
fn model() -> &'static Known {
    let path = tempfile::NamedTempFile::new().unwrap();
    fs::write(path.path(), file(1)).unwrap();
    let sha1 = openfloor::hashing::sha1_of_file_anew(path.path()).unwrap();
    Box::leak(Box::new(Known {
        name: "made-up",
        file: "ggml-made-up.bin",
        purpose: Purpose::SpeechToText,
        mebibytes: 0,
        hash: KnownHash::Sha1(Box::leak(sha1.into_boxed_str())),
        licence: "none",
        about: "noise",
    }))
}

/// What was told on the way.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Watch for Told {
    fn here(&self, _: u64, _: Option<u64>) {}
    fn again(&self, why: &str, _: Duration) {
        self.0.lock().unwrap().push(why.to_owned());
    }
    fn checking(&self) {
        self.0.lock().unwrap().push("checking".to_owned());
    }
}

/// A folder that does not exist yet, and fetches into it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("share/models")
    }

    fn path(&self) -> PathBuf {
        self.folder().join("ggml-made-up.bin")
    }

    fn part(&self) -> PathBuf {
        self.folder().join("ggml-made-up.bin.part")
    }

    fn with_part(bytes: &[u8]) -> Self {
        let home = Self::new();
        fs::create_dir_all(home.folder()).unwrap();
        fs::write(home.part(), bytes).unwrap();
        home
    }

    fn fetch(&self, url: &str) -> (openfloor::Result<Fetched>, Vec<String>) {
        let patience =
            Patience { pauses: vec![Duration::from_millis(5); 3], silence: Duration::from_secs(1) };
        let told = Told::default();
        let done = fetch(model(), &url.parse().unwrap(), &self.folder(), &patience, &told);
        (done, told.0.into_inner().unwrap())
    }

    /// Holds that the file came, whole and alone, and gives what was told.
    #[track_caller]
    fn gets(&self, server: &Server) -> Vec<String> {
        let (done, told) = self.fetch(&server.url());
        assert_eq!(done.unwrap(), Fetched { path: self.path(), already: false });
        assert!(fs::read(self.path()).unwrap() == file(1), "another file");
        assert_eq!(self.names(), ["ggml-made-up.bin"]);
        told
    }

    /// Holds that it did not, with a sentence that says so, and gives the length of what is kept.
    #[track_caller]
    fn fails(&self, url: &str, says: &str) -> Option<usize> {
        let (done, _) = self.fetch(url);
        let error = done.unwrap_err().to_string();
        assert!(error.contains(says), "“{says}” is not said: {error}");
        assert!(error.contains("; ") && !error.contains('\n'), "{error}");
        assert!(!self.path().exists());
        fs::metadata(self.part()).ok().map(|facts| usize::try_from(facts.len()).unwrap())
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

#[test]
fn a_fetch_goes_on_where_the_connection_broke() {
    let server = Server::start(|request, before, stream| {
        send(stream, request, &file(1), ETAG, if before == 0 { 100_000 } else { ALL })
    });
    let home = Home::new();
    assert_eq!(home.gets(&server), ["the server broke off", "checking"]);
    let [first, second] = &server.asked()[..] else { panic!("{:?}", server.asked()) };
    assert_eq!((first.from(), second.from()), (None, Some(100_000)));
    assert_eq!(second.header("if-range"), Some(ETAG));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&home.folder()), mode(&home.path())), (0o700, 0o600));
}

#[test]
fn a_fetch_goes_on_from_what_an_earlier_run_left() {
    let server = Server::start(|request, _, stream| send(stream, request, &file(1), ETAG, ALL));
    let home = Home::with_part(&file(1)[..123_456]);
    home.gets(&server);
    assert_eq!(server.asked()[0].from(), Some(123_456));
    // All was there, and nobody had looked.
    let home = Home::with_part(&file(1));
    home.gets(&server);
    assert_eq!(server.asked().len(), 2);
    // And then it is here, whatever the server says.
    let (done, _) = home.fetch(&server.url());
    assert!(done.unwrap().already);
    assert_eq!(server.asked().len(), 2);
    assert_eq!(home.names(), ["ggml-made-up.bin"]);
}

#[test]
fn any_number_of_broken_connections_is_borne_while_each_brings_something() {
    let server = Server::start(|request, _, stream| send(stream, request, &file(1), ETAG, 20_000));
    Home::new().gets(&server);
    assert_eq!(server.asked().len(), 15);
}

#[test]
fn a_server_that_breaks_off_at_the_same_place_for_ever_is_given_up() {
    let server = Server::start(|_, _, stream| {
        say(stream, "200 OK\r\nContent-Length: 300000", &file(1)[..50_000])
    });
    let kept = Home::new().fails(&server.url(), "lost again and again (the server broke off)");
    assert_eq!((kept, server.asked().len()), (Some(50_000), 4));
}

#[test]
fn a_server_that_knows_no_ranges_sends_it_all_again() {
    let server = Server::start(|_, before, stream| {
        let most = if before == 0 { 100_000 } else { 300_000 };
        say(stream, "200 OK\r\nContent-Length: 300000", &file(1)[..most])
    });
    Home::new().gets(&server);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_file_that_changed_between_two_tries_is_not_spliced() {
    // By a server that looks at If-Range, and by one that does not.
    for looks in [true, false] {
        let server = Server::start(move |request, before, stream| {
            if before == 0 {
                return send(stream, request, &file(2), "\"old\"", 100_000);
            }
            let mut request = request.clone();
            request.headers.retain(|line| looks || !line.starts_with("if-range"));
            send(stream, &request, &file(1), "\"new\"", ALL)
        });
        let told = Home::new().gets(&server);
        assert_eq!(told.contains(&"the file has changed on the server".to_owned()), !looks);
        assert_eq!(server.asked().len(), if looks { 2 } else { 3 });
    }
}

#[test]
fn a_start_of_another_file_is_found_by_the_hash_and_all_is_fetched_anew() {
    let server = Server::start(|request, _, stream| send(stream, request, &file(1), ETAG, ALL));
    for part in [&file(2)[..100_000], &file(2), &file(1).repeat(2), &vec![0; 100_000]] {
        Home::with_part(part).gets(&server);
    }
}

#[test]
fn a_file_of_the_right_length_and_the_wrong_hash_never_gets_the_name() {
    let server = Server::start(|request, _, stream| send(stream, request, &file(2), ETAG, ALL));
    let says = "what came was removed: this is not the published file of model made-up";
    assert_eq!(Home::new().fails(&server.url(), says), None);
    assert_eq!(server.asked().len(), 1);
    let home = Home::with_part(&file(2)[..100_000]);
    assert_eq!(home.fails(&server.url(), says), None);
    assert_eq!(home.names(), [""; 0]);
}

#[test]
fn a_length_that_is_not_so_is_no_endless_work() {
    let short = Server::start(|_, _, stream| say(stream, "200 OK\r\nContent-Length: 9", &file(1)));
    assert_eq!(Home::new().fails(&short.url(), "not the published file"), None);
    let long = Server::start(|request, _, stream| match request.from() {
        Some(_) => say(stream, "416 No\r\nContent-Range: bytes */300000\r\nContent-Length: 0", &[]),
        None => say(stream, "200 OK\r\nContent-Length: 300100", &file(1)),
    });
    Home::new().fails(&long.url(), "lost again and again");
    assert!(long.asked().len() < 10, "{}", long.asked().len());
}

#[test]
fn what_cannot_be_the_model_does_not_take_the_place_of_what_has_come() {
    let page = Server::start(|_, _, stream| {
        say(stream, "200 OK\r\nContent-Type: text/html\r\nContent-Length: 5", b"Login")
    });
    let huge =
        Server::start(|_, _, stream| say(stream, "200 OK\r\nContent-Length: 99999999999", b"x"));
    let odd =
        Server::start(|_, _, stream| say(stream, "206 Partial Content\r\nContent-Length: 1", b"x"));
    for (server, says) in [
        (page, "what is sent is not the model (5 bytes where"),
        (huge, "what is sent is not the model (99999999999 bytes where"),
        (odd, "the server's answer makes no sense"),
    ] {
        let home = Home::with_part(&file(1)[..1000]);
        assert_eq!(home.fails(&server.url(), says), Some(1000));
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn something_endless_does_not_take_the_whole_disk() {
    let server = Server::start(|_, _, stream| {
        say(stream, "200 OK", &[])?;
        loop {
            stream.write_all(&vec![7; 100_000])?;
        }
    });
    assert_eq!(Home::new().fails(&server.url(), "more is sent than there should be"), Some(0));
}

#[test]
fn what_a_server_refuses_is_not_asked_for_twice_and_what_it_cannot_do_now_is() {
    for status in ["404 Not Found", "401 Unauthorized", "403 Forbidden", "410 Gone"] {
        let server = Server::start(move |_, _, stream| {
            say(stream, &format!("{status}\r\nContent-Length: 2"), b"no")
        });
        let home = Home::with_part(b"start");
        let says = format!("/ggml-made-up.bin: the server does not give it ({status})");
        assert_eq!(home.fails(&server.url(), &says), Some(5));
        assert_eq!(server.asked().len(), 1);
    }
    for status in ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"]
    {
        let busy =
            move |stream: &mut _| say(stream, &format!("{status}\r\nContent-Length: 0"), &[]);
        let server = Server::start(move |_, _, stream| busy(stream));
        Home::new().fails(&server.url(), &format!("again and again (the server says {status})"));
        assert_eq!(server.asked().len(), 4);
        let server = Server::start(move |request, before, stream| match before {
            0..3 => busy(stream),
            _ => send(stream, request, &file(1), ETAG, ALL),
        });
        Home::new().gets(&server);
    }
}

#[test]
fn redirects_are_followed_with_what_is_asked_for_and_not_for_ever() {
    let server = Server::start(|request, before, stream| {
        if request.line.starts_with("GET /ggml-made-up.bin ") {
            return say(stream, "302 Found\r\nLocation: /cdn/f?token=x\r\nContent-Length: 0", &[]);
        }
        send(stream, request, &file(1), ETAG, if before == 1 { 100_000 } else { ALL })
    });
    Home::new().gets(&server);
    let asked = server.asked();
    assert!(asked[3].line.starts_with("GET /cdn/f?token=x "), "{asked:?}");
    assert_eq!((asked.len(), asked[3].from()), (4, Some(100_000)));
    let round = Server::start(|_, before, stream| {
        let to = format!("302 Found\r\nLocation: /{before}\r\nContent-Length: 0");
        say(stream, &to, &[])
    });
    Home::new().fails(&round.url(), "from one address to the next without end");
    assert!(round.asked().len() < 20, "{}", round.asked().len());
}

#[test]
fn a_connection_that_falls_silent_is_left_and_the_rest_is_asked_for_anew() {
    let server = Server::start(|request, before, stream| {
        send(stream, request, &file(1), ETAG, if before == 0 { 100_000 } else { ALL })?;
        if before == 0 {
            std::thread::sleep(Duration::from_mins(1));
        }
        Ok(())
    });
    assert_eq!(Home::new().gets(&server), ["nothing has come for a while", "checking"]);
    assert_eq!(server.asked()[1].from(), Some(100_000));
}

#[test]
fn nobody_at_the_address_is_one_sentence_with_what_to_do_by_hand() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let home = Home::with_part(b"start");
    let url = format!("http://{free}/models");
    assert_eq!(home.fails(&url, &format!("{url}/ggml-made-up.bin: cannot be reached (")), Some(5));
    home.fails(&url, &format!("put it into {}", home.folder().display()));
}

#[test]
fn https_is_spoken_and_who_does_not_speak_it_is_not_listened_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let first = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut first = [0];
        stream.read_exact(&mut first).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx").unwrap();
        first[0]
    });
    assert_eq!(Home::with_part(b"start").fails(&url, "the connection is not safe"), Some(5));
    assert_eq!(first.join().unwrap(), 22, "the handshake of TLS");
}

#[test]
fn two_fetches_at_once_do_not_collide() {
    let (reached, is_reached) = mpsc::sync_channel(1);
    let (go_on, may_go_on) = mpsc::sync_channel::<()>(1);
    let may_go_on = Mutex::new(may_go_on);
    let server = Server::start(move |request, _, stream| {
        reached.send(()).unwrap();
        may_go_on.lock().unwrap().recv().unwrap();
        send(stream, request, &file(1), ETAG, ALL)
    });
    let home = Home::new();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| home.gets(&server));
        is_reached.recv().unwrap();
        home.fails(&server.url(), "another openfloor is fetching this model; wait for it");
        go_on.send(()).unwrap();
        first.join().unwrap();
    });
    assert_eq!(server.asked().len(), 1);
}

/// Where the program finds a damaged voice-activity model first, and the sound file's bytes.
fn with_damaged_model() -> (Place, Vec<u8>) {
    let place = Place::new();
    let whole = fs::read(Path::new(PACKAGE).join("models").join(SILERO)).unwrap();
    place.write(Path::new("own").join(SILERO), &whole[..1000]);
    (place, whole)
}

const SILERO: &str = "ggml-silero-v6.2.3.bin";

fn line(place: &Place, wrapper: &[&str], url: &str) -> std::process::Command {
    let arguments = ["models", "fetch", "silero-v6.2.3", "--mirror", url];
    let mut command = place.under(wrapper, arguments);
    command.env("OPENFLOOR_MODELS", place.path("own"));
    command
}

#[test]
fn the_program_fetches_a_model_over_a_connection_that_breaks_and_says_so() {
    let (place, whole) = with_damaged_model();
    let sent = whole.clone();
    let server = Server::start(move |request, before, stream| {
        send(stream, request, &sent, ETAG, if before == 0 { 400_000 } else { ALL })
    });
    let url = format!("{}/models/", server.url());
    let said = Said::of(&mut line(&place, &[], &url)).exits(0);
    let path = place.path("own").join(SILERO);
    let fetched = format!("silero-v6.2.3: fetched, as published ({})\n", text(&path));
    assert_eq!(said.out, fetched);
    for told in [
        "silero-v6.2.3: 40 % of 864.35 KiB\n",
        "silero-v6.2.3: the server broke off; trying again in 1 s\n",
        "silero-v6.2.3: 100 % of 864.35 KiB\n",
        "silero-v6.2.3: checking\n",
    ] {
        assert!(said.err.contains(told), "{told}: {}", said.err);
    }
    assert!(fs::read(&path).unwrap() == whole, "another file");
    assert_eq!(fs::read_dir(place.path("own")).unwrap().count(), 1);
    let asked = server.asked();
    assert!(asked[0].line.starts_with(&format!("GET /models/{SILERO} ")), "{asked:?}");
    // Nothing is told of who asks.
    for request in &asked {
        for header in &request.headers {
            let name = header.split(':').next().unwrap();
            let known = ["accept", "accept-encoding", "host", "if-range", "range", "user-agent"];
            assert!(known.contains(&name), "{header}");
        }
        let agent = concat!("openfloor/", env!("CARGO_PKG_VERSION"));
        assert_eq!(request.header("user-agent"), Some(agent));
    }
    let said = Said::of(&mut line(&place, &[], &url)).exits(0);
    assert!(said.out.contains("silero-v6.2.3: already here, and as published"), "{}", said.out);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_fetch_that_was_stopped_or_killed_is_gone_on_with_by_the_next() {
    for signal in ["INT", "KILL"] {
        let (place, whole) = with_damaged_model();
        let server = Server::start(move |request, before, stream| {
            send(stream, request, &whole, ETAG, if before == 0 { 400_000 } else { ALL })?;
            if before == 0 {
                std::thread::sleep(Duration::from_mins(1));
            }
            Ok(())
        });
        let part = place.path("own").join(format!("{SILERO}.part"));
        let length = || fs::metadata(&part).map_or(0, |facts| facts.len());
        let mut running = Running::start(line(&place, &[], &server.url()));
        assert!(running.until(|| length() == 400_000));
        running.signal(signal);
        let (said, _) = running.end();
        if signal == "INT" {
            assert_eq!(said.code, Some(130), "{}", said.err);
            let last = said.err.lines().last().unwrap();
            assert!(last.starts_with("openfloor: stopped; what has come is kept"), "{last}");
        }
        assert_eq!(length(), 400_000);
        Said::of(&mut line(&place, &[], &server.url())).exits(0);
        assert_eq!(server.asked()[1].from(), Some(400_000));
    }
}

#[test]
fn a_disk_that_is_full_is_one_sentence_and_keeps_what_has_come() {
    const SCRIPT: &str = r#"
        cp -a "$1" "$1.kept" && mount -t tmpfs -o size=400k,mode=0700 tmpfs "$1" || exit 99
        cp -a "$1.kept/." "$1" || exit 98
        own=$1; shift; "$@"; code=$?
        stat -c %s "$own"/*.part; exit $code"#;
    let (place, whole) = with_damaged_model();
    let server = Server::start(move |request, _, stream| send(stream, request, &whole, ETAG, ALL));
    let own = place.path("own");
    let mut wrapper = apart("-m");
    wrapper.extend(["sh", "-c", SCRIPT, "sh", text(&own)]);
    let said = Said::of(&mut line(&place, &wrapper, &server.url())).exits(1);
    let last = said.err.lines().last().unwrap();
    assert!(last.contains(&format!("{SILERO}.part: cannot be written (No space left")), "{last}");
    assert!(last.ends_with("what has come is kept"), "{last}");
    let kept: u64 = said.out.trim().parse().unwrap();
    assert!((300_000..=409_600).contains(&kept), "{kept}");
}

#[test]
fn without_a_network_a_sentence_says_what_to_do_and_nothing_is_needed_for_what_is_here() {
    let place = Place::new();
    let run = |name| Said::of(&mut place.under(&apart("-n"), ["models", "fetch", name]));
    let own = place.path(".home/data/openfloor/models");
    let said = run("small").exits(1);
    let sentence = said.sentence("ggerganov/whisper.cpp/resolve/main/ggml-small.bin: cannot be");
    assert!(sentence.ends_with(&format!("put it into {}", text(&own))), "{sentence}");
    for name in ["base-q8_0", "silero-v6.2.3"] {
        let said = run(name).exits(0);
        assert!(said.out.contains(&format!("{name}: already here, and as published")));
        assert_eq!(said.err, "");
    }
}

#[test]
fn the_proxy_of_the_environment_is_asked_for_other_computers_and_not_for_this_one() {
    let (place, whole) = with_damaged_model();
    let proxy =
        Server::start(|_, _, stream| say(stream, "403 Forbidden\r\nContent-Length: 0", &[]));
    let here = Server::start(move |request, _, stream| send(stream, request, &whole, ETAG, ALL));
    let through = |url: &str| {
        let mut command = line(&place, &[], url);
        for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"]
        {
            command.env_remove(name);
        }
        Said::of(command.env("HTTP_PROXY", proxy.url()))
    };
    let said = through("http://models.invalid").exits(1);
    assert!(proxy.asked()[0].line.contains("models.invalid"), "{:?}", proxy.asked());
    said.sentence("http://models.invalid/ggml-silero-v6.2.3.bin");
    through(&here.url()).exits(0);
    assert_eq!(proxy.asked().len(), 1);
}
