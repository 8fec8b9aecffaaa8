//! Recordings, and the program run on them: each test in a folder and a home of its own.
//!
//! What costs seconds (speech-to-text) is done once a test run and copied where it is wanted.

mod ffmpeg;

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

pub use ffmpeg::ffmpeg;

/// The project.
pub const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// What every run on speech is given, so that all have the same fingerprints: no language to find
/// out, no coach to work out.
pub const GIVEN: [&str; 4] = ["--language", "en", "--coach", "left"];

/// What a run leaves for a reader; `run.json` is apart, it holds the clock.
pub const ARTEFACTS: [&str; 5] =
    ["session.json", "analysis.json", "transcript.json", "transcript.vtt", "report.html"];

/// A folder to work in, and the home of who works there.
pub struct Place(TempDir);

impl Place {
    /// An empty one.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("openfloor-").tempdir().unwrap();
        // Other users come to look.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(folder.path().join(".home")).unwrap();
        Self(folder)
    }

    /// With `talk.wav`: fourteen seconds of two people, one a channel.
    pub fn with_talk() -> Self {
        let place = Self::new();
        copy_talk(&place.path("talk.wav"));
        place
    }

    /// With `talk.wav` analysed, results beside it.
    pub fn with_finished_talk() -> Self {
        let place = Self::with_talk();
        copy_folder(finished(), &place.path(RESULTS));
        place
    }

    /// With `talk.wav` heard but not yet made into a session.
    pub fn with_heard_talk() -> Self {
        let place = Self::with_talk();
        copy_folder(&finished().join("stages"), &place.path(RESULTS).join("stages"));
        place
    }

    /// A path in it.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file in it.
    pub fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Everything in it but its home, folders too, in order.
    pub fn entries(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(self.0.path(), &mut |path| {
            let name = path.strip_prefix(self.0.path()).unwrap().to_string_lossy().into_owned();
            if !name.starts_with(".home") {
                found.push(name);
            }
        });
        found
    }

    /// The program, in this folder and at home in it.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        self.under::<&str, S>(&[], arguments)
    }

    /// The program run by others: `setpriv …`, `unshare …`.
    pub fn under<W: AsRef<OsStr>, S: AsRef<OsStr>>(
        &self,
        wrapper: &[W],
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut line: Vec<OsString> = wrapper.iter().map(|one| one.as_ref().to_owned()).collect();
        line.push(program().into_os_string());
        line.extend(arguments.into_iter().map(|one| one.as_ref().to_owned()));
        let home = self.path(".home");
        let mut command = Command::new(&line[0]);
        command
            .args(&line[1..])
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .env("HOME", &home)
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env_remove("OPENFLOOR_MODELS")
            .env_remove("RUST_LOG")
            .env_remove("RUST_BACKTRACE");
        command
    }

    /// Runs the program.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Said {
        Said::of(&mut self.command(arguments))
    }

    /// Analyses quietly: all that is left on standard error is sentences.
    pub fn analyze<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Said {
        Said::of(self.command(["analyze", "-q"]).args(arguments))
    }

    /// Analyses `talk.wav` as all do.
    pub fn analyze_talk(&self, more: &[&str]) -> Said {
        self.analyze([&["talk.wav"][..], &GIVEN, more].concat())
    }

    /// An artefact of `talk.wav`.
    pub fn talk(&self, name: &str) -> PathBuf {
        self.path(RESULTS).join(name)
    }
}

/// Where the results of `talk.wav` lie.
pub const RESULTS: &str = "talk.wav.openfloor";

/// What a run said and how it ended.
#[derive(Debug)]
pub struct Said {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let output = assert_cmd::Command::from(std::mem::replace(command, Command::new("true")))
            .timeout(Duration::from_mins(2))
            .output()
            .unwrap();
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Holds the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// The one sentence on standard error: it names `file` and a way out, and nothing panicked.
    #[track_caller]
    pub fn sentence(&self, file: &str) -> &str {
        let sentence = self.err.strip_suffix('\n').unwrap_or(&self.err);
        assert!(!sentence.contains('\n'), "more than a sentence: {sentence}");
        assert!(sentence.starts_with("openfloor: "), "{sentence}");
        assert!(sentence.contains(file), "{file} is not named: {sentence}");
        assert!(sentence.contains("; "), "no way out: {sentence}");
        for word in ["panic", "inside Openfloor", "RUST_BACKTRACE", "unwrap", "Error {"] {
            assert!(!sentence.contains(word), "{sentence}");
        }
        sentence
    }

