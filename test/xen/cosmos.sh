# cosmos.sh -- in dom0: guests by cosmos, beside xl.
. /usr/share/tap.sh
export LD_LIBRARY_PATH=/test CLICKOS_RUN=/run/clickos
C=/test/cosmos

cat > /tmp/count.click <<'E'
InfiniteSource(LIMIT 1000) -> c :: Counter -> Discard;
E
echo 'x :: Nothing' > /tmp/bad.click
echo 'InfiniteSource(LIMIT 1) -> Print(hello) -> Discard;' > /tmp/print.click

# What --json prints, for cosmos.t to hold it against the schema.
json()
{
	command=$1
	shift
	printf '%s\n' "# json $command $($C "$command" --json "$@" | tr -d '\n')"
}
state_is() { $C list | grep "^$1 " | grep -q "$2"; }
gone() { ! $C list | grep -q "^$1 "; }
says() { grep -q "$1" /tmp/watch.out; }
counts() { n=$($C read -r "${3:-0}" "$1" c.count) && [ "$n" -gt "$2" ]; }
domains() { xl list | wc -l; }
hello() { grep -q hello /tmp/console; }
reads_of() { [ "$($C read -r 1 keys c.count)" = "$1" ]; }
reads() { [ "$($C read "$1" c.count)" = "$2" ]; }

for kind in pv pvh; do
	check "$kind: create" $C create g$kind -i $kind -c /tmp/count.click
	check "$kind: read a handler" within 10 reads g$kind 1000
	check "$kind: write one" $C write g$kind c.reset
	check "$kind: which shows" [ "$($C read g$kind c.count)" = 0 ]
	check "$kind: xl lists it" xl domid g$kind
	check "$kind: install another" $C install g$kind /tmp/count.click
	$C install g$kind /tmp/bad.click 2>/tmp/err
	check "$kind: a wrong configuration" [ $? = 5 ]
	check "$kind: with Click's words" \
	    grep -q "unknown element class 'Nothing'" /tmp/err
	check "$kind: show" $C show g$kind
	$C create g$kind -i $kind 2>/tmp/err
	check "$kind: the name is taken" [ $? = 4 ]
	check "$kind: destroy" $C destroy g$kind
	$C create b$kind -i $kind -c /tmp/bad.click 2>/tmp/err
	check "$kind: created with a wrong configuration" [ $? = 5 ]
	check "$kind: says so" grep -q Nothing /tmp/err
	check "$kind: nothing is left" [ "$($C list | wc -l)" = 1 ]
done

# ---- every command, by name and by id ----
json create all -c /tmp/count.click --on-crash preserve \
    --on-poweroff preserve --extra packets=64
id=$(xl domid all)
for who in all "$id"; do
	json list
	json show "$who"
	json read "$who" c count
	json write "$who" c reset
	json install "$who" /tmp/count.click
	json stop "$who" 1
	json start -r 1 "$who"
	json remove "$who" 1
	json suspend "$who"
	check "$who: suspend" state_is all paused
	json resume "$who"
	check "$who: resume" state_is all running
	json top -d 0.2
	json logs "$who"
	check "$who: reconnect: nothing to do" $C reconnect "$who"
	$C console "$who" >/tmp/console 2>&1 &
	console=$!
	$C install "$who" /tmp/print.click >/dev/null
	check "$who: console: what the guest prints" within 10 hello
	kill $console
	wait $console 2>/dev/null
	$C remove "$who" 1
done
json check /tmp/count.click /tmp/bad.click
json images
json version
json doctor -n
check "swap" $C install --swap all /tmp/count.click

# ---- what a create costs others: half a millisecond each request ----
ip link add few type bridge
ip link set few up
printf '#!/bin/sh\necho "$@" >> /tmp/modules\n' > /tmp/modprobe
chmod +x /tmp/modprobe
modprobe=$(cat /proc/sys/kernel/modprobe)
echo /tmp/modprobe > /proc/sys/kernel/modprobe
requests() # of oxenstored; the other daemon keeps no such list
{
	cat /var/log/xen/xenstored-access.log 2>/dev/null |
	    grep -Ec ' A[0-9.]+ +(write|mkdir|rm|setperms|watch) '
}
before=$(requests)
check "create, with a device" $C create few -q -c /tmp/count.click -p 0=bridge:few
check "asks XenStore for little ($(($(requests) - before)))" \
    [ $(($(requests) - before)) -le 34 ]
