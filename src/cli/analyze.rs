//! `openfloor analyze`: recordings, transcripts and folders → results, one after the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::listed::Given;
use super::progress::Terminal;
use super::settings::Settings;
use super::{Exit, failed, say, values};
use crate::error::{Error, Result};
use crate::models;
use crate::progress::Progress;
use crate::report;
use crate::run::batch::{self, Ended};
use crate::run::{
    CoachChoice, Engines, Input, Job, LanguageChoice, NoCoachChoice, Options, Outcome, Part,
    Reading, Runtime, discover, is_transcript, listing::Listing, read_profile,
};
use crate::session::{About, DateFrom, Ms, Role};

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Arguments {
    /// Recordings (WAV, FLAC, M4A, MP4), transcripts that say who speaks (WebVTT, SRT,
    /// transcript.json, text with Name: before what each person says), or folders of them. In a
    /// folder, a transcript beside the recording of the same name is left out, and the tracks that
    /// Zoom ("Audio Record"), Riverside or Craig wrote, one a participant, are one session
    #[arg(required_unless_present = "tracks", conflicts_with = "tracks")]
    paths: Vec<PathBuf>,

    /// One file a person of one session, such as coach=anna.m4a; give it once a file. ROLE is coach,
    /// coachee, other or unknown. Files that were not started together are put on one clock
    #[arg(long = "track", value_name = "ROLE=FILE", value_parser = values::track)]
    tracks: Vec<Input>,

    /// Where results go; by default beside each recording, in NAME.openfloor
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Speech-to-text model, by name (`openfloor models list`) or file
    #[arg(long, value_name = "NAME|FILE")]
    model: Option<String>,

    /// Language of the session
    #[arg(long, value_enum)]
    language: Option<Spoken>,

    /// Who is the coach: left, right, channel:N, first, a speaker such as S1, or of a transcript a
    /// name in it; worked out from who asks the questions by default
    #[arg(long, value_name = "WHO")]
    coach: Option<CoachChoice>,

    /// How many voices share one channel, where they do; two by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=6))]
    speakers: Option<u8>,

    /// Where the session starts in the recording, as MM:SS or H:MM:SS
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    from: Option<Ms>,

    /// Where the session ends in the recording
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    to: Option<Ms>,

    /// Read the figures as coaching, mentoring or lead, or by a profile file
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,

    /// Language of the report; that of the session by default
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    report_language: Option<values::PageLanguage>,

    /// Date of the session, as YYYY-MM-DD
    #[arg(long, value_parser = values::date)]
    date: Option<String>,

    /// Name of the coach, for the report
    #[arg(long, value_name = "NAME")]
    coach_name: Option<String>,

    /// A pseudonym of the client, for the report
    #[arg(long, value_name = "PSEUDONYM")]
    client: Option<String>,

    /// Put a copy of the recording that a browser plays into the results
    #[arg(long)]
    copy_audio: bool,

    /// Print each analysis as one line of JSON instead of the summary
    #[arg(long)]
    json: bool,

    /// Threads for speech-to-text; as many as there are cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,

    /// Do everything again, also what is done
    #[arg(long)]
    force: bool,

    /// Read each recording in full to see whether it has changed
    #[arg(long)]
    verify: bool,

    /// Stop at the first recording that fails
    #[arg(long)]
    fail_fast: bool,

    /// Say what would be analysed, and do nothing
    #[arg(long)]
    dry_run: bool,

    /// No progress
    #[arg(short, long)]
    quiet: bool,

    /// Show what the engines log (never what was said)
    #[arg(short, long)]
    verbose: bool,
}

/// The language of a session, as typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Spoken {
    /// Found out
    Auto,
    /// English
    En,
    /// French
    Fr,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments) -> Exit {
    if arguments.verbose {
        // Not below info: whisper.cpp's debug lines hold what it hears.
        env_logger::Builder::new().filter_level(log::LevelFilter::Info).init();
    }
    match prepare(arguments) {
        Ok(Prepared::DryRun) => Exit::Done,
        Ok(Prepared::Work(work)) => work.run(),
        Err(error) => failed(&error),
    }
}

