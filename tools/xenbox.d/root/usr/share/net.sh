# net.sh -- networks in the box's dom0, for scripts there: `. /usr/share/net.sh`.

# host NAME ADDRESS BRIDGE -- a network namespace, by a veth on a new bridge
# brBRIDGE
host()
{
	ip link add "br$3" type bridge
	ip link set "br$3" up
	ip netns add "$1"
	ip link add "v$1" type veth peer name eth0 netns "$1"
	ip link set "v$1" master "br$3" up
	ip -n "$1" addr add "$2/24" dev eth0
	ip -n "$1" link set eth0 up
	ip -n "$1" link set lo up
}

# cable ADDRESS -- the card of `xenbox run -n` on a new bridge br0, which has the
# address
cable()
{
	ip link add br0 type bridge
	ip link set eth0 master br0 up
	ip addr add "$1/24" dev br0
	ip link set br0 up
}
