# vale.sh -- in dom0: guests on ports of the switch, by shared ring and by the
# standard protocol; no xen-netback.
. /usr/share/tap.sh
export VALE_SOCKET=/run/vale.sock
V=/test/vale

rmmod xen-netback
serve() { # OPTION...
	$V serve "$@" vale0 >>/tmp/vale.log 2>&1 &
	vale=$!
	within 5 $V list >/dev/null
}
port() { echo "vif=[\"bridge=vale0:$1,mac=00:16:3e:00:00:$2\"]"; }
received()
{
	console "$1" | sed -n 's/.*received.* \([0-9]*\) in all.*/\1/p' |
	    tail -n 1
}
receives() { n=$(received "$1"); [ "${n:-0}" -ge "$2" ]; }
kind() { $V list --json | grep -q "\"$1\".*\"kind\": \"$2\""; }

serve
guest rx pv 5 "pktgen=recv" "$(port rx 01)"
guest tx pv 5 "pktgen=send count=5000" "$(port tx 02)"
check "a guest is created" xl create rx.cfg
check "and receives" within 20 console_has rx 'received'
xl create tx.cfg
check "another sends" within 30 console_has tx 'sent 5000 packets'
check "all arrive" within 20 receives rx 5000
$V list --json | sed 's/^/# /'
$V stats --json | sed 's/^/# /'
sed 's/^/# /' /tmp/vale.log
console rx | tail -n 5 | sed 's/^/# rx: /'
console tx | tail -n 5 | sed 's/^/# tx: /'
xl destroy rx
xl destroy tx
kill $vale
plan
