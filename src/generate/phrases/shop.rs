//! What people ask about any item: delivery, returns, colour, durability and the like.

use super::Topic;

pub(crate) const TOPICS: &[Topic] =
    &[DELIVERY, RETURNS, COLOR, LASTING, ORIGIN, PACKAGING, STOCK, SMELL, PRICE, CHILDREN];

const DELIVERY: Topic = Topic {
    questions: &[
        "How long did delivery take for you?",
        "Does it arrive in one parcel, and do I have to sign for it?",
        "I'm away from the {nth}. Will it get here before that if I order today?",
        "Has anyone had this {item} sent to {city}? How long did it take?",
        "Is the \"next day\" option real, or does it take a week like last time?",
    ],
    answers: &[
        "Mine took {n} days, standard shipping.",
        "Ordered on a Sunday, and it was here on Wednesday.",
        "It came {n} days later than promised, but they refunded the shipping.",
        "Very quick. The courier left it with a neighbour, no signature needed.",
        "To {city} it took {n} working days, with tracking all the way.",
        "Next day really was next day, I was surprised.",
    ],
    seller_answers: &[
        "Orders placed before 2 p.m. leave our warehouse in {city} on the same day and take 2 to 4 working days.",
        "We deliver in {n} working days; the tracking number comes by e-mail.",
    ],
};

const RETURNS: Topic = Topic {
    questions: &[
        "How easy is it to send it back if it isn't right?",
        "Can I return this {item} after trying it at home?",
        "What happens if I don't like the colour? Is the return free?",
        "Did anyone have to exchange theirs? How long did it take?",
    ],
    answers: &[
        "Sent mine back and had the money after {n} days, no questions asked.",
        "Very easy: print the label, drop it off, done.",
        "I exchanged {color} for {color}, which took about {n} days in all.",
        "You have 30 days. Keep the box, they ask for it.",
        "Returning was fine, but I had to write twice before they sent the label.",
    ],
    seller_answers: &[
        "You can return it within 30 days free of charge; a label is in the parcel.",
        "Exchanges leave our warehouse as soon as the courier has scanned your return.",
    ],
};

const COLOR: Topic = Topic {
    questions: &[
        "Is the {color} as dark in real life as it is in the photos?",
        "Does the {color} lean warm or cool? Hard to tell on my screen.",
        "How would you describe the {color}: muted, or quite bright?",
        "Does the {color} one match the {color} scarf from the same range?",
        "Will the {color} fade in the sun?",
    ],
    answers: &[
        "It's a little lighter than in the photos, but still lovely.",
        "Quite true to the photos, perhaps a touch warmer in daylight.",
        "Darker than I expected, more like charcoal than {color}.",
        "Muted, not shiny at all. Goes with nearly everything.",
        "Mine stands by a south-facing window and hasn't faded in {n} months.",
        "Under the lamp it looks almost {color}, outside it's exactly as pictured.",
    ],
    seller_answers: &[
        "The second photo, taken in daylight, shows the shade best.",
        "The {color} is a muted, slightly warm shade; dye lots differ a little.",
    ],
};

const LASTING: Topic = Topic {
    questions: &[
        "How does this {item} hold up after a year or so?",
        "Is it well made? I'd like to keep it for some years.",
        "Does anything come loose, fray or wear through after a few months?",
        "Would you say that this {item} lasts, or is it more of a one-season thing?",
        "Owners of more than {n} months: would you buy it again?",
    ],
    answers: &[
        "Going strong after {n} months of almost daily use.",
        "Mine started to show wear after {n} months, mostly at the edges.",
        "Very solidly made. I'd expect it to last for years.",
        "One seam opened after {n} weeks; they replaced the whole {item}.",
        "It's decent for the price, but not something you'd hand down.",
        "Still looks like new, and I'm not careful with things.",
    ],
    seller_answers: &[
        "Every {item} comes with a two-year guarantee on seams, joints and fittings.",
        "We use this {item} ourselves and have seen no wear worth mentioning in {n} years.",
    ],
};

