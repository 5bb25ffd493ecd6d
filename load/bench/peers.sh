# The other comparisons on the server of cluster.sh: the embedded store with the same data against
# pgbench, and the simplest server (benches/reference) against atelier. Sourced by postgres.sh,
# whose rates it uses.

embedded=sqlite:$work/embedded.db
express_port=$((first_port + 5))
express_url=http://127.0.0.1:$express_port

# Before anything is written: what PostgreSQL reads is as it was loaded.
embedded_lists_against_pgbench() {
    "$atelier" import --store "$embedded" "$data" >>"$out/raw.txt" 2>&1
    start_server "$embedded" "$port" --max-product-cache 0
    in_turn lists pgbench_pages
    row "embedded store: question lists, no views in memory, 64 connections, last tenth" "$ours/s" "\`pgbench -c 16\`, as above: $theirs/s" "$(ratio "$ours" "$theirs")"
    stop_servers
}

# After PostgreSQL's own rounds, which took off what the first writes cost it.
embedded_writes_against_pgbench() {
    start_server "$embedded" "$port"
    until_filled "$port"
    votes >/dev/null
    in_turn votes pgbench_votes
    row "embedded store: durable votes on random questions, 256 connections" "$ours/s" "\`pgbench -c 64\`, one \`UPDATE\` each: $theirs/s" "$(ratio "$ours" "$theirs")"
    posts >/dev/null
    in_turn posts pgbench_inserts
    row "embedded store: new questions and answers, durable, 256 connections" "$ours/s" "\`pgbench -c 64\`, one \`INSERT\` each: $theirs/s" "$(ratio "$ours" "$theirs")"
    stop_servers
    rm -f "$work"/embedded.db*
}

express_lists() { rate 64 load/wrk/lists.lua "$express_url"; }
express_votes() { rate 256 load/wrk/votes.lua "$express_url"; }
express_posts() { rate 256 load/wrk/posts.lua "$express_url"; }

install_express() {
    mkdir "$work/reference"
    cp benches/reference/*.js* "$work/reference"
    measured npm ci --prefix "$work/reference" --omit=dev --ignore-scripts --no-audit --no-fund
}

# `stop_servers` ends it as well; its processes end with the first.
start_express() {
    PORT=$express_port PGDATABASE=shop PGOPTIONS="-c plan_cache_mode=force_generic_plan" NODE_ENV=production \
        node "$work/reference/server.js" >"$work/serve-express.log" 2>&1 &
    server_ids+=($!)
    until_answers "$express_url/qa/questions?product_id=1"
    kill -0 "${server_ids[-1]}"
}

# Both on the same database; only one of the two has work at a time. Its code is only fast after a while, so that a round
# of each kind does not count.
express_against_atelier() {
    local peer
    peer="Express and pg on node $(node --version), one"
    install_express
    start_server "$(address shop)" "$port" --max-product-cache 0
    start_express
    express_lists >/dev/null
    in_turn lists express_lists
    row "question lists, no views in memory, 64 connections, last tenth" "$ours/s" "$peer JSON query each: $theirs/s" "$(ratio "$ours" "$theirs")"
    stop_servers
    start_server "$(address shop)" "$port"
    until_filled "$port"
    start_express
    express_lists >/dev/null
    in_turn lists express_lists
    row "question lists from memory, 64 connections, last tenth" "$ours/s" "$peer JSON query each: $theirs/s" "$(ratio "$ours" "$theirs")"
    express_votes >/dev/null
    in_turn votes express_votes
    row "durable votes on random questions, 256 connections" "$ours/s" "$peer \`UPDATE\` each: $theirs/s" "$(ratio "$ours" "$theirs")"
    express_posts >/dev/null
    in_turn posts express_posts
    row "new questions and answers, durable, 256 connections" "$ours/s" "$peer \`INSERT\` each: $theirs/s" "$(ratio "$ours" "$theirs")"
    stop_servers
}
