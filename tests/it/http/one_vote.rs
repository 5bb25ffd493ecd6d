//! Votes that count once: of shoppers with a token, of one client, and what `votes` allows. Votes
//! without either are in `vote`.

use atelier::http::IdentityMode;
use atelier::service::VotePolicy;

use crate::support::{CHARACTERISTICS, Shop, answer, on_every_store, question, review};

const HEADER: &str = "Atelier-Identity";
const ROWS: [&str; 3] = ["/qa/questions/1/helpful", "/qa/answers/1/helpful", "/reviews/1/helpful"];

fn stock(shop: &Shop) {
    shop.stock([question(1).helpful(4).answers([answer(1).helpful(4)])]);
    shop.stock_reviews(&CHARACTERISTICS, [review(1).helpful(4)]);
}

/// What lists show of the three rows.
fn counts(shop: &Shop) -> [u64; 3] {
    [
        shop.get("/qa/questions?product_id=5").column("question_helpfulness")[0],
        shop.get("/qa/questions/1/answers").column("helpfulness")[0],
        shop.get("/reviews?product_id=1").column("helpfulness")[0],
    ]
}

fn send(shop: &Shop, method: &str, path: &str, subject: &str) -> u16 {
    shop.request(method, path).header(HEADER, &shop.token(subject)).send().status
}

on_every_store! {
    fn with_a_token_a_vote_counts_once_and_can_be_taken_back(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        stock(shop);
        let all = |method: &str, subject: &str| ROWS.map(|path| send(shop, method, path, subject));
        assert_eq!((all("PUT", "ann"), all("PUT", "ann")), ([204; 3], [204; 3]));
        assert_eq!(counts(shop), [5; 3]);
        assert_eq!(all("PUT", "bob"), [204; 3]);
        assert_eq!(counts(shop), [6; 3]);
        assert_eq!((all("DELETE", "ann"), all("DELETE", "ann"), all("DELETE", "kim")), ([204; 3], [204; 3], [204; 3]));
        assert_eq!(counts(shop), [5; 3]);
        assert_eq!(all("PUT", "ann"), [204; 3]);
        // Without a token each vote counts, as ever.
        assert_eq!(ROWS.map(|path| (shop.put(path).status, shop.put(path).status)), [(204, 204); 3]);
        assert_eq!(counts(shop), [8; 3]);
        shop.close();
        assert_eq!(counts(shop), [8; 3]);
        assert_eq!(ROWS.map(|path| send(shop, "PUT", path, "bob")), [204; 3]);
        assert_eq!(counts(shop), [8; 3]);
    }

    fn a_vote_is_taken_back_with_a_token_alone(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        stock(shop);
        for path in ROWS {
            let response = shop.request("DELETE", path).send();
            assert_eq!(response.status, 401, "{path}");
            assert_eq!(response.header("www-authenticate"), Some("Atelier-Identity"));
        }
        for path in ["/qa/questions/9/helpful", "/qa/answers/9/helpful", "/reviews/9/helpful", "/qa/questions/x/helpful"] {
            assert_eq!(send(shop, "DELETE", path, "ann"), 404, "{path}");
            assert_eq!(send(shop, "PUT", path, "ann"), 404, "{path}");
        }
        assert_eq!(counts(shop), [4; 3]);
    }

    fn one_client_has_one_vote_where_the_shop_says_so(shop: &mut Shop) {
        shop.service_settings.moderation.votes = VotePolicy::OneAClient;
        shop.http_settings.trusted_proxies = "127.0.0.1".parse().expect("a proxy");
        stock(shop);
        let put = |path: &str, client: &str| shop.request("PUT", path).header("X-Forwarded-For", client).send().status;
        for path in ROWS {
            for client in ["198.51.100.7", "198.51.100.7", "198.51.100.8", "2001:db8:1:1::1", "2001:db8:1:2::9"] {
                assert_eq!(put(path, client), 204, "{path}");
            }
        }
        assert_eq!(counts(shop), [7; 3]);
    }

    fn only_shoppers_with_a_token_vote_where_the_shop_says_so(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        shop.service_settings.moderation.votes = VotePolicy::Identified;
        stock(shop);
        for path in ROWS {
            assert_eq!((shop.put(path).status, send(shop, "PUT", path, "ann")), (401, 204), "{path}");
        }
        assert_eq!(counts(shop), [5; 3]);
    }
}
