# What the parts of the benchmark share: the folder of a run, data, servers, rates, the table. Sourced by
# scripts/bench, which sets $products. What is measured is the parts' business.

seconds=${BENCH_SECONDS:-6}
rounds=${BENCH_ROUNDS:-3}
first_port=${BENCH_PORT:-3170}
port=$first_port
nginx_port=$((first_port + 1))
second_port=$((first_port + 2))
third_port=$((first_port + 3))
postgres_port=$((first_port + 4))
work=$(mktemp -d "${TMPDIR:-/tmp}/atelier-bench.XXXXXX")
data=${BENCH_DATA:-$work/data}
atelier=target/release/atelier
measure=target/release/examples/measure
# What must be stopped at the end: processes by id, and what a part adds to `finish_part`.
server_ids=()
nginx_id=
finish_part() { :; }

finish() {
    local id
    for id in "${server_ids[@]}" $nginx_id; do kill "$id" 2>/dev/null || true; done
    finish_part
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

install_missing() {
    local missing=()
    command -v wrk >/dev/null || missing+=(wrk)
    command -v nginx >/dev/null || missing+=(nginx-light)
    command -v sqlite3 >/dev/null || missing+=(sqlite3)
    [ -x /usr/bin/time ] || missing+=(time)
    postgres_programs >/dev/null || missing+=(postgresql)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    scripts/install "${missing[@]}"
}

# The folder of the newest installed PostgreSQL server.
postgres_programs() {
    local initdb
    initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -1) || initdb=$(command -v initdb) || return 1
    dirname "$initdb"
}

# Begins the folder and the table of a part.
begin_part() {
    out=${BENCH_OUT:-docs/benchmarks}/$(date +%F)-$1
    mkdir -p "$out"
    : >"$out/raw.txt"
    charts=()
    export FIRST=$((products - products / 10)) LAST=$products QUESTIONS=$((products * 7 / 2))
}

