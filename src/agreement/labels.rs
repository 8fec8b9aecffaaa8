//! The words of a table of codes: names of columns and labels, in English and French.
//!
//! Small and capital letters, accents, spaces and hyphens make no difference. `docs/agreement.md`
//! describes the table for those who fill it in.

use super::{Asked, Codes};

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The recording.
    Recording,
    /// Number of the utterance.
    Utterance,
    /// The characters of the utterance that the line is about.
    Part,
    /// Who speaks; for the reader.
    Speaker,
    /// When; for the reader.
    Time,
    /// What was said before; for the reader.
    Before,
    /// What is coded.
    Text,
    /// Who coded.
    Coder,
    /// A code.
    Question,
    /// A code.
    QuestionStrict,
    /// A code.
    Prescriptive,
    /// A code.
    Reflection,
    /// A code.
    Information,
    /// A code.
    Affirmation,
    /// A code.
    Backchannel,
    /// A code.
    Permission,
}

/// A label that is none of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongLabel {
    /// What may be written.
    pub allowed: &'static str,
}

/// What a cell says.
enum Cell<T> {
    /// Nothing: there is none, where anybody coded this at all.
    Empty,
    /// Not coded.
    LeftOut,
    /// A label.
    Is(T),
}

impl Column {
    /// The columns that hold codes.
    pub const CODES: [Self; 8] = [
        Self::Question,
        Self::QuestionStrict,
        Self::Prescriptive,
        Self::Reflection,
        Self::Information,
        Self::Affirmation,
        Self::Backchannel,
        Self::Permission,
    ];

    /// The column of this name.
    #[must_use]
    pub fn named(header: &str) -> Option<Self> {
        Some(match folded(header).as_str() {
            "recording" | "file" | "session" | "enregistrement" | "fichier" | "seance" => {
                Self::Recording
            }
            "utterance" | "id" | "number" | "enonce" | "replique" | "numero" => Self::Utterance,
            "part" | "characters" | "partie" | "caracteres" => Self::Part,
            "speaker" | "locuteur" | "locutrice" | "personne" => Self::Speaker,
            "time" | "temps" | "heure" => Self::Time,
            "before" | "avant" => Self::Before,
            "text" | "words" | "texte" | "paroles" => Self::Text,
            "coder" | "rater" | "codeur" | "codeuse" => Self::Coder,
            "question" => Self::Question,
            "questionstrict" | "strict" | "questionstricte" => Self::QuestionStrict,
            "prescriptive" | "level" | "prescriptif" | "prescription" | "niveau" => {
                Self::Prescriptive
            }
            "reflection" | "reflet" | "reformulation" => Self::Reflection,
            "information" => Self::Information,
            "affirmation" | "valorisation" => Self::Affirmation,
            "backchannel" | "signedecoute" => Self::Backchannel,
            "permission" | "autorisation" => Self::Permission,
            _ => return None,
        })
    }

    /// What it is called.
    #[must_use]
    pub fn name(self, french: bool) -> &'static str {
        let (english, in_french) = match self {
            Self::Recording => ("recording", "enregistrement"),
            Self::Utterance => ("utterance", "énoncé"),
            Self::Part => ("part", "partie"),
            Self::Speaker => ("speaker", "locuteur"),
            Self::Time => ("time", "temps"),
            Self::Before => ("before", "avant"),
            Self::Text => ("text", "texte"),
            Self::Coder => ("coder", "codeur"),
            Self::Question => ("question", "question"),
            Self::QuestionStrict => ("question_strict", "question_stricte"),
            Self::Prescriptive => ("prescriptive", "prescriptif"),
            Self::Reflection => ("reflection", "reflet"),
            Self::Information => ("information", "information"),
            Self::Affirmation => ("affirmation", "valorisation"),
            Self::Backchannel => ("backchannel", "signe_d_écoute"),
            Self::Permission => ("permission", "permission"),
        };
        if french { in_french } else { english }
    }

    /// Whether it holds codes.
    #[must_use]
    pub fn is_code(self) -> bool {
        Self::CODES.contains(&self)
    }

    /// Puts what a cell of this column says into the codes of its line. An empty cell says that there
    /// is none, `?` that this was not coded. True: the cell holds a label.
    ///
    /// # Errors
    /// The label is none of this column's.
    pub fn read(self, cell: &str, codes: &mut Codes) -> Result<bool, WrongLabel> {
        Ok(match self {
            Self::Question => put(asked(cell)?, Asked::No, &mut codes.question),
            Self::QuestionStrict => put(asked(cell)?, Asked::No, &mut codes.question_strict),
            Self::Prescriptive => put(level(cell)?, 0, &mut codes.level),
            Self::Reflection => put(yes(cell)?, false, &mut codes.reflection),
            Self::Information => put(yes(cell)?, false, &mut codes.information),
            Self::Affirmation => put(yes(cell)?, false, &mut codes.affirmation),
            Self::Backchannel => put(yes(cell)?, false, &mut codes.backchannel),
            Self::Permission => put(yes(cell)?, false, &mut codes.permission),
            _ => false,
        })
    }

    /// Takes the code of this column back: nobody coded it.
    pub fn forget(self, codes: &mut Codes) {
        match self {
            Self::Question => codes.question = None,
            Self::QuestionStrict => codes.question_strict = None,
            Self::Prescriptive => codes.level = None,
            Self::Reflection => codes.reflection = None,
            Self::Information => codes.information = None,
            Self::Affirmation => codes.affirmation = None,
            Self::Backchannel => codes.backchannel = None,
            Self::Permission => codes.permission = None,
            _ => {}
        }
    }
}

