# demo.sh -- in dom0: tools/demo (demo-xen).
export LD_LIBRARY_PATH=/test:/lib/x86_64-linux-gnu
export PYTHONHOME=/test/pybox PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/test
export COSMOS=/test/cosmos VALE=/test/vale EXAMPLES=/test/examples
export CLICKOS_KERNEL=/test/clickos DEMO_IN_BOX=1
exec /test/python3 /test/demo
