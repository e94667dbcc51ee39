//! Passwords that guessers try first though they are long enough: the commonest of leaked lists, in the forms people make
//! of them, in French and English.

/// Words that stand alone, twice, or before digits and signs: `password1234`, `motdepasse2026!`.
const STEMS: [&str; 34] = [
    "abcdefghijkl",
    "admin",
    "administrateur",
    "administrator",
    "azerty",
    "azertyuiop",
    "bienvenue",
    "bonjour",
    "bonjourbonjour",
    "changeme",
    "changemenow",
    "changezmoi",
    "chapelle",
    "doudou",
    "facture",
    "facturation",
    "finance",
    "finances",
    "football",
    "iloveyou",
    "jetaime",
    "letmein",
    "loulou",
    "marseille",
    "motdepasse",
    "paris",
    "passw0rd",
    "passwd",
    "password",
    "princess",
    "qwerty",
    "qwertyuiop",
    "soleil",
    "welcome",
];
/// Walks over a keyboard and rows of digits.
const WALKS: [&str; 9] = [
    "1234567890",
    "0987654321",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1q2w3e4r5t6y7u8i9o0p",
    "1a2z3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn",
];
/// A password of so few different characters is a pattern.
const CHARACTERS_MIN: usize = 4;

/// Whether `password` is among the first that are tried.
pub fn is_common(password: &str) -> bool {
    let lower = password.trim().to_lowercase();
    let plain: String = lower.chars().filter(|c| !c.is_whitespace()).collect();
    let mut characters: Vec<char> = plain.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    characters.len() < CHARACTERS_MIN || is_stem(&plain) || WALKS.iter().any(|walk| is_walk(&plain, walk))
}

/// A stem, once or several times, with what people put after it to make it long enough.
fn is_stem(plain: &str) -> bool {
    let word = plain.trim_end_matches(|c: char| !c.is_alphabetic()).trim_start_matches(|c: char| !c.is_alphabetic());
    !word.is_empty() && STEMS.iter().any(|stem| word.replace(stem, "").is_empty())
}

/// A part of a walk, or the walk and again from its beginning.
fn is_walk(plain: &str, walk: &str) -> bool {
    let twice = format!("{walk}{walk}");
    twice.contains(plain) || plain.replace(walk, "").is_empty() || is_repeated_beginning(plain, walk)
}

/// `123123123123`, `azertyazerty`: a beginning of the walk over and over.
fn is_repeated_beginning(plain: &str, walk: &str) -> bool {
    (3..walk.len()).filter_map(|end| walk.get(..end)).any(|beginning| plain.replace(beginning, "").is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_known() {
        for password in [
            "password1234",
            "Password1234!",
            "passwordpassword",
            "motdepasse2026",
            "Mot De Passe 123",
            "123456789012",
            "1234567890123456",
            "123123123123",
            "111111111111",
            "abababababab",
            "azertyuiop12",
            "azertyuiopqs",
            "qwertyuiop123",
            "azertyazerty",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "administrateur",
            "administrator1",
            "!!changeme2026",
            "bienvenue2026",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn what_someone_thought_of_is_not() {
        for password in [
            "quatre mots sans lien",
            "un autre mot de passe",
            "correct horse battery",
            "a password for tests",
            "paris est une fête mobile",
            "9f86d081884c7d65",
            "le mot de passe du chat",
            "1234 pieds de lierre",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }
}
