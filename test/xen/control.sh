# control.sh -- in dom0: guests controlled through XenStore, by its keys alone
# (the original protocol) and by links in it (version 2, xsctl).
. /usr/share/tap.sh

HELLO=1 INSTALL=2 SWAP=3 REMOVE=6 READ=7 WRITE=8 LIST=9 STATS=11 CONFIG=13
SHUTDOWN=12 ANY=65535

# The guest that all below is about: its keys.
use() { dom=$(await 5 id "$1"); R=/local/domain/$dom/data/clickos; }
put() { xenstore-write "$R/$1" "$2"; }
get() { xenstore-read "$R/$1" 2>/dev/null; }
becomes() { await 30 key "$R/$1" "$2"; }
ask() { xsctl "$dom" "$@"; }

# install ID TEXT -- as the original tools do: chunks, then the status
install()
{
	xenstore-write "$R/$1/config_name" script "$R/$1/config/0" "$2" \
	    "$R/$1/status" Running
}

# reads ID ELEMENT HANDLER -- asks, waits for something, blanks it
reads()
{
	put "$1/control/read/$2/$3" " "
	await 30 filled "$R/$1/elements/$2/$3" || return
	put "$1/elements/$2/$3" ""
}
reads_as() { [ "$(reads "$1" "$2" "$3")" = "$4" ]; }

ip link add br0 type bridge
ip link set br0 up

switching='s :: Switch(0); Idle -> s -> Discard; s [1] -> Discard;'
bad='FromDevice(0) -> Foo -> Discard;'

# ---- everything once, on each kind of guest ----

for kind in pv pvh; do
	guest c$kind $kind 8 "" "vif=[\"bridge=br0\",\"bridge=br0\"]"
	check "$kind: created" xl create -q c$kind.cfg
	use c$kind
	check "$kind: says that it is there" becomes version 2
	xenstore-write "$R/0/config_name" fw \
	    "$R/0/config/0" 'InfiniteSource(LIMIT 1000) -> c :: Cou' \
	    "$R/0/config/1" "nter -> Discard; $switching" "$R/0/status" Running
	check "$kind: a configuration in two chunks runs" \
	    becomes 0/state running
	check "$kind: a counter is read" within 10 reads_as 0 c count 1000
	put 0/elements/s/switch 1
	check "$kind: a handler is written" reads_as 0 s switch 1
	install 1 "$bad"
	check "$kind: a wrong one fails" becomes 1/state failed
	like "$kind: and leaves its message" "$(get 1/error)" \
	    "config:1: undeclared element 'Foo'*"
	is "$kind: and the old status" "$(get 1/status)" Error
	install 2 "$switching"
	check "$kind: another router beside it" becomes 2/state running
	check "$kind: has its own state" reads_as 2 s switch 0
	check "$kind: and its own results" reads_as 0 s switch 1
	put 0/status Halted
	check "$kind: stopped" becomes 0/state halted
	put 0/status Running
	check "$kind: started again" becomes 0/state running
	check "$kind: and counts anew" within 10 reads_as 0 c count 1000
	put 2/config ""
	check "$kind: an empty text removes it" await 30 no "$R/2"
	xenstore-rm "$R/1"
	is "$kind: a list over a link" "$(ask $LIST $ANY "")" "0 running fw"
	is "$kind: installed over a link" \
	    "$(ask $INSTALL $ANY two "FromDevice(0) -> Discard; $switching")" 1
	is "$kind: a handler over a link" "$(ask $READ 1 s.switch)" 0
	message=$(ask $INSTALL $ANY three 'FromDevice(0) -> Discard;')
	like "$kind: a port has one holder" "$message" \
	    '*port 0: held by router 1 (two)*'
	is "$kind: swapped" "$(ask $SWAP 1 "" \
	    "FromDevice(0) -> q :: Queue(9) -> ToDevice(1);")" ""
	is "$kind: the new one" "$(ask $READ 1 q.capacity)" 9
	is "$kind: its text" "$(ask $CONFIG 1 "")" \
	    "FromDevice(0) -> q :: Queue(9) -> ToDevice(1);"
	note "$kind: boot, us: $(ask $READ 0 clickos.boot_us | tr '\n' ' ')"
	like "$kind: stages of the boot" "$(ask $READ 0 clickos.boot_us)" \
	    '*memory *drivers *control *router *'
	like "$kind: by the old protocol too" "$(reads 0 clickos boot_us)" \
	    '*control *'
	like "$kind: the guest's own numbers" "$(ask $STATS $ANY "")" \
	    '*routers_running 2*memory_used *idle_permille *'
	check "$kind: saved while it goes on" xl save -c c$kind /tmp/save
	rm /tmp/save
	check "$kind: which it says" await 10 said c$kind 'suspend called off'
	is "$kind: and answers" "$(ask $READ 1 q.capacity)" 9
	# Its state goes along, and the keys come back by themselves.
	check "$kind: saved" xl save c$kind /tmp/save
	check "$kind: restored" xl restore /tmp/save
	rm /tmp/save
	use c$kind
	check "$kind: says again that it is there" becomes version 2
	check "$kind: its routers too" becomes 0/state running
	check "$kind: counters are intact" reads_as 0 c count 1000
	is "$kind: over a link too" "$(ask $READ 1 q.capacity)" 9
	[ $kind = pvh ] || continue
	check "poweroff is heard over a link" ask $SHUTDOWN $ANY "" poweroff
	check "and obeyed" await 30 gone c$kind
