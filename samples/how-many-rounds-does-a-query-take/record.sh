#!/usr/bin/env bash
# Records what a MariaDB server of our own does with four queries.   usage: record.sh [OUTPUT.dtr]    exit: 0 shown; 1 failed; 77 this host cannot (said why)
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../lib.sh"
output="${1:-$samples/output/how-many-rounds-does-a-query-take/queries.dtr}"
need mariadbd mariadb-server
need mariadb-install-db mariadb-server
need_uprobes
[ -z "$(ss -xl 2>/dev/null | grep "$place/sql" || true)" ] || skip "another run is under way"
mariadbd="$(command -v mariadbd)"
data="$place/data"
mariadb-install-db --no-defaults --user=root --datadir="$data" --auth-root-authentication-method=normal --skip-test-db >"$scratch/install.log" 2>&1 || { cat "$scratch/install.log"; exit 1; }
# A socket and no network, nothing of this host's own server.
(cd "$place" && exec "$mariadbd" --no-defaults --user=root --datadir="$data" --socket="$place/sql" --skip-networking --skip-log-bin --innodb-buffer-pool-size=32M --pid-file="$place/pid") >"$scratch/server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$scratch" "$place"' EXIT
client=(mariadb --no-defaults --user=root --socket="$place/sql" --skip-column-names)
for _ in $(seq 200); do "${client[@]}" -e 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.1; done
"${client[@]}" <"$here/shop.sql" >/dev/null || { cat "$scratch/server.log"; exit 1; }

record_here "$output" -p "$server" --snapshot none -x "$mariadbd" \
    --probe 'query=dispatch_command command=%di:u32 text=+0(%dx):string' \
    --probe 'prepare=JOIN::prepare join=%di:x64' \
    --probe 'optimize=JOIN::optimize_inner join=%di:x64' \
    --probe 'optimized=JOIN::optimize_inner%return' \
    --probe 'semijoin=convert_join_subqueries_to_semijoins join=%di:x64' \
    --probe 'eliminate=eliminate_tables join=%di:x64' \
    --probe 'ranges=SQL_SELECT::test_quick_select' \
    --probe 'plan=choose_plan join=%di:x64' \
    --probe 'access=best_access_path join=%di:x64 position=%r8:u32' \
    --probe 'combine=JOIN::get_best_combination join=%di:x64' \
    --probe 'stage2=JOIN::optimize_stage2 join=%di:x64' \
    --probe 'execute=JOIN::exec_inner join=%di:x64' &
recorder=$!
for _ in $(seq 100); do [ -s "$place/recording.dtr" ] && break; sleep 0.1; done
sleep 1
"${client[@]}" shop <"$here/queries.sql" >"$scratch/answers"
sleep 1
# The agent is the child of the shell in the background: it ends as with Ctrl+C.
kill -TERM "$(awk '{ print $1 }' "/proc/$recorder/task/$recorder/children")"
wait "$recorder"
check 'SELECT name FROM customers WHERE id = 7' script "$output"
check 'optimize' report "$output" -s event
