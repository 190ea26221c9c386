# faults.sh -- part of control.sh: keys that make no sense, a grant table that
# is full.  One port ends, with a message; the routers beside it go on.
calm='InfiniteSource(LIMIT 1000) -> c :: Counter -> Discard; s :: Switch(0);
Idle -> s -> Discard; s [1] -> Discard;'
goes_on() { [ "$(ask $READ 0 s.switch)" = 0 ]; }
link_is() { [ "$(ask $READ 1 in.link)" = "$1" ]; }

guest bad pv 8 "" "vif=[\"bridge=br0\",\"bridge=br0\"]"
xl create -q -p bad.cfg
use bad
front=/local/domain/$dom/device/vif back=/local/domain/0/backend/vif/$dom
mac=$(xenstore-read "$front/0/mac")
xenstore-write -- "$front/0/mac" not:an:address "$front/1/mtu" -1 \
    "$back/1/feature-sg" maybe "$back/1/feature-split-event-channels" 2e9
xl unpause bad
becomes version 2
is "a router without ports" "$(ask $INSTALL $ANY calm "$calm")" 0
is "a backend whose features make no sense connects" \
    "$(ask $INSTALL $ANY port 'in :: FromDevice(1) -> Discard')" 1
check "its link is up" within 10 link_is true
like "an address that is none" \
    "$(ask $INSTALL $ANY none 'FromDevice(0) -> Discard;')" \
    '*vif0: its keys make no sense*'
xenstore-write "$front/0/mac" "$mac"
is "put right, the port opens" \
    "$(ask $INSTALL $ANY right 'FromDevice(0) -> Discard;')" 2
for state in rubbish -1 99999999999999999999 "" 3.5; do
	xenstore-write -- "$back/1/state" "$state"
	check "a backend whose state is '$state': the link is down" \
	    within 10 link_is false
	xenstore-write "$back/1/state" 2
	check "and up once it makes sense again" within 10 link_is true
done
xenstore-rm "$back/1"
check "a backend that is gone" goes_on
is "a port of another" "$(ask $READ 2 FromDevice@1.link)" true
xl destroy bad

guest few pv 24 "" 'vif=["bridge=br0","bridge=br0","bridge=br0"]' \
    max_grant_frames=1
xl create -q few.cfg
use few
becomes version 2
is "a router where grants are few" "$(ask $INSTALL $ANY calm "$calm")" 0
n=0
while message=$(ask $INSTALL $ANY p$n "in :: FromDevice($n) -> Discard;"); do
	n=$((n + 1))
done
check "they last for $n of three ports" [ $n -gt 0 -a $n -lt 3 ]
like "the next is refused" "$message" '*cannot share its rings*grant*'
check "the router goes on" goes_on
check "and the port before" link_is true
xl destroy few
