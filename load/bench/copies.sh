# Everything out of a store and in again, at full size: exports of imports of exports are the same files, on both stores; and
# an SQLite store is backed up while it is voted on as fast as it goes. Sourced by scripts/bench.

source load/bench/cluster.sh

measure_copies() {
    local store=sqlite:$work/shop.db
    start_cluster
    begin_table "Everything out and in again" "$("$programs/postgres" --version | sed 's/.*) \([0-9.]*\).*/PostgreSQL \1/')" "One run"
    say "the server's settings: $cluster_settings"
    prepare_data
    run_sql postgres -c "CREATE DATABASE shop"
    load_into "$store" "$data" "\`import\` into SQLite"
    write_out "$store" first "\`export\` from SQLite"
    there_and_back_again
    backup_under_votes
    stop_cluster
    rm -rf "$work"/*.db* "$work/first"
}

# $1: the store, $2: a folder, $3: what it is called.
load_into() {
    local rows
    measured "$atelier" import --store "$1" "$2"
    rows=$(awk '/all rows/ {print $3}' "$work/output")
    row "$3, $rows rows" "$took s, $peak MiB" "-" "-"
}

# $1: the store, $2: the folder's name, $3: what it is called.
write_out() {
    measured "$atelier" export --store "$1" "$work/$2"
    row "$3, $(du -cb "$work/$2"/*.csv | awk 'END {print $1}') bytes" "$took s, $peak MiB" "-" "-"
}

# The files of the first export into SQLite, and by way of PostgreSQL into SQLite. A store exports its rows in its own order, so
# the files of SQLite are compared.
there_and_back_again() {
    load_into "sqlite:$work/second.db" "$work/first" "\`import\` of that into SQLite"
    write_out "sqlite:$work/second.db" second "\`export\` of that"
    is_the_same second "export, import, export: SQLite"
    rm -rf "$work"/second.db* "$work/second"
    load_into "$(address shop)" "$work/first" "\`import\` of the first export into PostgreSQL"
    write_out "$(address shop)" between "\`export\` from PostgreSQL"
    measured "$atelier" check --store "$(address shop)"
    row "\`check\` of PostgreSQL" "$took s, $peak MiB" "-" "-"
    run_sql postgres -c "DROP DATABASE shop"
    load_into "sqlite:$work/third.db" "$work/between" "\`import\` of that into SQLite"
    rm -r "$work/between"
    write_out "sqlite:$work/third.db" third "\`export\` of that"
    is_the_same third "export, import, export: SQLite, PostgreSQL, SQLite"
    rm -rf "$work"/third.db* "$work/third"
}

# Fails unless the files of a folder are those of the first export, byte for byte. $1: the folder's name, $2: what was done.
is_the_same() {
    local file
    for file in questions answers answers_photos; do
        cmp "$work/first/$file.csv" "$work/$1/$file.csv"
    done
    say "$2: the same files"
    row "$2" "the same files, byte for byte" "-" "-"
}

# A minute of votes at most; the backup is over before.
backup_under_votes() {
    local voting votes
    start_server "$store" "$port"
    until_filled "$port"
    wrk -t2 -c256 -d60s --timeout 10s -s load/wrk/votes.lua "http://127.0.0.1:$port" >"$work/wrk" &
    voting=$!
    # So that there is something to be behind of.
    sleep 2
    measured "$atelier" backup --store "$store" "$work/backup.db"
    kill -INT "$voting"
    wait "$voting" || true
    cat "$work/wrk" >>"$out/raw.txt"
    if grep -E 'Non-2xx|Socket errors' "$work/wrk" >&2; then exit 1; fi
    votes=$(awk '/Requests\/sec/ {printf "%d", $2}' "$work/wrk")
    row "\`backup\` beside $votes votes a second, $(stat -c %s "$work/backup.db") bytes" "$took s, $peak MiB" "-" "-"
    stop_servers
    measured "$atelier" restore --store "sqlite:$work/restored.db" "$work/backup.db"
    row "\`restore\`" "$took s, $peak MiB" "-" "-"
    measured "$atelier" check --store "sqlite:$work/restored.db"
    row "\`check\` of what was restored: $(tail -1 "$work/output" | sed 's/.*: //')" "$took s, $peak MiB" "-" "-"
}
