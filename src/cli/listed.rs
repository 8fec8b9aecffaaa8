//! What a `recordings.csv` says of a recording, beside what the command line says of all.

use std::path::Path;

use crate::run::Options;
use crate::run::listing::Listing;
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
    /// The options for one recording; the table may name any of its files.
    pub fn with<'a>(
        self,
        options: &Options,
        listing: &Listing,
        files: impl Iterator<Item = &'a Path>,
    ) -> Options {
        let mut options = options.clone();
        let Some(facts) = { files }.find_map(|file| listing.facts(file)) else {
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
