# traffic.sh -- in dom0: traffic of a stock Linux, offloads on, through guests
# on stock bridges; what a guest of 5 MB does; a hundred of them.
. /usr/share/tap.sh
. /usr/share/net.sh
export LD_LIBRARY_PATH=/test CLICKOS_RUN=/run/clickos
C=/test/cosmos

INSTALL=2 REMOVE=6 READ=7 STATS=11 ANY=65535
INSIDE=198.51.100.1 OUTSIDE=198.51.100.2
use() { dom=$(await 5 id "$1"); }
ask() { /test/xsctl "$dom" "$@"; }
# up NAME -- waits until its ports are connected, so that pings find it.
up()
{
	use "$1"
	await 20 key "/local/domain/$dom/device/vif/0/state" 4
}

in_a() { ip netns exec a "$@"; }
in_b() { ip netns exec b "$@"; }
pings() { in_a ping -i 0.1 -c "$1" -W 2 "$2"; }

# tcp MEGABYTES -- up to port 80 of b, and as much down from its port 443; nc
# ends when its input does, so those that only listen have one that lasts.
tcp()
{
	head -c "$1"000000 /dev/urandom > /tmp/sent
	rm -f /tmp/up /tmp/down
	sleep 100 | in_b nc -l -p 80 > /tmp/up &
	in_b nc -l -p 443 < /tmp/sent &
	within 5 listens 80
	within 5 listens 443
	in_a nc -w 5 $OUTSIDE 80 < /tmp/sent
	within 40 cmp /tmp/sent /tmp/up
	sleep 100 | in_a timeout 60 nc -w 5 $OUTSIDE 443 > /tmp/down &
	within 40 cmp /tmp/sent /tmp/down
}
listens() { in_b netstat -ltn | grep -q ":$1 "; }
same() { [ "$(sha256sum < "$1")" = "$(sha256sum < /tmp/sent)" ]; }

host a $INSIDE 0
host b $OUTSIDE 1
two='vif=["bridge=br0","bridge=br1"]'
check "offloads are on" eval \
    'in_a ethtool -k eth0 | grep -q "tcp-segmentation-offload: on"'
in_b /test/udp echo 53 &

# ---- a firewall with two ports, in 5 MB ----

for kind in pv pvh; do
	size=3
	[ $kind = pv ] || size=1
	guest fw$kind $kind 5 "" "$two" 'ramdisk="/test/firewall.click"'
	xl create -q fw$kind.cfg
	up fw$kind
	check "$kind: a ping through the firewall" within 20 pings 1 $OUTSIDE
	check "$kind: ten of them" pings 10 $OUTSIDE
	tcp $size > /tmp/tcp.out 2>&1
	check "$kind: $size MB of TCP, up" same /tmp/up
	check "$kind: and down" same /tmp/down
	check "$kind: a hundred datagrams, there and back" \
	    in_a /test/udp ask $OUTSIDE 53 100
	check "$kind: what no rule allows does not pass" \
	    eval '! in_a timeout 1 /test/udp ask $OUTSIDE 54 1'
	others=$(ask $READ 0 others.count)
	check "$kind: and is counted ($others)" [ "$others" -ge 1 ]
	note "$kind: memory $(ask $STATS $ANY "" |
	    sed -n 's/^memory_//p' | tr '\n' ' ')"
	xl destroy fw$kind

	guest ping$kind $kind 5 "" 'vif=["bridge=br0,mac=00:16:3e:00:00:09"]' \
	    'ramdisk="/test/ping.click"'
	xl create -q ping$kind.cfg
	up ping$kind
	check "$kind: ARPResponder and ICMPPingResponder answer a ping" \
	    within 20 pings 1 198.51.100.9
	check "$kind: twenty more" pings 20 198.51.100.9
	xl destroy ping$kind
done

# ---- a hundred guests ----

echo 'InfiniteSource(LIMIT 1000) -> c :: Counter -> Discard;' > /tmp/c.click
free() { xl info | sed -n 's/^free_memory *: //p'; }
note "a hundred guests; $(free) MB are free"
i=0
while [ $i -lt 100 ] && $C create g$i -i pv -m 5 -c /tmp/c.click; do
	i=$((i + 1))
done
is "a hundred guests of 5 MB are created" $i 100
note "created; $(free) MB are free"
dom=$(xl list | awk '/^g[0-9]/ { print $2 }' | tr '\n' ',')
is "all answer" "$(ask $READ 0 c.count | grep -c '^1000$')" 100
note "asked"
plan
