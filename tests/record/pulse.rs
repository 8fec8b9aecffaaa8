//! A `PulseAudio` server of a test's own, with a null sink for each format, whose monitor is recorded
//! through ALSA's `pulse`: real time, a real clock.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Place, text};

/// The server and where it listens; ended with the test.
pub struct Pulse {
    pub place: Place,
    socket: PathBuf,
    server: Option<Child>,
}

impl Pulse {
    /// A server with sinks of these names, rates and channels; the first one's monitor is the default
    /// source.
    pub fn start(sinks: &[(&str, u32, u32)]) -> Self {
        let place = Place::new();
        // Short: the path of a socket has little room.
        let socket = place.path(".home/sound");
        let mut lines = format!(
            "load-module module-native-protocol-unix socket={} auth-anonymous=1\n",
            text(&socket)
        );
        for (name, rate, channels) in sinks {
            let sink = format!(
                "load-module module-null-sink sink_name={name} format=s16le rate={rate} channels={channels}\n"
            );
            lines.push_str(&sink);
        }
        let first = sinks[0].0;
        let default = format!("set-default-sink {first}\nset-default-source {first}.monitor\n");
        lines.push_str(&default);
        place.write(".home/start.pa", lines);
        // No other server is started by whoever misses this one.
        place.write(".home/client.conf", "autospawn = no\nenable-shm = no\n");
        let mut pulse = Self { place, socket, server: None };
        pulse.restart();
        pulse
    }

    /// Starts the server, again where it was stopped.
    pub fn restart(&mut self) {
        drop(fs::remove_file(&self.socket));
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "-F", text(&self.place.path(".home/start.pa")), "--daemonize=no"]);
        command.args([
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disallow-exit=no",
            "--realtime=no",
            "--high-priority=no",
        ]);
        self.at_home(&mut command);
        let server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.server = Some(server.expect("pulseaudio is installed by scripts/install-tools test"));
        let start = Instant::now();
        while !self.pactl(&["info"]) {
            assert!(start.elapsed() < Duration::from_secs(20), "pulseaudio does not answer");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops it as a crash would.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            drop(server.kill());
            drop(server.wait());
        }
    }

    fn at_home(&self, command: &mut Command) {
        let home = self.place.path(".home");
        command
            .env("HOME", &home)
            .env("XDG_RUNTIME_DIR", &home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("PULSE_CLIENTCONFIG", home.join("client.conf"))
            .env("PULSE_SERVER", format!("unix:{}", text(&self.socket)))
            .env_remove("DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
    }

    pub fn pactl(&self, arguments: &[&str]) -> bool {
        let mut command = Command::new("pactl");
        self.at_home(command.args(arguments));
        let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.expect("pactl is installed by scripts/install-tools test").success()
    }

    /// Plays a WAV into a sink.
    pub fn play(&self, sink: &str, wav: &std::path::Path) -> Child {
        let mut command = Command::new("paplay");
        self.at_home(command.args(["--device", sink, text(wav)]));
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// `record` with consent; from the monitor of a sink, where one is named.
    pub fn record(&self, sink: Option<&str>, arguments: &[&str]) -> Command {
        let line = [&["record", "--consent", "yes"], arguments].concat();
        let mut command = self.place.command(&line);
        self.at_home(&mut command);
        if let Some(sink) = sink {
            command.env("PULSE_SOURCE", format!("{sink}.monitor"));
        }
        command
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.stop();
    }
}
