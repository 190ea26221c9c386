# pppoe.sh -- part of guest.sh: Debian's pppd in dom0 against a guest that runs
# PPPoEServer, over a stock netback: discovery, whole sessions by CHAP and by
# PAP, a wrong secret.
PATH=$PATH:/usr/sbin
for module in slhc ppp_generic pppox pppoe; do
	insmod "/lib/modules/$module.ko" 2>/dev/null
done
[ -c /dev/ppp ] || mknod /dev/ppp c 108 0
ip link add access type bridge
ip link set access up

guest bras pvh 8 "config='FromDevice(0, PROMISC true) -> [0] s :: PPPoEServer(\
2:0:0:0:0:1, 10.77.0.1, 10.77.0.0/24, USER joe secret 10.77.0.7, \
USER ann word, DNS 10.77.0.53, SERVICE internet, KEEPALIVE 1); \
s [0] -> Queue -> ToDevice(0); \
s [1] -> CheckIPHeader -> ICMPPingResponder -> [1] s; s [2] -> Discard'" \
    'vif=["bridge=access,mac=00:16:3e:00:00:09"]'

# A session of pppd from beginning to end.
session() # NAME SECRET ADDRESS MORE...
{
	name=$1 secret=$2 addr=$3
	shift 3
	pppd plugin pppoe.so access user "$name" password "$secret" \
	    nodetach noauth noipdefault nodefaultroute usepeerdns maxfail 1 \
	    lcp-echo-interval 1 lcp-echo-failure 3 ip-up-script /bin/true \
	    "$@" > /tmp/pppd 2>&1 &
	pppd=$!
	check "bras: $name $*: pppd gets its address" \
	    within 20 eval "ip addr show ppp0 | grep -q 'inet $addr'"
	check "bras: $name $*: packets go there and back" \
	    ping -c 3 -W 2 10.77.0.1
	sleep 2
	check "bras: $name $*: echo requests keep it alive, both ways" \
	    ip addr show ppp0
	kill $pppd
	wait $pppd
	sed 's/^/#   /' /tmp/pppd
}

xl create -q bras.cfg
await 20 key "/local/domain/$(await 5 id bras)/data/clickos/version"
timeout 30 pppoe-discovery -I access > /tmp/discovery 2>&1
is "bras: pppoe-discovery ends well" $? 0
check "bras: and its name" \
    grep -q '^Access-Concentrator: clickos$' /tmp/discovery
check "bras: and its service" \
    grep -q '^ *Service-Name: internet$' /tmp/discovery
session joe secret 10.77.0.7
session ann word 10.77.0. refuse-chap
pppd plugin pppoe.so access user joe password wrong nodetach noauth \
    maxfail 1 > /tmp/pppd 2>&1
check "bras: a wrong secret is refused, and pppd knows why" \
    grep 'CHAP authentication failed' /tmp/pppd
xl shutdown bras
check "bras: powers off" await 20 gone bras
