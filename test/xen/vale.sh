# vale.sh -- in dom0: guests on ports of the switch, by shared ring and by the
# standard protocol; no xen-netback.
. /usr/share/tap.sh
export VALE_SOCKET=/run/vale.sock
V=/test/vale

rmmod xen-netback
serve() { # OPTION...
	$V serve "$@" vale0 "vale1=wire a g.0" "vale2=wire g.1 b" \
	    >>/tmp/vale.log 2>&1 &
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
is_kind() { $V list --json | tr '{' '\n' | grep "\"$1\"" | grep -q "$2"; }
# Of a switch: frames that ports gave (1) or took (2), and all drops.
total() { $V stats --json "$1" | sed 's/.*"total": //; s/"ports".*//' |
    tr '{},' '\n'; }
frames() { total "$2" | sed -n 's/^"frames": //p' | sed -n "$1p"; }
dropped() { total "$1" | awk '
    /frames|bytes|copies/ { next } $2 > 0 { n += $2 } END { print n + 0 }'; }
copies() { total "$1" | awk '/copies/ { n = $2 } END { print n + 0 }'; }
accounted() # SWITCH...
{
	for sw; do
		[ $(($(frames 1 "$sw") + $(copies "$sw"))) = \
		    $(($(frames 2 "$sw") + $(dropped "$sw"))) ] || return 1
	done
}
connected()
{
	[ "$(xenstore-read "/local/domain/0/backend/vif/$1/0/state")" = 4 ]
}

# Of a thread: "Uid 65534" and so on.
is_status() { grep -q "^$2:[[:space:]]*$3" "/proc/$1/status"; }
unprivileged() # PID
{
	for task in /proc/"$1"/task/*; do
		is_status "${task#/proc/}" Seccomp 2 &&
		    is_status "${task#/proc/}" CapEff 0000000000000000 ||
		    return 1
	done
	is_status "$1" Uid '[1-9]'
}

# One protocol: all arrive; the switch is killed, and its guests come back.
# shellcheck disable=SC2154 # vale: set by serve
protocol() # NAME KIND OPTIONS
{
	serve
	guest "rx$1" pv 5 "pktgen=recv $3" "$(port "rx$1" 01)"
	guest "tx$1" pv 5 "pktgen=send count=5000 $3" "$(port "tx$1" 02)"
	guest "on$1" pv 5 "pktgen=send $3" "$(port "on$1" 03)"
	check "$1: a guest is created" xl create "rx$1.cfg"
	check "$1: and receives" within 20 console_has "rx$1" 'received'
	check "$1: by the kind that was meant" within 5 is_kind "rx$1" "$2"
	check "$1: and by a switch without privileges" unprivileged $vale
	xl create "tx$1.cfg"
	check "$1: another sends" within 30 console_has "tx$1" 'sent 5000 packets'
	check "$1: all arrive, but for what is counted" within 20 \
	    receives "rx$1" $((5000 - $(dropped vale0)))
	is "$1: sent = received + drops" \
	    $(($(frames 1 vale0) + $(copies vale0))) \
	    $(($(dropped vale0) + $(received "rx$1")))
	$V stats --json vale0 | sed 's/^/# /'
	xl destroy "tx$1"
	xl create "on$1.cfg"
	check "$1: a third one floods" within 20 receives "rx$1" 5100
	kill -9 $vale
	wait $vale 2>/dev/null
	serve
	before=$(received "rx$1")
	check "$1: the switch is killed, and the next one serves them" \
	    within 20 receives "rx$1" $((before + 1000))
	check "$1: in state connected" connected "$(xl domid "rx$1")"
	check "$1: nothing keeps a guest from ending" xl destroy "on$1"
	xl destroy "rx$1"
	check "$1: every frame of the flood is accounted for" \
	    within 5 accounted vale0
	check "$1: no domain lingers" [ "$(xl list | wc -l)" = 2 ]
	kill $vale
	check "$1: the switch ends well" wait $vale
}

# Captures through a guest with two ports, byte for byte.
stamped() # IN OUT
{
	/test/click -e "FromDump($1, STOP true) -> SetTimestamp(1) -> ToDump($2)"
}
as_long() { [ "$(wc -c < "$1")" = "$(wc -c < "$2")" ]; }
captures() # NAME GUESTOPTIONS
{
	serve
	guest "g$1" pv 6 "$2 config='FromDevice(0) -> Queue -> ToDevice(1)'" \
	    'vif=["bridge=vale1:g.0+guard=off,mac=00:16:3e:00:01:01",
	    "bridge=vale2:g.1+guard=off,mac=00:16:3e:00:01:02"]'
	xl create "g$1.cfg"
	within 20 connected "$(xl domid "g$1")"
	for trace in http_espn synscan ipv6_fragments; do
		/test/click --port 0=vale2:b -e \
		    'FromDevice(0) -> ToDump(/tmp/out.pcap, UNBUFFERED true)' &
		click=$!
		sleep 1
		/test/click --port 0=vale1:a -e "FromDump(/test/$trace.pcap)
		    -> Queue(4000) -> RatedUnqueue(400) -> Queue -> ToDevice(0)" &
		sender=$!
		# Unbuffered: it is as long when all have come.
		within 30 as_long "/test/$trace.pcap" /tmp/out.pcap
		kill $sender $click
		wait $sender $click 2>/dev/null
		stamped "/test/$trace.pcap" /tmp/a.pcap
		stamped /tmp/out.pcap /tmp/b.pcap
		check "$1: $trace forwarded byte for byte" \
		    cmp /tmp/a.pcap /tmp/b.pcap
		check "$1: $trace: every frame is accounted for" \
		    within 5 accounted vale1 vale2
		is "$1: $trace: sent = received + drops" \
		    "$(frames 1 vale1)" $(($(frames 2 vale2) +
		    $(dropped vale1) + $(dropped vale2)))
	done
	$V stats --json | sed 's/^/# /'
	xl destroy "g$1"
	kill $vale
	wait $vale 2>/dev/null
}

# Hot swaps of a router between a sender at full rate and a receiver: what was
# sent has come or is in one of the counters that are named.
swaps() # NAME GUESTOPTIONS
{
	serve
	guest "d$1" pv 5 "pktgen=recv $2" \
	    'vif=["bridge=vale2:b,mac=00:16:3e:00:02:03"]'
	guest "s$1" pv 5 "pktgen=send count=60000 $2" \
	    'vif=["bridge=vale1:a,mac=00:16:3e:00:02:04"]'
	guest "m$1" pv 24 "$2 config='$forward'" \
	    'vif=["bridge=vale1:g.0+guard=off,mac=00:16:3e:00:02:01",
	    "bridge=vale2:g.1+guard=off,mac=00:16:3e:00:02:02"]'
	xl create "d$1.cfg"
	xl create "m$1.cfg"
	within 20 connected "$(xl domid "m$1")"
	within 20 console_has "d$1" received
	xl create "s$1.cfg"
	within 20 receives "d$1" 100
	done=0
	router=$(xl domid "m$1")
	before=$(of_port in rx_packets)
	while [ $done -lt 8 ] && /test/xsctl "$router" 3 0 "" \
	    "$forward // $done"; do
		done=$((done + 1))
	done
	is "$1: eight hot swaps" $done 8
	check "$1: all while the sender was at it" eval \
	    '! console_has "s$1" "sent 60000"'
	check "$1: and frames came in" [ "$(of_port in rx_packets)" -gt "$before" ]
	check "$1: it sends all" within 60 console_has "s$1" 'sent 60000'
	check "$1: sent = received + drops, by the switch, the ports, the router" \
	    within 20 settled "d$1" 60000
	echo "# $(received "d$1") received, drops: $drops"
	xl destroy "s$1"
	xl destroy "m$1"
	xl destroy "d$1"
	kill $vale
	wait $vale 2>/dev/null
}
# The queue grows meanwhile: each router hands it to the next.
forward='in :: FromDevice(0) -> q :: Queue(30000) -> Shaper(6000)'
forward="$forward -> out :: ToDevice(1)"
of_router() { /test/xsctl "$router" 7 0 "$1"; }
of_port() { of_router "$1.stats" | awk -v k="$2" '$1 == k { print $2 }'; }
settled() # RECEIVER SENT
{
	drops="switch $(dropped vale1) $(dropped vale2)
	    in $(of_port in rx_dropped) $(of_port in rx_errors)
	    q $(of_router q.drops)
	    out $(of_port out tx_dropped) $(of_port out tx_errors) $(of_router out.drops)"
	drops=$(echo $drops)
	n=$(received "$1")
	for x in $drops; do
		case $x in [0-9]*) n=$((n + x)) ;; esac
	done
	[ $n = "$2" ]
}

protocol ring xen-ring ""
protocol vif xen-vif "vif.ring=0"
captures ring ""
swaps ring ""
swaps vif "vif.ring=0"
sed 's/^/# /' /tmp/vale.log | tail -n 20
plan
