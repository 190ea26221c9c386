# pppoe.sh -- part of guest.sh: Debian's pppd in dom0 against a guest that runs
# PPPoEServer, over a stock netback: discovery, whole sessions by CHAP and by
# PAP, a wrong secret.
PATH=$PATH:/usr/sbin

# PPP in dom0's kernel: what keeps it out says its name.
ppp_modules()
{
	for module in slhc ppp_generic pppox pppoe; do
		grep -q "^$module " /proc/modules && continue
		insmod "/lib/modules/$module.ko" ||
		    { echo "insmod: no module $module"; return 1; }
	done
	[ -c /dev/ppp ] || mknod /dev/ppp c 108 0
	[ -e /proc/net/pppoe ] ||
	    { echo "PPPoE is no protocol of this kernel"; return 1; }
}

# What there is to see when a check of pppd's fails: once.
bras_told=
bras_tell()
{
	[ -z "$bras_told" ] || return 0
	bras_told=1
	{
		echo "--- modules"; grep -E '^(slhc|ppp|pppo[ex]) ' /proc/modules
		echo "--- links"; ip -s link
		echo "--- dom0"; uptime; dmesg | tail -n 20
		echo "--- the guest"; xl list; console bras | tail -n 20
		xenstore-ls "/local/domain/0/backend/vif/$bras"
		for handler in s.sessions s.ended s.stats s.users \
		    FromDevice@1.stats clickos.stats; do
			echo "--- $handler"
			timeout 10 xsctl "$bras" 7 0 $handler
		done
	} 2>&1 | sed 's/^/#   /'
}

# bras WHAT COMMAND... -- a check whose failure is worth a long look
bras()
{
	failed=$tap_failed
	check "bras: $@"
	[ "$tap_failed" = "$failed" ] || bras_tell
}

# A session of pppd from beginning to end.
session() # NAME SECRET ADDRESS MORE...
{
	name=$1 secret=$2 addr=$3
	shift 3
	pppd debug plugin pppoe.so access user "$name" password "$secret" \
	    nodetach noauth noipdefault nodefaultroute usepeerdns maxfail 1 \
	    lcp-echo-interval 1 lcp-echo-failure 3 ip-up-script /bin/true \
	    "$@" > /tmp/pppd 2>&1 &
	pppd=$!
	bras "$name $*: pppd gets its address" \
	    within 60 eval "ip addr show ppp0 | grep -q 'inet $addr'"
	bras "$name $*: packets go there and back" \
	    ping -c 3 -W 2 10.77.0.1
	# Each side asks once a second, and ends it after three without answer.
	sleep 4
	bras "$name $*: echo requests keep it alive, both ways" \
	    ip addr show ppp0
	kill $pppd
	wait $pppd
	sed 's/^/#   /' /tmp/pppd
}

bras "this kernel has PPPoE" ppp_modules
ip link add access type bridge
ip link set access up

guest bras pvh 8 "config='FromDevice(0, PROMISC true) -> [0] s :: PPPoEServer(\
2:0:0:0:0:1, 10.77.0.1, 10.77.0.0/24, USER joe secret 10.77.0.7, \
USER ann word, DNS 10.77.0.53, SERVICE internet, KEEPALIVE 1); \
s [0] -> Queue -> ToDevice(0); \
s [1] -> CheckIPHeader -> ICMPPingResponder -> [1] s; s [2] -> Discard'" \
    'vif=["bridge=access,mac=00:16:3e:00:00:09"]'
xl create -q bras.cfg
bras=$(await 5 id bras)
await 20 key "/local/domain/$bras/data/clickos/version"
timeout 30 pppoe-discovery -I access > /tmp/discovery 2>&1
is "bras: pppoe-discovery ends well" $? 0
bras "and its name" grep -q '^Access-Concentrator: clickos$' /tmp/discovery
bras "and its service" grep -q '^ *Service-Name: internet$' /tmp/discovery
session joe secret 10.77.0.7
session ann word 10.77.0. refuse-chap
pppd debug plugin pppoe.so access user joe password wrong nodetach noauth \
    maxfail 1 > /tmp/pppd 2>&1
bras "a wrong secret is refused, and pppd knows why" \
    grep 'CHAP authentication failed' /tmp/pppd
sed 's/^/#   /' /tmp/pppd
bras "the guest runs on" xl domid bras
xl shutdown bras
check "bras: powers off" await 20 gone bras