check "and the kernel for no module" [ ! -e /tmp/modules ]
echo "$modprobe" > /proc/sys/kernel/modprobe
check "it goes" $C destroy few
ip link del few

json shutdown all
check "it has ended" within 10 state_is all dying
json destroy all nobody

# ---- xl's file, and xl on our domains ----
cat > /tmp/old.cfg <<'E'
name = "old"
kernel = "/test/clickos"
type = "pv"
memory = 8
click = "/tmp/count.click"
E
# load: a guest as long as its console is looked at.
sed 's/count/print/' /tmp/old.cfg > /tmp/load.cfg
for how in interrupt end; do
	: > /tmp/console
	$C load /tmp/load.cfg >/tmp/console 2>&1 &
	load=$!
	check "load: its console" within 10 hello
	case $how in
	interrupt) kill -INT $load ;;
	end) $C shutdown old ;;
	esac
	wait $load
	is "load: until one interrupts, or it ends ($how)" $? 0
	check "and nothing is left" gone old
done
check "create FILE.cfg" $C create /tmp/old.cfg
check "its configuration runs" within 10 reads old 1000
check "xl list" sh -c "xl list | grep -q '^old .* 8 '"
check "xl save" xl save old /tmp/old.xl
check "it has gone" within 10 gone old
check "xl restore" xl restore /tmp/old.xl
check "cosmos on a domain of xl's" within 10 reads old 1000
$C destroy old
xl create -q /tmp/old.cfg
$C save old /tmp/no.save 2>/tmp/err
check "what xl must save: says so" grep -q "xl save" /tmp/err
check "no file is left" [ ! -e /tmp/no.save ]
check "destroy of one of xl's" $C destroy old
$C create ours -c /tmp/count.click >/dev/null
check "xl destroy of ours" xl destroy ours
check "the doctor finds what xl left" sh -c "$C doctor | grep -q 'guest ours'"
check "and nothing more" [ -z "$($C doctor)" ]

# ---- the original's keys, by XenStore's tools, on a guest of cosmos' ----
key_is() { [ "$(xenstore-read "$1" 2>/dev/null)" = "$2" ]; }
no_key() { ! xenstore-exists "$1"; }
$C create keys -c /tmp/count.click >/dev/null
R=/local/domain/$(xl domid keys)/data/clickos
check "keys: the first router" within 10 key_is $R/0/state running
xenstore-write $R/1/config_name script $R/1/config/0 \
    'InfiniteSource(LIMIT 7) -> c :: Counter -> ' $R/1/config/1 'Discard;'
xenstore-write $R/1/status Running
check "keys: installed in two pieces" within 10 key_is $R/1/state running
xenstore-write $R/1/control/read/c/count " "
check "keys: a handler is read" within 10 key_is $R/1/elements/c/count 7
xenstore-write $R/1/elements/c/count ""
xenstore-write $R/1/elements/c/reset 1
check "keys: one is written, as cosmos sees" within 10 reads_of 0
xenstore-write $R/1/status Halted
check "keys: stopped" within 10 key_is $R/1/state halted
check "keys: as cosmos shows" sh -c "$C show keys | grep -q halted"
xenstore-write $R/2/config/0 'x :: Nothing' $R/2/status Running
check "keys: a mistake" within 10 key_is $R/2/state failed
xenstore-write $R/1/config ""
check "keys: removed" within 10 no_key $R/1
id=$(xl domid keys)
check "shutdown by id" $C shutdown "$id"
check "it has ended" within 10 state_is keys dying
check "destroy by id" $C destroy "$id"
check "keys: gone" gone keys

# ---- the console's reader comes last: what was said meanwhile is not lost ----
yes 'Message("a line that is as long as most lines are, said at the beginning");' |
    head -n 100 > /tmp/chat.click
