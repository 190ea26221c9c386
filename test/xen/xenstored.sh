# xenstored.sh -- in dom0, beside the XenStore daemon in C: what cosmos does there
# that the other one would forgive.
. /usr/share/tap.sh
export LD_LIBRARY_PATH=/test CLICKOS_RUN=/run/clickos VALE_SOCKET=/run/vale.sock
C=/test/cosmos

cat > /tmp/port.click <<'E'
FromDevice(0) -> c :: Counter -> Queue -> ToDevice(0);
E
cat > /tmp/count.click <<'E'
InfiniteSource(LIMIT 1000) -> c :: Counter -> Discard;
E
cat > /tmp/tx.click <<'E'
RatedSource(DATA \<020000000002020000000001 88b5 000000000000>, RATE 50)
    -> Queue -> ToDevice(0);
E
echo 'FromDevice(0) -> c :: Counter -> Discard;' > /tmp/rx.click
key_is() { [ "$(xenstore-read "$1" 2>/dev/null)" = "$2" ]; }
reads() { [ "$($C read "$1" c.count)" = "$2" ]; }
counts() { n=$($C read "$1" c.count) && [ "$n" -gt "$2" ]; }
back() { echo "/local/domain/0/backend/vif/$(xl domid "$1")/0/state"; }
domains() { xl list | wc -l; }
ip link add br0 type bridge && ip link set br0 up

check "a guest with a port of a bridge" $C create br -c /tmp/port.click \
    -p 0=bridge:br0
check "connects" within 10 key_is "$(back br)" 4
check "its console is read" within 10 xenstore-exists \
    "/local/domain/$(xl domid br)/console/tty"
check "xl ends it" xl shutdown -w br
$C destroy br

# ---- many at once: transactions that conflict, names, prepared guests ----
at_once() # [-p PORT] NAME...: a create each, at the same time; how they ended
{
	port=
	[ "$1" = -p ] && port="-p $2" && shift 2
	: > /tmp/ended
	for name; do
		(
			$C create "$name" -q -c /tmp/count.click $port \
			    2>>/tmp/err
			echo $? >> /tmp/ended
		) &
	done
	wait
	sort /tmp/ended | tr '\n' ' '
}
is "twelve creates with devices: all are made" \
    "$(at_once -p 0=bridge:br0 s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 s12)" \
    "0 0 0 0 0 0 0 0 0 0 0 0 "
sed 's/^/# /' /tmp/err
check "and work" within 10 reads s12 1000
$C destroy 's{1..12}'
check "nothing is left of them" [ "$(domains)" = 2 ]
is "one name, four creates: one has it" "$(at_once same same same same)" \
    "0 4 4 4 "
check "and it works" within 10 reads same 1000
$C destroy same
$C pool 2 >/dev/null
is "two prepared, four creates: all are made" "$(at_once p1 p2 p3 p4)" "0 0 0 0 "
is "and none is prepared any more" "$($C pool)" 0
for i in 1 2 3 4; do
	check "p$i works" within 10 reads p$i 1000
	xl domid p$i
done > /tmp/ids
grep -v '^[0-9]*$' /tmp/ids
is "each is a domain of its own" "$(grep '^[0-9]*$' /tmp/ids | sort -u | wc -l)" 4
$C destroy 'p{1..4}'

# ---- the switch, and there and back ----
/test/vale serve vale0 >/tmp/vale.log 2>&1 &
vale=$!
within 5 /test/vale list >/dev/null
check "a guest with a port of the switch" $C create rx -c /tmp/rx.click \
    -p 0=vale0:rx+guard=off,mac=02:00:00:00:00:02
check "another" $C create tx -c /tmp/tx.click \
    -p 0=vale0:tx+guard=off,mac=02:00:00:00:00:01
check "frames go from one to the other" within 30 counts rx 20
check "save" $C save rx /tmp/rx.save
check "restore" $C restore /tmp/rx.save
n=$($C read rx c.count)
check "they go on" within 30 counts rx $((n + 20))
$C destroy rx tx
kill $vale
wait $vale

check "nothing is left of all" [ "$(domains)" = 2 ]
is "nor the doctor finds any" "$($C doctor)" ""
for keys in tool/clickos/names tool/clickos/pool libxl vm local/domain/0/vale; do
	is "no key in $keys" "$(xenstore-list "/$keys" 2>/dev/null)" ""
done
is "nor a domain's folder" "$(xenstore-list /local/domain)" 0
plan
