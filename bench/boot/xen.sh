# xen.sh -- in dom0, for bench/boot/xen: COUNT guests by cosmos, each with a
# device on one bridge (KIND vif) or without (none); and, while 1, a half and all
# of them are alive, four more by each other way of cosmos', one of them with a port
# of our switch (vale), which runs for these only, and two by xl.
# A line each:
#
#	# boot WAY ALIVE NS NS      how long what made one took; until it ran
#	# stage WAY ALIVE NAME S    where the time of one went
#	# memory ALIVE KB           what dom0 has left
. /usr/share/tap.sh
export LD_LIBRARY_PATH=/test CLICKOS_RUN=/run/clickos
export VALE_SOCKET=/run/vale.sock
C=/test/cosmos
read -r COUNT KIND < /test/count
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

# XenStore and the kernel go on for a while after a guest was made or destroyed:
# that is not the next one's time, whoever makes it.  (until.c waits, too.)
rest() { sleep 1; }

took() # WAY ALIVE COMMAND...
{
	way=$1 alive=$2
	shift 2
	ns=$(/test/until "$@" 2>>/tmp/err | tail -n 1)
	echo "# boot $way $alive ${ns:-failed}"
}

by_xl() # WAY ALIVE VIF
{
	for i in 1 2; do
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
	for i in 1 2; do
		xl destroy x$i
	done
}

# The row's device, as cosmos has it.
device() # ROW [GUEST]
{
	case $1 in
	vif) echo "-p 0=bridge:br0" ;;
	vale) echo "-p 0=vale0:$2.0" ;;
	esac
}

by_pool() # ROW ALIVE
{
	$C pool $(device "$1") 4 >/dev/null
	for i in 1 2 3 4; do
		took "pool-$1" "$2" -d "$(xenstore-list /tool/clickos/pool |
		    head -n 1)" $C create p$i -q -c /tmp/count.click \
		    $(device "$1")
	done
	$C destroy 'p{1..4}' 2>>/tmp/err
}

by_cosmos() # ROW ALIVE
{
	for i in 1 2 3 4; do
		took "cosmos-$1" "$2" $C create n$i -q -m $MEMORY \
		    -c /tmp/count.click $(device "$1" n$i)
	done
	$C destroy 'n{1..4}' 2>>/tmp/err
}

staged() # WAY-ROW ALIVE
{
	rest
	$C -t create s -q -c /tmp/count.click $(device "${1#*-}" s) 2>&1 |
	    sed "s/^\([0-9.]*\) s \(.*\)/# stage $1 $2 \2 \1/;
		/^[0-9.]* s$/d; s/^[^#]/# failed: &/"
	$C destroy s
}

stages() # ROW ALIVE
{
	staged "cosmos-$1" "$2"
	$C pool $(device "$1") 1 >/dev/null
	staged "pool-$1" "$2"
	$C pool 0 >/dev/null
}

by_switch() # ALIVE
{
	/test/vale serve vale0 >>/tmp/vale.log 2>&1 &
	vale=$!
	within 5 /test/vale list >/dev/null
	by_cosmos vale "$1"
	staged cosmos-vale "$1"
	kill $vale
	wait $vale
}

others() # ALIVE
{
	for row in none vif; do
		by_cosmos $row "$1"
		by_pool $row "$1"
		stages $row "$1"
	done
	by_switch "$1"
	by_xl xl-none "$1" ""
	by_xl xl-true "$1" '"bridge=br0,script=/tmp/true"'
	[ -d /test/scripts ] && [ "$1" != $((COUNT / 2)) ] &&
	    by_xl xl-stock "$1" '"bridge=br0,script=vif-bridge"'
	echo "# memory $1 $(sed -n 's/MemAvailable: *\([0-9]*\).*/\1/p' \
	    /proc/meminfo)"
}

at=1
while [ $at -le "$COUNT" ]; do
	took "cosmos-$KIND" $at $C create g$at -q -m $MEMORY \
	    -c /tmp/count.click $(device "$KIND")
	case $at in
	1 | $((COUNT / 2)) | "$COUNT")
		others $at ;;
	esac
	at=$((at + 1))
done
check "$COUNT guests" [ "$($C list | grep -c '^g')" = "$COUNT" ]
check "the last one works" [ "$($C read "g$COUNT" c.count)" = 1000 ]
tail -n 3 /tmp/err | sed 's/^/# /'
plan
