//! The terms of keys and of lists of words.

/// What a key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Answers with it are the seller's.
    AnswerAsSeller,
    /// The routes of moderators.
    Moderate,
    /// Words, keys and the settings of the policy.
    Admin,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 3] = [Self::AnswerAsSeller, Self::Moderate, Self::Admin];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AnswerAsSeller => "answer_as_seller",
            Self::Moderate => "moderate",
            Self::Admin => "admin",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// A list of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WordList {
    /// Texts with one of them are refused.
    Refuse,
    /// Texts with one of them wait.
    Hold,
    /// What the other two lists would match, and is fine.
    Allow,
}

impl WordList {
    /// All lists.
    pub const ALL: [Self; 3] = [Self::Refuse, Self::Hold, Self::Allow];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Hold => "hold",
            Self::Allow => "allow",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name() == name)
    }
}
