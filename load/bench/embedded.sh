# Compares the embedded store with nginx, which returns a constant or serves the same pages as
# files, and with SQLite's own shell. Sourced by scripts/bench.

url=http://127.0.0.1:$port
nginx_url=http://127.0.0.1:$nginx_port
connection_counts="1 2 4 8 16 32 64 128"
arrival_rates="1000 2000 5000 10000 20000 30000"

lists() { rate 64 load/wrk/lists.lua "$url"; }
all_lists() { FIRST=1 rate 64 load/wrk/lists.lua "$url"; }
lists_and_votes() { rate 64 load/wrk/lists-and-votes.lua "$url"; }
votes() { rate 256 load/wrk/votes.lua "$url"; }
constant() { rate 64 load/wrk/lists.lua "$nginx_url"; }
files() { rate 64 load/wrk/files.lua "$nginx_url"; }

measure_embedded() {
    local store=sqlite:$work/shop.db
    begin_table "The embedded store" "$(nginx -v 2>&1), SQLite's shell $(sqlite3 --version | cut -d' ' -f1)"
    prepare_data
    import_against_shell
    # Before anybody votes: the smaller shops are as new.
    growth
    start_nginx
    starts
    lists_from_memory
    few_connections
    latencies
    votes_on_disk
    bounded_views
    stop_nginx
    rm -f "$work"/shop.db*
}

# The shell's tables are the plainest: a key each, and an index for each way to a parent.
import_against_shell() {
    local rows imported highest
    measured "$atelier" import --store "$store" "$data"
    imported=$took highest=$peak
    rows=$(awk '/^all rows/ {print $3}' "$work/output")
    measured sqlite3 -bail "$work/plain.db" ".read load/bench/plain.sql" \
        ".import --csv --skip 1 $data/questions.csv questions" ".import --csv --skip 1 $data/answers.csv answers" \
        ".import --csv --skip 1 $data/answers_photos.csv photos" ".read load/bench/plain-indexes.sql"
    rm -f "$work"/plain.db*
    row "\`import\`, $rows rows" "$imported s, $highest MiB, $(per_second "$rows" "$imported") rows/s" "SQLite's shell, \`.import\` and indexes: $took s" "$(ratio "$imported" "$took")"
    measured "$atelier" check --store "$store"
    row "\`check\`" "$took s" "-" "-"
}

starts() {
    start_server "sqlite:$work/empty.db" "$port"
    row "memory of an empty shop" "$(resident_mebibytes "${server_ids[0]}") MiB" "-" "-"
    stop_servers
    row "from the start to the first response, full store" "$(first_response "$store" "/qa/questions?product_id=$LAST")" "-" "-"
    start_server "$store" "$port"
    until_filled "$port"
    row "filling memory after the start" "$filled s" "-" "-"
    row "memory with everything in it" "$(anonymous_mebibytes "${server_ids[0]}") MiB, $(resident_mebibytes "${server_ids[0]}") MiB with what is mapped of the file" "-" "-"
}

lists_from_memory() {
    local constant_cost
    in_turn lists constant
    row "question lists from memory, 64 connections, last tenth" "$ours/s" "nginx, a constant of 1.5 KB: $theirs/s" "$(ratio "$ours" "$theirs")"
    cost_of_request constant $(pgrep -P "$nginx_id")
    constant_cost=$cost
    cost_of_request lists "${server_ids[0]}"
    row "processor time of such a request" "$cost µs" "nginx, as above: $constant_cost µs" "$(ratio "$cost" "$constant_cost")"
    save_pages
    in_turn lists files
    row "question lists from memory, as above" "$ours/s" "nginx, the same pages as files: $theirs/s" "$(ratio "$ours" "$theirs")"
    rm -rf "$work/pages"
    in_turn all_lists lists
    row "question lists from memory, all products" "$ours/s" "the last tenth: $theirs/s" "$(ratio "$ours" "$theirs")"
    in_turn lists_and_votes lists
    row "95 lists and 5 durable votes in a hundred" "$ours/s" "lists alone: $theirs/s" "$(ratio "$ours" "$theirs")"
}

