//! The page in a real Chromium.
#[test]
fn nothing_yet() {}