check "one that says much at its boot" $C create chat -c /tmp/chat.click
said() { [ "$($C logs chat | grep -c 'as most lines are')" = 100 ]; }
check "is heard to the end" within 10 said
is "and has lost nothing" "$($C logs chat | grep -c lost)" 0
$C destroy chat

# ---- more than the store holds of a link at a time, there and back ----
rules() { yes 'allow src 10.1.2.3 && dst port 80,' | head -n 1000; }
echo "Idle -> f :: IPFilter($(rules) deny all) -> Discard;" > /tmp/long.click
$C create long >/dev/null
check "a text in many pieces" $C install long /tmp/long.click
is "comes back whole" "$($C read long f.config)" "$(rules) deny all"
$C destroy long

# ---- save, restore, migrate ----
cat > /tmp/state.click <<'E'
RatedSource(RATE 10) -> c :: Counter -> q :: Queue(100) -> Idle;
E
tty() { xenstore-exists "/local/domain/$(xl domid "$1")/console/tty"; }
for kind in pv pvh; do
	$C create m$kind -i $kind -c /tmp/state.click >/dev/null
	within 20 counts m$kind 5
	n=$($C read m$kind c.count)
	check "$kind: save" $C save m$kind /tmp/m.save
	check "$kind: its domain has gone" gone m$kind
	check "$kind: restore" $C restore /tmp/m.save
	check "$kind: its console is read" within 10 tty m$kind
	check "$kind: all that it had counted is there" \
	    within 5 counts m$kind $((n - 1))
	check "$kind: and it goes on" within 10 counts m$kind $((n + 5))
	rm /tmp/m.save
	n=$($C read m$kind c.count)
	check "$kind: save --keep" $C save -k m$kind /tmp/m.save
	check "$kind: it goes on here" within 10 counts m$kind "$n"
	$C restore /tmp/m.save 2>/tmp/err
	check "$kind: restore: the name is in use" [ $? = 4 ]
	check "$kind: restore --name" $C restore -n n$kind /tmp/m.save
	check "$kind: two of them" [ "$($C list | wc -l)" = 3 ]
	head -c 100000 /tmp/m.save > /tmp/half.save
	$C restore -n h$kind /tmp/half.save 2>/tmp/err
	check "$kind: half a file" [ $? != 0 ]
	check "$kind: leaves nothing" [ "$($C list | wc -l)" = 3 ]
	rm -f /tmp/m.save /tmp/half.save
	$C destroy n$kind
	# One host has a name once: the other side refuses, and it goes on.
	n=$($C read m$kind c.count)
	$C migrate --receive 4700 >/tmp/recv 2>&1 &
	receiver=$!
	sleep 1
	$C migrate m$kind 127.0.0.1:4700 2>/tmp/err
	check "$kind: migrate onto itself: refused" grep -q "other side" /tmp/err
	wait $receiver
	check "$kind: it goes on" within 10 counts m$kind "$n"
	for how in name id; do
		who=m$kind
		[ $how = id ] && who=$(xl domid m$kind)
		n=$($C read m$kind c.count)
		$C migrate --receive -n t$kind 4700 >/tmp/recv 2>&1 &
		receiver=$!
		sleep 1
		json migrate "$who" 127.0.0.1:4700
		wait $receiver
		is "$kind: migrate by $how: taken" $? 0
		check "$kind: it has ended here" gone m$kind
		check "$kind: all that it had counted is there" \
		    counts t$kind $((n - 1))
		check "$kind: and it goes on" within 10 counts t$kind $((n + 5))
		# Back, for the other turn.
		$C migrate --receive -n m$kind 4700 >/tmp/recv 2>&1 &
		receiver=$!
		sleep 1
		$C migrate t$kind 127.0.0.1:4700
		wait $receiver
	done
	check "$kind: there and back, twice" within 10 counts m$kind $((n + 5))
	$C destroy m$kind
done

