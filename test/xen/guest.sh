# guest.sh -- in dom0: guests of both kinds, from boot to end.
. /usr/share/tap.sh

# What the kernel says of itself, line by line.
relay()
{
	await 60 said "$1" '^1\.\.' || not_ok "$1: self test ends"
	console "$1" | tr -d '\r' > /tmp/relay
	while read -r line; do
		case $line in
		"ok "*) ok "$1: ${line#ok * - }" ;;
		"not ok "*) not_ok "$1: ${line#not ok * - }" ;;
		"# "*) note "$1: ${line#??}" ;;
		esac
	done < /tmp/relay
}

crashed() { xl list "$1" | tail -n 1 | grep -q -e '---sc-'; }

# received NAME N -- waits until a receiver has more than N, prints how many
received() { await 30 more "$1" 'received.* \([0-9]*\) in all' "$2"; }

# traced NAME -- the last report of a trap: registers, then a stack of some depth
traced()
{
	console "$1" | tr -d '\r' | awk '
		/^panic: page fault in thread .*, address 8$/ { panic = 1 }
		/^rip [0-9a-f]{16} .* error / { registers = 1 }
		/^r13 .* r15 [0-9a-f]{16}$/ { all = 1 }
		/^stack:( 1[0-9a-f]{5}){2}/ { stack = 1 }
		END { exit !(panic && registers && all && stack) }'
}

ip link add br0 type bridge
ip link set br0 up

for kind in pv pvh; do
	guest t$kind $kind 5 "selftest=all"
	check "$kind: a guest of 5 MB is created" xl create t$kind.cfg
	relay t$kind
	check "$kind: it is gone after its end" await 10 gone t$kind

	guest f$kind $kind 5 "selftest=null"
	xl create -q f$kind.cfg
	check "$kind: a fault ends the guest" await 10 said f$kind '^stack:'
	check "$kind: with registers and a stack trace" traced f$kind
	xl destroy f$kind

	# The page below a stack; a PV guest has no other to report on, so that
	# Xen ends it (xl dmesg).
	guest s$kind $kind 5 "selftest=stack"
	xl create -q s$kind.cfg
	check "$kind: a stack that runs over ends the guest" \
	    within 10 crashed s$kind
	[ $kind = pv ] || check "$kind: which says so" \
	    console_has s$kind 'panic: page fault in thread main'
	xl destroy s$kind
done

# What is typed on a console, as xl console does, comes in.
for kind in pv pvh; do
	guest y$kind $kind 5 "selftest=console"
	xl create -q y$kind.cfg
	await 20 said y$kind 'type a line'
	echo 'a line, typed' > "$(xenstore-read \
	    "/local/domain/$(await 5 id y$kind)/console/tty")"
	check "$kind: what is typed on its console comes in" \
	    await 10 said y$kind '^typed: a line, typed'
	xl destroy y$kind
done

port() { echo "vif=[\"bridge=br0,mac=00:16:3e:00:00:$1\"]"; }
guest rx pv 5 "pktgen=recv" "$(port 01)"
guest rxh pvh 5 "pktgen=recv" "$(port 04)"
guest txpv pv 5 "pktgen=send count=500" "$(port 02)"
guest txpvh pvh 5 "pktgen=send count=500 size=1514" "$(port 03)"
xl create -q rx.cfg
xl create -q rxh.cfg
await 10 said rx received
await 20 said rxh received
before=$(received rx -1)
other=$(received rxh -1)
for kind in pv pvh; do
	xl create -q tx$kind.cfg
	check "$kind: sends all" await 30 said tx$kind 'sent 500 packets'
	check "$kind: all arrive" received rx $((before + 499))
	check "$kind: at a pvh guest too" received rxh $((other + 499))
	before=$((before + 500)) other=$((other + 500))
	xl destroy tx$kind
done

for g in rx rxh; do
	before=$(await 5 id $g)
	xl reboot $g
	check "$g: reboots" await 30 id $g "$before"
	await 20 key "/local/domain/$(await 5 id $g)/control/feature-suspend"
	xl shutdown $g
	check "$g: powers off" await 20 gone $g
done

# 64 routers and a megabyte within this daemon's quotas, too; the other one's:
# control.sh.
guest big pv 40 "router_packets=64"
xl create -q big.cfg
big=$(await 5 id big)
await 20 key "/local/domain/$big/data/clickos/version"
check "a megabyte is installed" \
    xsctl "$big" 2 65535 big @/test/big.click
is "and 63 routers beside it" "$(xsctl "$big" 2 65535 more \
    'Idle -> c :: Counter -> Discard;' x63 2>/dev/null)" 63
is "the last one answers" "$(xsctl "$big" 7 63 c.count)" 0
nodes=$(xenstore-ls "/local/domain/$big/data" | wc -l)
check "within the store's quota ($nodes nodes)" [ "$nodes" -lt 1000 ]
xl shutdown big
check "big: powers off" await 20 gone big
. /test/pppoe.sh
plan
