# tap.sh -- what a test script in the box begins with: `. /usr/share/tap.sh`.
# Each check prints one TAP line; the box's end is judged by those lines.

tap_count=0
tap_failed=0

# ok WHAT / not_ok WHAT / skip WHAT REASON
ok() { tap_count=$((tap_count + 1)); echo "ok $tap_count - $*"; }
not_ok()
{
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $*"
}
skip() { tap_count=$((tap_count + 1)); echo "ok $tap_count - $1 # SKIP $2"; }
note() { echo "# $(cut -d' ' -f1 /proc/uptime): $*"; }

# check WHAT COMMAND... -- ok if the command succeeds
check()
{
	what=$1
	shift
	if "$@" >/tmp/check.out 2>&1; then
		ok "$what"
	else
		not_ok "$what"
		tail -n 20 /tmp/check.out | sed 's/^/#   /'
	fi
}

# is WHAT GOT WANTED
is()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		printf '%s\n' "got: $2" "wanted: $3" | sed 's/^/#   /'
	fi
}

# like WHAT GOT PATTERN -- a shell pattern
like()
{
	case $2 in
	$3) ok "$1" ;;
	*) not_ok "$1"
	   printf '%s\n' "got: $2" "wanted: $3" | sed 's/^/#   /' ;;
	esac
}

# within SECONDS COMMAND... -- repeats it until it succeeds or time is up
within()
{
	read -r now rest < /proc/uptime
	end=$((${now%.*} + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		read -r now rest < /proc/uptime
		[ "${now%.*}" -lt "$end" ] || { "$@"; return; }
		usleep 50000
	done
}

# console NAME -- what a guest has printed so far
console() { cat "/var/log/xen/console/guest-$1.log"; }
console_has() { console "$1" | grep -q -e "$2"; }

# guest NAME pv|pvh MEMORY COMMANDLINE [LINE...] -- writes NAME.cfg in xl's
# form, with further lines (vif=[...]) appended.  The emulated processor does
# not promise that its clock is steady, upon which Xen would emulate each look
# at it: a guest that forwards does little else then.  A later line overrides.
guest()
{
	cat > "$1.cfg" <<C
name="$1"
type="$2"
kernel="/test/clickos"
memory=$3
vcpus=1
tsc_mode="native"
extra="$4"
on_poweroff="destroy"
on_reboot="restart"
on_crash="preserve"
C
	config=$1.cfg
	shift 4
	for line; do echo "$line"; done >> "$config"
}

plan() { echo "1..$tap_count"; }
