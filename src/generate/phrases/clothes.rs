//! What people wear: outerwear and clothes.

use super::{Department, Topic};

const CLOTHES_SIZES: &[&str] =
    &["XS", "S", "M", "L", "XL", "XXL", "size 36", "size 38", "size 40", "size 42"];

pub(crate) const OUTERWEAR: Department = Department {
    items: &[
        "jacket",
        "winter coat",
        "raincoat",
        "parka",
        "hoodie",
        "fleece jacket",
        "down jacket",
        "windbreaker",
        "denim jacket",
        "softshell jacket",
        "trench coat",
        "padded gilet",
    ],
    uses: &[
        "cycling to work",
        "long walks with the dog",
        "hiking in the Alps",
        "the school run",
        "a week in Norway",
        "autumn in the city",
        "sailing",
        "standing at the football pitch",
    ],
    sizes: CLOTHES_SIZES,
    topics: &[ZIP, WARMTH, RAIN, POCKETS, FIT],
};

const ZIP: Topic = Topic {
    questions: &[
        "Does the zip run smoothly, or does it catch?",
        "Is it a two-way zip that opens from below?",
        "How sturdy is the zip? On my last {item} it broke after {n} weeks.",
        "Can you work the zip with gloves on?",
    ],
    answers: &[
        "The zip runs smoothly, no catching so far.",
        "It catches on the lining now and then, about once a week.",
        "It's a proper two-way metal zip, easy to use even with gloves.",
        "The zip is the weak point, mine broke after {n} months.",
        "A drop of wax and it runs like butter.",
        "One-way only, sadly, but it's a sturdy one.",
    ],
    seller_answers: &[
        "The zip is a two-way YKK zip; should it fail, we replace it free of charge.",
        "It opens from both ends, and the puller is large enough for gloves.",
    ],
};

const WARMTH: Topic = Topic {
    questions: &[
        "How warm is it really? Would it do for -{n} °C?",
        "Is this {item} warm enough for winter, or more for autumn?",
        "Do you need a jumper underneath, or is it warm by itself?",
        "Is it too warm for {use}?",
    ],
    answers: &[
        "I wore it at -{n} °C with a thin jumper and was fine.",
        "More of an autumn {item}, I froze in January.",
        "Surprisingly warm for something so light.",
        "Warm, yes, but it doesn't breathe, so you sweat on the stairs.",
        "Down to about {n} degrees it's perfect, below that I add a layer.",
        "The wind goes right through the cuffs; otherwise it's warm.",
    ],
    seller_answers: &[
        "We recommend it from about 10 °C down to -5 °C, with a layer underneath below that.",
        "The filling is 120 g/m², which is meant for an ordinary winter in the city.",
    ],
};

const RAIN: Topic = Topic {
    questions: &[
        "Is this {item} waterproof, or only for a drizzle?",
        "How long does it keep the rain out?",
        "Are the seams sealed? I'd wear it for {use}.",
        "Does the hood stay up in wind and rain?",
    ],
    answers: &[
        "Survived an hour of heavy rain in {city}, dry underneath.",
        "A drizzle is fine, in real rain the shoulders were soaked after {n} minutes.",
        "Water rolls right off. After {n} washes you have to treat it again.",
        "The seams are taped, I've just looked.",
        "The hood is too big for me and blows off in wind.",
    ],
    seller_answers: &[
        "It is water-repellent, not waterproof: good for a shower, not for a day of rain.",
        "The water column is 10,000 mm and the seams are sealed.",
    ],
};

const POCKETS: Topic = Topic {
    questions: &[
        "Are the pockets deep enough for a phone?",
        "Does this {item} have an inside pocket?",
        "Do the pockets close, with a zip or a button?",
    ],
    answers: &[
        "Big phone, keys and a paperback: all fits.",
        "There's one inside pocket, on the left, with a zip.",
        "The pockets are rather shallow, I lost my keys once.",
        "Yes, and they're lined, so warm hands as well.",
        "They close with a snap that opens by itself when you sit down.",
    ],
    seller_answers: &[
        "There are two outer pockets with zips and one inner pocket, 12 × 18 cm.",
        "The side pockets are 17 cm deep and fit every current phone.",
    ],
};

