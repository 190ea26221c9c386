#!/bin/sh
# pppoe.t -- PPPoEServer and Debian's PPPoE clients (packages ppp and pppoe), in
# two network namespaces joined by a wire: discovery, and where the kernel has
# PPP (/dev/ppp) pppd's whole session, by CHAP and by PAP.
#
#	pppoe.t [CLICK]      default: build/click
#
# Needs root; says why it skips what it cannot do.
set -u
click=${1:-${CLICK:-build/click}}
work=$(mktemp -d)
server=pppoe-s-$$
client=pppoe-c-$$
n=0
failed=0
router=

result() # STATUS WHAT
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

finish()
{
	[ -z "$router" ] || kill "$router" 2>/dev/null
	ip netns del "$server" 2>/dev/null
	ip netns del "$client" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

skip_all() { echo "1..0 # SKIP $1"; exit 0; }

[ "$(id -u)" -eq 0 ] || skip_all "needs root for network namespaces"
command -v pppoe-discovery > /dev/null || skip_all "no pppoe-discovery"
ip netns add "$server" 2>/dev/null || skip_all "no network namespaces"
ip netns add "$client"
ip -n "$server" link add wire type veth peer name wire netns "$client" ||
    skip_all "no veth"
ip -n "$server" link set wire up
ip -n "$client" link set wire up

cat > "$work/bras.click" <<'END'
s :: PPPoEServer(2:0:0:0:0:1, 10.77.0.1, 10.77.0.0/24,
    USER "joe secret 10.77.0.7", USER "ann word", DNS 10.77.0.53,
    SERVICE internet, KEEPALIVE 1);
FromDevice(wire, PROMISC true) -> [0]s;
s[0] -> Queue -> ToDevice(wire);
s[1] -> CheckIPHeader -> ICMPPingResponder -> [1]s;
s[2] -> Discard;
ControlSocket(unix, SOCKET);
END
sed -i "s|SOCKET|$work/control|" "$work/bras.click"
ip netns exec "$server" "$click" "$work/bras.click" 2> "$work/err" &
router=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
	[ -S "$work/control" ] && break
	sleep 0.3
done

in_client() { ip netns exec "$client" "$@"; }

in_client timeout 20 pppoe-discovery -I wire > "$work/out" 2>&1
result $? "pppoe-discovery finds the concentrator"
grep -q '^Access-Concentrator: clickos$' "$work/out"
result $? "and its name"
grep -q '^ *Service-Name: internet$' "$work/out"
result $? "and its service"

# Waits until the command succeeds.
within() # SECONDS COMMAND...
{
	left=$(($1 * 5))
	shift
	while ! "$@" > /dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.2
	done
}

# One session of pppd from beginning to end.
session() # NAME SECRET ADDRESS MORE...
{
	name=$1 secret=$2 addr=$3
	shift 3
	in_client pppd plugin pppoe.so wire user "$name" password "$secret" \
	    nodetach noauth noipdefault nodefaultroute usepeerdns maxfail 1 \
	    lcp-echo-interval 1 lcp-echo-failure 3 ip-up-script /bin/true \
	    "$@" > "$work/pppd" 2>&1 &
	pppd=$!
	within 20 in_client ip addr show ppp0
	within 20 in_client sh -c "ip addr show ppp0 | grep -q 'inet $addr'"
	result $? "$name $*: pppd gets the address"
	in_client ping -c 3 -i 0.3 -W 2 10.77.0.1 > "$work/ping" 2>&1
	result $? "$name $*: packets go there and back"
	sleep 3
	in_client ip addr show ppp0 > /dev/null 2>&1
	result $? "$name $*: echo requests keep it alive, both ways"
	kill "$pppd"
	wait "$pppd"
	sed 's/^/# /' "$work/pppd"
}

if [ -c /dev/ppp ] && command -v pppd > /dev/null; then
	session joe secret 10.77.0.7
	session ann word 10.77.0. refuse-chap
	in_client timeout 20 pppd plugin pppoe.so wire user joe \
	    password wrong nodetach noauth maxfail 1 > "$work/pppd" 2>&1
	[ $? -ne 0 ]
	result $? "a wrong secret is refused"
	grep -qi 'auth' "$work/pppd"
	result $? "and pppd knows why"
else
	n=$((n + 1))
	echo "ok $n # SKIP no /dev/ppp or no pppd: no session"
fi
sed 's/^/# /' "$work/err"
echo "1..$n"
exit $failed
