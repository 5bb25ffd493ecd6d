//! The terms of moderation: states, reasons, who acts, who writes, and why a text was held. What
//! becomes of them is `service`'s and the stores'.

use std::fmt;
use std::net::IpAddr;

use super::{Digest, Email, Name, ProductId};

/// Whether a question, answer or review is public, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Public.
    Published,
    /// It waits for a decision and was never public.
    Pending,
    /// A moderator or the hook decided against it.
    Rejected,
    /// It was public and was taken down.
    Hidden,
}

impl State {
    /// All states, by their numbers.
    pub const ALL: [Self; 4] = [Self::Published, Self::Pending, Self::Rejected, Self::Hidden];

    /// The number that stores keep.
    pub fn number(self) -> u64 {
        self as u64
    }

    /// The state of a number.
    pub fn of_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// Its name in requests, responses and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Pending => "pending",
            Self::Rejected => "rejected",
            Self::Hidden => "hidden",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether a decision may lead from this state to another one. Undoing may lead anywhere.
    pub fn leads_to(self, to: Self) -> bool {
        match self {
            Self::Published => matches!(to, Self::Hidden | Self::Rejected),
            Self::Pending | Self::Hidden => matches!(to, Self::Published | Self::Rejected),
            Self::Rejected => to == Self::Published,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $text:literal $people:literal,)*) => {
        /// Why a state was changed, or why a row waits.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// All of them: those that people give, then those of the system.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name everywhere.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Whether people may give it.
            pub fn is_of_people(self) -> bool {
                match self {
                    $(Self::$name => $people,)*
                }
            }
        }
    };
}

reasons! {
    /// It offends.
    Offensive "offensive" true,
    /// It harasses somebody.
    Harassment "harassment" true,
    /// It incites hatred.
    Hate "hate" true,
    /// It is spam.
    Spam "spam" true,
    /// It advertises.
    Advertising "advertising" true,
    /// It is not about the product.
    OffTopic "off_topic" true,
    /// It asks nothing.
    NotAQuestion "not_a_question" true,
    /// It belongs to the customer service.
    CustomerService "customer_service" true,
    /// It tells what is private.
    PrivateInformation "private_information" true,
    /// Its author did not use the product, or is not who it seems.
    Fake "fake" true,
    /// It misleads.
    Misleading "misleading" true,
    /// It is about the price or about what is in stock.
    PriceOrAvailability "price_or_availability" true,
    /// It names a competitor.
    Competitor "competitor" true,
    /// It says what another row says.
    Duplicate "duplicate" true,
    /// It breaks the law. A decision names the law.
    Illegal "illegal" true,
    /// It has a word that the shop does not allow.
    BannedWord "banned_word" true,
    /// Something else; the note says what.
    Other "other" true,
    /// The shop looks at everything first.
    PolicyAll "policy_all" false,
    /// The shop looks at everybody's first text.
    PolicyFirst "policy_first" false,
    /// A word of the list `hold`.
    WordHeld "word_held" false,
    /// A word of the list `refuse`.
    WordRefused "word_refused" false,
    /// A link, an address or a number where none belongs, or a mail domain on the shop's list.
    Links "links" false,
    /// The same text came for several products.
    Repeat "repeat" false,
    /// A field was filled in that people do not see.
    Honeypot "honeypot" false,
    /// It came faster than people write, or too many came.
    TooFast "too_fast" false,
    /// Most letters are capitals.
    Capitals "capitals" false,
    /// The shop's own program said so.
    Hook "hook" false,
    /// Shoppers reported it.
    Reported "reported" false,
    /// Much of its author was rejected.
    AuthorHistory "author_history" false,
    /// A decision was undone.
    Undo "undo" false,
    /// Its author asked for another look.
    Appeal "appeal" false,
    /// A decision to publish, which needs no other reason.
    Approved "approved" false,
    /// The state came with an import.
    Imported "imported" false,
}

impl Reason {
    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.name() == name)
    }

    /// Whether it is a rule by which new rows are held.
    pub fn is_rule(self) -> bool {
        matches!(
            self,
            Self::PolicyAll
                | Self::PolicyFirst
                | Self::WordHeld
                | Self::Links
                | Self::Repeat
                | Self::Honeypot
                | Self::TooFast
                | Self::Capitals
                | Self::Hook
                | Self::AuthorHistory
        )
    }

    /// Those that people give.
    pub fn of_people() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|reason| reason.is_of_people())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Who changes a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The service itself.
    System,
    /// The holder of a key, by the key's name.
    Key(String),
    /// A person at the shell, by the account's name.
    Person(String),
}