const FIT: Topic = Topic {
    questions: &[
        "Does it run true to size? I usually take {size}.",
        "I'm between two sizes. Would you go up or down with this {item}?",
        "I'm 1.7{n_digit} m tall. Is {size} long enough in the arms?",
        "Is the cut of this {item} narrow at the shoulders?",
        "What size did you take, and how tall are you?",
    ],
    answers: &[
        "I'm 1.7{n_digit} m and took {size}, which fits perfectly.",
        "It runs small. Take one size up, two if you like it loose.",
        "True to size for me, maybe a little wide at the waist.",
        "The sleeves are long, the rest is as expected.",
        "I ordered {size} and {size} and kept the larger one.",
        "Rather generous. I could have taken a size smaller.",
        "Fits well, but after the first wash it was about a centimetre shorter.",
    ],
    seller_answers: &[
        "This {item} runs slightly small; between two sizes we would take the larger one.",
        "Our model is 1.7{n_digit} m tall and wears {size}. The size table has all the measurements.",
    ],
};

pub(crate) const CLOTHES: Department = Department {
    items: &[
        "summer dress",
        "shirt",
        "blouse",
        "skirt",
        "jumper",
        "T-shirt",
        "cardigan",
        "linen shirt",
        "polo shirt",
        "wrap dress",
        "turtleneck",
        "pyjama set",
        "waistcoat",
        "jumpsuit",
    ],
    uses: &[
        "the office",
        "a wedding in June",
        "everyday wear",
        "travelling",
        "a job interview",
        "warm evenings",
        "lounging at home",
        "my sister's graduation",
    ],
    sizes: CLOTHES_SIZES,
    topics: &[FIT, WASHING, FABRIC, SEE_THROUGH],
};

const WASHING: Topic = Topic {
    questions: &[
        "Does this {item} shrink in the wash?",
        "Can it go into the tumble dryer?",
        "Does the {color} bleed when you wash it?",
        "Do I have to iron it every time?",
        "Has anyone washed it at 40 °C? The label says 30.",
    ],
    answers: &[
        "Washed it {n} times at 30 °C, no change at all.",
        "It shrank by about a size at 40, so be careful.",
        "I put it in the dryer by mistake, and it survived.",
        "The first wash turned a white shirt pink. Wash it separately!",
        "Hang it up wet, and you won't need an iron.",
        "Hand wash only, says the label; I use the wool programme instead.",
        "It creases a lot. I iron it every single time.",
    ],
    seller_answers: &[
        "Wash at 30 °C inside out; please don't tumble-dry it.",
        "The fabric is pre-washed, so it will not shrink by more than two per cent.",
    ],
};

const FABRIC: Topic = Topic {
    questions: &[
        "Is the fabric soft, or does it scratch?",
        "What is this {item} made of? Is there any polyester in it?",
        "Does the fabric pill after a while?",
        "Is the material stretchy enough for {use}?",
    ],
    answers: &[
        "Very soft, I wear it on bare skin.",
        "The label says 95 % cotton and 5 % elastane.",
        "It scratches a little at the neck, better with something underneath.",
        "It pills under the arms after {n} wears, nothing a shaver can't fix.",
        "There's some stretch, enough to be comfortable all day.",
        "Thicker than I expected, in a good way.",
    ],
    seller_answers: &[
        "The outer fabric is pure organic cotton, the seams are polyester.",
        "It is a soft jersey of 95 % cotton and 5 % elastane.",
    ],
};

const SEE_THROUGH: Topic = Topic {
    questions: &[
        "Is it see-through, the {color} one in particular?",
        "Do you need anything underneath this {item}?",
        "How thick is the fabric? Is it lined?",
    ],
    answers: &[
        "Slightly see-through in bright light, nothing dramatic.",
        "Not at all, the fabric is quite dense.",
        "The lighter colours are, the {color} one isn't.",
        "It's lined to the knee, so no worries.",
        "Wear something skin-coloured underneath and you're fine.",
    ],
    seller_answers: &[
        "The {color} one is lined; the other colours are dense enough without.",
        "In very bright light it can show through a little.",
    ],
};
