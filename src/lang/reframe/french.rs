//! French: what is to be done, as an infinitive.

use super::super::text::Word;
use super::{DOING_MAX_WORDS, run_at, stretch_end, written};

/// Cues before an infinitive; the ones that end in « de » are also found before « d' ».
const BEFORE_INFINITIVE: [&str; 40] = [
    "tu devrais",
    "vous devriez",
    "tu dois",
    "vous devez",
    "tu pourrais",
    "vous pourriez",
    "tu peux",
    "vous pouvez",
    "il faut",
    "il faudrait",
    "il faudra",
    "faut",
    "faudrait",
    "il vaut mieux",
    "il vaudrait mieux",
    "vaut mieux",
    "vaudrait mieux",
    "te conseille de",
    "vous conseille de",
    "te conseillerais de",
    "vous conseillerais de",
    "te recommande de",
    "vous recommande de",
    "te suggère de",
    "vous suggère de",
    "te propose de",
    "vous propose de",
    "pourquoi ne pas",
    "essaie de",
    "essayez de",
    "essaye de",
    "tu n' as qu' à",
    "vous n' avez qu' à",
    "tu as qu' à",
    "t' as qu' à",
    "vous avez qu' à",
    "ce serait bien de",
    "oublie pas de",
    "oubliez pas de",
    "pense à",
];
/// The same, said of not doing.
const BEFORE_NOT: [&str; 8] = [
    "tu ne devrais pas",
    "vous ne devriez pas",
    "tu ne dois pas",
    "vous ne devez pas",
    "il ne faut pas",
    "il faut pas",
    "faut pas",
    "tu devrais pas",
];
/// Words between the cue and the verb.
const BETWEEN: [&str; 11] = [
    "vraiment",
    "absolument",
    "peut être",
    "juste",
    "simplement",
    "aussi",
    "bien",
    "d' abord",
    "surtout",
    "toujours",
    "plutôt",
];
/// Small words before an infinitive that belong to it.
const CLITICS: [&str; 13] =
    ["te", "t'", "vous", "me", "m'", "nous", "le", "la", "l'", "les", "lui", "leur", "en"];
/// Words that begin something else.
const JOINS: [&str; 16] = [
    "et", "mais", "parce", "puis", "alors", "donc", "si", "quand", "avant", "après", "ou", "comme",
    "pour", "sinon", "hein", "voilà",
];
/// Endings of an infinitive.
const ENDS: [&str; 4] = ["er", "ir", "re", "oir"];
/// Words that end so and are none.
const NO_VERBS: [&str; 14] = [
    "hier",
    "premier",
    "dernier",
    "notre",
    "votre",
    "autre",
    "quatre",
    "contre",
    "entre",
    "cher",
    "mettre-toi",
    "leur",
    "sur",
    "soir",
];

/// Questions in place of the phrase.
pub(super) fn questions(words: &[Word], phrase: &str) -> Vec<String> {
    let past = |mut place: usize| {
        while let Some(length) = run_at(words, place, &BETWEEN, &[]) {
            place += length;
        }
        place
    };
    let infinitive = |from: usize| {
        let mut place = from;
        while words.get(place).is_some_and(|w| CLITICS.contains(&w.text.as_str()) || w.text == "y")
        {
            place += 1;
        }
        words.get(place).is_some_and(|word| {
            word.text.chars().count() > 2
                && ENDS.iter().any(|end| word.text.ends_with(end))
                && !NO_VERBS.contains(&word.text.as_str())
        })
    };
    let elided = BEFORE_INFINITIVE.map(|cue| cue.strip_suffix(" de").map(|c| format!("{c} d'")));
    let elided: Vec<&str> = elided.iter().flatten().map(String::as_str).collect();
    let mut found: Option<(bool, usize)> = None;
    for place in 0..words.len() {
        let not = run_at(words, place, &BEFORE_NOT, &BETWEEN);
        let cue = not
            .or_else(|| run_at(words, place, &BEFORE_INFINITIVE, &BETWEEN))
            .or_else(|| run_at(words, place, &elided, &BETWEEN));
        let Some(length) = cue else { continue };
        let start = past(place + length);
        if infinitive(start) {
            found = Some((not.is_some(), start));
            break;
        }
    }
    let Some((not, start)) = found else { return Vec::new() };
    let end = stretch_end(words, start, &JOINS);
    if end - start > DOING_MAX_WORDS {
        return Vec::new();
    }
    let doing = written(phrase, words, start, end);
    let (doing, vowel) = if not {
        (format!("ne pas {doing}"), false)
    } else {
        let first = doing.chars().next().unwrap_or(' ').to_lowercase().next();
        (doing, first.is_some_and(|c| "aeiouyéèêàâîôûh".contains(c)))
    };
    let de = if vowel { "d’" } else { "de " };
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.text.as_str()));
    let mut questions = vec![format!("Qu’est-ce que ça changerait {de}{doing}\u{202f}?")];
    if says(&["tu", "te", "t'", "ton", "ta", "tes", "toi"]) {
        questions.push(format!("Comment vois-tu l’idée {de}{doing}\u{202f}?"));
    } else if says(&["vous", "votre", "vos"]) {
        questions.push(format!("Comment voyez-vous l’idée {de}{doing}\u{202f}?"));
    }
    questions
}
