# memory.sh -- in dom0: the smallest memory that works, in MB, for a firewall
# with two vifs and pings through it, and for 10 000 flows through a NAT; a line
# "# memory KIND WHAT MB" each.  bench/memory runs it.
. /usr/share/tap.sh
. /usr/share/net.sh

READ=7
host a 198.51.100.1 0
host b 198.51.100.2 1
echo 'FastUDPFlows(0, 11000, 60, 0:0:0:0:0:1, 10.0.0.1, 0:0:0:0:0:2, 192.0.2.2,
100, 1) -> Unqueue -> Strip(14) -> CheckIPHeader
-> nat :: UDPRewriter(pattern 192.0.2.1 1024-65535 - - 0 0) -> Discard;' \
    > nat.click

ask() { /test/xsctl "$(xl domid m)" $READ 0 "$1"; }
# The first pings go while ports connect and addresses are found.
passes()
{
	ip netns exec a ping -c 1 -W 2 198.51.100.2 &&
	    ip netns exec a ping -i 0.1 -c 20 -W 2 198.51.100.2 |
	    grep -q ' 0% packet loss'
}
flows() { n=$(ask nat.table_size) && [ "$n" -ge 10000 ]; }

# works KIND MB CONFIGURATION CHECK [LINE...]
works()
{
	check=$4
	guest m "$1" "$2" "" "ramdisk=\"/test/$3\"" "$5"
	xl create -q m.cfg && within 20 "$check"
	result=$?
	xl destroy m
	return $result
} >/dev/null 2>&1

# least WHAT KIND CONFIGURATION CHECK LINE -- tries less and less, $sizes
least()
{
	row=$1
	found=
	shift
	for mb in $sizes; do
		works "$1" "$mb" "$2" "$3" "$4" || break
		found=$mb
	done
	check "$1: $row: ${found:-more than ${sizes%% *}} MB" [ -n "$found" ]
	echo "# memory $1 $row ${found:--}"
}

for kind in pv pvh; do
	sizes="5 4 3 2 1"
	least firewall $kind firewall.click passes \
	    'vif=["bridge=br0","bridge=br1"]'
	sizes="8 6 5 4 3 2"
	least nat $kind nat.click flows ""
done
plan
