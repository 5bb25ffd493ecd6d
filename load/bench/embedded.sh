# The embedded store, beside nginx answering a constant and beside copying the files. Sourced by scripts/bench.

lists() { rate 64 load/wrk/lists.lua "http://127.0.0.1:$port"; }
votes() { rate 256 load/wrk/votes.lua "http://127.0.0.1:$port"; }
constant() { rate 64 load/wrk/lists.lua "http://127.0.0.1:$nginx_port"; }

measure_embedded() {
    local store=sqlite:$work/shop.db bytes copied rows
    begin_table "The embedded store" "$(nginx -v 2>&1)"
    prepare_data
    bytes=$(du -bc "$data"/*.csv | tail -1 | cut -f1)

    # The time that only reading and writing as many bytes takes, on the same disk.
    measured dd if="$data/answers.csv" of="$work/copy" bs=1M conv=fsync status=none
    copied=$(awk -v t="$took" -v all="$bytes" -v one="$(stat -c %s "$data/answers.csv")" 'BEGIN {printf "%.1f", t * all / one}')
    rm -f "$work/copy"
    measured "$atelier" import --store "$store" "$data"
    rows=$(awk '/all rows/ {print $3}' "$work/output")
    row "\`import\`, $rows rows" "$took s, $peak MiB, $(per_second "$rows" "$took") rows/s" "copying the files: $copied s" "$(ratio "$took" "$copied")"
    measured "$atelier" check --store "$store"
    row "\`check\`" "$took s" "-" "-"

    start_nginx
    start_server "$store" "$port"
    until_filled "$port"
    row "filling memory after the start" "$filled s, $(anonymous_mebibytes "${server_ids[0]}") MiB" "-" "-"
    in_turn lists constant
    row "question lists from memory, 64 connections, last tenth" "$ours/s" "nginx, a constant of 1.5 KB: $theirs/s" "$(ratio "$ours" "$theirs")"
    local voted
    voted=$(for _ in $(seq "$rounds"); do votes; done | median)
    row "durable votes on random questions, 256 connections" "$voted/s" "nginx, as above: $theirs/s" "$(ratio "$voted" "$theirs")"
    stop_servers

    start_server "$store" "$port" --views-max-bytes 1MiB
    in_turn lists constant
    row "question lists, views bounded to 1 MiB, 64 connections" "$ours/s" "nginx, as above: $theirs/s" "$(ratio "$ours" "$theirs")"
    stop_servers
    measured "$atelier" check --store "$store"
    kill "$nginx_id"
    nginx_id=
    rm -f "$work"/shop.db*
}
