# faults.sh -- part of control.sh: keys that make no sense, a backend that breaks
# the protocol, a store that refuses what it is asked, a grant table that is
# full.  One port ends, or one answer, with a message; all else goes on.
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
# ---- a backend that is ours and breaks the protocol (badback.c) ----

said() { await 10 said bad "$1"; }
badback "$dom" 7 keys
is "a router that sends back what it gets" "$(ask $INSTALL $ANY back \
    'in :: FromDevice(7) -> c :: Counter -> Queue -> ToDevice(7)')" 3
# closes N MESSAGE -- the N-th time that it was closed, and why
closes()
{
	console bad | grep '^vif7: .*: port closed' | sed -n "$1p" |
	    grep -q "^vif7: $2"
}
back_is() { [ "$(ask $READ 3 in.link)" = "$1" ]; }
n=0
while read -r deed message; do
	check "a backend that connects and then does $deed" badback "$dom" 7 "$deed"
	n=$((n + 1))
	check "$deed: $message" within 10 closes $n "$message"
	check "$deed: the link is down" back_is false
done <<END
rx-index rx: index beyond the ring
rx-id rx: answer out of order
rx-beyond rx: frame beyond its page
rx-parts rx: frame of too many parts
tx-index tx: index beyond the ring
tx-id tx: answer to no request
noise [rt]x:
END
check "an honest one after them" badback "$dom" 7 nothing
check "the link is up" back_is true
is "of each a frame has come" "$(ask $READ 3 c.count)" $((n + 1))
check "all the while the others went on" goes_on
is "with their ports" "$(ask $READ 2 FromDevice@1.link)" true

# ---- a store that answers errors ----

ticks='TimedSource(INTERVAL 0.02) -> t :: Counter -> Discard;'
is "a router that counts" "$(ask $INSTALL $ANY ticks "$ticks")" 4
ticked() { now=$(ask $READ 4 t.count) && [ "$now" -gt $((ticked + 20)) ]; }
ticked=$(ask $READ 4 t.count)
# What is below a directory of the guest's counts as the guest's.
i=0 keys= fill=${R%/*}/fill
while [ $((i += 1)) -le 1000 ]; do keys="$keys $fill/$i 0"; done
xenstore-write $keys
check "its quota is used up: no answer" eval '! ask $READ 0 s.switch'
check "which it says" said '^xenstore: .*not written: .*quota'
put 4/control/read/t/count " "
check "nor one by the old protocol" \
    eval '! await 1 filled "$R/4/elements/t/count"'
xenstore-rm "$fill"
check "with room again it answers" goes_on
check "its routers went on" ticked
xenstore-chmod -r "$R/4" n0
sleep 1 # it says one such thing a second
is "a router whose keys it may not touch is stopped" "$(ask 5 4 "")" ""
check "it says what it could not write" \
    said '^xenstore: data/clickos/4/.*not written: permission denied'
is "and started" "$(ask 4 4 "")" ""
check "nothing else is hurt" goes_on
xenstore-rm "$R/4"
while :; do xenstore-write "$R/0/elements/s/switch/lock" mine; done &
conflicts=$!
for i in 1 2 3 4 5; do
	check "a result while others write there: $i" reads_as 0 s switch 0
done
kill $conflicts
xsctl "$dom" $INSTALL $ANY big @/test/big.click > /dev/null 2>&1 &
tool=$!
usleep 500000
kill $tool
xenstore-rm "$R/v2/xsctl-$tool"
check "a tool that is gone in the middle" goes_on
xenstore-rm "$R"
check "all keys gone: it says again that it is there" becomes version 2
check "and which routers it has" becomes 3/state running
check "which went on" goes_on
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