const ORIGIN: Topic = Topic {
    questions: &[
        "Where is this {item} made?",
        "Does anyone know which country it comes from? The label's not in the photos.",
        "Is it made under fair conditions? Is there a certificate?",
    ],
    answers: &[
        "The label in mine says Portugal.",
        "Made in Italy, at least the {color} one.",
        "There was a little card about the workshop in the box, a nice touch.",
        "Mine says \"designed in {city}\", which tells you nothing, of course.",
        "It has the usual certificate on the label; I haven't looked it up.",
    ],
    seller_answers: &[
        "It is made in a family-run workshop in Portugal that we visit every year.",
        "Made in the European Union; the certificate number is on the label.",
    ],
};

const PACKAGING: Topic = Topic {
    questions: &[
        "Is it packed nicely enough to give it as a present?",
        "Can this {item} be gift-wrapped, and is the price left off the slip?",
        "Does it come in a box, or just in a plastic bag?",
        "How is it packed? The last parcel I got was more plastic than product.",
    ],
    answers: &[
        "It came in a plain cardboard box with tissue paper, good enough for a present.",
        "Just a paper bag inside a bigger box. I'd wrap it again.",
        "Beautifully packed, almost a shame to open it.",
        "No plastic at all in my parcel, only paper.",
        "There's no price on the slip, but ask for gift wrap if it matters.",
    ],
    seller_answers: &[
        "Choose \"gift wrap\" in the basket, and we leave the price off the slip.",
        "We pack in recycled cardboard and paper only.",
    ],
};

const STOCK: Topic = Topic {
    questions: &[
        "Will the {color} one come back? It's been sold out for weeks.",
        "When will this {item} be in stock again in {size}?",
        "Is there any plan for a {color} version?",
        "Does it ever go on sale, or should I just buy it now?",
    ],
    answers: &[
        "It was back for two days in {month} and gone again, so be quick.",
        "I put myself on the waiting list and had a mail after {n} weeks.",
        "I was told {month}, but that was last year.",
        "Try the shop in {city}, they still had {n} of them.",
        "It was 20 % off in {month}. I'd wait.",
    ],
    seller_answers: &[
        "We expect the next delivery in {month}. The waiting list gets a mail first.",
        "There are no plans for that at present, but we have passed it on.",
    ],
};

const SMELL: Topic = Topic {
    questions: &[
        "Does it have a chemical smell when it's new?",
        "I'm sensitive to smells. Does this {item} need airing first?",
        "Someone in the reviews mentions a smell. Does it go away?",
    ],
    answers: &[
        "A slight smell on the first day, gone after a night by the open window.",
        "Mine smelled of nothing at all.",
        "Yes, and it took {n} days to go away. Worth it in the end.",
        "Only the box smelled, the {item} itself was fine.",
        "I noticed it, {person} didn't. Air it for a day and you're fine.",
    ],
    seller_answers: &[
        "Freshly unpacked it may smell a little; that goes away within two days of airing.",
        "The materials are tested for harmful substances. Airing it for a day is enough.",
    ],
};

const PRICE: Topic = Topic {
    questions: &[
        "Is it worth the price, compared with the cheaper one?",
        "What do you get for the extra money over last year's {item}?",
        "Is this really better than the supermarket version at half the price?",
    ],
    answers: &[
        "I had the cheap one before, and it lasted {n} months. This one is far better.",
        "Honestly, no. You pay for the name.",
        "Yes. You notice the difference as soon as you hold it.",
        "For daily use, yes; for now and then, the cheaper one will do.",
        "I bought it on sale. At full price I'd think twice.",
    ],
    seller_answers: &[
        "This {item} has better fittings and a longer guarantee than the basic one.",
        "The difference is in the material: thicker, tested and repairable.",
    ],
};

const CHILDREN: Topic = Topic {
    questions: &[
        "We have a toddler and two cats. Will this {item} survive that?",
        "Is it safe with small children around?",
        "How does this {item} cope with dog hair and sticky fingers?",
    ],
    answers: &[
        "Two boys and a dog here, and it's still in one piece.",
        "Our cat loves it a bit too much, but the scratches hardly show.",
        "I'd keep it out of reach until they're {n} or so.",
        "Sticky fingers wipe right off with a damp cloth.",
        "Not with cats, I'm afraid. Ours had it ruined in {n} days.",
    ],
    seller_answers: &[
        "There are no small parts that come off, and everything wipes clean.",
        "Many families use it; we would choose {color}, which forgives the most.",
    ],
};