# The pages of the last tenth as files, read once so that they are in the system's memory.
save_pages() {
    # nginx reads as another user.
    chmod 711 "$work"
    mkdir "$work/pages"
    curl -fsS "$url/qa/questions?product_id=[$FIRST-$LAST]" -o "$work/pages/#1.json"
    find "$work/pages" -type f -exec cat {} + >/dev/null
}

# Rates of both servers over few connections, as a proxy in front keeps them.
few_connections() {
    local connections mine other table=$work/connections.csv
    echo "connections,atelier (pages of a product),nginx (a constant)" >"$table"
    for connections in $connection_counts; do
        mine=$(rate "$connections" load/wrk/lists.lua "$url")
        other=$(rate "$connections" load/wrk/lists.lua "$nginx_url")
        echo "$connections,$mine,$other" >>"$table"
    done
    chart connections "Question lists from memory" "requests a second"
}

# Percentiles of both servers at constant arrival rates, each request counted from the time when it was due. What the
# generator itself takes is in both.
latencies() {
    local asked mine other table=$work/latencies.csv
    echo "requests a second,atelier: 50 %,90 %,99 %,99.9 %,nginx: 50 %,90 %,99 %,99.9 %" >"$table"
    for asked in $arrival_rates; do
        mine=$(arrivals "$asked" "$port")
        other=$(arrivals "$asked" "$nginx_port")
        echo "$asked,$mine,$other" >>"$table"
        [ "$asked" -ne 10000 ] || row "latency of question lists from memory at 10,000 arrivals a second: 50, 90, 99, 99.9 % within" \
            "${mine//,/, } ms" "nginx, a constant: ${other//,/, } ms" "$(ratio "${mine%%,*}" "${other%%,*}") of the median"
    done
    chart latencies "Latency of question lists from memory, and of nginx's constant" "milliseconds" --logarithmic
}

# Prints percentiles in milliseconds, with commas. $1: requests a second, $2: the port.
arrivals() {
    local command=("$measure" arrivals --rate "$1" --seconds "$seconds" --first "$FIRST" --last "$LAST" "127.0.0.1:$2")
    "${command[@]}" >"$work/arrivals"
    { echo "\$ ${command[*]}"; cat "$work/arrivals"; } >>"$out/raw.txt"
    cat "$work/arrivals"
}

votes_on_disk() {
    local voted
    voted=$(for _ in $(seq "$rounds"); do votes; done | median)
    row "durable votes on random questions, 256 connections" "$voted/s" "-" "-"
    stop_servers
    measured "$atelier" check --store "$store"
}

bounded_views() {
    start_server "$store" "$port" --max-product-cache 1MiB
    in_turn lists constant
    row "question lists, views bounded to 1 MiB, 64 connections" "$ours/s" "nginx, as above: $theirs/s" "$(ratio "$ours" "$theirs")"
    stop_servers
}

# The same two rates with a hundredth and a tenth of the products, and with all of them.
growth() {
    local size from_memory from_store table=$work/growth.csv smallest=
    echo "products,from memory,from the store" >"$table"
    for size in $((products / 100)) $((products / 10)) "$products"; do
        local shop=$store
        if [ "$size" -ne "$products" ]; then
            shop=sqlite:$work/part.db
            "$atelier" generate --products "$size" --seed 1 --out "$work/part" >>"$out/raw.txt" 2>&1
            "$atelier" import --store "$shop" "$work/part" >>"$out/raw.txt" 2>&1
        fi
        export FIRST=1 LAST=$size
        start_server "$shop" "$port"
        until_filled "$port"
        lists >/dev/null
        from_memory=$(for _ in $(seq "$rounds"); do lists; done | median)
        stop_servers
        start_server "$shop" "$port" --max-product-cache 0
        from_store=$(for _ in $(seq "$rounds"); do lists; done | median)
        stop_servers
        rm -rf "$work/part" "$work"/part.db*
        echo "$size,$from_memory,$from_store" >>"$table"
        smallest=${smallest:-$from_memory/$from_store}
    done
    export FIRST=$((products - products / 10)) LAST=$products
    row "question lists of all products: from memory, from the store" "$from_memory/s, $from_store/s" "with a hundredth of the products: ${smallest/\//\/s, }/s" "$(ratio "$from_memory" "${smallest%/*}"), $(ratio "$from_store" "${smallest#*/}")"
    chart growth "Question lists as the shop grows" "requests a second"
}
