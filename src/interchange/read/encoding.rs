//! Bytes → text, and text → words that can be shown.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

/// The text of a file: by its byte order mark (UTF-8, UTF-16), else UTF-8, else Windows-1252, which
/// older programs on Windows write and which any bytes can be read as. Lines end in a line feed.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    let text: Cow<'_, str> = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(&bytes[mark..]).0,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        },
    };
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// One line of words: single spaces, and neither control characters nor stray byte order marks.
pub(super) fn clean(text: &str) -> String {
    let visible = without_controls(text);
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same with its spaces as they are.
pub(super) fn without_controls(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '\u{feff}' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_decides_and_else_what_can_be_read() {
        assert_eq!(text("\u{feff}séance\r\nun\rdeux".as_bytes()), "séance\nun\ndeux");
        let utf16: Vec<u8> = "\u{feff}séance".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&utf16), "séance");
        let big: Vec<u8> = "\u{feff}séance".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(text(&big), "séance");
        assert_eq!(text(b"s\xe9ance \x96 l\x92id\xe9e"), "séance – l’idée");
        // Cut in the middle of a character.
        assert_eq!(text(b"\xff\xfea\0b"), "a\u{fffd}");
        assert_eq!(text(b""), "");
    }

    #[test]
    fn what_cannot_be_seen_becomes_a_space() {
        assert_eq!(clean(" a\0b\u{1b}[2J\u{feff} c\u{a0}d\n"), "a b [2J c d");
    }
}
