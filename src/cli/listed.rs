//! What a `recordings.csv` says of a recording, beside what the command line says of all.

use crate::run::listing::Listing;
use crate::run::{Input, Options};
use crate::session::DateFrom;

/// What was given on the command line, which wins over the table; settings do not.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Given {
    pub date: bool,
    pub coach: bool,
    pub client: bool,
    pub profile: bool,
}

impl Given {
    /// The options for one recording.
    pub fn with(self, options: &Options, listing: &Listing, inputs: &[Input]) -> Options {
        let mut options = options.clone();
        let Some(facts) = inputs.first().and_then(|input| listing.facts(&input.path)) else {
            return options;
        };
        let facts = facts.clone();
        let about = &mut options.about;
        if let Some(date) = facts.date.filter(|_| !self.date) {
            (about.date, about.date_from) = (Some(date), Some(DateFrom::Option));
        }
        if let Some(coach) = facts.coach.filter(|_| !self.coach) {
            about.coach = Some(coach);
        }
        if let Some(client) = facts.client.filter(|_| !self.client) {
            about.client = Some(client);
        }
        if let Some(profile) = facts.profile.filter(|_| !self.profile) {
            options.reading.profile = profile;
        }
        options
    }
}
