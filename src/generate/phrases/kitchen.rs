//! What cooks and what shines: kitchen things and lamps.

use super::{Department, Topic};

pub(crate) const KITCHEN: Department = Department {
    items: &[
        "frying pan",
        "casserole",
        "kettle",
        "chef's knife",
        "chopping board",
        "salad bowl",
        "teapot",
        "mug",
        "baking dish",
        "pepper mill",
        "lunch box",
        "carafe",
        "saucepan",
        "milk jug",
        "crème brûlée dish",
    ],
    uses: &[
        "a family of five",
        "the campsite",
        "the office kitchen",
        "baking bread",
        "cooking for one",
        "fried eggs without fat",
        "brunch with friends",
        "a shared flat",
    ],
    sizes: &["0.5 l", "1 l", "1.5 l", "2 l", "20 cm", "24 cm", "28 cm"],
    topics: &[DISHWASHER, KITCHEN_USE, CAPACITY],
};

const DISHWASHER: Topic = Topic {
    questions: &[
        "Can it go in the dishwasher?",
        "Has anyone had this {item} in the dishwasher for longer? How does it look?",
        "How do you get it clean again?",
        "Does it stain? I drink a lot of tea.",
    ],
    answers: &[
        "Ours goes in the dishwasher every day, no problem.",
        "I wouldn't. Mine went dull after {n} times.",
        "The box says yes, the leaflet says no. I wash it by hand.",
        "Baking soda and hot water, leave it overnight, gone.",
        "It has stained a little, nothing that bothers me.",
        "A soft sponge is enough, nothing sticks.",
    ],
    seller_answers: &[
        "It is dishwasher-safe, but washing by hand keeps it beautiful for longer.",
        "Please wash it by hand and dry it at once.",
    ],
};

const KITCHEN_USE: Topic = Topic {
    questions: &[
        "Does it work on induction?",
        "Does the handle get hot?",
        "Is this {item} oven-proof, and up to what temperature?",
        "Does anything stick to it after a few months?",
        "Is it suitable for {use}?",
    ],
    answers: &[
        "Works on our induction hob, with a slight hum.",
        "The handle gets warm after {n} minutes, so I use a cloth.",
        "I had it in the oven at 2{n_digit}0 °C, and nothing happened.",
        "Nothing sticks, as long as you don't scratch it.",
        "We use it for {use}, and it's just right.",
        "Not on induction, I tried. On gas it's great.",
    ],
    seller_answers: &[
        "It is suitable for gas, electric and induction hobs, and for the oven up to 220 °C.",
        "It is free of PFAS; please use wooden or silicone spoons.",
    ],
};

const CAPACITY: Topic = Topic {
    questions: &[
        "How much does it hold when it's full to the brim?",
        "Is {size} enough for {n} people?",
        "How heavy is this {item} when it's full?",
        "Does the lid close tightly? I'd take it to work.",
    ],
    answers: &[
        "A bit less than it says, I measured with a jug.",
        "Enough for {n} people, if they aren't too hungry.",
        "Heavy, but you get used to it.",
        "The lid is tight, I carry soup in it.",
        "It leaks when it lies on its side. Carry it upright.",
        "I took {size} and wish I'd taken the bigger one.",
    ],
    seller_answers: &[
        "The volume is given to the brim; usable are about nine tenths of it.",
        "For {n} people we recommend {size}.",
    ],
};

pub(crate) const LAMPS: Department = Department {
    items: &[
        "floor lamp",
        "table lamp",
        "reading lamp",
        "pendant lamp",
        "night light",
        "clip-on lamp",
        "wall lamp",
        "paper lantern",
        "desk lamp",
        "string of lights",
    ],
    uses: &[
        "reading in bed",
        "a dark corner",
        "a desk by the window",
        "the dining table",
        "a high ceiling",
        "the terrace",
        "a nursery",
        "video calls",
    ],
    sizes: &["25 cm", "30 cm", "40 cm", "50 cm", "1.2 m", "1.6 m"],
    topics: &[BRIGHTNESS, CABLE],
};

const BRIGHTNESS: Topic = Topic {
    questions: &[
        "Is it bright enough to read by?",
        "Is the light warm or cold?",
        "Can this {item} be dimmed?",
        "Which bulb does it take, and is one included?",
        "Does it light a whole room, or just a corner?",
    ],
    answers: &[
        "Bright enough for {use}, and no glare.",
        "Warm, cosy light. I wouldn't want to work by it.",
        "I put in a dimmable bulb, E27, and it works well with the wall switch.",
        "No bulb in the box! I found that out in the evening, of course.",
        "It only lights a corner, but that's what I wanted.",
        "There are {n} steps, the lowest makes a good night light.",
    ],
    seller_answers: &[
        "It takes an E27 bulb of up to 40 W, which is not included.",
        "The light is warm white (2,700 K) and can be dimmed in three steps.",
    ],
};

const CABLE: Topic = Topic {
    questions: &[
        "How long is the cable, and where's the switch?",
        "What colour is the cable of the {color} one?",
        "Does it hum or flicker?",
        "How hard is it to install this {item} without an electrician?",
        "Does this {item} get hot?",
    ],
    answers: &[
        "The cable's about two metres, with the switch in the middle.",
        "Too short for us, we needed an extension.",
        "The cable is covered in fabric, black, which looks smart.",
        "No hum, no flicker, even dimmed right down.",
        "Three wires, {n} minutes. Switch off the fuse first!",
        "It gets warm after an hour, never hot.",
    ],
    seller_answers: &[
        "The cable is 1.8 m long, with a foot switch 60 cm from the lamp.",
        "With an LED bulb it stays cool enough to touch.",
    ],
};