    /// Holds that the input failed alone: exit code 1, one sentence, nothing on standard output.
    #[track_caller]
    pub fn fails_on(self, file: &str, says: &str) {
        let said = self.exits(1);
        let sentence = said.sentence(file);
        assert!(sentence.contains(says), "“{says}” is not said: {sentence}");
        assert_eq!(said.out, "");
    }
}

/// The program that is tested.
pub fn program() -> PathBuf {
    assert_cmd::cargo::cargo_bin!("openfloor").to_owned()
}

pub fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// A command line that runs what follows as nobody; empty where we are nobody already.
pub fn as_another_user() -> &'static [&'static str] {
    let nobody = &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    if is_root() { nobody } else { &[] }
}

/// A command line that runs what follows in namespaces of its own (`-m`: mounts, `-n`: network).
pub fn apart(namespace: &'static str) -> Vec<&'static str> {
    if is_root() { vec!["unshare", namespace] } else { vec!["unshare", "-r", namespace] }
}

/// The program and the models where every user can get at them, whatever the project lies in.
pub fn in_public() -> (&'static Path, &'static Path) {
    static COPIES: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    let (program_copy, models) = COPIES.get_or_init(|| {
        let models = shared().join("models");
        fs::create_dir(&models).unwrap();
        for name in ["ggml-base-q8_0.bin", "ggml-silero-v6.2.3.bin"] {
            put(&Path::new(PACKAGE).join("models").join(name), &models.join(name));
        }
        let copy = shared().join("openfloor");
        put(&program(), &copy);
        (copy, models)
    });
    (program_copy, models)
}

/// The same file in another place; a copy where that is another disk.
fn put(file: &Path, place: &Path) {
    if fs::hard_link(file, place).is_err() {
        fs::copy(file, place).unwrap();
    }
}

/// As another user, with the public copies of program and models.
pub fn by_another_user(place: &Place, arguments: &[&str]) -> Command {
    let (program, models) = in_public();
    let mut line: Vec<&OsStr> = as_another_user().iter().map(OsStr::new).collect();
    line.push(program.as_os_str());
    line.extend(arguments.iter().map(OsStr::new));
    let mut command = Command::new(line[0]);
    command
        .args(&line[1..])
        .current_dir(place.path(""))
        .stdin(Stdio::null())
        .env("HOME", "/nonexistent")
        .env("XDG_CACHE_HOME", "/nonexistent/cache")
        .env("OPENFLOOR_MODELS", models);
    command
}

/// A folder for what is made once a test run. Those of runs that ended are cleared away.
fn shared() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        const PREFIX: &str = "openfloor-cli-tests-";
        let all = std::env::temp_dir();
        for entry in fs::read_dir(&all).unwrap().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(process) = name.strip_prefix(PREFIX) else { continue };
            if !Path::new("/proc").join(process).exists() {
                // Another run may be at the same.
                drop(fs::remove_dir_all(entry.path()));
            }
        }
        let folder = all.join(format!("{PREFIX}{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        folder
    })
}

/// Fourteen seconds of two people in English: "Hi Tom, come in, have a seat. How are you doing?" …
pub fn talk() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| excerpt("en_delegation.stereo.flac", "talk.wav", 14))
}

/// A minute of them: several windows of speech.
pub fn minute() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| excerpt("en_delegation.stereo.flac", "minute.wav", 64))
}

/// Twenty seconds of two people in French.
pub fn french() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| excerpt("fr_retour.stereo.flac", "seance.wav", 20))
}

fn excerpt(recording: &str, name: &str, seconds: u32) -> PathBuf {
    let from = Path::new(PACKAGE).join("fixtures/recordings").join(recording);
    let to = shared().join(name);
    ffmpeg(&["-t", &seconds.to_string(), "-i", text(&from), text(&to)]);
    to
}

