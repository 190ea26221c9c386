# xen.sh -- in dom0, for bench/xen: pkt-gen from one guest to another by each of
# the ways there are, in one run: one line a way and packet size.
#
#	way size sent/s received/s cycles [cycles calls events grants copies],
#	    the latter of dom0, of the sender, of the receiver
#
# as bench-xentrace has them of a second; and once, of dom0 with nobody else
# and an endless loop, "alone cycles" and its five.  First everything with xen-netback, which goes
# before the switch comes.
. /usr/share/tap.sh
export VALE_SOCKET=/run/vale.sock
V=/test/vale
. /test/settings # WAYS, SIZES; BY_SIZE: those ways that have OTHER_SIZES, too
MB=6
SECONDS_EACH=4
# Hypercalls (PV, entry and in a multicall) and which domain runs.  All of it
# stays in Xen's buffer until the end, so that nothing is in the way.
TRACED="-e 0x00223fff -S 2048 -s 60000"

# The middle one of a guest's lines "VERB N packets/s", but for the first, whose
# second is not whole.
rate() # GUEST VERB
{
	console "$1" | sed -n "s/.*$2 \([1-9][0-9]*\) packets.s.*/\1/p" |
	    sed 1d | sort -n |
	    awk '{ line[NR] = $1 } END { print line[int((NR + 1) / 2)] }'
}

# counts DOMID...
counts()
{
	xentrace -D $TRACED -T 1 /tmp/trace 2>/tmp/trace.log
	/test/bench-xentrace "$@" </tmp/trace
}

wanted() { case " $WAYS " in *" $1 "*) ;; *) return 1 ;; esac; }

sizes() # WAY
{
	case " $BY_SIZE " in
	*" $1 "*) echo "$SIZES $OTHER_SIZES" ;;
	*) echo "$SIZES" ;;
	esac
}

way() # NAME OPTIONS BRIDGE
{
	wanted "$1" || return 0
	for size in $(sizes "$1"); do
		guest rx pv "$MB" "pktgen=recv $2" \
		    "vif=[\"bridge=$3rx,mac=00:16:3e:00:00:01\"]"
		guest tx pv "$MB" "pktgen=send size=$size $2" \
		    "vif=[\"bridge=$3tx,mac=00:16:3e:00:00:02\"]"
		[ "$3" = br0. ] && sed -i 's/br0\.[rt]x/br0/' rx.cfg tx.cfg
		rm -f /var/log/xen/console/guest-rx.log \
		    /var/log/xen/console/guest-tx.log
		xl create -q rx.cfg
		within 20 console_has rx 'received'
		xl create -q tx.cfg
		# A program of dom0 costs guests time: rates first, then counts.
		sleep $SECONDS_EACH
		sent=$(rate tx sent) received=$(rate rx received)
		echo "# way $1 $size $sent $received $(counts 0 "$(xl domid tx)" \
		    "$(xl domid rx)")"
		[ -n "$received" ] && ok "$1, $size bytes" ||
		    not_ok "$1, $size bytes"
		xl destroy tx
		xl destroy rx
	done
}

switched() # NAME OPTIONS SWITCHOPTIONS...
{
	wanted "$1" || return 0
	name=$1 options=$2
	shift 2
	$V serve "$@" vale0 2>>/tmp/vale.log &
	vale=$!
	within 5 $V list >/dev/null
	way "$name" "$options" vale0:
	kill $vale
	wait $vale 2>/dev/null
}

ip link add br0 type bridge
ip link set br0 up
sleep 2
while :; do :; done &
echo "# alone $(counts 0)"
kill $!
way netback "" br0.
way netback-persistent "vif.persistent=1" br0.
rmmod xen-netback
switched ring ""
switched ring-event-a-frame "vif.batch=0" --xen-events frame
MB=20 # for half of it may be the region, and half of that in rings
switched ring-1024 "vif.slots=1024"
MB=40
switched ring-2048 "vif.slots=2048"
MB=6
switched vif "vif.ring=0"
switched vif-persistent "vif.ring=0 vif.persistent=1"
switched vif-batch "vif.ring=0 vif.split=0"
switched vif-copies "vif.ring=0 vif.split=0" --xen-events frame
switched vif-slow "vif.ring=0 vif.split=0" --xen-copy 1 --xen-events frame
plan
