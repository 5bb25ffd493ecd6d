# Compares the PostgreSQL store with psql and pgbench. All work on the same throw-away server,
# tables and indexes, so only the method differs. Sourced by scripts/bench.

source load/bench/cluster.sh
source load/bench/peers.sh

measure_postgres() {
    start_cluster
    begin_table "The PostgreSQL store" "$("$programs/postgres" --version | sed 's/.*) \([0-9.]*\).*/PostgreSQL \1/')"
    say "the server's settings: $cluster_settings"
    prepare_data
    import_against_psql
    pages_against_pgbench
    embedded_lists_against_pgbench
    fill_memory
    writes_against_pgbench
    embedded_writes_against_pgbench
    express_against_atelier
    two_processes
    there_and_back
    stop_cluster
}

# psql gets files that fit the tables as they are: with the product of every row, and dates as
# timestamps. Both in turn, several times: the first one on a new server takes a third longer,
# because it is the first to touch four gigabytes of buffers.
import_against_psql() {
    local round rows highest=0 table files=$work/tables copies=() ours=() theirs=()
    for round in $(seq "$rounds"); do
        [ "$round" -eq 1 ] || run_sql postgres -c "DROP DATABASE shop"
        run_sql postgres -c "CREATE DATABASE shop"
        # Both find their files in memory.
        cat "$data"/*.csv >/dev/null
        measured "$atelier" import --store "$(address shop)" "$data"
        ours+=("$took")
        highest=$((peak > highest ? peak : highest))
        rows=$(awk '/^all rows/ {print $3}' "$work/output")

        [ -d "$files" ] || tables_for_psql
        run_sql postgres -c "CREATE DATABASE by_psql"
        run_sql by_psql -f "$work/tables.sql" >/dev/null
        cat "$files"/*.csv >/dev/null
        export PGOPTIONS="-c maintenance_work_mem=512MB"
        measured "$programs/psql" -Xq -v ON_ERROR_STOP=1 -d by_psql "${copies[@]}" -f "$work/keys.sql" -c ANALYZE
        unset PGOPTIONS
        theirs+=("$took")
        run_sql postgres -c "DROP DATABASE by_psql"
    done
    rm -rf "$files"
    ours=$(printf '%s\n' "${ours[@]}" | median)
    theirs=$(printf '%s\n' "${theirs[@]}" | median)
    row "\`import\`, $rows rows" "$ours s, $highest MiB, $(per_second "$rows" "$ours") rows/s" "\`psql\`: \`\copy\`, keys and indexes, \`ANALYZE\`: $theirs s" "$(ratio "$ours" "$theirs")"
}

# Writes the tables of the import as files for psql, and what makes them. Sets $copies.
tables_for_psql() {
    mkdir "$files"
    for table in products styles features style_photos skus related_products characteristics reviews review_photos \
        characteristic_ratings characteristic_sums questions answers photos; do
        run_sql shop -c "\\copy $table TO '$files/$table.csv' (FORMAT csv, HEADER)"
        copies+=(-c "\\copy $table FROM '$files/$table.csv' (FORMAT csv, HEADER)")
    done
    "$programs/pg_dump" -d shop --section=pre-data >"$work/tables.sql"
    "$programs/pg_dump" -d shop --section=post-data >"$work/keys.sql"
}

lists() { rate 64 load/wrk/lists.lua "http://127.0.0.1:$port"; }
votes() { rate 256 load/wrk/votes.lua "http://127.0.0.1:$port"; }
posts() { rate 256 load/wrk/posts.lua "http://127.0.0.1:$port"; }
pgbench_pages() { transactions 16 pages; }
pgbench_votes() { transactions 64 vote; }
pgbench_inserts() { transactions 64 question answer; }

pages_against_pgbench() {
    start_server "$(address shop)" "$port" --max-product-cache 0
    in_turn lists pgbench_pages
    row "question lists, no views in memory, 64 connections, last tenth" "$ours/s" "\`pgbench -c 16\`, a JSON query each: $theirs/s" "$(ratio "$ours" "$theirs")"
    stop_servers
}

fill_memory() {
    start_server "$(address shop)" "$port"
    until_filled "$port"
    row "filling memory after the start" "$filled s, $(anonymous_mebibytes "${server_ids[0]}") MiB" "-" "-"
}

# On the server that `fill_memory` started. What PostgreSQL touches for the first time after a checkpoint it logs as a
# whole page; a round that does not count takes that off both.
writes_against_pgbench() {
    run_sql shop -c CHECKPOINT
    votes >/dev/null
    pgbench_votes >/dev/null
    in_turn votes pgbench_votes
    row "durable votes on random questions, 256 connections" "$ours/s" "\`pgbench -c 64\`, one \`UPDATE\` each: $theirs/s" "$(ratio "$ours" "$theirs")"
    posts >/dev/null
    pgbench_inserts >/dev/null
    in_turn posts pgbench_inserts
    row "new questions and answers, durable, 256 connections" "$ours/s" "\`pgbench -c 64\`, one \`INSERT\` each: $theirs/s" "$(ratio "$ours" "$theirs")"
    stop_servers
}

# How long a write to one process takes to show in the other's lists, while both have some load.
two_processes() {
    local loads=()
    for on in "$port" "$second_port"; do
        start_server "$(address shop)" "$on"
        until_filled "$on"
    done
    for on in "$port" "$second_port"; do
        wrk -t1 -c48 -d60s -s load/wrk/shoppers.lua "http://127.0.0.1:$on" >"$work/mixed-$on" &
        loads+=($!)
    done
    measured "$measure" delay --products "$products" "127.0.0.1:$port" "127.0.0.1:$second_port"
    row "from the answer to a write of one process to its place in another's lists, under load" "$(tail -1 "$work/output")" "-" "-"
    kill -INT "${loads[@]}"
    wait "${loads[@]}" || true
    cat "$work"/mixed-* >>"$out/raw.txt"
    stop_servers
}

there_and_back() {
    local embedded=sqlite:$work/copy.db there
    run_sql postgres -c "CREATE DATABASE back"
    measured "$atelier" copy --from "$(address shop)" --to "$embedded"
    there=$took
    measured "$atelier" copy --from "$embedded" --to "$(address back)"
    row "\`copy\` of everything to an embedded store and back" "$there s, $took s" "-" "-"
    start_server "$(address shop)" "$port" --max-product-cache 0
    start_server "$(address back)" "$second_port" --max-product-cache 0
    start_server "$embedded" "$third_port" --max-product-cache 0
    measured "$measure" compare --products "$products" "127.0.0.1:$port" "127.0.0.1:$second_port" "127.0.0.1:$third_port"
    row "public answers of the three stores" "$(tail -1 "$work/output")" "-" "-"
    stop_servers
}