/// The results of `talk.wav`, heard by one listener.
pub fn finished() -> &'static Path {
    static RESULTS_OF_TALK: OnceLock<PathBuf> = OnceLock::new();
    RESULTS_OF_TALK.get_or_init(|| {
        let place = Place::with_talk();
        place.analyze_talk(&["--threads", "1"]).exits(0);
        let kept = shared().join(RESULTS);
        copy_folder(&place.path(RESULTS), &kept);
        kept
    })
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A 16 bit WAV of the given channels, of one length.
pub fn wav(path: &Path, rate: u32, channels: &[Vec<i16>]) {
    let spec = hound::WavSpec {
        channels: u16::try_from(channels.len()).unwrap(),
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for frame in 0..channels[0].len() {
        for channel in channels {
            writer.write_sample(channel[frame]).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// The channels of a 16 bit WAV.
pub fn channels(path: &Path) -> Vec<Vec<i16>> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let count = usize::from(reader.spec().channels);
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    (0..count).map(|c| samples.iter().skip(c).step_by(count).copied().collect()).collect()
}

/// Two channels of silence at 16 kHz: the cheapest recording there is.
pub fn silence(path: &Path, seconds: usize) {
    wav(path, 16_000, &vec![vec![0; seconds * 16_000]; 2]);
}

/// White noise at about −35 dBFS; each seed its own.
pub fn noise(seed: u32, samples: usize) -> Vec<i16> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i16::try_from((state >> 16) % 2001).unwrap() - 1000
    };
    std::iter::repeat_with(next).take(samples).collect()
}

pub fn json(path: impl AsRef<Path>) -> Value {
    let path = path.as_ref();
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a run did: files decoded, models loaded, windows heard.
pub fn counts(results: &Path) -> [u64; 3] {
    let counts = &json(results.join("run.json"))["counts"];
    ["files_decoded", "models_loaded", "windows_heard"].map(|what| counts[what].as_u64().unwrap())
}

/// How many windows of speech a recording has.
pub fn windows(results: &Path) -> u64 {
    json(results.join("stages/speech.json"))["windows"].as_array().unwrap().len() as u64
}

/// Codes of the warnings of an analysis.
pub fn warnings(results: &Path) -> Vec<String> {
    let analysis = json(results.join("analysis.json"));
    let warnings = analysis["warnings"].as_array().unwrap();
    warnings.iter().map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
}

/// Holds that two results folders have the same artefacts, byte for byte.
#[track_caller]
pub fn same_artefacts(one: &Path, other: &Path) {
    for name in ARTEFACTS {
        let read = |folder: &Path| {
            let path = folder.join(name);
            fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        assert!(
            read(one) == read(other),
            "{name} differs in {} and {}",
            one.display(),
            other.display()
        );
    }
}

/// Calls `look` with every path under a folder, in order.
pub fn walk(folder: &Path, look: &mut dyn FnMut(&Path)) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        look(&path);
        if path.is_dir() {
            walk(&path, look);
        }
    }
}

pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// `talk.wav` at a place. The time of the file is the date of the session: not one that changes at
/// midnight.
pub fn copy_talk(to: &Path) {
    fs::copy(talk(), to).unwrap();
    touch(to, "2026-03-12T12:00:00Z");
}

/// Sets the time a file was last written.
pub fn touch(path: &Path, time: &str) {
    let time: jiff::Timestamp = time.parse().unwrap();
    File::options().write(true).open(path).unwrap().set_modified(time.into()).unwrap();
}

/// Changes bytes of a file and puts its time back, as a disk that rots would.
pub fn rot(path: &Path, at: u64) {
    let before = fs::metadata(path).unwrap().modified().unwrap();
    let mut file = File::options().read(true).write(true).open(path).unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(at)).unwrap();
    file.write_all(b"rot!").unwrap();
    file.set_modified(before).unwrap();
}

/// A running program, ended with the test.
pub struct Running(Child);

impl Running {
    pub fn start(mut command: Command) -> Self {
        Self(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Waits until `ready`, or the end of the program: then false.
    pub fn until(&mut self, ready: impl Fn() -> bool) -> bool {
        let begun = Instant::now();
        while !ready() {
            assert!(begun.elapsed() < Duration::from_mins(2), "waited in vain");
            if self.0.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Sends a signal, such as `INT`, to this process.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Ends it at once, as the kernel does when memory is short.
    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Waits for its end: what it said, and how long that took.
    pub fn end(mut self) -> (Said, Duration) {
        let begun = Instant::now();
        let code = self.0.wait().unwrap().code();
        let took = begun.elapsed();
        let read = |from: Option<&mut dyn std::io::Read>| {
            let mut text = String::new();
            from.unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let out = read(self.0.stdout.as_mut().map(|stream| stream as &mut dyn std::io::Read));
        let err = read(self.0.stderr.as_mut().map(|stream| stream as &mut dyn std::io::Read));
        (Said { code, out, err }, took)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone in most tests.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
