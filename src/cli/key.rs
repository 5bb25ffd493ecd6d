//! `atelier key`: makes, lists and revokes the keys of moderators, sellers and administrators.
//! Deliberately absent: what a key allows (`http`), and how keys are kept (`store`).

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use crate::config::{StoreOption, lifetime};
use crate::domain::{Timestamp, visible};
use crate::service::{Clock as _, DrawnKey, Key, Scope, SystemClock};
use crate::store::Store;
use crate::store::moderation::{Moderated, Moderation, ModerationAnswer, ModerationQuery};

/// Longest name of a key, in characters.
const MAX_NAME_CHARS: usize = 60;

/// Longest lifetime of a key that expires, in days.
const MAX_LIFETIME_DAYS: u64 = 3_650;

/// The options of `key`.
#[derive(Debug, Clone, Args)]
pub(super) struct KeyArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// Make a key and print it, once
    Create(Create),
    /// List all keys, without the keys themselves
    List(List),
    /// Make a key invalid from now on
    Revoke(Revoke),
}

#[derive(Debug, Clone, Args)]
struct Create {
    /// Whose it is: shown in lists and with decisions
    #[arg(long, value_name = "NAME", value_parser = name)]
    name: String,

    #[expect(clippy::doc_markdown, reason = "this comment is the help text, shown as it is")]
    /// What it allows: answer_as_seller, moderate, admin, or several separated by commas
    #[arg(long, value_name = "SCOPES", required = true, value_delimiter = ',', value_parser = scope)]
    scope: Vec<Scope>,

    /// How long it is valid, such as 90d [default: until it is revoked]
    #[arg(long, value_name = "DURATION", value_parser = lifetime(MAX_LIFETIME_DAYS))]
    expires: Option<Duration>,

    #[command(flatten)]
    store: StoreOption,
}

#[derive(Debug, Clone, Args)]
struct List {
    #[command(flatten)]
    store: StoreOption,
}

#[derive(Debug, Clone, Args)]
struct Revoke {
    /// The key's name
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    store: StoreOption,
}

/// Reads the name of a key.
fn name(text: &str) -> Result<String, String> {
    let is_shown = |character: char| character.is_alphanumeric() || " ._@-".contains(character);
    let has_room = (1..=MAX_NAME_CHARS).contains(&text.chars().count());
    if has_room && text.trim() == text && text.chars().all(is_shown) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "write 1 to {MAX_NAME_CHARS} letters, digits and spaces, also . _ @ and -, such as help-desk"
    ))
}

/// Reads a scope.
fn scope(text: &str) -> Result<Scope, &'static str> {
    Scope::parse(text.trim())
        .ok_or("write answer_as_seller, moderate or admin, or several of them separated by commas")
}

/// Makes, lists or revokes.
pub(super) fn run(args: &KeyArgs) -> anyhow::Result<()> {
    match &args.action {
        Action::Create(create) => add(create),
        Action::List(list) => show(list),
        Action::Revoke(revoke) => end(revoke),
    }
}

fn add(args: &Create) -> anyhow::Result<()> {
    let key = DrawnKey::draw().map_err(|_| anyhow::anyhow!("the machine has no random numbers"))?;
    let now = SystemClock.now();
    let expires_at = args.expires.map(|lasts| {
        let lasts = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
        Timestamp::nearest(now.milliseconds().saturating_add(lasts))
    });
    let mut scopes = args.scope.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let (name, digest) = (args.name.clone(), key.digest);
    let added = Moderation::AddKey { name, digest, scopes, expires_at, now };
    match change(&args.store, added)? {
        Moderated::Done => println!("{}", key.text),
        Moderated::NameTaken => bail!("there is a key named {} that is in force; revoke it first", args.name),
        other => bail!("the store answered {other:?}"),
    }
    eprintln!("Keep it now: it is not shown again.");
    Ok(())
}

fn end(args: &Revoke) -> anyhow::Result<()> {
    let revoked = Moderation::RevokeKey { name: args.name.clone(), now: SystemClock.now() };
    match change(&args.store, revoked)? {
        Moderated::Done => {
            println!("{} is revoked", visible(&args.name));
            Ok(())
        }
        Moderated::NotFound => bail!("no key that is in force is named {}", visible(&args.name)),
        other => bail!("the store answered {other:?}"),
    }
}

fn show(args: &List) -> anyhow::Result<()> {
    let (address, store) = (&args.store.store, open(&args.store)?);
    let answer = store.reader().and_then(|mut reader| reader.moderation(&ModerationQuery::Keys));
    let ModerationAnswer::Keys(keys) = answer.with_context(|| format!("cannot read {address}"))? else {
        bail!("the store gave no keys");
    };
    let now = SystemClock.now();
    for key in &keys {
        println!("{}", line(key, now));
    }
    match keys.len() {
        0 => println!("no keys"),
        1 => println!("1 key"),
        number => println!("{number} keys"),
    }
    Ok(())
}

/// A key as a line: name, scopes, since when, and until when or why no longer.
fn line(key: &Key, now: Timestamp) -> String {
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.name()).collect();
    let end = match (key.revoked_at, key.expires_at) {
        (_, Some(at)) if !key.is_valid(now) && key.revoked_at.is_none_or(|revoked| at <= revoked) => {
            format!("expired {at}")
        }
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) => format!("expires {at}"),
        (None, None) => "does not expire".to_owned(),
    };
    format!("{}: {}, made {}, {end}", visible(&key.name), scopes.join(","), key.created_at)
}

fn open(option: &StoreOption) -> anyhow::Result<Arc<dyn Store>> {
    let address = &option.store;
    address.open_existing().with_context(|| format!("cannot open {address}"))
}

/// Carries out one change through a writing session of the command's own.
fn change(option: &StoreOption, moderation: Moderation) -> anyhow::Result<Moderated> {
    let (address, store) = (&option.store, open(option)?);
    // Nothing is cached here, so nothing has to be forgotten.
    let changed = store.writer(Arc::new(|_| ())).and_then(|mut writer| writer.moderate(&[moderation]));
    let changed = changed.with_context(|| format!("cannot change keys in {address}"))?;
    changed.into_iter().next().context("the store did not say what became of it")
}
