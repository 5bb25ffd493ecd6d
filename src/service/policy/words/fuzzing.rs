//! Lists of words and texts, on any bytes: for `crate::fuzzing`.

use super::{MAX_MATCHES, MAX_STEPS_PER_CHAR, Severity, WordLists, count_entries};

/// Most bytes of the invented list: as many as the first byte says.
fn parts(bytes: &[u8]) -> Option<(String, String)> {
    let [length, rest @ ..] = bytes else { return None };
    let (list, text) = rest.split_at_checked(usize::from(*length)).unwrap_or((rest, b""));
    let read = |bytes| String::from_utf8_lossy(bytes).into_owned();
    Some((read(list), read(text)))
}

/// A list is read or refused, the same way every time. What is found in a text stands where it
/// says, the work grows with the length alone, and what a list allows it never finds. The first
/// byte is the number of bytes of the list.
pub fn words(bytes: &[u8]) {
    let Some((list, text)) = parts(bytes) else { return };
    let entries = count_entries(&list);
    let lists = match (WordLists::new(&list, &list, ""), &entries) {
        (Ok(lists), Ok(_)) => lists,
        (Err(error), Err(known)) => return assert_eq!(error, *known),
        (lists, entries) => panic!("{lists:?} of {entries:?}"),
    };
    let characters: Vec<char> = text.chars().collect();
    let found = lists.find(&text);
    for word in &found.matches {
        let (from, to) = (word.from as usize, word.to as usize);
        assert!(from < to && to <= characters.len(), "{word:?}");
        assert_eq!(characters[from..to].iter().collect::<String>(), word.matched);
        assert!(list.contains(&word.entry), "{word:?}");
    }
    let refused = found.matches.iter().filter(|word| word.severity == Severity::Refuse).count();
    assert!(refused <= MAX_MATCHES && found.matches.len() - refused <= MAX_MATCHES);
    // Every entry of the list may end at every place.
    let per_char = MAX_STEPS_PER_CHAR * (entries.unwrap_or_default() as u64 + 1);
    assert!(found.steps <= (characters.len() as u64 + 2) * per_char, "{} steps", found.steps);
    let allowed = WordLists::new(&list, &list, &list).map(|lists| lists.find(&text).matches);
    assert_eq!(allowed.as_deref(), Ok(&[][..]));
}