# ---- ports of a bridge, by xen-netback; no hotplug script runs ----
ip link add br0 type bridge && ip link set br0 up
cat > /tmp/port.click <<'E'
FromDevice(0) -> c :: Counter -> Queue -> ToDevice(0);
E
check "a port of a bridge" $C create br -c /tmp/port.click -p 0=bridge:br0
id=$(xl domid br)
check "it is joined to the bridge" [ -e "/sys/class/net/br0/brif/vif$id.0" ]
back_is() { [ "$(xenstore-read "/local/domain/0/backend/vif/$id/$1/state")" = "$2" ]; }
check "and connected" within 10 back_is 0 4
check "attach another" $C attach br 1=bridge:br0
check "which is joined, too" [ -e "/sys/class/net/br0/brif/vif$id.1" ]
check "detach it" $C detach br 1
left() { [ ! -e "/sys/class/net/br0/brif/vif$id.$1" ]; }
check "its interface goes" within 10 left 1
check "destroy" $C destroy br

# ---- guests made beforehand with a port ----
$C pool 1 >/dev/null
json pool -p 0=bridge:br0 1
is "a pool with a port: those without one go" "$(domains)" 3
check "create without a port takes none" $C create q6 -c /tmp/count.click
is "as one sees" "$($C pool)" 1
check "create with it does" $C -t create q7 -c /tmp/port.click \
    -p 0=bridge:br0
grep -q ' s image' /tmp/check.out
check "and builds none" [ $? = 1 ]
id=$(xl domid q7)
check "it is joined to the bridge" [ -e "/sys/class/net/br0/brif/vif$id.0" ]
check "and connects" within 10 back_is 0 4
check "its address is in what libxl goes by" grep -q \
    "$(xenstore-read "/local/domain/$id/device/vif/0/mac")" \
    /var/lib/xen/userdata-d."$id".*
is "it was the only one" "$($C pool)" 0
$C pool -p 0=vale0:x 1 2>/tmp/err
is "what cannot be prepared: refused" $? 2
check "says which" grep -q 'vale0:x' /tmp/err
$C destroy q6 q7
$C pool -p 0=bridge:br0 1 >/dev/null
is "pool 0: none" "$($C pool 0)" 0

# ---- ports of the switch ----
export VALE_SOCKET=/run/vale.sock
rmmod xen-netback 2>/dev/null
$C create np -c /tmp/count.click -p 0=vale0:np 2>/tmp/err
check "a port without a switch" [ $? = 10 ]
check "says so" grep -q "vale serve" /tmp/err
check "nothing is left of it" gone np

# A guest runs before its create is through: one that is killed then, ...
runs() { [ "$(xenstore-read "/local/domain/$(xl domid "$1")/data/clickos/0/state")" = running ]; }
$C create cut -c /tmp/count.click -p 0=vale0:cut 2>/dev/null &
cut=$!
check "create killed when its guest runs" within 10 runs cut
is "the doctor leaves alone what is being made" "$($C doctor)" ""
kill -9 $cut
wait $cut 2>/dev/null
check "and finds what was" sh -c "$C doctor | grep -q 'half made'"
check "nothing is left of it" gone cut
is "nor more to be found" "$($C doctor)" ""

# ... and a guest that ends before.
$C watch >/tmp/watch.out 2>&1 &
watch=$!
$C create early -c /tmp/count.click -p 0=vale0:early >/dev/null &
early=$!
within 10 runs early
$C shutdown early
sleep 1
is "watch: one that has ended before its create" "$(cat /tmp/watch.out)" ""
/test/vale serve vale0 >/tmp/vale.log 2>&1 &
wait $early
is "which ends well" $? 0
check "is buried after it" within 10 says 'early: poweroff'
check "with all that was its" gone early
kill $watch
wait $watch 2>/dev/null
within 5 /test/vale list >/dev/null
cat > /tmp/tx.click <<'E'
RatedSource(DATA \<020000000002020000000001 88b5 000000000000>, RATE 50)
    -> Queue -> ToDevice(0);
E
echo 'FromDevice(0) -> c :: Counter -> Discard;' > /tmp/rx.click
echo 'FromDevice(1) -> c :: Counter -> Discard;' > /tmp/rx1.click
check "a guest with a port of the switch" $C create rx -c /tmp/rx.click \
    -p 0=vale0:rx+guard=off,mac=02:00:00:00:00:02
