//! Classes of words: what a word does in a sentence, read off small closed lists and endings.
//!
//! In: a word. Out: itself when it is a function word, else a class of its ending. Runs of these
//! are the grammar the model sees: mood and person without knowing the verb.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::session::Language;

/// Words that carry grammar and little else.
const ENGLISH: &str = "a an the i me my mine you your yours yourself we us our he him his she her \
    they them their it its this that these those there here who whom whose which what when where \
    why how not no never n't am is are was were be been being do does did done have has had \
    having will would shall should can could may might must need ought going gonna gotta let let's \
    to of in on at by for with from about into onto over under up down out off as if whether than \
    then so and or but because while until before after again too very just really maybe perhaps \
    probably please only even still also else ever any anything anyone some something someone \
    every everything all both each one ones more most much many few less i'm i'd i've i'll you're \
    you'd you've you'll we're we'd we've we'll he's she's it's that's there's they're they'd \
    they've they'll what's how's who's where's don't doesn't didn't isn't aren't wasn't weren't \
    won't wouldn't can't couldn't shouldn't haven't hasn't hadn't like think feel know want sounds \
    seems say said tell ask try make get go";

const FRENCH: &str = "je j' me m' moi mon ma mes tu te t' toi ton ta tes vous votre vos nous notre \
    nos il elle ils elles on lui leur leurs se s' soi son sa ses ce c' cet cette ces cela ça ceci \
    celui celle ceux le la l' les un une des du de d' au aux en y qui que qu' quoi dont où quand \
    comment pourquoi combien quel quelle quels quelles lequel laquelle est est-ce ne n' pas plus \
    jamais rien personne sans avec pour par sur sous dans chez vers entre avant après depuis \
    pendant jusqu' si comme donc alors mais ou et ni car parce puis ensuite enfin bon ben euh ah oh \
    oui non ouais hein voilà peut-être peut être suis es sommes êtes sont étais était étiez étaient \
    serai sera serez serait serais seriez soit soyez sois ai as a avons avez ont avais avait aviez \
    aurai aura aurez aurait aurais auriez aie ayez eu été vais va allez vas allons vont ira irez \
    irait iriez faut faudrait faudra fallait dois doit devez devons doivent devrais devrait devriez \
    peux peut pouvez pouvons pourrais pourrait pourriez veux veut voulez voudrais voudrait voudriez \
    fais fait faites faire dis dit dites dire sais sait savez savoir vois voit voyez voir crois \
    pense penses pensez sens sentez semble dirait trouve trouves trouvez essaie essayez très trop \
    bien mieux peu beaucoup tout toute tous toutes même aussi encore déjà juste vraiment plutôt \
    autre autres chose quelque quelqu'un aucun aucune chaque là ici";

static ENGLISH_SET: LazyLock<HashSet<&str>> =
    LazyLock::new(|| ENGLISH.split_whitespace().collect());
static FRENCH_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| FRENCH.split_whitespace().collect());

/// Endings that tell a class, the longest first.
const ENGLISH_ENDS: [(&str, &str); 8] = [
    ("ing", "~ing"),
    ("ed", "~ed"),
    ("ly", "~ly"),
    ("tion", "~tion"),
    ("ness", "~ness"),
    ("'s", "~'s"),
    ("ful", "~ful"),
    ("s", "~s"),
];
const FRENCH_ENDS: [(&str, &str); 19] = [
    ("eriez", "~eriez"),
    ("erait", "~erait"),
    ("erais", "~erais"),
    ("iez", "~iez"),
    ("rez", "~rez"),
    ("ez", "~ez"),
    ("ment", "~ment"),
    ("tion", "~tion"),
    ("ais", "~ais"),
    ("ait", "~ait"),
    ("ant", "~ant"),
    ("ons", "~ons"),
    ("ras", "~ras"),
    ("er", "~er"),
    ("ir", "~ir"),
    ("re", "~re"),
    ("é", "~é"),
    ("ée", "~é"),
    ("es", "~es"),
];

/// The word itself, or the class of its ending.
pub(super) fn class(word: &str, language: Language) -> &str {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return "~9";
    }
    let (known, ends): (bool, &[(&str, &'static str)]) = match language {
        Language::Fr => (FRENCH_SET.contains(word), &FRENCH_ENDS),
        _ => (ENGLISH_SET.contains(word), &ENGLISH_ENDS),
    };
    if known {
        return word;
    }
    ends.iter().find(|(end, _)| word.ends_with(end)).map_or("~", |(_, class)| class)
}

/// Whose the subject is: the person a pronoun stands for.
pub(super) fn person(word: &str) -> Option<&'static str> {
    Some(match word {
        "i" | "i'm" | "i'd" | "i've" | "i'll" | "je" | "j'" => "1",
        "you" | "you're" | "you'd" | "you've" | "you'll" | "ya" | "tu" | "vous" | "t'" => "2",
        "we" | "we're" | "we'd" | "we've" | "we'll" | "let's" | "nous" | "on" => "4",
        "he" | "she" | "he's" | "she's" | "they" | "they're" | "they'd" | "they've" | "il"
        | "elle" | "ils" | "elles" | "people" | "someone" => "3",
        "it" | "it's" | "that" | "that's" | "this" | "there" | "there's" | "c'" | "ça" | "ce"
        | "cela" => "it",
        _ => return None,
    })
}

/// Words of duty, wish, possibility and advice: what is laid on a person.
pub(super) fn duty(word: &str) -> bool {
    matches!(
        word,
        "should"
            | "must"
            | "need"
            | "have"
            | "gotta"
            | "ought"
            | "could"
            | "can"
            | "might"
            | "may"
            | "would"
            | "want"
            | "better"
            | "try"
            | "needs"
            | "has"
            | "shouldn't"
            | "couldn't"
            | "faut"
            | "faudrait"
            | "faudra"
            | "dois"
            | "doit"
            | "devez"
            | "devrais"
            | "devriez"
            | "devrait"
            | "devons"
            | "peux"
            | "pouvez"
            | "pourrais"
            | "pourriez"
            | "pourrait"
            | "vaut"
            | "vaudrait"
            | "conseille"
            | "conseillerais"
            | "propose"
            | "suggère"
            | "recommande"
            | "essayer"
            | "serait"
            | "gagneriez"
            | "gagnerais"
            | "suffit"
    )
}
