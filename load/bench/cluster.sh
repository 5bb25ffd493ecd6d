# A throw-away PostgreSQL server for the benchmark, and what runs on it: psql, pgbench. Sourced by postgres.sh.
# It listens on a unix socket only, which everybody uses. Its settings are those of a small production server:
# what is acknowledged is on disk.

cluster=$work/cluster
cluster_settings="shared_buffers=4GB max_wal_size=8GB fsync=on synchronous_commit=on wal_compression=lz4 jit=off"
programs=$(postgres_programs)

# PostgreSQL refuses to run as root.
as_server_account() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid postgres --regid postgres --clear-groups -- "$@"
    else
        "$@"
    fi
}

start_cluster() {
    chmod 711 "$work"
    mkdir "$cluster"
    [ "$(id -u)" -ne 0 ] || chown postgres "$cluster"
    finish_part() { stop_cluster; }
    (
        cd "$cluster"
        as_server_account "$programs/initdb" -D "$cluster/data" -U atelier --auth=trust -E UTF8 --locale=C --no-sync >initdb.log
        for setting in $cluster_settings listen_addresses="''" "port=$postgres_port" "unix_socket_directories='$cluster'"; do
            echo "$setting" >>data/postgresql.conf
        done
        as_server_account "$programs/pg_ctl" -D "$cluster/data" -l "$cluster/log" -w start >/dev/null
    )
    export PGHOST=$cluster PGPORT=$postgres_port PGUSER=atelier
}

stop_cluster() {
    [ ! -d "$cluster/data" ] || as_server_account "$programs/pg_ctl" -D "$cluster/data" -m immediate -w stop >/dev/null || true
    rm -rf "$cluster"
}

# How atelier reaches a database of the server.
address() { echo "postgres://atelier@/$1?host=$cluster&port=$postgres_port"; }

run_sql() { "$programs/psql" -XqAt -v ON_ERROR_STOP=1 -d "$@"; }

# pgbench's transactions a second on the database `shop`. $1: connections; the rest are scripts of the same weight.
transactions() {
    local connections=$1 script scripts=()
    shift
    for script in "$@"; do scripts+=(-f "load/bench/pgbench/$script.sql"); done
    local command=("$programs/pgbench" -n -M prepared -c "$connections" -j 2 -T "$seconds"
        -D first="$FIRST" -D last="$LAST" -D questions="$QUESTIONS" -D reviews="${REVIEWS:-1}" "${scripts[@]}" shop)
    { echo "\$ ${command[*]}"; PGOPTIONS="-c plan_cache_mode=force_generic_plan" "${command[@]}"; } >"$work/pgbench" 2>&1 || { cat "$work/pgbench" >&2; exit 1; }
    cat "$work/pgbench" >>"$out/raw.txt"
    awk '/^tps/ {printf "%d\n", $3}' "$work/pgbench"
}