check "another" $C create tx -i pvh -c /tmp/tx.click \
    -p 0=vale0:tx+guard=off,mac=02:00:00:00:00:01
check "frames go from one to the other" within 30 counts rx 20
/test/vale list --json | tr -d '\n' > /tmp/ports
check "by the shared ring" grep -q xen-ring /tmp/ports
json attach rx 1=vale0:rx1
check "a router on the port that was attached" $C install rx /tmp/rx1.click
check "which gets what is for all" within 30 counts rx 0 1
$C attach rx 1=vale0:again 2>/tmp/err
check "attach: a number that is taken" [ $? = 4 ]
$C remove rx 1
json detach rx 1
$C detach rx 1 2>/tmp/err
check "detach: it is gone" [ $? = 3 ]
n=$($C read rx c.count)
check "the other port lives" within 10 counts rx "$n"
id=$(xl domid rx)
check "attach by id" $C attach "$id" 2=vale0:rx2
check "detach by id" $C detach "$id" 2
$C destroy rx tx
for i in 1 2 3 4 5; do
	$C create heir -c /tmp/port.click -p 0=vale0:heir && $C destroy heir
done >/dev/null 2>/tmp/err
is "destroyed and made again: its port is free each time" \
    "$(cat /tmp/err)" ""

# ---- guests made beforehand ----
$C destroy all nobody 2>/dev/null
json pool 2
check "pool: two domains, paused" \
    [ "$(xl list | grep -c '^pool:.*--p---')" = 2 ]
check "which no list shows" [ "$($C list | wc -l)" = 1 ]
check "nor the doctor minds" [ -z "$($C doctor)" ]
check "create takes one, with a port" $C -t create q1 -c /tmp/port.click \
    -p 0=vale0:q1
grep -q ' s image' /tmp/check.out
check "and builds none" [ $? = 1 ]
check "it has its name" xl domid q1
check "and its port" sh -c "/test/vale list | grep -q q1"
check "its router runs" sh -c "$C read q1 c.count"
check "its log is found" $C logs q1
$C create q1 2>/tmp/err
check "a name in use takes none" [ $? = 4 ]
is "one is left" "$($C pool)" 1
$C create q2 -c /tmp/bad.click 2>/tmp/err
is "a wrong configuration" $? 5
check "says so, leaves nothing" gone q2
is "and has used it up" "$($C pool)" 0
check "create -t says where its time goes" $C -t create q3 -c /tmp/count.click
grep -q ' s image' /tmp/check.out
check "image and keys" [ $? = 0 ]
$C pool 1 >/dev/null
xl destroy "$(xl list | sed -n 's/^\(pool:[^ ]*\) .*/\1/p')"
check "one that has died is not taken" $C create q4 -c /tmp/count.click
check "what works" within 10 reads q4 1000
$C destroy q1 q3 q4
$C pool 1 >/dev/null
$C watch >/tmp/watch.out 2>&1 &
watch=$!
check "create with a watcher" $C create q5 -c /tmp/count.click
pool_is() { [ "$($C pool)" = "$1" ]; }
check "the watcher fills the pool again" within 60 pool_is 1
kill $watch
wait $watch 2>/dev/null
$C destroy q5
is "pool 0: none" "$($C pool 0)" 0
is "of which no domain is left" "$(domains)" 2

# ---- what becomes of those that end ----
$C watch >/tmp/watch.out 2>&1 &
watch=$!
$C create again -c /tmp/count.click >/dev/null
$C install again /tmp/state.click >/dev/null
old=$(xl domid again)
$C shutdown -r again
check "watch: a reboot" within 30 says 'again: reboot'
check "it is started again" within 30 says 'again: started again'
check "as another domain" [ "$(xl domid again)" != "$old" ]
check "with what was installed in it" within 10 reads again 1000
check "since, too" within 10 counts again 0 1
$C destroy again
$C create off -c /tmp/count.click >/dev/null
$C shutdown off
check "watch: a shutdown" within 10 says 'off: poweroff'
check "its memory is back" within 5 gone off
kill $watch
wait $watch 2>/dev/null