impl Actor {
    /// The name of its kind, as stores and responses have it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Key(_) => "key",
            Self::Person(_) => "person",
        }
    }

    /// Its own name; the system has none.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::System => None,
            Self::Key(name) | Self::Person(name) => Some(name),
        }
    }

    /// The actor of a kind and a name, as stores have them.
    pub fn of(kind: &str, name: Option<&str>) -> Option<Self> {
        match (kind, name) {
            ("system", _) => Some(Self::System),
            ("key", Some(name)) => Some(Self::Key(name.to_owned())),
            ("person", Some(name)) => Some(Self::Person(name.to_owned())),
            _ => None,
        }
    }

    /// Whether somebody looked: not the service itself.
    pub fn is_somebody(&self) -> bool {
        *self != Self::System
    }
}

/// What an author is to the shop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuthorRole {
    /// One of many.
    #[default]
    Shopper,
    /// The shop itself.
    Seller,
    /// Somebody whom the shop calls an expert.
    Expert,
}

impl AuthorRole {
    /// All roles, by the numbers that stores keep.
    pub const ALL: [Self; 3] = [Self::Shopper, Self::Seller, Self::Expert];

    /// Its name in tokens and responses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shopper => "shopper",
            Self::Seller => "seller",
            Self::Expert => "expert",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Who sends a write, as far as is known. The default knows nothing: the sender of old.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sender {
    /// What a verified token says.
    pub identity: Option<Identity>,
    /// The address whose writes are counted together.
    pub client: Option<IpAddr>,
    /// The seller's answer: the name of the key that it came with.
    pub seller_key: Option<String>,
    /// What the page's own fields say about how it was filled in.
    pub form: FormSignals,
}

/// What a form tells about how it was filled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FormSignals {
    /// A field was filled in that people do not see.
    pub is_trapped: bool,
    /// How long the form was open, where its token says so, in milliseconds.
    pub open_ms: Option<u64>,
}

/// What a verified token says of a shopper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who it is, in the shop's own terms; opaque.
    pub subject: String,
    /// The name that is shown. It beats the body's.
    pub name: Option<Name>,
    /// The address. It beats the body's.
    pub email: Option<Email>,
    /// What the author is to the shop.
    pub role: AuthorRole,
    /// Products that the author bought, at most 200.
    pub bought: Vec<ProductId>,
}

/// A rule that noticed something about a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub reason: Reason,
    /// The field: `body`, `name`, `summary`, `email`.
    pub field: Option<&'static str>,
    /// What matched, as it stands in the text.
    pub matched: Option<String>,
    /// Where it stands: from and to, in Unicode scalar values.
    pub at: Option<(u32, u32)>,
    /// Whether the row waits because of it. Otherwise it is only shown to moderators.
    pub holds: bool,
}

/// What is kept of a new row beyond its texts. A row without it is public and of an unknown author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// [`State::Published`] or [`State::Pending`].
    pub state: State,
    /// Who wrote it: the keyed digest of the subject or, without an identity, of the address.
    pub author: Option<Digest>,
    /// Whether `author` is that of an identity.
    pub is_identified: bool,
    /// What the author is to the shop.
    pub role: AuthorRole,
    /// Whether the author bought the product.
    pub is_verified_buyer: bool,
    /// The keyed digest of the client's address.
    pub client: Option<Digest>,
    /// The digest of the normalized text, by which repeats are found.
    pub text: Option<Digest>,
    /// Why it waits, and what else was noticed.
    pub findings: Vec<Finding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.name()), Some(state));
            assert_eq!(State::of_number(state.number()), Some(state));
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.name()), Some(*reason));
        }
        for role in AuthorRole::ALL {
            assert_eq!(AuthorRole::parse(role.name()), Some(role));
        }
    }

    #[test]
    fn states_lead_where_the_table_says() {
        use State::{Hidden, Pending, Published, Rejected};
        let leads = |from: State| State::ALL.into_iter().filter(move |to| from.leads_to(*to));
        assert!(leads(Published).eq([Rejected, Hidden]));
        assert!(leads(Pending).eq([Published, Rejected]));
        assert!(leads(Rejected).eq([Published]));
        assert!(leads(Hidden).eq([Published, Rejected]));
    }
}
