//! An entry with stand-ins for what cannot be read, so that the rules can be held against the rest of it.

use serde_json::Value as Json;

use super::entry::{EntryMistake, read_entry};
use crate::domain::book::{Entry, EntryKind};

/// Values of which one reads wherever something must stand: a number or a text, a day.
const STAND_INS: [&str; 2] = ["1", "2026-01-01"];

/// The entry as it reads with `mistakes` out of the way: each is left out where it may be, else something else stands
/// there. None where nothing helps. What the rules say of those places, or of a group one of them is in, means nothing.
pub fn legible(kind: EntryKind, document: &Json, mistakes: &[EntryMistake]) -> Option<Entry> {
    let mut document = document.clone();
    for mistake in mistakes {
        let mut choices = std::iter::once(None).chain(STAND_INS.into_iter().map(Some));
        choices.find(|value| {
            put(&mut document, &mistake.field, *value);
            let wrong = read_entry(kind, &document).err().unwrap_or_default();
            wrong.iter().all(|one| one.field != mistake.field)
        })?;
    }
    read_entry(kind, &document).ok()
}

/// Puts `value` at `field` (`scenario.2.name`), or takes away what stands there.
fn put(document: &mut Json, field: &str, value: Option<&str>) {
    let (path, key) = field.rsplit_once('.').unwrap_or(("", field));
    let mut place = document;
    for segment in path.split('.').filter(|segment| !segment.is_empty()) {
        let next = match place {
            Json::Array(list) => segment.parse().ok().and_then(|number: usize| list.get_mut(number.checked_sub(1)?)),
            _ => place.get_mut(segment),
        };
        let Some(next) = next else { return };
        place = next;
    }
    let Some(keys) = place.as_object_mut() else { return };
    match value {
        Some(value) => keys.insert(key.to_owned(), value.into()),
        None => keys.remove(key),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_be_read_stands_in_nobodys_way() {
        let terms = json!({
            "reference_scenario": "a", "target_years": "0",
            "market": { "source": "s", "date": "soon" },
            "scenario": [{ "code": "a", "heat_percent": "a lot", "renewal_percent": "185" }],
        });
        let mistakes = read_entry(EntryKind::Payback, &terms).unwrap_err();
        assert!(mistakes.len() >= 3, "{mistakes:?}");
        let Some(Entry::Payback(read)) = legible(EntryKind::Payback, &terms, &mistakes) else { panic!() };
        assert_eq!((read.target_years, read.scenarios.len()), (0, 1));
        assert_eq!(read.scenarios[0].renewal_percent.to_string(), "185");
    }
}
