# pppoe.sh -- in dom0: Debian's pppd against our PPPoEServer (test/pppoe.t).
# Needs in the box: the modules slhc, ppp_generic, pppox and pppoe, and from the
# packages ppp and pppoe: pppd, its plugin pppoe.so, pppoe-discovery; FILEs:
# build/click, test/pppoe.t.
. /usr/share/tap.sh

for module in slhc ppp_generic pppox pppoe; do
	insmod "/lib/modules/$module.ko" 2>/dev/null || :
done
[ -c /dev/ppp ] || mknod /dev/ppp c 108 0
sh /test/pppoe.t /test/click
