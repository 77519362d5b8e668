#!/bin/sh
# A PostgreSQL server in a temporary folder. It runs until its standard input is closed, executes the commands that
# it reads there, one per line, and prints "done" after each:
#   crash          stops immediately, as after a power failure
#   restart        shuts down cleanly and starts again
#   start          starts again after a crash
#   standby PORT   creates a hot standby of the server on this port
#   promote        promotes the standby to primary
# usage: cluster.sh PORT [OPTION…]   (each option is one of the server's settings: name=value)
set -eu
# pg_ctl's timeout, long enough for a slow machine, seconds.
export PGCTLTIMEOUT=300
port=$1
shift
folder=$(mktemp -d)
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root.
    chown postgres "$folder"
    as() { runuser -u postgres -- "$@"; }
else
    as() { "$@"; }
fi
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
programs=${programs:-$(dirname "$(command -v initdb)")}

settings="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c log_line_prefix=%m:%d:"
for setting in "$@"; do
    settings="$settings -c $setting"
done
start() { as "$programs/pg_ctl" start -w -s -D "$folder/data" -l "$folder/log" -o "$settings" </dev/null >/dev/null 2>&1; }
stop() { as "$programs/pg_ctl" stop -w -s -D "$folder/data" -m "$1" </dev/null >/dev/null 2>&1; }

start_standby() { as "$programs/pg_ctl" start -w -s -D "$folder/standby" -l "$folder/standby.log" -o "$settings -p $1" </dev/null >/dev/null 2>&1; }

end() {
    stop immediate || true
    test ! -d "$folder/standby" || as "$programs/pg_ctl" stop -w -s -D "$folder/standby" -m immediate || true
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 1' INT TERM HUP

cd "$folder"
as "$programs/initdb" -D "$folder/data" --auth trust --username hallpass --no-sync </dev/null >/dev/null
start || { cat "$folder/log" >&2; exit 1; }
echo done
while read -r word argument; do
    case $word in
        crash) stop immediate ;;
        restart) stop fast && start ;;
        start) start ;;
        standby)
            as "$programs/pg_basebackup" -h 127.0.0.1 -p "$port" -U hallpass -D "$folder/standby" -R -c fast </dev/null
            start_standby "$argument"
            ;;
        promote) as "$programs/pg_ctl" promote -w -s -D "$folder/standby" </dev/null >/dev/null ;;
        *) echo "unknown: $word" >&2; exit 2 ;;
    esac
    echo done
done
