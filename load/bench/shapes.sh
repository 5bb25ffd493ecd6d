# Big and odd shapes on both stores: a product with 50,000 questions, a question with 5,000 answers, pages far back,
# everybody's vote on one row. What counts is how long a reader waits. Sourced by scripts/bench.

source load/bench/cluster.sh

# The products with ordinary rows. The two big ones come before them.
ordinary_first=3
ordinary_last=2000

measure_shapes() {
    begin_table "Big and odd shapes" "PostgreSQL $("$programs/postgres" --version | sed 's/.*) \([0-9.]*\).*/\1/')"
    make_shapes
    shapes_on "SQLite" "sqlite:$work/shapes.db"
    start_cluster
    run_sql postgres -c "CREATE DATABASE shop"
    shapes_on "PostgreSQL" "$(address shop)"
    stop_cluster
}

# Product 1 has 50,000 questions with an answer each, product 2 one question with 5,000 answers, the others three
# questions with two answers each.
make_shapes() {
    mkdir "$work/shapes"
    awk -v into="$work/shapes" -v first="$ordinary_first" -v last="$ordinary_last" '
        function ask(product) {
            print ++question "," product ",Does it come with everything that the picture of number " question \
                " shows?,1600000000000,Ada L.,ada@example.com,0," question % 97 >(into "/questions.csv")
        }
        function reply(to) {
            print ++answer "," to ",It does but for the batteries of number " answer \
                ".,1600000000000,Bob M.,bob@example.com,0," answer % 89 >(into "/answers.csv")
        }
        BEGIN {
            print "id,product_id,body,date_written,asker_name,asker_email,reported,helpful" >(into "/questions.csv")
            print "id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful" >(into "/answers.csv")
            print "id,answer_id,url" >(into "/answers_photos.csv")
            for (n = 0; n < 50000; n++) { ask(1); reply(question) }
            ask(2)
            for (n = 0; n < 5000; n++) reply(question)
            for (product = first; product <= last; product++)
                for (n = 0; n < 3; n++) { ask(product); reply(question); reply(question) }
        }'
}

# $1: the store's name, $2: its address.
shapes_on() {
    measured "$atelier" import --store "$2" "$work/shapes"
    start_server "$2" "$port"
    until_filled "$port"
    wait_row "$1: a product with 50,000 questions, its first page" "/qa/questions?product_id=1"
    wait_row "$1: its last page" "/qa/questions?product_id=1&page=10000&count=5"
    wait_row "$1: its first page of a thousand" "/qa/questions?product_id=1&count=1000"
    wait_row "$1: its first page after a new question" "/qa/questions?product_id=1" --ask 1 --times 50
    wait_row "$1: a question with 5,000 answers, the first page" "/qa/questions/50001/answers"
    wait_row "$1: its last page" "/qa/questions/50001/answers?page=1000&count=5"
    wait_row "$1: the list of its product" "/qa/questions?product_id=2"
    wait_row "$1: the list of its product after a new question" "/qa/questions?product_id=2" --ask 2 --times 50
    storm "$1" "the answer of a product with 50,000 questions" 25000
    storm "$1" "one of 5,000 answers" 52500
    stop_servers
    # As for the first reader after a start, or after another process added a row.
    start_server "$2" "$port" --max-product-cache 0
    wait_row "$1: a product with 50,000 questions, read from the store each time" "/qa/questions?product_id=1"
    wait_row "$1: a question with 5,000 answers, read from the store each time" "/qa/questions/50001/answers"
    stop_servers
}

# A line of the table. $1: what, $2: the list; the rest are options of `measure wait`.
wait_row() {
    local what=$1 list=$2
    shift 2
    measured "$measure" wait "127.0.0.1:$port" "$list" "$@"
    row "$what" "$(tail -1 "$work/output")" "-" "-"
}

# Everybody votes for one answer, while somebody reads other products' lists. $1: the store, $2 and $3: the answer.
storm() {
    local voters voted
    wrk -t1 -c64 -d8s -s load/wrk/one-vote.lua "http://127.0.0.1:$port/qa/answers/$3/helpful" >"$work/storm" &
    voters=$!
    measured "$measure" wait --times 2000 "127.0.0.1:$port" "/qa/questions?product_id=$ordinary_last"
    wait "$voters"
    cat "$work/storm" >>"$out/raw.txt"
    if grep -E 'Non-2xx|Socket errors' "$work/storm" >&2; then exit 1; fi
    voted=$(awk '/Requests\/sec/ {printf "%d", $2}' "$work/storm")
    row "$1: another product's list while 64 connections vote for $2, $voted/s" "$(tail -1 "$work/output")" "-" "-"
}
