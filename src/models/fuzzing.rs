//! The private reader of this room, for `crate::fuzzing`.

use std::path::Path;

pub(crate) fn check(path: &Path) {
    drop(super::header::check(path));
}
