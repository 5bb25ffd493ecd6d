//! Tokens that are right, and everything that is wrong with others. The vectors are those of the
//! standards.

use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::json;

use super::super::{IdentityMode, IdentitySettings};
use super::*;

const NOW_S: i64 = 1_770_091_506;
const SECRET: [u8; 32] = [7; 32];

fn now() -> Timestamp {
    Timestamp::nearest(NOW_S * 1_000)
}

fn settings(keys: &str) -> IdentitySettings {
    IdentitySettings {
        mode: IdentityMode::Optional,
        keys: keys.parse().expect("keys"),
        audience: "reviews.shop.example".to_owned(),
        ..IdentitySettings::default()
    }
}

fn hs256() -> IdentitySettings {
    settings(&format!("one:HS256:{}", URL_SAFE_NO_PAD.encode(SECRET)))
}

fn claims() -> Value {
    json!({"sub": "4711", "aud": "reviews.shop.example", "exp": NOW_S + 600})
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

/// A token with this header and payload, signed by a function.
fn token(header: &Value, payload: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let message = format!("{}.{}", part(header), part(payload));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn sign_hs256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
}

fn signed(header: &Value, payload: &Value) -> String {
    token(header, payload, |message| sign_hs256(&SECRET, message))
}

fn read_with(settings: &IdentitySettings, token: &str) -> Result<Identity, BadIdentity> {
    read(token, settings, &SubmissionLimits::default(), now())
}

fn read_claims(claims: &Value) -> Result<Identity, BadIdentity> {
    read_with(&hs256(), &signed(&json!({"alg": "HS256", "typ": "JWT"}), claims))
}

fn key_pair() -> Ed25519KeyPair {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("random numbers");
    Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key pair")
}

#[test]
fn the_vector_of_rfc_7515_a_1_is_verified() {
    let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
                 cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let payload = signed_payload(token, &settings(&format!("a:HS256:{key}"))).expect("it is signed");
    assert!(payload.starts_with(b"{\"iss\":\"joe\",\r\n"));
    let other = token.replace("dBjf", "dBjg");
    assert_eq!(
        signed_payload(&other, &settings(&format!("a:HS256:{key}"))),
        Err(BadIdentity::WrongSignature)
    );
}

#[test]
fn the_vector_of_rfc_8037_a_4_is_verified() {
    let key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhi\
                 jcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let payload = signed_payload(token, &settings(&format!("a:EdDSA:{key}")));
    assert_eq!(payload.as_deref(), Ok(b"Example of Ed25519 signing".as_slice()));
}

#[test]
fn a_token_says_who_it_is() {
    let identity = read_claims(&claims()).expect("a token");
    assert_eq!((identity.subject.as_str(), identity.name, identity.email), ("4711", None, None));
    assert_eq!((identity.role, identity.bought), (AuthorRole::Shopper, Vec::new()));
    let all = json!({
        "sub": "x".repeat(255), "aud": ["other", "reviews.shop.example"], "exp": 1_770_091_506.5,
        "nbf": NOW_S + 5, "name": " Ann ", "email": "ann@mail.test", "role": "expert", "bought": [5, "7"], "iat": "?",
    });
    let identity = read_claims(&all).expect("a token");
    assert_eq!(identity.name.as_ref().map(Name::as_str), Some("Ann"));
    assert_eq!(identity.email.as_ref().map(Email::as_str), Some("ann@mail.test"));
    assert_eq!(identity.role, AuthorRole::Expert);
    assert_eq!(identity.bought.iter().map(|id| id.get()).collect::<Vec<_>>(), [5, 7]);
    let nothing = with("name", Value::Null);
    assert_eq!(read_claims(&nothing).map(|identity| identity.name), Ok(None));
}

#[test]
fn claims_have_limits() {
    use BadIdentity::{Expired, NotYet, TooLongValid, Wrong, WrongAudience};
    for (name, value, expected) in [
        ("exp", json!(NOW_S), Expired),
        ("exp", json!(0), Expired),
        ("exp", json!(-1), Expired),
        ("exp", json!(NOW_S + 86_406), TooLongValid),
        ("exp", json!(NOW_S * 1_000), TooLongValid),
        ("nbf", json!(NOW_S + 6), NotYet),
        ("aud", json!("reviews.shop.example.evil"), WrongAudience),
        ("aud", json!(["a", "b"]), WrongAudience),
        ("aud", json!([]), WrongAudience),
    ] {
        assert_eq!(read_claims(&with(name, value.clone())), Err(expected), "{name} {value}");
    }
    let long: Vec<u64> = (1..=201).collect();
    for (name, value) in [
        ("exp", json!("tomorrow")),
        ("exp", Value::Null),
        ("nbf", json!([1])),
        ("aud", Value::Null),
        ("aud", json!(5)),
        ("sub", json!("")),
        ("sub", json!(5)),
        ("sub", Value::Null),
        ("sub", json!("a\nb")),
        ("sub", json!("x".repeat(256))),
        ("name", json!("")),
        ("name", json!(5)),
        ("name", json!("x".repeat(61))),
        ("email", json!("nobody")),
        ("role", json!("moderator")),
        ("role", json!("admin")),
        ("role", json!(1)),
        ("bought", json!(long)),
        ("bought", json!([0])),
        ("bought", json!(5)),
        ("bought", json!([1.5])),
    ] {
        let refused = read_claims(&with(name, value.clone()));
        assert!(matches!(refused, Err(Wrong(_))), "{name} {value}: {refused:?}");
    }
    assert!(read_claims(&with("exp", NOW_S + 86_400)).is_ok());
    assert!(read_claims(&with("bought", (1..=200).collect::<Vec<u64>>())).is_ok());
}

#[test]
fn the_key_decides_the_algorithm() {
    use BadIdentity::{WrongAlgorithm, WrongSignature};
    let pair = key_pair();
    let public = pair.public_key().as_ref().to_vec();
    let eddsa = settings(&format!("one:EdDSA:{}", URL_SAFE_NO_PAD.encode(&public)));
    let sign = |message: &[u8]| pair.sign(message).as_ref().to_vec();
    for name in ["EdDSA", "Ed25519"] {
        assert!(read_with(&eddsa, &token(&json!({"alg": name}), &claims(), sign)).is_ok(), "{name}");
    }
    // The public key as a secret: what confuses programs that believe the header.
    let confused = token(&json!({"alg": "HS256"}), &claims(), |message| sign_hs256(&public, message));
    assert_eq!(read_with(&eddsa, &confused), Err(WrongAlgorithm));
    let confused = token(&json!({"alg": "EdDSA"}), &claims(), |message| sign_hs256(&public, message));
    assert_eq!(read_with(&eddsa, &confused), Err(WrongSignature));
    let other = token(&json!({"alg": "EdDSA"}), &claims(), sign);
    assert_eq!(read_with(&hs256(), &other), Err(WrongAlgorithm));
    for algorithm in ["none", "None", "NONE", "", "HS512", "hs256", "RS256"] {
        let header = json!({"alg": algorithm});
        assert_eq!(read_with(&hs256(), &signed(&header, &claims())), Err(WrongAlgorithm), "{algorithm}");
        let bare = token(&header, &claims(), |_| Vec::new());
        assert_eq!(read_with(&hs256(), &bare), Err(WrongAlgorithm), "{algorithm}");
    }
    assert_eq!(read_with(&hs256(), &signed(&json!({}), &claims())), Err(WrongAlgorithm));
    let wrong = token(&json!({"alg": "HS256"}), &claims(), |message| sign_hs256(&[8; 32], message));
    assert_eq!(read_with(&hs256(), &wrong), Err(WrongSignature));
    let empty = token(&json!({"alg": "HS256"}), &claims(), |_| Vec::new());
    assert_eq!(read_with(&hs256(), &empty), Err(WrongSignature));
}

#[test]
fn one_of_several_keys_is_named() {
    let encode = |secret: [u8; 32]| URL_SAFE_NO_PAD.encode(secret);
    let two = settings(&format!("one:HS256:{},two:HS256:{}", encode(SECRET), encode([8; 32])));
    let header = |kid: Value| json!({"alg": "HS256", "kid": kid});
    assert!(read_with(&two, &signed(&header(json!("one")), &claims())).is_ok());
    let second = token(&header(json!("two")), &claims(), |message| sign_hs256(&[8; 32], message));
    assert!(read_with(&two, &second).is_ok());
    assert_eq!(read_with(&two, &signed(&header(json!("two")), &claims())), Err(BadIdentity::WrongSignature));
    for kid in [json!("three"), json!(""), json!(1), Value::Null, json!(["one"]), json!("../one")] {
        assert_eq!(
            read_with(&two, &signed(&header(kid.clone()), &claims())),
            Err(BadIdentity::UnknownKey),
            "{kid}"
        );
    }
    assert_eq!(read_with(&two, &signed(&json!({"alg": "HS256"}), &claims())), Err(BadIdentity::UnknownKey));
    assert_eq!(
        read_with(&settings(""), &signed(&json!({"alg": "HS256"}), &claims())),
        Err(BadIdentity::UnknownKey)
    );
}

#[test]
fn headers_that_bring_keys_are_refused() {
    for member in REFUSED_MEMBERS {
        for value in
            [json!("https://evil.example/keys"), json!({}), json!(["exp"]), Value::Null, json!(false)]
        {
            let header = json!({"alg": "HS256", member: value});
            let refused = read_with(&hs256(), &signed(&header, &claims()));
            assert_eq!(refused, Err(BadIdentity::RefusedMember(member)), "{header}");
        }
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let good = signed(&json!({"alg": "HS256"}), &claims());
    let parts: Vec<&str> = good.split('.').collect();
    for bad in [
        String::new(),
        "a".to_owned(),
        "..".to_owned(),
        parts[..2].join("."),
        format!("{good}."),
        format!("{good}.x"),
        format!("{good}="),
        format!(" {good}"),
        format!("Bearer {good}"),
        good.replace('.', ","),
        format!("{good}, {good}"),
    ] {
        let refused = read_with(&hs256(), &bad);
        assert!(matches!(refused, Err(BadIdentity::NoToken | BadIdentity::BadHeader)), "{bad}: {refused:?}");
    }
    let mut encoded = parts.clone();
    encoded[0] = "W10";
    assert_eq!(read_with(&hs256(), &encoded.join(".")), Err(BadIdentity::BadHeader));
    let list = signed(&json!({"alg": "HS256"}), &json!([]));
    assert_eq!(read_with(&hs256(), &list), Err(BadIdentity::BadPayload));
    let large = signed(&json!({"alg": "HS256"}), &with("padding", "x".repeat(6_200)));
    assert_eq!(read_with(&hs256(), &large), Err(BadIdentity::TooLong));
    // Every byte counts.
    for at in 0..good.len() {
        let mut changed = good.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        assert!(read_with(&hs256(), &changed).is_err(), "{at}");
    }
}
