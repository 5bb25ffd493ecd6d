//! Addresses of stores with a password: no output and no error repeats a part of it. How an address
//! is read is not tested here.

use super::{Desk, has, printed, refused};

#[test]
fn a_password_is_never_printed() {
    let address = "postgres://shop:s3cret@db/atelier?sslmode=require";
    let desk = Desk::with(&format!("store = \"{address}\"\n"));
    let masked = "store = \"postgres://shop:***@db/atelier?sslmode=require\"";
    has(&desk.in_force("--config atelier.toml", &[]), masked, "atelier.toml:1");
    has(&desk.in_force("", &[("ATELIER_STORE", address)]), masked, "ATELIER_STORE");
    let json = printed(desk.atelier("config --format json").env("ATELIER_STORE", address));
    assert!(json.contains("shop:***@db") && !json.contains("s3cret"), "{json}");
    for (arguments, variable) in [
        ("serve", "ATELIER_STORE"),
        ("copy --to sqlite:b", "ATELIER_FROM"),
        ("copy --from sqlite:a", "ATELIER_TO"),
    ] {
        let help = printed(desk.atelier(&format!("{arguments} --help")).env(variable, address));
        assert!(help.contains(variable) && !help.contains("s3cret"), "{help}");
        for wrong in ["postgre://shop:s3cret@db/atelier", "postgres://shop:s3cret@db:port/atelier"] {
            let complaint = refused(desk.atelier(arguments).env(variable, wrong));
            assert!(complaint.starts_with(&format!("atelier: {variable}: not ")), "{complaint}");
            assert!(complaint.contains("write ") && !complaint.contains("s3cret"), "{complaint}");
        }
    }
}

#[test]
fn no_part_of_a_password_is_printed_wherever_it_was_typed() {
    let address = "postgres://app:Sup3r@Secret99@db/x";
    let desk = Desk::with(&format!("store = \"{address}\"\n"));
    let hides = |complaint: &str| {
        assert!(!complaint.contains("Sup3r") && !complaint.contains("ecret99"), "{complaint}");
    };
    let mut by_variable = desk.atelier("config");
    by_variable.env("ATELIER_STORE", address);
    for mut command in [
        by_variable,
        desk.atelier("config --config atelier.toml"),
        desk.atelier(&format!("serve --store {address}")),
        desk.atelier(&format!("check --store={address}")),
        desk.atelier(&format!("copy --from {address} --to sqlite:b")),
    ] {
        let complaint = refused(&mut command);
        assert!(complaint.contains("%40"), "{complaint}");
        hides(&complaint);
    }
    // An address where none belongs.
    for arguments in
        ["serve ", "", "check ", "serve --stor=", "serve --demo=", "serve --listen ", "serve --log="]
    {
        hides(&refused(&mut desk.atelier(&format!("{arguments}{address}"))));
    }
    std::fs::write(desk.file(), format!("listen = \"{address}\"\n")).expect("the file is written");
    hides(&refused(&mut desk.atelier("serve --config atelier.toml")));
    std::fs::write(desk.file(), format!("\"{address}\" = 1\n")).expect("the file is written");
    hides(&refused(&mut desk.atelier("serve --config atelier.toml")));
}

#[test]
fn the_help_and_the_file_have_the_same_groups() {
    let desk = Desk::with("");
    let help = printed(&mut desk.atelier("serve --help"));
    let file = printed(&mut desk.atelier("config --default"));
    let mut in_help = help.lines().filter(|line| line.ends_with(':') && !line.starts_with(' '));
    for heading in ["Store", "Listening", "Pages and origins", "Limits", "Moderation", "Cache", "Log"] {
        assert!(in_help.any(|line| line == format!("{heading}:")), "{heading}: {help}");
        assert_eq!(file.matches(&format!("\n# == {heading} ==\n")).count(), 1, "{heading}: {file}");
    }
}

#[test]
fn an_address_to_listen_on_may_be_a_port() {
    let desk = Desk::with("listen = 3001\n");
    has(&desk.in_force("--config atelier.toml", &[]), "listen = 3001", "atelier.toml:1");
    let busy = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = busy.local_addr().expect("its address").port();
    for text in [format!("{port}"), format!(":{port}"), format!("localhost:{port}")] {
        let output = desk.atelier(&format!("serve --listen {text}")).output().expect("the program runs");
        let complaint = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(complaint.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{complaint}");
    }
    drop(busy);
    let left: Vec<_> = desk.folder.path().read_dir().expect("the folder").flatten().collect();
    assert_eq!(left.len(), 1, "a busy port leaves no store behind: {left:?}");
}
