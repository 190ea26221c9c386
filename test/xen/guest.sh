# guest.sh -- in dom0: guests of both kinds, from boot to end.
. /usr/share/tap.sh

# What the kernel says of itself, line by line.
relay()
{
	within 20 console_has "$1" '^1\.\.' || not_ok "$1: self test ends"
	console "$1" | tr -d '\r' > /tmp/relay
	while read -r line; do
		case $line in
		"ok "*) ok "$1: ${line#ok * - }" ;;
		"not ok "*) not_ok "$1: ${line#not ok * - }" ;;
		esac
	done < /tmp/relay
}

gone() { ! xl domid "$1" >/dev/null 2>&1; }
crashed() { xl list "$1" | tail -n 1 | grep -q -e '---sc-'; }
another() { new=$(xl domid "$1") && [ "$new" != "$2" ]; }

received()
{
	console "$1" | sed -n 's/.*received.* \([0-9]*\) in all.*/\1/p' |
	    tail -n 1
}
receives_more() { n=$(received "$1"); [ "${n:-0}" -gt "$2" ]; }

ip link add br0 type bridge
ip link set br0 up

for kind in pv pvh; do
	guest t$kind $kind 5 "selftest=all"
	check "$kind: a guest of 5 MB is created" xl create t$kind.cfg
	relay t$kind
	check "$kind: it is gone after its end" within 10 gone t$kind

	for fault in null text data; do
		guest f$kind $kind 5 "selftest=$fault"
		xl create -q f$kind.cfg
		check "$kind: fault '$fault' is reported" \
		    within 10 console_has f$kind 'panic: page fault'
		xl destroy f$kind
		rm "/var/log/xen/console/guest-f$kind.log"
	done

	# The page below a stack; a PV guest has no other to report on, so that
	# Xen ends it (xl dmesg).
	guest s$kind $kind 5 "selftest=stack"
	xl create -q s$kind.cfg
	check "$kind: a stack that runs over ends the guest" \
	    within 10 crashed s$kind
	[ $kind = pv ] || check "$kind: which says so" \
	    console_has s$kind 'panic: page fault in thread main'
	xl destroy s$kind

	guest c$kind $kind 5 "config='InfiniteSource(LIMIT 1000, STOP true) \
-> c::Counter -> Discard; DriverManager(wait_stop, print c.count)'"
	xl create -q c$kind.cfg
	check "$kind: a router on the command line runs" \
	    within 10 console_has c$kind '^1000'
done

port() { echo "vif=[\"bridge=br0,mac=00:16:3e:00:00:$1\"]"; }
guest rx pv 5 "pktgen=recv" "$(port 01)"
guest txpv pv 5 "pktgen=send count=500" "$(port 02)"
guest txpvh pvh 5 "pktgen=send count=500 size=1514" "$(port 03)"
xl create -q rx.cfg
within 10 console_has rx 'received'
for kind in pv pvh; do
	before=$(received rx)
	xl create -q tx$kind.cfg
	check "$kind: sends all" within 20 console_has tx$kind 'sent 500 packets'
	check "$kind: all arrive" within 20 receives_more rx $((before + 499))
	xl destroy tx$kind
done

guest rxh pvh 5 "pktgen=recv" "$(port 04)"
xl create -q rxh.cfg
within 10 console_has rxh 'received'
xl create -q txpvh.cfg
check "pvh: receives" within 20 receives_more rxh 499
xl destroy txpvh

guest flood pv 5 "pktgen=send" "$(port 05)"
for g in rx rxh; do
	before=$(xl domid $g)
	check "$g: saved" xl save $g /tmp/save
	check "$g: restored" xl restore /tmp/save
	check "$g: runs on" within 10 console_has $g '^resumed'
	count=$(received $g)
	rm /tmp/save
	# Many: some are gone before the bridge knows the new port.
	xl create -q flood.cfg
	check "$g: and receives, counters intact" \
	    within 20 receives_more $g $((${count:-0} + 99))
	xl destroy flood
	before=$(xl domid $g)
	xl reboot $g
	check "$g: reboots" within 20 another $g "$before"
	sleep 1
	xl shutdown $g
	check "$g: powers off" within 20 gone $g
done

# What control.sh does with the other daemon: a megabyte within the quotas.
guest big pv 16 ""
xl create -q big.cfg
big=$(xl domid big)
within 20 xenstore-exists "/local/domain/$big/data/clickos/version"
check "a megabyte is installed" \
    /test/xsctl "$big" 2 65535 big @/test/big.click
check "and read back" \
    eval '/test/xsctl "$big" 13 0 "" > back; cmp back /test/big.click'
xl shutdown big
check "big: powers off" within 20 gone big
. /test/pppoe.sh
plan
