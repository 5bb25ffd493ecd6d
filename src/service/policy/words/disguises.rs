//! Which characters may stand for letters, and how many letters in a row may be a word that is
//! spelled out.

/// So many words of one letter in a row may be one word that is spelled out.
pub(super) const MIN_SPELLED: u32 = 3;

/// Which letter a character stands for that may stand for two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upright {
    I,
    L,
}

/// Whether a symbol may stand for a letter.
pub(super) fn is_symbol_for_letter(symbol: char) -> bool {
    !symbol.is_alphanumeric() && letter_for(symbol, Upright::I).is_some()
}

/// The letter that a digit or a symbol may stand for.
pub(super) fn letter_for(character: char, upright: Upright) -> Option<char> {
    Some(match character {
        '0' => 'o',
        '1' | '!' | '|' => match upright {
            Upright::I => 'i',
            Upright::L => 'l',
        },
        '3' | '\u{20ac}' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        _ => return None,
    })
}

/// Whether a word may begin and end with a symbol that stands for a letter.
pub(super) fn may_begin_word(symbol: char) -> bool {
    matches!(symbol, '@' | '$')
}
