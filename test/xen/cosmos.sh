# cosmos.sh -- in dom0: guests by cosmos, beside xl.
. /usr/share/tap.sh
export LD_LIBRARY_PATH=/test CLICKOS_RUN=/run/clickos
C=/test/cosmos

cat > /tmp/count.click <<'E'
InfiniteSource(LIMIT 1000) -> c :: Counter -> Discard;
E
echo 'x :: Nothing' > /tmp/bad.click

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
plan
