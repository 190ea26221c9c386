# demo.sh -- in dom0, for demo.t: `make run ON=xen` beside somebody else's domain,
# whose device xen-netback serves on a bridge.
. /usr/share/tap.sh
export LD_LIBRARY_PATH=/test:/lib/x86_64-linux-gnu CLICKOS_KERNEL=/test/clickos
export PYTHONHOME=/test/pybox PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/test
export COSMOS=/test/cosmos VALE=/test/vale EXAMPLES=/test/examples ON=xen

domains() { xl list | sed 's/ .*//' | sort; }
interfaces() { ls /sys/class/net; }
theirs() { xenstore-ls "$back"; }
demo() { /test/python3 /test/demo >/tmp/out 2>&1; }
shown() { sed -n "s/^ *$1  *//p" /tmp/out; }

ip link add br9 type bridge
ip link set br9 up
guest theirs pv 8 "" 'vif=["bridge=br9,mac=00:16:3e:00:00:99"]'
xl create -q theirs.cfg
back=/local/domain/0/backend/vif/$(xl domid theirs)/0
waits() { [ "$(xenstore-read "$back/state")" -ge 2 ]; }
check "another's domain, on a bridge by xen-netback" within 20 waits
domains >/tmp/domains
interfaces >/tmp/interfaces
theirs >/tmp/theirs

check "it ends well" demo
sed 's/^/# /' /tmp/out
all=$(shown 'downloads that came whole')
check "every download came whole" [ "${all%/*}" = "${all#*/}" -a -n "$all" ]
check "pings went through" [ -n "$(shown 'ping through all three, ms (min\/avg)')" ]
dropped=$(shown 'dropped: no mail')
check "rules dropped" [ "${dropped:-0}" -gt 0 ]
domains | cmp -s - /tmp/domains && ok "the same domains" || not_ok "domains"
interfaces | cmp -s - /tmp/interfaces && ok "the same interfaces" ||
    not_ok "interfaces"
theirs | cmp -s - /tmp/theirs && ok "the other's device is as it was" ||
    not_ok "the other's device"
check "no folder" sh -c '! ls -d /tmp/box*'

mkdir -p /run
/test/vale serve vale7 2>/tmp/vale.err &
vale=$!
unset VALE_SOCKET
check "another switch" within 10 /test/vale list
demo
check "beside which it refuses" [ $? = 1 ]
check "and says so" grep -q 'a switch serves this host already' /tmp/out
kill $vale
wait $vale 2>/dev/null
plan