# The head of the table. $1: what this is about, $2: the references' versions, $3: how figures are taken, if not as usual.
begin_table() {
    local memory taken=${3:-Medians of $rounds rounds of $seconds s, the reference in turn with the figure}
    memory=$(awk '/MemTotal/ {printf "%d GiB", $2 / 1048576 + 0.5}' /proc/meminfo)
    cat >"$out/README.md" <<TABLE
# $1, $(date +%F)

$(nproc) cores shared by server and load generator, $memory memory, $(uname -sr), $(rustc --version | cut -d' ' -f1-2),
$(wrk -v 2>&1 | head -1 | cut -d' ' -f1-2), $2. $products products. $taken.
Everything that was printed is in [raw.txt](raw.txt); \`scripts/bench\` makes this page again.

| what | figure | reference in the same run | ratio |
|---|---|---|---|
TABLE
}

end_part() {
    # Below the table.
    [ ${#charts[@]} -eq 0 ] || printf '\n%s\n' "${charts[@]}" >>"$out/README.md"
    # Where the temporary folder was is nobody's business, nor is it when written as in an address.
    sed -i -E -e "s#$data#\$data#g" -e "s#$work#\$work#g" -e "s#%2F[0-9A-Za-z%]*%2Fcluster#\$work/cluster#g" "$out/raw.txt"
    cat "$out/README.md"
}

say() { echo "$*" | tee -a "$out/raw.txt"; }
row() { echo "| $1 | $2 | $3 | $4 |" >>"$out/README.md"; }
median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
per_second() { awk -v n="$1" -v t="$2" 'BEGIN {printf "%d", n / t}'; }

# Runs a command under GNU time; its output and cost go to the raw file. Sets $took and $peak (MiB).
measured() {
    say "\$ $*"
    /usr/bin/time -o "$work/time" -f '%e %M' "$@" >"$work/output" 2>&1 || { cat "$work/output"; exit 1; }
    cat "$work/output" >>"$out/raw.txt"
    took=$(tail -1 "$work/time" | cut -d' ' -f1)
    peak=$(tail -1 "$work/time" | awk '{printf "%d", $2 / 1024}')
    say "($took s, $peak MiB at most)"
}

# The CSV files, made unless they are there.
prepare_data() {
    local size="$products products, seed 1"
    [ "$(cat "$data/size" 2>/dev/null)" != "$size" ] || return 0
    measured "$atelier" generate --products "$products" --seed 1 --out "$data"
    echo "$size" >"$data/size"
    row "\`generate\`" "$took s" "-" "-"
}

# $1: the size of the constant in bytes.
start_nginx() {
    cat >"$work/nginx.conf" <<CONF
daemon off; worker_processes 2; pid $work/nginx.pid; error_log $work/nginx.log;
events { worker_connections 4096; }
http {
    access_log off; keepalive_requests 100000000; default_type application/json;
    server { listen 127.0.0.1:$nginx_port reuseport; location / { return 200 "$(printf 'x%.0s' $(seq "${1:-1500}"))"; }
        location /pages/ { root $work; sendfile on; open_file_cache max=18000; open_file_cache_valid 1h; } }
}
CONF
    nginx -p "$work" -c "$work/nginx.conf" &
    nginx_id=$!
    until_answers "http://127.0.0.1:$nginx_port/"
}

stop_nginx() {
    kill "$nginx_id"
    wait "$nginx_id" || true
    nginx_id=
}

# Serves a store. $1: its address, $2: the port; the rest are options.
start_server() {
    local store=$1 on=$2
    shift 2
    "$atelier" serve --store "$store" --listen "127.0.0.1:$on" --rate-limits off "$@" >"$work/serve-$on.log" 2>&1 &
    server_ids+=($!)
    until_answers "http://127.0.0.1:$on/qa/questions?product_id=1"
    # Somebody else may have answered on that port.
    kill -0 "${server_ids[-1]}"
}

# From the start of a server to its first response, several times. $1: the store's address, $2: what is asked for.
first_response() {
    "$measure" start "127.0.0.1:$port" "$2" -- "$atelier" serve --store "$1" --listen "127.0.0.1:$port" --rate-limits off
}

stop_servers() {
    local id
    for id in "${server_ids[@]}"; do kill "$id"; done
    for id in "${server_ids[@]}"; do wait "$id" || true; done
    server_ids=()
    cat "$work"/serve-*.log >>"$out/raw.txt"
    rm -f "$work"/serve-*.log
}

until_answers() {
    for _ in $(seq 200); do
        curl -fsS -o /dev/null "$1" 2>/dev/null && return
        sleep 0.05
    done
    echo "no answer from $1" >&2
    exit 1
}

# Waits until all three kinds are in a server's memory. Sets $filled (s).
until_filled() {
    local log=$work/serve-$1.log
    for _ in $(seq 240); do
        filled=$(sed 's/\x1b\[[0-9;]*m//g' "$log" | sed -n 's/.*memory is filled.* seconds=\([0-9]*\.[0-9]\).*/\1/p')
        [ -z "$filled" ] || return 0
        sleep 0.5
    done
    echo "memory was not filled in two minutes" >&2
    exit 1
}

resident_mebibytes() { awk '/VmRSS/ {printf "%d", $2 / 1024}' "/proc/$1/status"; }
anonymous_mebibytes() { awk '/RssAnon/ {printf "%d", $2 / 1024}' "/proc/$1/status"; }

# wrk's requests a second; errors of any kind end the run.
rate() {
    local connections=$1 script=$2 url=$3 threads=2
    [ "$connections" -gt 1 ] || threads=1
    # An answer within ten seconds is none too late: the peer takes more than two at times.
    local command=(wrk "-t$threads" "-c$connections" "-d${seconds}s" --timeout 10s --latency -s "$script" "$url")
    "${command[@]}" >"$work/wrk"
    { echo "\$ ${command[*]}"; cat "$work/wrk"; } >>"$out/raw.txt"
    if grep -E 'Non-2xx|Socket errors' "$work/wrk" >&2; then exit 1; fi
    awk '/Requests\/sec/ {printf "%d\n", $2}' "$work/wrk"
}

# Processor time of a request, user and system together, of the processes that serve it. $1: the load; the rest are
# the processes. Sets $cost (microseconds).
cost_of_request() {
    local load=$1 before requests
    shift
    before=$(ticks "$@")
    "$load" >/dev/null
    requests=$(awk '/requests in/ {print $1}' "$work/wrk")
    cost=$(awk -v t=$(($(ticks "$@") - before)) -v hz="$(getconf CLK_TCK)" -v n="$requests" 'BEGIN {printf "%.2f", t / hz * 1e6 / n}')
    say "processor time: $cost µs a request"
}

# Ticks of processor time that processes have used.
ticks() {
    local id sum=0
    # Behind the name, which may hold anything, user and system time are the 12th and 13th words.
    for id in "$@"; do sum=$((sum + $(sed 's/.*) //' "/proc/$id/stat" | awk '{print $12 + $13}'))); done
    echo "$sum"
}

# Draws a chart of the table $work/$1.csv, keeps table and chart next to the figures, and shows the
# chart on the page. $2: title, $3: unit; the rest are options.
chart() {
    cp "$work/$1.csv" "$out/$1.csv"
    "$measure" chart --title "$2" --unit "$3" "${@:4}" "$work/$1.csv" >"$out/$1.svg"
    charts+=("![$2]($1.svg)")
}

# Two commands in turn, so that what else the machine does hits both alike. Each prints a rate. Sets $ours and
# $theirs, the medians.
in_turn() {
    local mine=() other=()
    for _ in $(seq "$rounds"); do
        mine+=("$($1)")
        other+=("$($2)")
    done
    ours=$(printf '%s\n' "${mine[@]}" | median)
    theirs=$(printf '%s\n' "${other[@]}" | median)
}