enum Prepared {
    DryRun,
    Work(Box<Work>),
}

struct Work {
    jobs: Vec<Job>,
    /// Inputs that are no jobs: a folder without recordings.
    failures: Vec<(String, Error)>,
    /// `None` when all jobs are transcripts: no model is looked for.
    engines: Option<Arc<Engines>>,
    runtime: Runtime,
    json: bool,
    quiet: bool,
    fail_fast: bool,
}

fn prepare(arguments: Arguments) -> Result<Prepared> {
    runs_here()?;
    let settings = Settings::find()?;
    let options = options(&arguments, &settings)?;
    let out = arguments.out.or(settings.out);
    let mut jobs = Vec::new();
    let mut failures = Vec::new();
    let found = match check_tracks(arguments.tracks)? {
        tracks if tracks.is_empty() => discover::recordings(&arguments.paths, out.as_deref()),
        tracks => vec![Ok(discover::named_tracks(tracks, out.as_deref()))],
    };
    let given = Given {
        date: options.about.date.is_some(),
        coach: arguments.coach_name.is_some(),
        client: options.about.client.is_some(),
        profile: arguments.profile.is_some(),
    };
    let files = found.iter().flatten().flat_map(discover::Found::recordings);
    let listing = Listing::of(&arguments.paths, files);
    let mut left_out = Vec::new();
    for found in found {
        match found {
            Ok(found) => {
                jobs.push(Job {
                    options: given.with(&options, &listing, found.recordings()),
                    inputs: found.inputs,
                    together: found.together,
                    results: found.results,
                });
                left_out.push(found.left_out);
            }
            Err((path, error)) => failures.push((path.display().to_string(), error)),
        }
    }
    failures.extend(
        listing.failures.into_iter().map(|(path, error)| (path.display().to_string(), error)),
    );
    let hear = fit(&mut jobs, arguments.coach.as_ref())?;
    results_apart(&jobs)?;
    if arguments.dry_run {
        for (_, error) in &failures {
            say::err(&error.to_string());
        }
        for (job, left_out) in jobs.iter().zip(&left_out) {
            say::line(&format!("{} → {}", names(job), job.results.display()));
            for path in left_out {
                say::line(&format!("  left out, of the same session: {}", path.display()));
            }
        }
        return Ok(Prepared::DryRun);
    }
    let threads = arguments.threads.map(usize::from).or(settings.threads);
    let runtime = Runtime {
        force: arguments.force,
        verify: arguments.verify,
        copy_audio: arguments.copy_audio,
        threads: threads.unwrap_or(Runtime::default().threads).clamp(1, 256),
    };
    let engines = if hear { Some(Arc::new(Engines::find(&options.model)?)) } else { None };
    Ok(Prepared::Work(Box::new(Work {
        jobs,
        failures,
        engines,
        runtime,
        json: arguments.json,
        quiet: arguments.quiet,
        fail_fast: arguments.fail_fast,
    })))
}

/// Holds the options against what the jobs are, recordings or transcripts; whether any is a
/// recording.
fn fit(jobs: &mut [Job], typed: Option<&CoachChoice>) -> Result<bool> {
    let mut hear = false;
    for job in jobs {
        let transcript = job.inputs.iter().find(|input| is_transcript(&input.path));
        let apart = transcript.is_none() && job.inputs.len() > 1;
        // Settings that say on which side the coach is recorded mean two channels.
        if apart && typed.is_none() && matches!(job.options.coach, Some(CoachChoice::Channel(_))) {
            job.options.coach = None;
        }
        let Some(transcript) = transcript else {
            hear = true;
            let named = job.inputs.iter().any(|input| input.name.is_some());
            if !named && matches!(job.options.coach, Some(CoachChoice::Named(_))) {
                return Err(Error::Usage(NoCoachChoice.to_string()));
            }
            continue;
        };
        let wrong = if job.inputs.len() > 1 {
            "--track is for recordings, and this is a transcript; analyse it by itself"
        } else if job.options.part.is_some() {
            "--from and --to are for recordings, and this is a transcript; cut it to the session in \
             a text editor"
        } else {
            // Settings that say on which side the coach is recorded mean recordings.
            if typed.is_none() && matches!(job.options.coach, Some(CoachChoice::Channel(_))) {
                job.options.coach = None;
            }
            continue;
        };
        return Err(Error::Usage(format!("{}: {wrong}", transcript.path.display())));
    }
    Ok(hear)
}

