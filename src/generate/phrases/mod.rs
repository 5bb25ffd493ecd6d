//! What the invented shop sells and what its customers say: templates in which words in braces, such as
//! `{item}`, are filled in by `text`. Data only; choosing and joining is not done here.
//! Changing any phrase changes the bytes of every generated file.

mod clothes;
mod home;
mod kitchen;
pub(super) mod people;
mod shoes;
mod shop;

/// A part of the shop.
pub(super) struct Department {
    /// What it sells, in the singular: `{item}`.
    pub(super) items: &'static [&'static str],
    /// What people buy it for: `{use}`.
    pub(super) uses: &'static [&'static str],
    /// The sizes it comes in: `{size}`.
    pub(super) sizes: &'static [&'static str],
    /// What people ask about these items and not about others.
    pub(super) topics: &'static [Topic],
}

/// Something that people ask about. Any answer of a topic fits any question of it.
pub(super) struct Topic {
    pub(super) questions: &'static [&'static str],
    /// Answers of customers, who need not agree.
    pub(super) answers: &'static [&'static str],
    /// Answers of the shop.
    pub(super) seller_answers: &'static [&'static str],
}

/// All departments, each as likely as the others.
pub(super) const DEPARTMENTS: &[Department] = &[
    clothes::OUTERWEAR,
    clothes::CLOTHES,
    shoes::SHOES,
    shoes::BAGS,
    home::TEXTILES,
    home::FURNITURE,
    kitchen::KITCHEN,
    kitchen::LAMPS,
];

pub(super) use shop::TOPICS as SHOP_TOPICS;

pub(super) const QUESTION_OPENINGS: &[&str] = &[
    "Hi!",
    "Hello there.",
    "Hi all,\n",
    "Good morning!",
    "Quick question.",
    "Hello from {city}!",
    "One thing before I order.\n",
    "My old {item} has finally given up.",
    "I'm looking for a present for {person}.",
    "I've been eyeing this {item} for weeks.",
    "This {item} would be for {use}.",
    "First time ordering here.",
    "I nearly bought the {color} one last {month}.",
    "Has anyone used it for {use}?",
    "Torn between {color} and {color}.",
    "Saw this {item} at a friend's in {city}.",
    "The description leaves one thing open.",
    "Probably a silly question, but here goes.",
    "I returned a similar {item} in {month}.",
    "{month} is coming, so I need a new {item}.",
];

pub(super) const QUESTION_DETAILS: &[&str] = &[
    "I paid {price} € for one in {city}, and it was a let-down.",
    "My budget is about {price} €, so it had better be right.",
    "{person_start} had trouble with exactly that.",
    "It has to work for {use} as well.",
    "On my old {item} that was the first thing to go wrong.",
    "I've read all {price} reviews and still don't know.",
    "It'd be used by me and {person}, about {n} times a week.",
    "{person_start} says yes, the leaflet says no…",
    "I ask because I'd take the {color} one in {size}.",
    "In the shop in {city} they couldn't tell me.",
    "That's the one thing that keeps me from ordering.",
    "A rough guess would be enough.",
    "I had a {color} one in {size}, which was fine in that respect.",
    "It's my {nth} try at finding a decent {item}.",
    "I don't mind paying {price} € more if it's good.",
    "For {use} that matters a lot to me.",
    "I called it \"my last {item} ever\" when I bought the old one. Well.",
    "We're {n} in the family, and everybody will use it.",
];

pub(super) const QUESTION_CLOSINGS: &[&str] = &[
    "Thanks!",
    "Thanks in advance 🙂",
    "Many thanks.",
    "Cheers",
    "The photos don't show it.",
    "I need it for {use}.",
    "It would be for {use}, a few times a week.",
    "I'm thinking of the {color} one.",
    "It's a present for {person}, so I'd like to be sure.",
    "I couldn't find that in the description.",
    "The last one I had was a disappointment, hence the question.",
    "Honest opinions welcome, good or bad.",
    "The description only says \"see photos\".",
    "A photo would be great, too.",
    "I'd rather ask than send it back — {n} returns this year already.",
    "Asking for {person} 😅",
    "\nAnd is the {color} one as nice as it looks?",
    "\nThanks from {city}!",
    "I live in {city}, if that matters.",
    "Reviews disagree, so I'm asking people who own one.",
    "Ideally I'd have it by {month}.",
];

pub(super) const ANSWER_OPENINGS: &[&str] = &[
    "Good question!",
    "I wondered about that, too.",
    "I've had mine for {n} months.",
    "We've had ours since {month}.",
    "Bought it last {month} in {color}.",
    "I own two of these.",
    "I can only speak for the {color} one.",
    "Hi!",
    "Mine arrived {n} days ago.",
    "I bought it for {use}.",
    "Got it as a present from {person}.",
    "Just checked mine for you.",
    "I asked the shop the same thing.",
    "Second time I've bought this {item}.",
    "Here's how it looks after {n} weeks of daily use.",
    "I was in the same position in {month}.",
    "I'll keep it short.",
    "I use it for {use}.",
    "Hello {city}, hello everybody,\n",
    "Can't say for all colours, only for {color}.",
];

