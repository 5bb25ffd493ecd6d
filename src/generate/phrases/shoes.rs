//! What people wear on their feet or carry in their hands: shoes and bags.

use super::{Department, Topic};

pub(crate) const SHOES: Department = Department {
    items: &[
        "running shoe",
        "hiking boot",
        "ankle boot",
        "trainer",
        "sandal",
        "loafer",
        "Chelsea boot",
        "slipper",
        "rubber boot",
        "ballet flat",
        "court shoe",
        "espadrille",
    ],
    uses: &[
        "standing all day at work",
        "my first half marathon",
        "wide feet",
        "city trips",
        "muddy paths",
        "dancing all night",
        "walking on cobbles",
        "wearing with insoles",
    ],
    sizes: &["36", "37", "38", "39", "40", "41", "42", "43", "44", "45"],
    topics: &[SHOE_SIZE, SOLE, BREAKING_IN, LEATHER],
};

const SHOE_SIZE: Topic = Topic {
    questions: &[
        "I usually wear a {size}. Should I order the same?",
        "Is this {item} all right for wide feet?",
        "Does it run large or small? I'm between {size} and the next one.",
        "Is there room for my own insoles?",
        "Is there enough space at the toes in {size}?",
    ],
    answers: &[
        "I'm a {size} everywhere, and {size} fits here as well.",
        "Runs half a size small, so I'd go up.",
        "Good for wide feet, I have plenty of room.",
        "Rather narrow at the toes; I sent mine back.",
        "With insoles you'll need one size more.",
        "They were snug at first and gave a little after {n} days.",
    ],
    seller_answers: &[
        "This {item} runs half a size small. We suggest taking the next size up.",
        "The last is of medium width (G), and the insole can be taken out.",
    ],
};

const SOLE: Topic = Topic {
    questions: &[
        "How is the grip on wet ground?",
        "Does the sole mark wooden floors, or squeak?",
        "Is the sole thick enough for {use}?",
        "Can this {item} be resoled?",
    ],
    answers: &[
        "Great grip, even on wet leaves.",
        "Slippery on wet tiles, be careful!",
        "No marks on our parquet so far, but they squeaked for {n} days.",
        "The sole is thin, you feel every pebble.",
        "My cobbler in {city} says that they can be resoled once.",
        "After {n} hundred kilometres the heel is worn, the rest is fine.",
    ],
    seller_answers: &[
        "The sole is natural rubber, non-marking and 8 mm thick at the toes.",
        "It is stitched and can be resoled; our workshop does that as well.",
    ],
};

const BREAKING_IN: Topic = Topic {
    questions: &[
        "Do they need breaking in, or are they comfy from day one?",
        "Did anyone get blisters from this {item}?",
        "Can I wear them for {use} straight out of the box?",
        "Are they comfortable for a whole day?",
    ],
    answers: &[
        "Comfy from the first minute.",
        "They took {n} days and a few plasters. Now they're my favourites.",
        "Blisters on both heels. Wear thick socks at first.",
        "I walked 2{n_digit} kilometres on the first day without a problem.",
        "The heel is stiff at the beginning, leather cream helps.",
    ],
    seller_answers: &[
        "The leather softens after about ten hours of wear; start with short walks.",
        "The padding is soft from the start, so there is nothing to break in.",
    ],
};

const LEATHER: Topic = Topic {
    questions: &[
        "Is it real leather? And the lining?",
        "How do you clean the {color} ones?",
        "Do they keep water out, or do I need to spray them first?",
    ],
    answers: &[
        "Leather outside, fabric inside, as far as I can tell.",
        "Not leather, but you hardly notice.",
        "A damp cloth and some cream, that's all I do.",
        "Spray them before the first wear, I ruined mine in one shower.",
        "Dry feet so far, and I've walked through a lot of puddles.",
    ],
    seller_answers: &[
        "Upper and lining are vegetable-tanned leather. Please spray them before wearing.",
        "The upper is a vegan material that can be wiped with a damp cloth.",
    ],
};

pub(crate) const BAGS: Department = Department {
    items: &[
        "backpack",
        "tote bag",
        "messenger bag",
        "weekender",
        "handbag",
        "suitcase",
        "belt bag",
        "shopper",
        "sports bag",
        "wash bag",
        "laptop sleeve",
        "bucket bag",
    ],
    uses: &[
        "commuting by train",
        "a laptop and a lunch box",
        "weekend trips",
        "hand luggage",
        "university",
        "swimming lessons",
        "carrying a camera",
        "the weekly shop",
    ],
    sizes: &["S", "M", "L", "15 litres", "20 litres", "30 litres"],
    topics: &[ROOM, STRAPS, BAG_RAIN],
};

const ROOM: Topic = Topic {
    questions: &[
        "Does a 15-inch laptop fit in?",
        "Is this {item} big enough for {use}?",
        "Does it pass as hand luggage?",
        "What are the inner measurements? The description only gives the outer ones.",
    ],
    answers: &[
        "My 15-inch laptop fits, charger and all.",
        "A 14-inch one fits, for 15 you need force.",
        "I've flown with it {n} times, and nobody ever complained.",
        "Bigger than it looks: two days of clothes, no problem.",
        "Smaller than in the photos, I'd say. Fine for a phone and a book.",
        "About 3{n_digit} cm wide inside, I measured it.",
    ],
    seller_answers: &[
        "The main compartment is 38 × 28 × 12 cm, the laptop pocket 36 × 25 cm.",
        "It fits most airlines' rules for hand luggage, but please check yours.",
    ],
};

const STRAPS: Topic = Topic {
    questions: &[
        "Are the straps comfortable when this {item} is full?",
        "Is the strap long enough to wear it across the body?",
        "Can the strap be taken off, or replaced?",
    ],
    answers: &[
        "Comfortable up to {n} kilos or so, then it starts to cut in.",
        "Long enough for me, and I'm 1.8{n_digit} m.",
        "The stitching at the strap came off after {n} months.",
        "It clips off. I bought a wider one in {color}.",
        "Well padded, I hardly feel it.",
    ],
    seller_answers: &[
        "The strap can be adjusted from 70 to 130 cm and taken off.",
        "Spare straps in {color} are available from our customer service.",
    ],
};

const BAG_RAIN: Topic = Topic {
    questions: &[
        "Does it keep the contents dry in the rain?",
        "How do you clean this {item}? The {color} one looks delicate.",
        "Is the bottom reinforced? Mine always wear through there.",
    ],
    answers: &[
        "Half an hour of rain, and my books stayed dry.",
        "The fabric is fine, but water comes in through the zip.",
        "I put it in the washing machine at 30 °C, came out like new.",
        "The bottom has a second layer, it feels solid.",
        "Stains don't come out of the {color} one, take something darker.",
    ],
    seller_answers: &[
        "The fabric is coated and the bottom doubled; a rain cover is sold separately.",
        "Wipe it with lukewarm water and a little soap, and let it dry in the air.",
    ],
};
