//! Certificates that a test makes with openssl.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A certificate that is its own root, and its key.
pub(crate) struct Certificate {
    pub(crate) path: PathBuf,
    pub(crate) key: PathBuf,
    _folder: TempDir,
}

impl Certificate {
    /// For one name.
    pub(crate) fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, key) = (folder.path().join("server.crt"), folder.path().join("server.key"));
        let output = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "30",
            ])
            .args(["-addext", &format!("subjectAltName=DNS:{name}"), "-subj", &format!("/CN={name}")])
            .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&path)
            .output();
        let output = output.expect("openssl is missing: install it with `apt-get install openssl`");
        assert!(output.status.success(), "{output:?}");
        Self { path, key, _folder: folder }
    }
}
