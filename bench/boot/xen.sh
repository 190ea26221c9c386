# xen.sh -- in dom0, for bench/boot/xen: COUNT guests by cosmos, without a
# network device and then with one on a bridge; and, while 1, a quarter, a half
# and all of them are alive, three more by each other way.  A line each:
#
#	# boot WAY ALIVE NS        how long one took
#	# stage WAY ALIVE NAME S   where the time of one went
#
# cosmos' time ends when the guest's router runs, xl's when xl returns.
. /usr/share/tap.sh
export LD_LIBRARY_PATH=/test CLICKOS_RUN=/run/clickos
C=/test/cosmos
COUNT=$(cat /test/count)
MEMORY=8

cat > /tmp/count.click <<'E'
InfiniteSource(LIMIT 1000) -> c :: Counter -> Discard;
E
cat > /tmp/true <<'E'
#!/bin/sh
xenstore-write "$XENBUS_PATH/hotplug-status" connected
E
chmod +x /tmp/true
ip link add br0 type bridge && ip link set br0 up
# xl's own script wants its shell and its helpers.
if [ -d /test/scripts ]; then
	cp /test/scripts/* /etc/xen/scripts/
	ln -s /test/bash /bin/bash
	mkdir -p /var/run/xen-hotplug
fi

took() # WAY ALIVE COMMAND...
{
	way=$1 alive=$2
	shift 2
	ns=$(/test/start 1 "$@" 2>>/tmp/err | tail -n 1)
	echo "# boot $way $alive ${ns:-failed}"
}

by_xl() # WAY ALIVE VIF
{
	for i in 1 2 3; do
		cat > /tmp/x.cfg <<E
name = "x$i"
kernel = "/test/clickos"
type = "pv"
memory = $MEMORY
ramdisk = "/tmp/count.click"
vif = [ $3 ]
E
		took "$1" "$2" xl create -q /tmp/x.cfg
	done
	for i in 1 2 3; do
		xl destroy x$i
	done
}

by_pool() # WAY ALIVE OPTION...
{
	pool=$1 n=$2
	shift 2
	$C pool 3 >/dev/null
	for i in 1 2 3; do
		took "$pool" "$n" $C create p$i -q -c /tmp/count.click "$@"
	done
	$C destroy 'p{1..3}'
	$C pool 0 >/dev/null
}

staged() # WAY ALIVE COMMAND...
{
	stage=$1 n=$2
	shift 2
	"$@" 2>&1 | sed "s/^\([0-9.]*\) s \(.*\)/# stage $stage $n \2 \1/;
	    /^[0-9.]* s$/d; s/^[^#]/# failed: &/"
}

others() # ROW ALIVE OPTION...
{
	row=$1 now=$2
	shift 2
	by_pool "pool-$row" "$now" "$@"
	case $row in
	none)
		by_xl xl-none "$now" "" ;;
	vif)
		by_xl xl-true "$now" '"bridge=br0,script=/tmp/true"'
		[ -d /test/scripts ] &&
		    by_xl xl-stock "$now" '"bridge=br0,script=vif-bridge"' ;;
	esac
}

population() # ROW OPTION...
{
	kind=$1 at=1
	shift
	while [ $at -le "$COUNT" ]; do
		case $at in
		1 | $((COUNT / 4)) | $((COUNT / 2)) | "$COUNT")
			staged "cosmos-$kind" $at $C -t create g$at -q \
			    -m $MEMORY -c /tmp/count.click "$@"
			others "$kind" $at "$@" ;;
		*)
			took "cosmos-$kind" $at $C create g$at -q -m $MEMORY \
			    -c /tmp/count.click "$@" ;;
		esac
		at=$((at + 1))
	done
	check "$kind: $COUNT guests" \
	    [ "$($C list | grep -c '^g')" = "$COUNT" ]
	check "the last one works" [ "$($C read "g$COUNT" c.count)" = 1000 ]
	$C destroy "g{1..$COUNT}" 2>/dev/null
}

population none
population vif -p 0=bridge:br0
tail -n 3 /tmp/err | sed 's/^/# /'
plan