# ---- faults ----
mkdir /tmp/full
if mount -t tmpfs -o size=16k none /tmp/full; then
	head -c 100000 /dev/zero >/tmp/full/fill 2>/dev/null
	CLICKOS_RUN=/tmp/full $C create full -c /tmp/count.click 2>/tmp/err
	is "a full disk" $? 9
	check "a full disk: its words" grep -q "No space left" /tmp/err
	is "a full disk: no domain is left" "$(domains)" 2
	mount -o remount,ro /tmp/full
	$C pool 1 >/dev/null
	CLICKOS_RUN=/tmp/full $C create full -c /tmp/count.click 2>/tmp/err
	check "a disk that takes nothing, out of the pool: fails" [ $? != 0 ]
	check "its words" grep -qi "read-only" /tmp/err
	is "no domain is left of that" "$(domains)" 2
	$C pool 0 >/dev/null
	umount /tmp/full
fi
for i in 1 2; do
	( for n in 1 2 3; do $C create c$i-$n -c /tmp/count.click; done ) \
	    >/tmp/par$i 2>&1 &
	eval "p$i=$!"
done
wait "$p1"
wait "$p2"
check "two cosmos at once: all six are there" \
    [ "$($C list | grep -c '^c[12]-')" = 6 ]
$C destroy 'c{1,2}-{1..3}'
( $C create same -c /tmp/count.click; echo $? ) >/tmp/s1 2>&1 &
p1=$!
( $C create same -c /tmp/count.click; echo $? ) >/tmp/s2 2>&1
wait $p1
is "one name, two creates: one has it" \
    "$(cat /tmp/s1 /tmp/s2 | grep '^[0-9]*$' | sort | tr '\n' ' ')" "0 4 "
check "and it works" within 10 reads same 1000
$C destroy same
check "no domain of the other's is left" [ "$(domains)" = 2 ]
$C create none -i /no/kernel 2>/tmp/err
check "a missing image" [ $? = 3 ]
echo nonsense > /tmp/kernel
$C create none -i /tmp/kernel 2>/tmp/err
check "what is no kernel" [ $? != 0 ]
check "it says which" grep -q /tmp/kernel /tmp/err
# Nothing but breakpoints where its code should be, which nobody handles: its
# first segment begins with the second page, and its length stands at byte 96.
cp /test/clickos /tmp/dead
code=$(od -An -t u8 -j 96 -N 8 /tmp/dead)
tr '\0' '\314' < /dev/zero | dd iflag=fullblock of=/tmp/dead bs=4096 seek=1 \
    count=$((code / 4096)) conv=notrunc 2>/dev/null
for kind in pv pvh; do
	before=$(cut -d. -f1 /proc/uptime)
	$C create none -i /tmp/dead --type $kind -c /tmp/count.click 2>/tmp/err
	is "$kind: a guest that dies at boot" $? 1
	check "$kind: is seen at once" \
	    [ $(($(cut -d. -f1 /proc/uptime) - before)) -lt 15 ]
	check "$kind: and told of" \
	    grep -q 'none: it has ended while it booted' /tmp/err
	$C create none -i $kind --extra selftest=null 2>/tmp/err
	check "$kind: with its last word" \
	    grep -q 'none: it has ended while it booted: ..*' /tmp/err
	sed 's/^/# /' /tmp/err
done
$C create none -m 4096 2>/tmp/err
is "no memory" $? 9
check "no memory: its words" grep -qi "memory" /tmp/err
check "nothing is left of these" [ "$(domains)" = 2 ]
for delay in 20000 60000 120000 250000; do
	$C create slow -m 64 -c /tmp/count.click >/dev/null 2>&1 &
	maker=$!
	usleep $delay
	kill -9 $maker
	wait $maker 2>/dev/null
	$C doctor >/tmp/doc 2>&1
	$C destroy slow 2>/dev/null
	is "a create that was killed after $delay us: nothing is left" \
	    "$(domains)" 2
	is "the doctor finds nothing more" "$($C doctor)" ""
done
plan
