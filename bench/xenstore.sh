# xenstore.sh -- in dom0, for bench/xenstore: handlers and keys, while 1 guest and
# while COUNT are alive.  A line each:
#
#	# store ALIVE WHAT NS
. /usr/share/tap.sh
export LD_LIBRARY_PATH=/test:/lib/x86_64-linux-gnu CLICKOS_RUN=/run/clickos
export PYTHONHOME=/test/pybox PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/test/python
C=/test/cosmos
COUNT=$(cat /test/count)
N=21

cat > /tmp/count.click <<'E2'
InfiniteSource(LIMIT 1000) -> c :: Counter -> Discard;
E2

key_is() { [ "$(xenstore-read "$1" 2>/dev/null)" = "$2" ]; }

# Of a command's runs, a process each, the middle one.
command_ns() # WHAT COMMAND...
{
	what=$1
	shift
	/test/start $N "$@" 2>>/tmp/err | cut -d" " -f1 | sort -n | sed -n "$((N / 2 + 1))p" |
	    sed "s/^/$what /"
}

all() # ALIVE
{
	{
		/test/store g1 "$id" $N
		/test/python3 /test/store.py g1 $N
		command_ns cosmos-command-read $C read g1 c.count
		command_ns xenstore-read xenstore-read /local/domain/0/name
	} 2>>/tmp/err | sed "s/^/# store $1 /"
}

check "a guest" $C create g1 -q -c /tmp/count.click
id=$(xl domid g1)
R=/local/domain/$id/data/clickos
xenstore-write $R/1/config_name script \
    $R/1/config 'Idle -> c :: Counter -> Discard;'
xenstore-write $R/1/status Running
check "a second router by the original's keys" within 20 \
    key_is $R/1/state running
all 1
i=2
while [ $i -le "$COUNT" ]; do
	$C create g$i -q -c /tmp/count.click || break
	i=$((i + 1))
done
check "$COUNT guests" [ "$($C list | grep -c '^g')" = "$COUNT" ]
all "$COUNT"
sed 's/^/# /' /tmp/err | tail -n 5
plan
