//! The private reader of this room, for `crate::fuzzing`.

use std::path::Path;

use super::Head;
use super::log::Log;

/// Opens a log of the head that the seeds have.
pub(crate) fn log(path: &Path) {
    let head = Head {
        schema: "openfloor.words/1".to_owned(),
        tool_version: "0".to_owned(),
        fingerprint: "f".to_owned(),
    };
    drop(Log::<serde_json::Value, serde_json::Value>::open(path.to_owned(), &head));
}
