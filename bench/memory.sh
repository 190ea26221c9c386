# memory.sh -- in dom0, by hand: the smallest memory that works, in MB, for a
# firewall with two vifs and for 10 000 flows through a NAT:
#
#	tools/xenbox run test/xen/memory.sh build/clickos build/xsctl \
#	    examples/firewall.click
. /usr/share/tap.sh

READ=7
ip link add br0 type bridge
ip link set br0 up
echo 'FastUDPFlows(0, 11000, 60, 0:0:0:0:0:1, 10.0.0.1, 0:0:0:0:0:2, 192.0.2.2,
100, 1) -> Unqueue -> Strip(14) -> CheckIPHeader
-> nat :: UDPRewriter(pattern 192.0.2.1 1024-65535 - - 0 0) -> Discard;' \
    > nat.click

ask() { /test/xsctl "$(xl domid m)" $READ 0 "$1"; }
passes() { n=$(ask passed.count) && [ "$n" -ge 0 ]; }
flows() { n=$(ask nat.table_size) && [ "$n" -ge 10000 ]; }

# works KIND MB CONFIGURATION CHECK [LINE...]
works()
{
	check=$4
	guest m "$1" "$2" "" "ramdisk=\"/test/$3\"" "$5"
	xl create -q m.cfg && within 30 "$check"
	result=$?
	xl destroy m
	return $result
} >/dev/null 2>&1

# least WHAT KIND CONFIGURATION CHECK LINE -- tries less and less, $sizes
least()
{
	what=$1
	found=
	shift
	for mb in $sizes; do
		works "$1" $mb "$2" "$3" "$4" || break
		found=$mb
	done
	check "$1: $what: ${found:-more than ${sizes%% *}} MB" [ -n "$found" ]
}

for kind in pv pvh; do
	sizes="5 4 3 2"
	least "a firewall with two vifs" $kind firewall.click passes \
	    'vif=["bridge=br0","bridge=br0"]'
	sizes="16 12 10 9 8 7 6 5"
	least "10 000 flows" $kind nat.click flows ""
done
plan