done
use cpv
check "reboot is heard over a link" ask $SHUTDOWN $ANY "" reboot
check "and obeyed" await 30 id cpv "$dom"
use cpv
check "nothing is left after it" becomes version 2
install 3 "$switching"
check "a router that is not the first" becomes 3/state running
check "its results while there is no router 0" reads_as 3 s switch 0
check "are there, too" becomes 0/elements/s/switch 0
xl destroy cpv

# ---- what came along with the guest ----

echo "$switching" > ram.click
guest ram pvh 6 "" 'ramdisk="/test/ram.click"'
xl create -q ram.cfg
use ram
check "a router as ramdisk runs" becomes 0/state running
check "and answers" reads_as 0 s switch 0
xl destroy ram
guest line pv 6 "config='$switching'"
xl create -q -p line.cfg
use line
put 3/config/0 "$switching"
put 3/status Running
xl unpause line
check "a router on the command line too" becomes 0/state running
check "and by keys that were there before the guest" becomes 3/state running
xl destroy line

# ---- memory ----

guest small pv 5 "router_packets=600"
xl create -q small.cfg
use small
becomes version 2
is "a router that hoards packets" "$(ask $INSTALL $ANY hoard \
    'InfiniteSource(BURST 32) -> q :: Queue(100000); q -> Idle;')" 0
hoards() { n=$(ask $READ 0 q.length); [ "$n" -ge 500 ] && [ "$n" -le 600 ]; }
check "gets what its limit is" within 10 hoards
check "one that needs more memory than there is fails" \
    eval '! ask $INSTALL $ANY huge @/test/huge.click > huge.out'
check "and says so" grep -q 'memory' huge.out
is "the next one works" "$(ask $INSTALL $ANY next "$switching")" 1
check "and the first goes on" hoards
xl destroy small
. /test/faults.sh

# ---- many, under load ----

guest many pv 40 "router_packets=64"
xl create -q many.cfg
use many
becomes version 2
is "a configuration of a megabyte" \
    "$(ask $INSTALL $ANY big @/test/big.click)" 0
check "read back" eval 'ask $CONFIG 0 "" > back.click; cmp back.click /test/big.click'
is "63 busy routers beside it" "$(ask $INSTALL $ANY busy \
    'InfiniteSource(BURST 32) -> c :: Counter -> Discard;' x63 2>/dev/null)" 63
nodes=$(xenstore-ls "$R" | wc -l)
check "within the store's quota ($nodes nodes)" [ "$nodes" -lt 1000 ]
number() { ask $STATS $ANY "" | sed -n "s/^$1 //p"; }
late=$(number control_late) waits=$(number control_waits)
is "it answers beside 63 that are busy" "$(ask $READ 0 s.switch "" x20 2>/dev/null)" 0
check "each answer was waited for" \
    [ "$(number control_waits)" -ge $((waits + 20)) ]
# By the guest's own time: what Xen gives to dom0 does not count, nor, as the
# box counts instructions, what this machine gives to others.
is "none longer than 10 ms" "$(number control_late)" "$late"
note "$(ask $STATS $ANY "" | grep -E '^(longest|control)_' | tr '\n' ' ')"
xl shutdown many
check "it powers off under load" await 30 gone many
plan
