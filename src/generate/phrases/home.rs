//! What lies or stands at home: textiles and furniture.

use super::{Department, Topic};

pub(crate) const TEXTILES: Department = Department {
    items: &[
        "duvet cover",
        "blanket",
        "throw",
        "cushion cover",
        "bath towel",
        "tablecloth",
        "curtain",
        "rug",
        "quilt",
        "bedspread",
        "fitted sheet",
        "bath mat",
        "pillow",
    ],
    uses: &[
        "the guest room",
        "cold evenings on the sofa",
        "a baby's room",
        "a holiday flat",
        "allergy sufferers",
        "the balcony",
        "a hot summer",
        "a big bed",
    ],
    sizes: &["80 × 80", "135 × 200", "140 × 200", "155 × 220", "200 × 200", "240 × 220", "60 × 120"],
    topics: &[SOFTNESS, HOME_WASHING, MEASUREMENTS],
};

const SOFTNESS: Topic = Topic {
    questions: &[
        "How soft is it, really? The photos look a bit stiff.",
        "Is this {item} smooth or rough to the touch?",
        "Does it shed fluff or lose threads?",
        "Is it nice in summer, or does one sweat?",
        "Is this {item} thick enough for {use}?",
    ],
    answers: &[
        "Soft as butter after the second wash.",
        "A bit stiff at first, it gets better each time you wash it.",
        "Fluff everywhere for {n} weeks, then it stopped.",
        "Cool and smooth, ideal for hot nights.",
        "Rougher than I'd hoped for. It's on the dog's bed now.",
        "Thick and heavy, in the best sense.",
    ],
    seller_answers: &[
        "It is washed linen, which is crisp at first and becomes softer with every wash.",
        "The weight is 220 g/m²; please wash it once before use, then it will not shed.",
    ],
};

const HOME_WASHING: Topic = Topic {
    questions: &[
        "Can I wash this {item} at 60 °C?",
        "Does it fit in an ordinary washing machine?",
        "Does the {color} stay the same after washing?",
        "Does it crease badly, or can I skip the ironing?",
    ],
    answers: &[
        "I wash it at 60 every week, and it's fine.",
        "At 60 °C it shrank by {n} centimetres. Stick to 40.",
        "It fits into my 7 kg machine, just about.",
        "The colour has held since {month}, no fading.",
        "No ironing here: shake it out, hang it up, done.",
        "It came out of the dryer full of creases, so yes, you'll iron.",
    ],
    seller_answers: &[
        "It can be washed at 60 °C and tumble-dried on low.",
        "Please wash it with similar colours and not above 40 °C.",
    ],
};

const MEASUREMENTS: Topic = Topic {
    questions: &[
        "Is the {size} one really {size}, or smaller after washing?",
        "Which size would you take for a bed that's 1.4 m wide?",
        "Is {size} big enough for two people?",
        "Does this {item} come with a zip, or with buttons?",
    ],
    answers: &[
        "I measured: {size}, give or take a centimetre.",
        "After the wash it's about {n} cm shorter.",
        "Take the next bigger one, you won't regret it.",
        "Big enough for the two of us and the cat.",
        "It has a zip, hidden at the bottom.",
    ],
    seller_answers: &[
        "The measurements are those after the first wash, within 2 %.",
        "For a bed of that width we recommend {size}.",
    ],
};

pub(crate) const FURNITURE: Department = Department {
    items: &[
        "armchair",
        "bookcase",
        "desk",
        "side table",
        "bed frame",
        "sofa",
        "wardrobe",
        "bar stool",
        "sideboard",
        "coffee table",
        "bench",
        "dining chair",
        "shelf",
        "chest of drawers",
    ],
    uses: &[
        "a small flat",
        "working from home",
        "the children's room",
        "a narrow hallway",
        "a room with a sloping roof",
        "heavy books",
        "six guests at dinner",
        "a rented room",
    ],
    sizes: &["80 cm", "100 cm", "120 cm", "140 cm", "160 cm", "180 cm"],
    topics: &[ASSEMBLY, STURDY, WOOD, UPSTAIRS],
};

const ASSEMBLY: Topic = Topic {
    questions: &[
        "How long does it take to put together?",
        "Can one person assemble this {item}, or do you need two?",
        "Are tools included? And are the instructions any good?",
        "Does it come assembled?",
    ],
    answers: &[
        "It took me {n} hours, alone, with a break for coffee.",
        "Two people, forty minutes, no swearing.",
        "The instructions are only pictures. Step {n} is wrong, by the way: turn the board around.",
        "Everything's in the box except for a screwdriver.",
        "Only the legs have to be screwed on.",
        "One screw was missing; they sent it within {n} days.",
    ],
    seller_answers: &[
        "Allow about an hour with two people. All the tools are in the box.",
        "Only the feet have to be screwed on; the rest arrives assembled.",
    ],
};

const STURDY: Topic = Topic {
    questions: &[
        "Does it wobble?",
        "How much weight does this {item} take?",
        "Is it stable enough for {use}?",
        "Does it have to be fixed to the wall?",
    ],
    answers: &[
        "Rock solid, even on our crooked floor.",
        "It wobbled until I tightened all the screws again after {n} weeks.",
        "We've put a good 8{n_digit} kilos on it without a creak.",
        "I'd fix it to the wall, with children in any case.",
        "It creaks when you lean to the left. Otherwise fine.",
        "Fine for a lamp and a few books, not for more.",
    ],
    seller_answers: &[
        "It is tested for 120 kg. The fittings for the wall are included.",
        "The feet can be adjusted by 2 cm, so that it stands firmly on uneven floors.",
    ],
};

const WOOD: Topic = Topic {
    questions: &[
        "Is it solid wood or veneer?",
        "Does the surface scratch easily?",
        "Does it get rings from wet glasses?",
        "Is the wood oiled or varnished? I'd like to paint it {color}.",
    ],
    answers: &[
        "The top is solid oak, the back is thin board.",
        "Veneer, but well done. You have to look twice.",
        "It scratches if you look at it, I use felt pads everywhere.",
        "No rings so far, we aren't careful.",
        "Oiled. I sanded it lightly and painted it {color}, looks great.",
    ],
    seller_answers: &[
        "It is solid oak with an oiled surface; please oil it again once a year.",
        "The body is veneered, the legs are solid beech.",
    ],
};

const UPSTAIRS: Topic = Topic {
    questions: &[
        "Do they carry it upstairs? I'm on the {nth} floor without a lift.",
        "How big and heavy is the parcel?",
        "Does this {item} fit through a door that's 7{n_digit} cm wide?",
        "Do they take the old one away?",
    ],
    answers: &[
        "They left it at the front door, and I carried it up with {person}.",
        "Two friendly men brought it right into the living room.",
        "Two parcels, the heavier one about 3{n_digit} kilos.",
        "Went through our 7{n_digit} cm door once the legs were off.",
        "Ask beforehand, it costs extra.",
    ],
    seller_answers: &[
        "Delivery is to the kerb; the \"to your room\" service can be chosen in the basket.",
        "There are two parcels, 140 × 60 × 20 cm, the heavier one of 32 kg.",
    ],
};
