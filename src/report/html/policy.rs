//! The Content-Security-Policy of the page.
//!
//! In: the one style and the one script. Out: a policy that lets only those two run, by their
//! hashes, and nothing be fetched from anywhere; recordings beside the page may be played.

use sha2::{Digest, Sha256};

/// The policy, for a `meta` element. A page that the program itself shows may speak to it.
pub(in crate::report) fn policy(style: &str, script: &str, served: bool) -> String {
    let connect = if served { "connect-src 'self'; " } else { "" };
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; media-src 'self' file: blob:; \
         {connect}base-uri 'none'; form-action 'none'",
        source_hash(script),
        source_hash(style)
    )
}

/// The policy of a page that runs nothing and plays nothing.
pub(super) fn policy_without_script(style: &str) -> String {
    let style = source_hash(style);
    format!("default-src 'none'; style-src '{style}'; base-uri 'none'; form-action 'none'")
}

/// `sha256-…`, as a policy names an inline script.
pub(super) fn source_hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32| {
        let six = usize::try_from(bits & 63).unwrap_or_default();
        ALPHABET.get(six).copied().map_or('A', char::from)
    };
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.push(letter(bits >> 18));
        out.push(letter(bits >> 12));
        out.push(if chunk.len() > 1 { letter(bits >> 6) } else { '=' });
        out.push(if chunk.len() > 2 { letter(bits) } else { '=' });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_agrees_with_rfc_4648() {
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in cases {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn the_hash_is_the_one_browsers_compute() {
        // The example of MDN's page on script-src: `doSomething();` as a whole script.
        assert_eq!(
            source_hash("doSomething();"),
            "sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc="
        );
    }
}
