//! Who is at the shell: the account of the process, by its uid. Variables of the environment are
//! not asked, since anybody can set them.

use std::fs;

use crate::domain::Actor;

/// Where the names of accounts are.
const ACCOUNTS: &str = "/etc/passwd";

/// The account by its name, or as `uid 1000` where it has none there.
pub(super) fn account() -> Actor {
    let uid = rustix::process::getuid().as_raw();
    let name = fs::read(ACCOUNTS).ok().and_then(|accounts| name_of(uid, &String::from_utf8_lossy(&accounts)));
    Actor::Person(name.unwrap_or_else(|| format!("uid {uid}")))
}

/// The name of a uid in lines such as `grace:x:1000:1000:Grace:/home/grace:/bin/sh`.
fn name_of(uid: u32, accounts: &str) -> Option<String> {
    let name = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then_some(name)
    });
    name.filter(|name| !name.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_has_the_name_of_its_first_line() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\n# no account\ngrace:x:1000:1000::/:\nada:x:1000:1::/:\n:x:7:7::/:";
        assert_eq!(name_of(0, accounts).as_deref(), Some("root"));
        assert_eq!(name_of(1_000, accounts).as_deref(), Some("grace"));
        for nobody in [1, 7, 100] {
            assert_eq!(name_of(nobody, accounts), None, "{nobody}");
        }
    }
}
