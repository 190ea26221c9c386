# migrate_there.sh -- in dom0 of the second host: does what migrate.sh asks for, a
# shell for each connection that comes by the cable, until that says that it is done.
. /usr/share/tap.sh
. /usr/share/net.sh
export LD_LIBRARY_PATH=/test CLICKOS_RUN=/run/clickos
cable 10.0.0.3
nc -ll -p 4600 -e /bin/sh &
done_there() { [ -e /tmp/done ]; }
check "the other host is done" within 280 done_there
is "nothing is left in this one" "$(xl list | wc -l) $(/test/cosmos doctor)" "2 "
plan
