//! Settings files that are right, and the errors for those that are not.

use super::*;

fn parse(source: &str) -> Result<SettingsFile, WrongSetting> {
    SettingsFile::parse(Path::new("/etc/a.toml"), source)
}

#[test]
fn values_are_read_with_their_lines() {
    let source = "# A comment\nlisten = \"127.0.0.1:80\"\n\nmax_connections = 1_000 # a thousand\ndemo = \"on\"\n\
                  max_product_cache = 1024\nmax_compressed_cache = '1KiB'\n\"workers\" = 0x10\n";
    let file = parse(source).expect("it is right");
    let entries: Vec<_> =
        file.entries.iter().map(|entry| (entry.key.as_str(), entry.text.as_str(), entry.line)).collect();
    assert_eq!(
        entries,
        [
            ("listen", "127.0.0.1:80", 2),
            ("max_connections", "1000", 4),
            ("demo", "on", 5),
            ("max_product_cache", "1024", 6),
            ("max_compressed_cache", "1KiB", 7),
            ("workers", "16", 8),
        ]
    );
    assert_eq!(file.place_of("demo"), Some((Path::new("/etc/a.toml"), 5)));
    assert_eq!(file.place_of("store"), None);
    assert_eq!(parse("").map(|file| file.entries), Ok(Vec::new()));
}

#[test]
fn what_is_wrong_is_one_sentence_with_its_line() {
    for (source, sentence) in [
        ("\nworkers = 0", "/etc/a.toml:2: workers is 0: write a whole number from 1 to 1024"),
        ("workers = -1", "/etc/a.toml:1: workers is -1: write a whole number from 1 to 1024"),
        ("workers = 1.5", "/etc/a.toml:1: workers is 1.5: write a whole number from 1 to 1024"),
        (
            "workers = \"4\"",
            "/etc/a.toml:1: workers is \"4\": write a whole number from 1 to 1024, without quotes",
        ),
        (
            "workers = [1]",
            "/etc/a.toml:1: workers is a list: write a whole number from 1 to 1024, without quotes",
        ),
        ("demo = \"yes\"", "/etc/a.toml:1: demo is \"yes\": write on or off"),
        ("demo = on", "/etc/a.toml:1: demo is on: write on or off, in quotes"),
        ("demo = 1", "/etc/a.toml:1: demo is 1: write on or off, in quotes"),
        (
            "stale_grace = 10",
            "/etc/a.toml:1: stale_grace is 10: write off, or a duration such as 30s, 15m or 1h, in steps of 1s, up to \
             8760h",
        ),
        (
            "slow_ms = 0",
            "/etc/a.toml:1: slow_ms is 0: write a duration such as 250ms, 5s or 15m, in steps of 1ms, up to 24h",
        ),
        (
            "slow_request = \"5s\"\nslow_ms = 5",
            "/etc/a.toml:2: slow_ms and slow_request are the same setting: write slow_request alone",
        ),
        ("log_format = 1", "/etc/a.toml:1: log_format is 1: write pretty or json, in quotes"),
        ("log_format = \"xml\"", "/etc/a.toml:1: log_format is \"xml\": write pretty or json"),
        (
            "access_log = errors # 5xx",
            "/etc/a.toml:1: access_log is errors: write off, errors or all, in quotes",
        ),
        (
            "listen = 127.0.0.1:80",
            "/etc/a.toml:1: listen is 127.0.0.1:80: write an address and a port, such as 0.0.0.0:3000 or \
             [::1]:3000, or a port of 127.0.0.1, such as 3000, in quotes",
        ),
        (
            "max_product_cache = 1GiB",
            "/etc/a.toml:1: max_product_cache is 1GiB: write a number of bytes, such as 65536, 64KiB, 512MiB or 2GiB, \
             in quotes",
        ),
        ("max_product_cash = 1", "/etc/a.toml:1: max_product_cash is no setting: write max_product_cache"),
        ("max-request-size = 1", "/etc/a.toml:1: max-request-size is no setting: write max_request_size"),
        (
            "colour = 1",
            "/etc/a.toml:1: colour is no setting: write one of those that `atelier config --default` lists",
        ),
        (
            "[http]\nlisten = \"127.0.0.1:80\"",
            "/etc/a.toml:1: http is no setting: write settings without sections, such as listen = \"127.0.0.1:3000\"",
        ),
        (
            "[rate_limits]\nvotes = 1",
            "/etc/a.toml:1: rate_limits is a section: write off, or numbers of writes an hour such as \
             questions=20,answers=50,reviews=20,votes=600,reports=50, in quotes",
        ),
        (
            "\"a\\nb\" = 1",
            "/etc/a.toml:1: a\\nb is no setting: write one of those that `atelier config --default` lists",
        ),
        ("tls_key = \"\"", "/etc/a.toml:1: tls_key is \"\": write the path of a file"),
    ] {
        let error = parse(source).expect_err(source);
        assert_eq!(error.to_string(), sentence);
    }
}

#[test]
fn the_first_wrong_line_is_told() {
    let error = parse("workers = 2\nreaders = 0\nlisten = 1\n").expect_err("two lines are wrong");
    assert!(error.to_string().starts_with("/etc/a.toml:2: readers"), "{error}");
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    for source in [
        "workers = 1\nworkers = 2\n",
        "workers = 1\nlisten 127.0.0.1:80\n",
        "workers = 1\n= 2",
        "\nlisten = \"1",
    ] {
        let error = parse(source).expect_err(source).to_string();
        assert!(error.starts_with("/etc/a.toml:2: not TOML ("), "{error}");
        assert!(error.ends_with("write a line such as listen = \"127.0.0.1:3000\""), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn a_store_address_is_never_repeated() {
    for source in [
        "store = \"postgre://shop:s3cret@db/atelier\"",
        "store = postgres://shop:s3cret@db/atelier",
        "store = [\"postgres://shop:s3cret@db/atelier\"]",
        "store = \"postgres://shop:s3cret@db:port/atelier\"",
        "store = \"postgres://shop:s3cret@db/atelier\\q\"",
    ] {
        let error = parse(source).expect_err(source).to_string();
        assert!(error.starts_with("/etc/a.toml:1: ") && error.contains("write "), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn long_values_are_cut() {
    let source = format!("workers = \"{}\"", "ä".repeat(500));
    let error = parse(&source).expect_err("no number").to_string();
    assert!(error.contains("ä…: write"), "{error}");
    assert!(error.chars().count() < 200, "{error}");
}
