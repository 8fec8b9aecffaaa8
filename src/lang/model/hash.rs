//! Names of features as numbers: 32 bits of FNV-1a, so that a table needs no words in it.
//!
//! Source: the FNV draft (Fowler, Noll, Vo; `draft-eastlake-fnv`), 64-bit parameters, folded to 32 bits as the draft
//! proposes. Two features that share a number share a weight: with 20,000 in a table a new one
//! meets an old one about once in 200,000.

/// A name being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name(u64);

impl Name {
    /// Begins a name; `kind` keeps equal texts of different kinds apart.
    pub(super) fn new(kind: u8) -> Self {
        Self(0xcbf2_9ce4_8422_2325).byte(kind)
    }

    fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    /// Adds text.
    pub(super) fn text(self, text: &str) -> Self {
        text.bytes().fold(self, Self::byte)
    }

    /// Adds one letter.
    pub(super) fn letter(self, letter: char) -> Self {
        let mut room = [0; 4];
        self.text(letter.encode_utf8(&mut room))
    }

    /// Adds a border between two parts.
    pub(super) fn border(self) -> Self {
        self.byte(0)
    }

    /// The number.
    #[expect(clippy::cast_possible_truncation, reason = "folded: both halves are kept")]
    pub(super) fn number(self) -> u32 {
        ((self.0 >> 32) ^ self.0) as u32
    }
}
