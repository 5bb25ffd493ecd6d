//! Runs the commands of `docs/deploy-ec2.md` that change nginx's files, as they are written, on
//! files of the test. nginx itself must accept the result. What nginx does with the shipped file is
//! tested in `tests/it/deploy`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use super::blocks::Document;
use super::session::Session;
use crate::project::{read, root};
use crate::support::certificate::Certificate;

/// Debian's file, as far as the document changes it or nginx needs it here, where there are no
/// other accounts.
const NGINX: &str = "user root root; pid nginx.pid; error_log error.log;\nevents {\n\tworker_connections 768;\n}\nhttp {
    access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
    include conf.d/*.conf;\n}\n";

/// Writes a program that the session finds before the system's.
fn stand_in(session: &Session, name: &str, script: &str) {
    let path = session.path("bin").join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
    fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("an own file");
}

#[test]
fn nginx_accepts_the_files_that_the_document_changes() {
    let document = Document::read(&read(&root().join("docs/deploy-ec2.md"))).expect("a document");
    let blocks = document.section("nginx in front");
    let block = blocks.iter().find(|block| block.text.contains("nginx -t")).expect("a block with nginx -t");
    let mut session = Session::new();
    fs::create_dir(session.path("conf.d")).expect("a folder");
    fs::write(session.path("nginx.conf"), NGINX).expect("written");
    fs::copy(root().join("deploy/nginx/atelier.conf"), session.path("atelier.conf")).expect("a copy");
    let certificate = Certificate::new("qa.shop.example");
    fs::copy(&certificate.path, session.path("fullchain.pem")).expect("a copy");
    fs::copy(&certificate.key, session.path("privkey.pem")).expect("a copy");
    let folder = session.path("").display().to_string();
    session.replace("/etc/letsencrypt/live/qa.shop.example/", folder.clone());
    session.replace("/etc/nginx/", folder.clone());
    stand_in(&session, "sudo", "exec \"$@\"");
    stand_in(&session, "systemctl", "exit 0");
    // A network of its own: there every account may listen on port 443.
    let nginx = format!(
        "exec unshare --map-root-user --net /usr/sbin/nginx -p {folder} -c nginx.conf -e error.log \"$@\""
    );
    stand_in(&session, "nginx", &nginx);
    let said = session.type_in(&[block]);
    assert!(said.0[0].contains("test is successful"), "{said:?}");

    let made = read(&session.path("conf.d/atelier.conf"));
    for line in [
        "server 10.0.1.21:3000 ",
        "server 10.0.1.22:3000 ",
        "listen 443 ssl http2;",
        "listen [::]:443 ssl http2;",
    ] {
        assert_eq!(made.matches(line).count(), 1, "{line}: {made}");
    }
    assert!(!made.contains("listen 80;") && !made.contains("127.0.0.1:3001"), "{made}");
    assert!(read(&session.path("nginx.conf")).contains("worker_connections 8192;"));
}
