# What attackers and a flash sale do to readers: thousands of connections that send a byte a second, twenty times the
# connections that saturate the machine, and everybody's votes at once. Sourced by scripts/bench.

url=http://127.0.0.1:$port
slow_connections=10000
flood_connections=1280
storm_seconds=40

lists() { rate 64 load/wrk/lists.lua "$url"; }

measure_overload() {
    local store=sqlite:$work/small.db products=10000 before after idle
    begin_table "Overload" "everything from one address"
    ulimit -n "$(ulimit -Hn)"
    "$atelier" generate --products "$products" --out "$work/small" >>"$out/raw.txt" 2>&1
    "$atelier" import --store "$store" "$work/small" >>"$out/raw.txt" 2>&1
    export FIRST=1 LAST=$products QUESTIONS=$((products * 7 / 2))
    start_server "$store" "$port"
    until_filled "$port"
    lists >/dev/null
    before=$(for _ in $(seq "$rounds"); do lists; done | median)
    one_reader "one reader, nobody else"
    idle=$(resident_mebibytes "${server_ids[0]}")
    attack
    sleep 2
    after=$(for _ in $(seq "$rounds"); do lists; done | median)
    row "question lists from memory, 64 connections, two seconds after it ended" "$after/s" "before: $before/s" "$(ratio "$after" "$before")"
    row "memory, the most of it" "$(awk '/VmHWM/ {printf "%d", $2 / 1024}' "/proc/${server_ids[0]}/status") MiB" "before: $idle MiB" "-"
    stop_servers
    measured "$atelier" check --store "$store"
    rm -rf "$work"/small*
}

# Slow connections alone, then with a flood of readers, then with a flood of voters instead.
attack() {
    local attackers
    "$measure" trickle --connections "$slow_connections" --seconds "$storm_seconds" "127.0.0.1:$port" >"$work/trickle" &
    attackers=$!
    until grep -q 'slow connections' "$work/trickle"; do
        kill -0 "$attackers"
        sleep 0.1
    done
    one_reader "one reader, with $slow_connections connections that send a byte a second"
    flood "one reader, with these and $flood_connections readers" lists
    flood "one reader, with these and $flood_connections voters" votes
    wait "$attackers"
    cat "$work/trickle" >>"$out/raw.txt"
}

# A line of the table: how long a single reader waits for lists.
one_reader() {
    measured "$measure" wait --times 1000 "127.0.0.1:$port" "/qa/questions?product_id=7"
    row "$1" "$(tail -1 "$work/output")" "-" "-"
}

# The same while many ask for something else. $1: what, $2: the script.
flood() {
    local flooding
    wrk -t2 -c"$flood_connections" -d10s --timeout 10s --latency -s "load/wrk/$2.lua" "$url" >"$work/flood" &
    flooding=$!
    sleep 2
    one_reader "$1"
    wait "$flooding"
    cat "$work/flood" >>"$out/raw.txt"
    if grep -E 'Non-2xx|Socket errors' "$work/flood" >&2; then exit 1; fi
    row "those themselves: $(awk '/Requests\/sec/ {printf "%d", $2}' "$work/flood")/s" "99 % within $(awk '$1 == "99%" {print $2}' "$work/flood")" "-" "-"
}