pub(super) const ANSWER_REMARKS: &[&str] = &[
    "Mine is the {color} one.",
    "The {color} one looks even better than in the photos.",
    "I've used it for {use} ever since, and it still looks new.",
    "{person_start} has the same one and says so, too.",
    "For the price I really can't complain.",
    "I compared it with {n} others before I decided.",
    "The only thing I'd change is the colour: {color} would be lovely.",
    "It took me {n} days to get used to it, now I wouldn't want to miss it.",
    "I've since bought a second one for {person}.",
    "Don't expect miracles, but it does what it says.",
    "My sister calls it \"the best thing you own\", and she may be right.",
    "I wouldn't use it for {use}, though.",
    "Perfect for {use}, less so for anything rougher.",
    "It even survived a move from {city} to {city}.",
    "My café-owner friend in {city} has three of them.",
    "There was one loose thread, nothing that {n} seconds couldn't fix.",
    "Compared with my old {item}, it's a different world.",
    "I'd wait for a sale, they had one in {month}.",
    "The photos on this page are accurate, by the way.",
    "I was sceptical at first — not any more.",
];

pub(super) const ANSWER_AFTERTHOUGHTS: &[&str] = &[
    "I paid {price} €, which is fair.",
    "For {price} € I'd have expected a bit more, to be honest.",
    "If you need it for {use}, take {size}.",
    "{person_start} borrowed it in {month} and never gave it back.",
    "A neighbour asked where I'd got it, that says something.",
    "I'd take {color} next time, it's easier to look after.",
    "The shop in {city} has one on display, if you want to see it first.",
    "It replaced a {price} € {item} that I never liked.",
    "Not sure about {size}, mine is {size}.",
    "Customer service wrote back within {n} hours, by the way.",
    "I've recommended it to {person}, who has the {color} one now.",
    "Compare it with the {price} € one before you decide.",
    "What I didn't expect: it's ideal for {use}.",
    "{person_start} would disagree, but then we never agree.",
    "I sent a photo of mine so that you can see for yourself.",
    "It's been to {city} and back {n} times.",
    "You can get it for under {price} € if you wait for {month}.",
    "No idea how it'll look in {n} years, of course.",
];

pub(super) const ANSWER_CLOSINGS: &[&str] = &[
    "Hope that helps!",
    "Hope this helps 🙂",
    "Would buy again.",
    "Five stars from me.",
    "Four stars out of five.",
    "No regrets.",
    "👍",
    "Happy to send a photo.",
    "\nGreetings from {city}!",
    "Just my two cents.",
    "Your mileage may vary.",
    "I'd say: go for it.",
    "I'd look for another one, honestly.",
    "Ask the shop if you need to be sure.",
    "Enjoy!",
    "Worth every penny.",
];

pub(super) const SELLER_OPENINGS: &[&str] = &[
    "Thank you for your question.",
    "Hello, and thank you for your interest in this {item}.",
    "Thanks for asking!",
    "Hello,\n",
    "Good morning from our team.",
    "We have just measured and checked one for you.",
];

pub(super) const SELLER_CLOSINGS: &[&str] = &[
    "Kind regards, your shop team",
    "Please write to us if anything is unclear.",
    "We hope that this helps.",
    "\nBest wishes, customer service",
    "Our customer service will gladly help with anything else.",
    "You can return it within 30 days, unused, free of charge.",
    "The {color} one is back in stock.",
];

/// Colours: `{color}`.
pub(super) const COLORS: &[&str] = &[
    "black",
    "navy",
    "dark green",
    "olive",
    "sand",
    "cream",
    "white",
    "light grey",
    "charcoal",
    "rust",
    "burgundy",
    "mustard",
    "pale pink",
    "sky blue",
    "petrol",
    "terracotta",
    "chocolate",
    "lilac",
    "mint",
    "rosé",
];

/// Places: `{city}`.
pub(super) const CITIES: &[&str] = &[
    "Leeds",
    "Zürich",
    "Malmö",
    "Galway",
    "Boston",
    "Lyon",
    "Kraków",
    "Porto",
    "Ghent",
    "Toronto",
    "Bristol",
    "Köln",
    "Turin",
    "Aarhus",
    "Austin",
    "Reykjavík",
    "Melbourne",
    "Orléans",
    "Utrecht",
    "São Paulo",
];

/// Months: `{month}`.
pub(super) const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Who a purchase is for: `{person}`.
pub(super) const PERSONS: &[&str] = &[
    "my daughter",
    "my son",
    "my mother",
    "my father",
    "my sister",
    "my brother",
    "my husband",
    "my wife",
    "my grandmother",
    "my fiancée",
    "a colleague",
    "my best friend",
    "my flatmate",
    "my niece",
    "my uncle",
];

/// The same at the start of a sentence: `{person_start}`.
pub(super) const PERSONS_AT_START: &[&str] = &[
    "My daughter",
    "My son",
    "My mother",
    "My father",
    "My sister",
    "My brother",
    "My husband",
    "My wife",
    "My grandmother",
    "My fiancée",
    "A colleague",
    "My best friend",
    "My flatmate",
    "My niece",
    "My uncle",
];
