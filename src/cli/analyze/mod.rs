//! `openfloor analyze`: recordings, transcripts and folders → results.
//!
//! Here what a person typed becomes a [`Plan`]; `work` carries it out, `tally` counts and tells, `watch`
//! does so again and again.

mod tally;
mod watch;
mod work;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::found;
use super::listed::Given;
use super::settings::Settings;
use super::{Exit, failed, say, values};
use crate::error::{Error, Result};
use crate::models;
use crate::run::batch;
use crate::run::{
    CoachChoice, Engines, Input, Job, LanguageChoice, NoCoachChoice, Options, Part, Reading,
    Runtime, discover, is_transcript, listing::Listing, read_profile, worker::Worker,
};
use crate::session::{About, DateFrom, Language, Ms, Role};

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

    /// Of the files in folders, only those whose path as seen from the folder, or whose name, is as
    /// this pattern says, such as "*.wav" or "2026/**" (in quotation marks); give it once a pattern
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,

    /// Of the files in folders, none whose path or name is as this pattern says; a folder of that name
    /// is not gone into. Wins over --include; give it once a pattern
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,

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

    /// Recordings at once; two by default, where there are two cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,

    /// Threads for speech-to-text of each recording; by default the cores are shared among the
    /// recordings that are worked on
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,

    /// Give a recording up when its analysis has not come on for so many minutes
    #[arg(long, value_name = "MINUTES", default_value = "30", value_parser = minutes)]
    timeout: Duration,

    /// Go on when all is done: recordings that come into the folders, and have stopped growing, are
    /// analysed until you press Ctrl-C
    #[arg(long, conflicts_with_all = ["tracks", "dry_run", "fail_fast"])]
    watch: bool,

    /// Do everything again, also what is done
    #[arg(long)]
    force: bool,

    /// Read each recording in full to see whether it has changed
    #[arg(long)]
    verify: bool,

    /// Stop at the first recording that fails; they are analysed one after the other
    #[arg(long, conflicts_with = "jobs")]
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

/// Minutes, as a number that may have decimals.
fn minutes(text: &str) -> Result<Duration, &'static str> {
    let minutes = text.parse::<f64>().ok().filter(|minutes| (0.001..=10_000.0).contains(minutes));
    let minutes = minutes.ok_or("write it as minutes, such as 30")?;
    Ok(Duration::from_secs_f64(minutes * 60.0))
}

/// Runs the command.
pub(super) fn run(arguments: Arguments) -> Exit {
    if arguments.verbose {
        super::show_logs();
    }
    let watch = arguments.watch;
    let done = Plan::of(arguments).and_then(|plan| {
        if plan.dry_run {
            return plan.found().map(Found::dry_run);
        }
        if watch { watch::run(&plan) } else { plan.found().and_then(|found| plan.work(found)) }
    });
    done.unwrap_or_else(|error| failed(&error))
}

/// What was asked for.
struct Plan {
    paths: Vec<PathBuf>,
    tracks: Vec<Input>,
    filter: discover::Filter,
    out: Option<PathBuf>,
    options: Options,
    /// As typed.
    coach: Option<CoachChoice>,
    given: Given,
    /// Of the page of all sessions.
    language: Option<Language>,
    how: batch::How,
    dry_run: bool,
    json: bool,
    quiet: bool,
}

/// What there is to do.
struct Found {
    jobs: Vec<Job>,
    /// Of each job, what is not analysed of the same session.
    left_out: Vec<Vec<PathBuf>>,
    /// What is the same as another one.
    duplicates: Vec<discover::Duplicate>,
    /// Inputs that are no jobs: a folder without recordings.
    failures: Vec<(PathBuf, Error)>,
    /// Any of the jobs is a recording: models are needed.
    hear: bool,
}

