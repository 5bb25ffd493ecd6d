//! The orders in which reviews are listed. Deliberately absent: sorting (`view`).

/// An order of reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum ReviewOrder {
    /// Most helpful first, then the oldest id.
    #[default]
    Helpful,
    /// Most helpful first, then the newest date, then the newest id.
    Relevant,
    /// The newest date first, then the newest id.
    Newest,
}

impl ReviewOrder {
    /// The order of that name. Case and quotes around the name do not matter. Every other text
    /// means [`Helpful`](Self::Helpful).
    pub fn parse(name: &str) -> Self {
        let name = name.trim_matches(|sign: char| matches!(sign, '"' | '\'') || sign.is_whitespace());
        if name.eq_ignore_ascii_case("relevant") {
            Self::Relevant
        } else if name.eq_ignore_ascii_case("newest") {
            Self::Newest
        } else {
            Self::Helpful
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_quotes_do_not_matter() {
        for (name, order) in [
            ("relevant", ReviewOrder::Relevant),
            ("\"newest\"", ReviewOrder::Newest),
            ("'Newest'", ReviewOrder::Newest),
            ("RELEVANT", ReviewOrder::Relevant),
            ("helpful", ReviewOrder::Helpful),
            ("", ReviewOrder::Helpful),
            ("\"", ReviewOrder::Helpful),
            ("newest first", ReviewOrder::Helpful),
        ] {
            assert_eq!(ReviewOrder::parse(name), order, "{name}");
        }
    }
}
