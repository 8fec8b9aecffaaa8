//! The acts of a session, kept: compiling the cues of two languages takes longer than everything
//! else that a report is made of.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::measure;
use crate::analysis::{Coding, DEFINITIONS_VERSION, code_session};
use crate::error::Result;
use crate::hashing::sha256;
use crate::lang::Act;
use crate::results::Folder;
use crate::session::Session;

const CODING: (&str, &str) = ("stages/coding.json", "openfloor.coding/1");

#[derive(Serialize, Deserialize)]
struct Kept {
    /// One list an utterance.
    acts: Vec<Vec<Act>>,
}

/// The acts of a session: as they were found before in the same words by the same rules, else found
/// now and kept.
pub(super) fn coding(folder: &Folder, session: &Session) -> Result<Coding> {
    let said = session.utterances.iter().map(|one| {
        let heard = one.prosody.as_ref().map(|heard| (heard, &one.words));
        (one.speaker, one.language, &one.text, heard)
    });
    let said: Vec<_> = said.collect();
    // By their hash: an hour's words are a megabyte, to be sorted and written for nothing.
    let said =
        serde_json::to_vec(&said).map_err(|error| measure::unprinted(folder.path(), error))?;
    let of = json!({"definitions_version": DEFINITIONS_VERSION, "said": sha256(&said)});
    let print = measure::print(folder.path(), &of)?;
    if let Some(Kept { acts }) = folder.load(CODING.0, CODING.1, &print) {
        return Ok(Coding(acts));
    }
    let kept = Kept { acts: code_session(session).0 };
    folder.stages()?;
    folder.save(CODING.0, CODING.1, &print, &kept)?;
    Ok(Coding(kept.acts))
}
