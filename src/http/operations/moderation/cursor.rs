//! Cursors: a place in a list as an opaque text. A cursor names the last row of a page, so rows
//! that come and go move nobody's place. Deliberately absent: what stands at the place.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::{Target, Timestamp};
use crate::service::moderation::{QueuePlace, QueueSort, kind_number};

/// The form of a queue's cursor, so that a later form can be told apart.
const QUEUE: u8 = 1;

/// The form of a cursor of decisions.
const DECISIONS: u8 = 2;

/// The form, the order, the class, the kind, the time and the id.
const QUEUE_BYTES: usize = 4 + 8 + 8;

/// The cursor behind this place of a queue in this order.
pub(crate) fn of_place(sort: QueueSort, place: &QueuePlace) -> String {
    let mut bytes = [0; QUEUE_BYTES];
    bytes[..4].copy_from_slice(&[QUEUE, sort_number(sort), place.class, kind_number(place.target)]);
    bytes[4..12].copy_from_slice(&place.since.milliseconds().to_be_bytes());
    bytes[12..].copy_from_slice(&place.target.row_id().to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place of a cursor that [`of_place`] made for the same order.
pub(crate) fn to_place(sort: QueueSort, cursor: &str) -> Option<QueuePlace> {
    let bytes: [u8; QUEUE_BYTES] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
    let [form, order, class, kind, ..] = bytes;
    if form != QUEUE || order != sort_number(sort) {
        return None;
    }
    let number = |from: usize| bytes[from..from + 8].try_into().ok().map(u64::from_be_bytes);
    Some(QueuePlace {
        class,
        since: Timestamp::from_milliseconds(number(4)?.cast_signed()).ok()?,
        target: Target::of(Target::KINDS.get(usize::from(kind))?, number(12)?)?,
    })
}

/// The cursor behind this decision.
pub(crate) fn of_decision(decision_id: u64) -> String {
    let mut bytes = [DECISIONS; 9];
    bytes[1..].copy_from_slice(&decision_id.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The decision of a cursor that [`of_decision`] made.
pub(crate) fn to_decision(cursor: &str) -> Option<u64> {
    let bytes: [u8; 9] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
    let number = bytes[1..].try_into().ok().map(u64::from_be_bytes);
    number.filter(|number| bytes[0] == DECISIONS && i64::try_from(*number).is_ok())
}

fn sort_number(sort: QueueSort) -> u8 {
    match sort {
        QueueSort::Priority => 0,
        QueueSort::Oldest => 1,
        QueueSort::Newest => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MAX_ID;

    #[test]
    fn places_are_read_back_in_the_same_order_alone() {
        for (kind, id, since) in
            [("question", 1, 0), ("answer", MAX_ID, -1), ("review", 7, 1_790_000_000_000)]
        {
            let place = QueuePlace {
                class: 2,
                since: Timestamp::from_milliseconds(since).unwrap(),
                target: Target::of(kind, id).unwrap(),
            };
            let cursor = of_place(QueueSort::Oldest, &place);
            assert_eq!(to_place(QueueSort::Oldest, &cursor), Some(place));
            assert_eq!(to_place(QueueSort::Newest, &cursor), None);
            assert_eq!(to_decision(&cursor), None);
        }
    }

    #[test]
    fn other_texts_are_no_places() {
        let decision = of_decision(17);
        assert_eq!(to_decision(&decision), Some(17));
        let (nobody, nothing) = ("A".repeat(27), URL_SAFE_NO_PAD.encode([0xff; QUEUE_BYTES]));
        for text in ["", "x", "17", &nobody, &nothing, &decision, &"A".repeat(100_000)] {
            assert_eq!(to_place(QueueSort::Priority, text), None, "{text:.30}");
        }
        assert_eq!(to_decision(&URL_SAFE_NO_PAD.encode([DECISIONS, 255, 0, 0, 0, 0, 0, 0, 0])), None);
    }
}
