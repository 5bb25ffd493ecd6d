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
    rm -rf "$work"/*.db*
}

# $1: the store, $2: a folder, $3: what it is called; the rest are options.
load_into() {
    local rows
    measured "$atelier" import --store "$1" "$2" "${@:4}"
    rows=$(awk '/^all rows/ {print $3}' "$work/output")
    row "$3, $rows rows" "$took s, $peak MiB" "-" "-"
}

# $1: the store, $2: the folder's name, $3: what it is called.
write_out() {
    measured "$atelier" export --store "$1" "$work/$2"
    row "$3, $(du -cb "$work/$2"/*.csv | awk 'END {print $1}') bytes" "$took s, $peak MiB" "-" "-"
}

# Each store exports what it imported from its own export as the same files. The two stores have rows in another order, so between
# them lines are compared.
there_and_back_again() {
    load_into "sqlite:$work/second.db" "$work/first" "\`import\` of that into SQLite"
    write_out "sqlite:$work/second.db" second "\`export\` of that"
    compare cmp first second "export, import, export with SQLite" "the same files, byte for byte"
    rm -rf "$work"/second*
    load_into "$(address shop)" "$work/first" "\`import\` of the first export into PostgreSQL"
    write_out "$(address shop)" third "\`export\` from PostgreSQL"
    compare cmp_lines first third "export of SQLite, import, export with PostgreSQL" "the same lines"
    rm -r "$work/first"
    load_into "$(address shop)" "$work/third" "\`import\` of that into PostgreSQL, in the place of what is there" --replace
    write_out "$(address shop)" fourth "\`export\` of that"
    compare cmp third fourth "export, import, export with PostgreSQL" "the same files, byte for byte"
    measured "$atelier" check --store "$(address shop)"
    row "\`check\` of PostgreSQL" "$took s, $peak MiB" "-" "-"
    run_sql postgres -c "DROP DATABASE shop"
    rm -r "$work/third" "$work/fourth"
}

cmp_lines() { cmp <(LC_ALL=C sort "$1") <(LC_ALL=C sort "$2"); }

# Fails unless the files of two folders are alike. $1: how they are compared, $2 and $3: the folders' names, $4: what was
# done, $5: what they are.
compare() {
    local file
    for file in questions answers answers_photos; do "$1" "$work/$2/$file.csv" "$work/$3/$file.csv"; done
    say "$4: $5"
    row "$4" "$5" "-" "-"
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
    row "\`backup\` during $votes votes a second, $(stat -c %s "$work/backup.db") bytes" "$took s, $peak MiB" "-" "-"
    stop_servers
    measured "$atelier" restore --store "sqlite:$work/restored.db" "$work/backup.db"
    row "\`restore\`" "$took s, $peak MiB" "-" "-"
    measured "$atelier" check --store "sqlite:$work/restored.db"
    row "\`check\` of what was restored: $(tail -1 "$work/output" | sed 's/.*: //')" "$took s, $peak MiB" "-" "-"
}
