# linux.sh -- in dom0: a stock Linux, which knows nothing of us, on a port of the
# switch by the standard protocol.  The switch is killed while it downloads, and the
# next one goes on where the rings stand.
. /usr/share/tap.sh
export VALE_SOCKET=/run/vale.sock
V=/test/vale
HERE=10.9.0.1 THERE=10.9.0.2

serve()
{
	$V serve --run /tmp/commands vale0 >>/tmp/vale.log 2>&1 &
	vale=$!
	within 5 $V list >/dev/null
}
# Of the switch: frames that ports gave (1) or took (2), and all drops.
total() { $V stats --json vale0 | sed 's/.*"total": //; s/"ports".*//' |
    tr '{},' '\n'; }
frames() { total | sed -n 's/^"frames": //p' | sed -n "$1p"; }
dropped() { total | awk '
    /frames|bytes|copies/ { next } $2 > 0 { n += $2 } END { print n + 0 }'; }
copies() { total | awk '/copies/ { n = $2 } END { print n + 0 }'; }
accounted()
{
	[ $(($(frames 1) + $(copies))) = $(($(frames 2) + $(dropped))) ]
}

# Dom0's kernel, its driver and busybox, all in memory.
initramfs()
{
	mkdir -p /tmp/r/bin /tmp/r/proc /tmp/r/dev /tmp/r/www
	cp /bin/busybox /lib/modules/xen-netfront.ko /tmp/r/bin
	cat > /tmp/r/init <<I
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
exec </dev/console >/dev/console 2>&1
insmod /bin/xen-netfront.ko
until [ -e /proc/sys/net/ipv4/conf/eth0 ]; do usleep 50000; done
ifconfig lo 127.0.0.1
ifconfig eth0 $THERE
head -c 4000000 /dev/urandom > /www/down
echo "down \$(sha256sum < /www/down)"
httpd -h /www
echo "guest is ready"
nc -l -p 9 | sha256sum | sed 's/^/up /'
sleep 10000
I
	chmod +x /tmp/r/init
	(cd /tmp/r && find . | cpio -o -H newc 2>/dev/null) > /tmp/r.cpio
}
sum() { console linux | tr -d '\r' | sed -n "s/^$1 \([0-9a-f]*\).*/\1/p"; }
is_sum() { [ "$(sha256sum < "$2" | cut -d' ' -f1)" = "$(sum "$1")" ]; }

state() { xenstore-read "/local/domain/0/backend/vif/$dom/0/state"; }
watch_state()
{
	while sleep 0.1; do
		[ "$(state)" = 4 ] || state
		xenstore-read "/local/domain/$dom/device/vif/0/state" | grep -v 4
	done
}
some_of_it() { [ "$(wc -c < /tmp/down)" -gt 200000 ]; }
has_ended() { ! kill -0 "$1"; }

rmmod xen-netback
initramfs
# It stays when the switch goes, and with it its address.
ip tuntap add t0 mode tap vnet_hdr
ip addr add $HERE/24 dev t0
echo 'attach vale0:t tap:t0' > /tmp/commands
serve
guest linux pv 96 "console=hvc0 quiet rdinit=/init" \
    'vif=["bridge=vale0:linux,mac=00:16:3e:00:00:0a"]' \
    'kernel="/test/guest.gz"' 'ramdisk="/tmp/r.cpio"'
check "a stock Linux is created" xl create -q linux.cfg
check "and boots" within 60 eval \
    'console_has linux "guest is ready" || ! console linux | tail -n 20'
dom=$(xl domid linux)
is "it is connected" "$(state)" 4
check "as a standard vif" eval '$V list | grep -q xen-vif'
check "it answers pings" ping -c 3 -W 5 $THERE
check "it serves a file" wget -q -O /tmp/down http://$THERE/down
check "which comes whole" is_sum down /tmp/down
head -c 1000000 /dev/urandom > /tmp/up
nc -w 5 $THERE 9 < /tmp/up
check "it gets one" within 60 eval '[ -n "$(sum up)" ]'
check "whole, too" is_sum up /tmp/up

rm /tmp/down
watch_state > /tmp/states &
watcher=$!
ping -i 0.1 $THERE > /tmp/pings &
pinger=$!
wget -q -O /tmp/down http://$THERE/down &
getter=$!
within 20 some_of_it
kill -9 $vale
wait $vale 2>/dev/null
before=$(wc -c < /tmp/down)
check "the switch is killed amid a file" [ "$before" -lt 4000000 ]
serve
check "the next one brings the rest of it" within 120 has_ended $getter
check "whole" is_sum down /tmp/down
sleep 1
kill -INT $pinger
wait $pinger 2>/dev/null
kill $watcher
note "pings meanwhile: $(tail -n 2 /tmp/pings | tr '\n' ' ')"
is "neither side ever left the state connected" "$(cat /tmp/states)" ""
check "every frame is accounted for" within 10 accounted
note "frames $(frames 1) in, $(copies) copies, $(frames 2) out," \
    "$(dropped) drops"
check "it ends" xl destroy linux
check "no domain lingers" within 10 eval '[ "$(xl list | wc -l)" = 2 ]'
kill $vale
check "the switch ends well" wait $vale
sed 's/^/# /' /tmp/vale.log | tail -n 20
plan
