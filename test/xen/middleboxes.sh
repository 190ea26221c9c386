# middleboxes.sh -- in dom0: the examples as guests (middleboxes.t).
rmmod xen-netback
export LD_LIBRARY_PATH=/test:/lib/x86_64-linux-gnu CLICKOS_RUN=/run/clickos
export PYTHONHOME=/test/pybox PYTHONDONTWRITEBYTECODE=1
export COSMOS=/test/cosmos VALE=/test/vale EXAMPLES=/test/examples
export TRACES=/test/traces CLICKOS_KERNEL=/test/clickos
# shellcheck disable=SC2046 # a list of words is meant
exec /test/python3 /test/middleboxes_xen.py $(cat /test/names)
