//! Keys as they are pressed, from a terminal that is put back as it was.

use std::io::{IsTerminal as _, Read as _};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

use crate::run::record::Press;

/// The keyboard; where there is none, nothing is ever pressed.
pub(super) struct Keys {
    before: Option<Termios>,
}

impl Keys {
    /// Takes the keyboard.
    pub(super) fn new() -> Self {
        let input = std::io::stdin();
        let before = if input.is_terminal() { tcgetattr(&input).ok() } else { None };
        let before = before.filter(|before| {
            let mut now = before.clone();
            // Ctrl-C comes as a key, and Ctrl-Z does not stop the recording half way.
            now.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
            now.special_codes[SpecialCodeIndex::VMIN] = 0;
            now.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(&input, OptionalActions::Now, &now).is_ok()
        });
        Self { before }
    }

    /// Whether there is a keyboard.
    pub(super) fn are_there(&self) -> bool {
        self.before.is_some()
    }

    /// What was pressed since the last time, the first of it.
    pub(super) fn pressed(&self) -> Option<Press> {
        self.before.as_ref()?;
        let mut input = std::io::stdin().lock();
        let mut key = [0];
        while matches!(input.read(&mut key), Ok(1)) {
            if let Some(press) = meaning(key[0]) {
                return Some(press);
            }
        }
        None
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // A terminal that is gone needs nothing put back.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}

/// Keys; 3 and 4 are Ctrl-C and Ctrl-D.
fn meaning(key: u8) -> Option<Press> {
    match key {
        b' ' | b'p' | b'P' => Some(Press::Pause),
        b'm' | b'M' => Some(Press::Mark),
        b's' | b'S' | b'q' | b'Q' | 3 | 4 => Some(Press::Stop),
        _ => None,
    }
}
