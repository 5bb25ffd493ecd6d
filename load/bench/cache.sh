# What nginx's cache (deploy/nginx, the lines that begin with "#cache") spares the processes: the share of lists that come from
# it under a shop's mixed traffic, for clients that keep no cookies and for such as keep them. Sourced by scripts/bench.

cache_products=5000
cache_seconds=60

measure_cache() {
    local store=sqlite:$work/cached.db products=$cache_products
    begin_table "nginx's cache" "$(nginx -v 2>&1)" "One run of $cache_seconds s each, after 30 s of the same"
    "$atelier" generate --products "$cache_products" --out "$work/cached" >>"$out/raw.txt" 2>&1
    "$atelier" import --store "$store" "$work/cached" >>"$out/raw.txt" 2>&1
    export FIRST=1 LAST=$cache_products QUESTIONS=$((cache_products * 7 / 2))
    start_server "$store" "$port"
    start_caching_nginx
    hit_rate 0 "lists from the cache, clients that keep no cookies"
    hit_rate 3 "lists from the cache, writers ask for three more lists with their cookie"
    stop_nginx
    stop_servers
    rm -rf "$work"/cached*
}

# The shipped file with its cache, before one process; a line in the log for each request.
start_caching_nginx() {
    chmod 755 "$work"
    sed -e 's/#cache //' -e "s#/var/cache/atelier #$work/cache #" -e "s/listen 80;/listen 127.0.0.1:$nginx_port;/" \
        -e '/listen \[::\]:80;/d' -e "s/127.0.0.1:3001/127.0.0.1:$port/" -e '/127.0.0.1:3002/d' \
        deploy/nginx/atelier.conf >"$work/atelier.conf"
    cat >"$work/nginx.conf" <<CONF
daemon off; worker_processes 2; pid $work/nginx.pid; error_log $work/nginx.log;
events { worker_connections 4096; }
http {
    log_format cache '\$request_method \$upstream_cache_status';
    access_log $work/cache.log cache buffer=64k flush=1s;
    include $work/atelier.conf;
}
CONF
    nginx -p "$work" -c "$work/nginx.conf" &
    nginx_id=$!
    until_answers "http://127.0.0.1:$nginx_port/qa/questions?product_id=1"
}

# A line of the table. $1: lists that a writer asks for with the cookie, $2: what this is.
hit_rate() {
    local url=http://127.0.0.1:$nginx_port asked
    export WRITER_LISTS=$1
    seconds=30 rate 64 load/wrk/mixed.lua "$url" >/dev/null
    sleep 2
    : >"$work/cache.log"
    asked=$(seconds=$cache_seconds rate 64 load/wrk/mixed.lua "$url")
    sleep 2
    sort "$work/cache.log" | uniq -c >>"$out/raw.txt"
    row "$2" "$(awk '$1 == "GET" {all++; if ($2 == "HIT" || $2 == "UPDATING") kept++} END {printf "%.1f %%", 100 * kept / all}' "$work/cache.log")" \
        "$asked requests a second" "-"
}