/// Whether the cell holds a label.
fn put<T>(cell: Cell<T>, none: T, place: &mut Option<T>) -> bool {
    let (value, labelled) = match cell {
        Cell::Empty => (Some(none), false),
        Cell::LeftOut => (None, false),
        Cell::Is(value) => (Some(value), true),
    };
    *place = value;
    labelled
}

fn asked(cell: &str) -> Result<Cell<Asked>, WrongLabel> {
    Ok(Cell::Is(match folded(cell).as_str() {
        "" => return Ok(Cell::Empty),
        "?" => return Ok(Cell::LeftOut),
        "open" | "o" | "ouverte" | "ouvert" => Asked::Open,
        "closed" | "c" | "fermee" | "ferme" | "f" => Asked::Closed,
        "none" | "no" | "n" | "0" | "aucune" | "aucun" | "non" => Asked::No,
        _ => return Err(WrongLabel { allowed: "open, closed or none, or leave the cell empty" }),
    }))
}

fn level(cell: &str) -> Result<Cell<u8>, WrongLabel> {
    Ok(Cell::Is(match folded(cell).as_str() {
        "" => return Ok(Cell::Empty),
        "?" => return Ok(Cell::LeftOut),
        "0" | "none" | "no" | "n" | "aucun" | "aucune" | "non" => 0,
        "1" | "option" | "idee" => 1,
        "2" | "advice" | "conseil" => 2,
        "3" | "directive" | "consigne" => 3,
        _ => {
            let allowed = "0, 1 (option), 2 (advice) or 3 (directive), or leave the cell empty";
            return Err(WrongLabel { allowed });
        }
    }))
}

fn yes(cell: &str) -> Result<Cell<bool>, WrongLabel> {
    Ok(Cell::Is(match folded(cell).as_str() {
        "" => return Ok(Cell::Empty),
        "?" => return Ok(Cell::LeftOut),
        "yes" | "y" | "x" | "1" | "true" | "oui" | "vrai" => true,
        "no" | "n" | "0" | "false" | "none" | "non" | "faux" => false,
        _ => return Err(WrongLabel { allowed: "yes or no, or leave the cell empty" }),
    }))
}

/// A word without what makes no difference.
fn folded(word: &str) -> String {
    let plain = |c: char| match c {
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'à' | 'â' => 'a',
        'î' | 'ï' => 'i',
        'ô' => 'o',
        'û' | 'ù' => 'u',
        'ç' => 'c',
        c => c,
    };
    let kept = |c: &char| c.is_alphanumeric() || *c == '?';
    // An accent on its own, as some programs write it, is no letter and goes with the rest.
    word.chars().flat_map(char::to_lowercase).map(plain).filter(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_in_both_languages_and_in_any_case() {
        for (header, column) in [
            ("Recording", Column::Recording),
            ("ÉNONCÉ", Column::Utterance),
            ("e\u{301}nonce\u{301}", Column::Utterance),
            ("Question (strict)", Column::QuestionStrict),
            ("signe d'écoute", Column::Backchannel),
        ] {
            assert_eq!(Column::named(header), Some(column), "{header}");
        }
        assert_eq!(Column::named("qestion"), None);
        let all = [Column::Recording, Column::Utterance, Column::Part, Column::Coder, Column::Text];
        for column in all.into_iter().chain(Column::CODES) {
            for french in [false, true] {
                assert_eq!(Column::named(column.name(french)), Some(column));
            }
        }
    }

    #[test]
    fn labels_are_words_that_a_coach_writes() {
        let read = |column: Column, cell: &str| {
            let mut codes = Codes::default();
            column.read(cell, &mut codes).map(|_| codes)
        };
        let asks = |cell| read(Column::Question, cell).unwrap().question;
        assert_eq!(asks("Open"), Some(Asked::Open));
        assert_eq!(asks("fermée "), Some(Asked::Closed));
        assert_eq!(asks(""), Some(Asked::No));
        assert_eq!(asks("?"), None);
        let pushes = |cell| read(Column::Prescriptive, cell).unwrap().level;
        assert_eq!([pushes("3"), pushes("Conseil"), pushes(" ")], [Some(3), Some(2), Some(0)]);
        assert_eq!(read(Column::Reflection, "oui").unwrap().reflection, Some(true));
        assert!(read(Column::Question, "maybe").is_err());
        assert!(read(Column::Prescriptive, "4").is_err());
        assert!(read(Column::Permission, "open").is_err());
    }
}