impl Plan {
    fn of(arguments: Arguments) -> Result<Self> {
        runs_here()?;
        let settings = Settings::find()?;
        let options = options(&arguments, &settings)?;
        let jobs = arguments.jobs.map(usize::from).or(settings.jobs);
        let threads = arguments.threads.map(usize::from).or(settings.threads);
        let worker = Worker::of_this_program()?;
        Ok(Self {
            given: Given {
                date: options.about.date.is_some(),
                coach: arguments.coach_name.is_some(),
                client: options.about.client.is_some(),
                profile: arguments.profile.is_some(),
            },
            language: options.reading.language,
            options,
            tracks: check_tracks(arguments.tracks)?,
            filter: found::filter(&arguments.include, &arguments.exclude, &settings)?,
            paths: arguments.paths,
            out: arguments.out.or(settings.out),
            coach: arguments.coach,
            how: batch::How {
                // The first that fails is only known where one comes after the other.
                slots: if arguments.fail_fast {
                    1
                } else {
                    jobs.unwrap_or_else(batch::usual_slots).min(64)
                },
                threads: threads.map(|threads| threads.clamp(1, 256)),
                runtime: Runtime {
                    force: arguments.force,
                    verify: arguments.verify,
                    copy_audio: arguments.copy_audio,
                    ..Runtime::default()
                },
                fail_fast: arguments.fail_fast,
                worker: worker.with_patience(arguments.timeout).with_logs(arguments.verbose),
            },
            dry_run: arguments.dry_run,
            json: arguments.json,
            quiet: arguments.quiet,
        })
    }

    /// Looks for what there is to do.
    fn found(&self) -> Result<Found> {
        let out = self.out.as_deref();
        let found = match &self.tracks[..] {
            [] => discover::recordings(&self.paths, out, &self.filter),
            tracks => vec![Ok(discover::named_tracks(tracks.to_vec(), out))],
        };
        self.jobs(found, &mut Vec::new())
    }

    /// What was found, with what is said of it. What was found `earlier` is not done again, and what
    /// is new joins it.
    fn jobs(
        &self,
        found: Vec<Result<discover::Found, discover::Fruitless>>,
        earlier: &mut Vec<discover::Found>,
    ) -> Result<Found> {
        let found = if self.dry_run { found } else { found::mended(found) };
        let all = found.iter().flatten().chain(&*earlier);
        let listing = Listing::of(&self.paths, all.flat_map(discover::Found::recordings));
        let (found, duplicates) = found::once(found, earlier, self.dry_run, self.quiet);
        let (mut jobs, mut left_out, mut failures) = (Vec::new(), Vec::new(), Vec::new());
        for found in found {
            match found {
                Ok(found) => {
                    let files = found.recordings().chain(found::same(&duplicates, &found));
                    jobs.push(Job {
                        options: self.given.with(&self.options, &listing, files),
                        inputs: found.inputs,
                        together: found.together,
                        results: found.results,
                    });
                    left_out.push(found.left_out);
                }
                Err(failure) => failures.push(failure),
            }
        }
        failures.extend(listing.failures);
        let hear = fit(&mut jobs, self.coach.as_ref())?;
        results_apart(&jobs)?;
        Ok(Found { jobs, left_out, duplicates, failures, hear })
    }

    /// The models, where they are needed: before the first recording, so that one that is missing is
    /// said at once.
    fn engines(&self, found: &Found) -> Result<Option<Engines>> {
        found.hear.then(|| Engines::find(&self.options.model)).transpose()
    }
}

impl Found {
    fn dry_run(self) -> Exit {
        for (_, error) in &self.failures {
            say::err(&error.to_string());
        }
        for (job, left_out) in self.jobs.iter().zip(&self.left_out) {
            say::line(&format!("{} → {}", names(job), job.results.display()));
            for path in left_out {
                say::line(&format!("  left out, of the same session: {}", path.display()));
            }
        }
        for duplicate in &self.duplicates {
            found::say_duplicate(false, duplicate);
        }
        Exit::Done
    }
}

/// Holds the options against what the jobs are, recordings or transcripts; whether any is a
/// recording.
fn fit(jobs: &mut [Job], typed: Option<&CoachChoice>) -> Result<bool> {
    let mut hear = false;
    for job in jobs {
        let transcript = job.inputs.iter().find(|input| is_transcript(&input.path));
        let apart = transcript.is_none() && job.inputs.len() > 1 && !job.together.parts;
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
            consent: None,
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
