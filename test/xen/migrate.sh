# migrate.sh -- in dom0 of one host: its guest is moved to another, whose dom0 does
# what we tell it (migrate_there.sh), and back; and what fails on the way.
. /usr/share/tap.sh
. /usr/share/net.sh
export LD_LIBRARY_PATH=/test CLICKOS_RUN=/run/clickos
C=/test/cosmos
THERE=10.0.0.3
cable 10.0.0.2

there() { echo "C=$C; $*" | nc $THERE 4600; }
check "the hosts are joined" within 60 sh -c "echo exit | nc $THERE 4600"

{
	cat /test/ping-responder.click
	# State of all kinds: a count that goes on, packets that wait, a value.
	echo 'RatedSource(RATE 10) -> c :: Counter -> q :: Queue(1000) -> Idle;'
	echo 's :: Switch(0); Idle -> s -> Discard; s[1] -> Discard;'
} > /tmp/ping.click
make() { $C create m "$@" -c /tmp/ping.click -p 0=bridge:br0,mac=02:00:00:00:00:01; }
pings() { ping -c 1 -W 1 10.0.0.1; }
counts() { n=$($C read m c.count) && [ "$n" -gt "$1" ]; }
count_there() { [ "$(there '$C read m c.count')" -gt "$1" ]; }
domains() { xl list | wc -l; }
domains_there() { there 'xl list | wc -l'; }
# A receiver there, and what it says in /tmp/recv; it listens when this returns.
listens() { there 'netstat -ltn' | grep -q ':4700 '; }
receiver() # [ENVIRONMENT...]
{
	there "{ $* \$C migrate --receive 4700; echo status \$?; }" \
	    ">/tmp/recv 2>&1 </dev/null &"
	within 10 listens
}
# The guest after a move that failed: as before, and nothing of it there.
stays() # WHAT COUNT
{
	check "$1: it goes on here" within 10 counts "$2"
	check "$1: and answers" within 10 pings
	is "$1: nothing half made is left there" "$(domains_there)" 2
}
moves() # WHAT
{
	n=$($C read m c.count)
	$C write m s.switch 1
	receiver
	$C migrate m $THERE:4700 >/tmp/said 2>/tmp/err
	is "$1: migrate" $? 0
	sed "s/^/# $1: /" /tmp/said /tmp/err
	is "$1: it has ended here" "$(domains)" 2
	check "$1: its port there answers who asks here" within 10 pings
	check "$1: all that it had counted is there" count_there $((n - 1))
	like "$1: and the packets that wait" \
	    "$(there '$C read m q.length')" "[1-9]*"
	is "$1: and what was set" "$(there '$C read m s.switch')" 1
	check "$1: it goes on" within 10 count_there $((n + 10))
}

# ---- there, by PV and by PVH; one comes back ----
check "a PV guest" make -i pv
check "it answers" within 10 pings
moves pv
$C migrate --receive 4700 >/tmp/recv 2>&1 &
back=$!
sleep 1
like "back: how long it stood still" "$(there '$C migrate m 10.0.0.2:4700' 2>&1)" \
    "m: stood still for *ms"
wait $back
is "back: it has come" $? 0
check "back: it answers" within 10 pings
is "back: nothing is left there" "$(domains_there)" 2
$C destroy m
check "a PVH guest" make -i pvh
check "it answers" within 10 pings
moves pvh
there '$C destroy m'

# ---- what fails: it goes on here ----
# The bridge has seen its address there.
echo 1 > /sys/class/net/br0/bridge/flush
check "a guest that takes a while" make -i pv -m 64
check "it answers" within 10 pings
n=$($C read m c.count)
$C migrate m $THERE:4700 2>/tmp/err
is "nobody receives" $? 11
check "says so" grep -q "$THERE:4700: Connection refused" /tmp/err
stays "nobody receives" "$n"

there '$C create m' >/dev/null
n=$($C read m c.count)
receiver
$C migrate m $THERE:4700 2>/tmp/err
is "the name is in use there" $? 1
check "says so" grep -q "m: the other side: m: domain .* has that name" /tmp/err
there '$C destroy m'
stays "the name is in use" "$n"

there 'xl create -q /dev/null name=\"full\" kernel=\"/test/clickos\"' \
    'type=\"pv\"' "memory=$(($(there 'xl info free_memory') - 40))" 'on_crash=\"preserve\"'
n=$($C read m c.count)
receiver
$C migrate m $THERE:4700 2>/tmp/err
is "no memory there" $? 1
check "says so" grep -q "m: the other side: m: .* kB of memory: Xen has" /tmp/err
there 'xl destroy full'
stays "no memory" "$n"

# In the middle: the receiver has a domain, and reads no more of it.
halfway='until set -- /run/clickos/xen/.making.*; [ -e "$1" ]; do usleep 2000; done;
    kill -STOP $(pidof cosmos);'
n=$($C read m c.count)
receiver
there "$halfway usleep 300000;" 'kill -9 $(pidof cosmos)' &
$C migrate m $THERE:4700 2>/tmp/err
is "the receiver is killed" $? 1
check "says so" grep -q "m: the other side has gone" /tmp/err
sed 's/^/# /' /tmp/err
like "the doctor there finds it" "$(there '$C doctor')" \
    "domain * half made, and its creator has gone"
stays "the receiver is killed" "$n"

# The cable is pulled: nobody says anything more, to either.
n=$($C read m c.count)
receiver
there "{ $halfway ip link set eth0 down; kill -CONT" '$(pidof cosmos);' \
    'while pidof cosmos; do usleep 100000; done; ip link set eth0 up; }' \
    '>/dev/null 2>&1 </dev/null &'
$C migrate m $THERE:4700 2>/tmp/err
is "the other host is lost" $? 1
check "says so" grep -q "m: the other side has gone" /tmp/err
sed 's/^/# /' /tmp/err
check "the other host is lost: it has given up, too" \
    within 30 sh -c "echo exit | nc $THERE 4600"
# Not heard of in time, or no way to ask any more: what it met first.
like "says so" "$(there 'cat /tmp/recv')" "cosmos: m: its memory: *status 1[01]"
stays "the other host is lost" "$n"

# The sender is killed: its guest stands still until one says what to do.
n=$($C read m c.count)
receiver
$C migrate m $THERE:4700 2>/tmp/err &
sender=$!
there "$halfway"
there_is() { [ "$(domains_there)" = 3 ]; }
check "a domain is made there" within 10 there_is
kill -9 $sender
wait $sender 2>/dev/null
there 'kill -CONT $(pidof cosmos)'
check "the sender is killed: it stands still" \
    sh -c "$C list | grep '^m ' | grep -q paused"
check "the sender is killed: resume" $C resume m
there_not() { [ "$(domains_there)" = 2 ]; }
check "the sender is killed: the other side notices" within 10 there_not
stays "the sender is killed" "$n"
$C destroy m
is "nothing is left in this host" "$(domains) $($C doctor)" "2 "
there ': > /tmp/done'
plan