/// Two recordings of one name would overwrite each other's results under one `--out`.
fn results_apart(jobs: &[Job]) -> Result<()> {
    let mut taken: BTreeMap<&Path, &Job> = BTreeMap::new();
    for job in jobs {
        let Some(other) = taken.insert(&job.results, job) else { continue };
        let files = |job: &Job| -> Vec<Option<PathBuf>> {
            job.inputs.iter().map(|input| input.path.canonicalize().ok()).collect()
        };
        if files(other) != files(job) {
            return Err(Error::Usage(format!(
                "{} and {} would both put their results into {}; analyse them one at a time, each \
                 with an --out of its own",
                names(other),
                names(job),
                job.results.display()
            )));
        }
    }
    Ok(())
}

/// whisper.cpp is built for these; without them the first window would end in an illegal instruction.
fn runs_here() -> Result<()> {
    #[cfg(target_arch = "x86_64")]
    if !(is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c"))
    {
        return Err(Error::Usage(
            "this processor lacks AVX2, FMA or F16C, which speech-to-text was built for; build \
             Openfloor on this computer with GGML_NATIVE=ON in .cargo/config.toml"
                .to_owned(),
        ));
    }
    Ok(())
}

fn check_tracks(tracks: Vec<Input>) -> Result<Vec<Input>> {
    let count = |role| tracks.iter().filter(|track| track.role == Some(role)).count();
    let wrong = if tracks.len() == 1 {
        "a session of tracks has at least two: give --track once a person"
    } else if count(Role::Coach) > 1 || count(Role::Coachee) > 1 {
        "one track is the coach's and one the coachee's: the others are other or unknown"
    } else if tracks.len() > 6 {
        "a session has at most six tracks"
    } else {
        return Ok(tracks);
    };
    Err(Error::Usage(wrong.to_owned()))
}

fn options(arguments: &Arguments, settings: &Settings) -> Result<Options> {
    let usage = |error: &dyn std::error::Error| Error::Usage(format!("openfloor.toml: {error}"));
    let language = match arguments.language {
        Some(spoken) => spoken,
        None => match settings.language.as_deref() {
            None => Spoken::Auto,
            Some(text) => Spoken::from_str(text, false).map_err(|_| {
                Error::Usage("openfloor.toml: the language is auto, en or fr".to_owned())
            })?,
        },
    };
    let coach = match (arguments.coach.clone(), settings.coach.as_deref()) {
        (None, Some(text)) if arguments.tracks.is_empty() => {
            Some(text.parse().map_err(|error| usage(&error))?)
        }
        (coach, _) => coach,
    };
    let profile = arguments.profile.as_deref().or(settings.profile.as_deref());
    Ok(Options {
        model: arguments
            .model
            .clone()
            .or_else(|| settings.model.clone())
            .unwrap_or_else(|| models::DEFAULT_SPEECH_TO_TEXT.to_owned()),
        language: match language {
            Spoken::Auto => LanguageChoice::Auto,
            Spoken::En => LanguageChoice::En,
            Spoken::Fr => LanguageChoice::Fr,
        },
        coach,
        speakers: arguments.speakers.unwrap_or(2),
        part: part(arguments.from, arguments.to)?,
        about: About {
            date: arguments.date.clone(),
            date_from: arguments.date.as_ref().map(|_| DateFrom::Option),
            coach: arguments.coach_name.clone().or_else(|| settings.coach_name.clone()),
            client: arguments.client.clone(),
        },
        reading: Reading {
            profile: read_profile(profile.unwrap_or("coaching"), Path::new(""))?,
            language: values::report_language(
                arguments.report_language,
                settings.report_language.as_deref(),
            )?,
        },
    })
}

fn part(from: Option<Ms>, to: Option<Ms>) -> Result<Option<Part>> {
    let part = Part { from: from.unwrap_or_default(), to };
    if to.is_some_and(|to| to <= part.from) {
        return Err(Error::Usage("--to is not after --from".to_owned()));
    }
    Ok((from.is_some() || to.is_some()).then_some(part))
}

/// The files of a job, as they were named.
fn names(job: &Job) -> String {
    let names: Vec<String> = job.inputs.iter().map(|one| one.path.display().to_string()).collect();
    names.join(" + ")
}

impl Work {
    fn run(self) -> Exit {
        let mut tally = Tally::default();
        for (source, error) in &self.failures {
            tally.failed += 1;
            say::failure(self.json, source, &error.to_string());
        }
        let many = self.jobs.len() > 1;
        let terminal = Arc::new(Terminal::new(self.quiet));
        if let Some(job) = self.jobs.first() {
            terminal.recording(&names(job));
        }
        let upcoming: Vec<String> = self.jobs.iter().skip(1).map(names).collect();
        let mut upcoming = upcoming.into_iter();
        let progress: Arc<dyn Progress> = terminal.clone();
        let json = self.json;
        let ended = batch::run(
            self.jobs,
            self.engines.as_ref(),
            self.runtime,
            self.fail_fast,
            &progress,
            |job, outcome| {
                terminal.clear();
                tally.add(outcome);
                tell(json, job, outcome);
                if let Some(next) = upcoming.next() {
                    terminal.recording(&next);
                }
            },
        );
        terminal.clear();
        match ended {
            Err(error) => return failed(&error),
            Ok(Ended::Interrupted) => {
                say::err("stopped; finished work is kept, and the same command goes on from there");
                return Exit::Interrupted;
            }
            Ok(Ended::Through | Ended::Early) => {}
        }
        if many && !json {
            say::out(&tally.line());
        }
        tally.exit()
    }
}

#[derive(Default)]
struct Tally {
    done: u32,
    already: u32,
    failed: u32,
    usage: bool,
}

impl Tally {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Done(done) if done.already => self.already += 1,
            Outcome::Done(_) => self.done += 1,
            Outcome::Failed { reaction, .. } => {
                self.failed += 1;
                self.usage |= *reaction == crate::Reaction::Usage;
            }
        }
    }

    fn line(&self) -> String {
        format!("{} analysed, {} already done, {} failed\n", self.done, self.already, self.failed)
    }

    fn exit(&self) -> Exit {
        match (self.failed, self.done + self.already) {
            (0, 1..) => Exit::Done,
            (_, 0) if self.usage => Exit::Usage,
            (_, 0) => Exit::Failed,
            _ => Exit::Partly,
        }
    }
}

fn tell(json: bool, job: &Job, outcome: &Outcome) {
    match outcome {
        Outcome::Failed { error, .. } => say::failure(json, &names(job), error),
        Outcome::Done(done) if json => {
            match std::fs::read_to_string(done.results.join("analysis.json")) {
                Ok(line) => say::out(&line),
                Err(source) => {
                    let path = done.results.join("analysis.json");
                    say::failure(json, &names(job), &Error::ReadFile { path, source }.to_string());
                }
            }
        }
        Outcome::Done(done) => {
            let report = done.results.join("report.html");
            if done.already {
                say::line(&format!("{}: already analysed, nothing to do", names(job)));
                say::line(&report.display().to_string());
                return;
            }
            say::out(&report::summary(&done.analysis, say::style()));
            say::line("");
            say::line(&report.display().to_string());
            say::line("");
        }
    }
}
