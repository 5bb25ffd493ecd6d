# The whole product page: each of its routes from memory against nginx, which returns a constant of that route's mean
# size; without memory against pgbench; page views against Express and pg; new reviews and their votes against pgbench.
# Sourced by scripts/bench.

source load/bench/cluster.sh
source load/bench/peers.sh

url=http://127.0.0.1:$port
nginx_url=http://127.0.0.1:$nginx_port
page_views_per_second=200
requests_per_view=18

declare -A parts_of_page=(
    [product]="/products/%d"
    [styles]="/products/%d/styles"
    [related]="/products/%d/related"
    [reviews]="/reviews?product_id=%d"
    [reviews-newest]="/reviews?product_id=%d&sort=newest"
    [reviews-relevant]="/reviews?product_id=%d&sort=relevant"
    [sums]="/reviews/meta?product_id=%d"
)

measure_page() {
    start_cluster
    begin_table "The product page" "$("$programs/postgres" --version | sed 's/.*) \([0-9.]*\).*/PostgreSQL \1/'), $(nginx -v 2>&1)"
    say "the server's settings: $cluster_settings"
    prepare_data
    run_sql postgres -c "CREATE DATABASE shop"
    measured "$atelier" import --store "$(address shop)" "$data"
    row "\`import\` into PostgreSQL, $(awk '/^all rows/ {print $3}' "$work/output") rows" "$took s, $peak MiB" "-" "-"
    REVIEWS=$(run_sql shop -c "SELECT max(review_id) FROM reviews")
    export REVIEWS
    parts_against_pgbench
    row "from the start to the first response, a page of reviews" "$(first_response "$(address shop)" "/reviews?product_id=$LAST")" "-" "-"
    start_server "$(address shop)" "$port"
    until_filled "$port"
    row "filling memory after the start" "$filled s, $(anonymous_mebibytes "${server_ids[0]}") MiB" "-" "-"
    parts_against_nginx
    reviews_against_pgbench
    stop_servers
    page_views_against_express
    stop_cluster
}

part() { PART=${parts_of_page[$1]} rate 64 load/wrk/product.lua "$2"; }
ours_of_part() { part "$part" "$url"; }
nginx_of_part() { rate 64 load/wrk/lists.lua "$nginx_url"; }

# The mean size of a hundred responses.
mean_bytes() {
    local id total=0 bytes
    for id in $(shuf -i "$FIRST-$LAST" -n 100 --random-source=<(yes)); do
        # shellcheck disable=SC2059 # The path has the place of the product.
        bytes=$(curl -fsS "$url$(printf "${parts_of_page[$1]}" "$id")" | wc -c)
        total=$((total + bytes))
    done
    echo $((total / 100))
}

parts_against_nginx() {
    local part bytes
    for part in product styles related reviews reviews-newest reviews-relevant sums; do
        bytes=$(mean_bytes "$part")
        start_nginx "$bytes"
        in_turn ours_of_part nginx_of_part
        row "\`${parts_of_page[$part]}\` from memory, 64 connections, last tenth" "$ours/s" "nginx, a constant of $bytes bytes: $theirs/s" "$(ratio "$ours" "$theirs")"
        stop_nginx
    done
}

pgbench_of_part() { transactions 16 "${part%%-*}"; }

parts_against_pgbench() {
    local part
    start_server "$(address shop)" "$port" --max-product-cache 0 --max-review-cache 0 --max-catalogue-cache 0
    for part in product styles reviews sums; do
        in_turn ours_of_part pgbench_of_part
        row "\`${parts_of_page[$part]}\`, nothing in memory, 64 connections, last tenth" "$ours/s" "\`pgbench -c 16\`, a JSON query each: $theirs/s" "$(ratio "$ours" "$theirs")"
    done
    stop_servers
}

new_reviews() { rate 256 load/wrk/reviews.lua "$url"; }
review_votes() { rate 256 load/wrk/review-votes.lua "$url"; }
pgbench_reviews() { transactions 64 review; }
pgbench_review_votes() { transactions 64 review-vote; }

reviews_against_pgbench() {
    run_sql shop -c CHECKPOINT
    review_votes >/dev/null
    pgbench_review_votes >/dev/null
    in_turn review_votes pgbench_review_votes
    row "durable votes on random reviews, 256 connections" "$ours/s" "\`pgbench -c 64\`, one \`UPDATE\` each: $theirs/s" "$(ratio "$ours" "$theirs")"
    new_reviews >/dev/null
    pgbench_reviews >/dev/null
    in_turn new_reviews pgbench_reviews
    row "new reviews, durable, 256 connections" "$ours/s" "\`pgbench -c 64\`, one \`INSERT\` each: $theirs/s" "$(ratio "$ours" "$theirs")"
}

page_requests() { rate 64 load/wrk/page-views.lua "$url"; }
express_page_requests() { rate 64 load/wrk/page-views.lua "$express_url"; }

# $1: the server.
page_latency() {
    measured "$measure" pages --rate "$page_views_per_second" --seconds "$seconds" --first "$FIRST" --last "$LAST" "$1"
    latency=$(tail -1 "$work/output")
}

page_views_against_express() {
    local peer
    peer="Express and pg on node $(node --version), one JSON query each"
    install_express
    start_server "$(address shop)" "$port"
    until_filled "$port"
    start_express
    express_page_requests >/dev/null
    in_turn page_requests express_page_requests
    row "page views from memory, $requests_per_view requests each, 64 connections" "$((ours / requests_per_view))/s" "$peer: $((theirs / requests_per_view))/s" "$(ratio "$ours" "$theirs")"
    page_latency "127.0.0.1:$port"
    row "a page view at $page_views_per_second a second: median, p90, p99 in ms, requests" "$latency" "-" "-"
    stop_servers
}
