# xen.sh -- in dom0, for bench/boot/xen: COUNT guests by cosmos and then by xl,
# with the same image, memory and configuration, without a network device
# and with one. A line each:
#
#	# boot TOOL ROW I NS     how long the I-th took, I-1 being alive
#
# cosmos' time ends when the guest's router runs, xl's when xl returns.
. /usr/share/tap.sh
export LD_LIBRARY_PATH=/test CLICKOS_RUN=/run/clickos
C=/test/cosmos
COUNT=$(cat /test/count)
MEMORY=6

cat > /tmp/count.click <<'E'
InfiniteSource(LIMIT 1000) -> c :: Counter -> Discard;
E
ip link add br0 type bridge && ip link set br0 up

took() { /test/start 1 "$@" 2>>/tmp/err | tail -n 1; }
ready()
{
	until xenstore-read "/local/domain/$1/data/clickos/version"; do :; done
} >/dev/null 2>&1

by_cosmos() # ROW OPTIONS...
{
	row=$1
	shift
	i=1
	while [ $i -le "$COUNT" ]; do
		ns=$(took $C create g$i -q -m $MEMORY -c /tmp/count.click "$@")
		echo "# boot cosmos $row $i ${ns:-failed}"
		i=$((i + 1))
	done
	check "cosmos, $row: $COUNT guests" \
	    [ "$($C list | grep -c '^g')" = "$COUNT" ]
	$C destroy "g{1..$COUNT}" 2>/dev/null
}

by_xl() # ROW VIF
{
	i=1
	while [ $i -le "$COUNT" ]; do
		cat > /tmp/g.cfg <<E
name = "g$i"
kernel = "/test/clickos"
type = "pv"
memory = $MEMORY
ramdisk = "/tmp/count.click"
vif = [ $2 ]
E
		ns=$(took xl create -q /tmp/g.cfg)
		echo "# boot xl $1 $i ${ns:-failed}"
		i=$((i + 1))
	done
	ready "$(xl domid "g$COUNT")"
	check "xl, $1: $COUNT guests" [ "$(xl list | grep -c '^g')" = "$COUNT" ]
	i=1
	while [ $i -le "$COUNT" ]; do
		xl destroy g$i
		i=$((i + 1))
	done
}

by_cosmos none
by_xl none ""
by_cosmos vif -p 0=bridge:br0
by_xl vif '"bridge=br0"'
plan
