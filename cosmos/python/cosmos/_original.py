# SPDX-License-Identifier: BSD-3-Clause
"""The calls of the original's Python module, over Host and Guest.

A guest is its domid (our id), text is text, and a failure is CosmosError.
"""
from __future__ import annotations

from typing import Dict, Optional

from ._host import Guest, Host
from ._library import UsageError

VERBOSE = 1
AUTOATTACH = 0x10


class ctx:
    """The original's context.  flags: VERBOSE says on standard output what is
    done; AUTOATTACH is refused: ports are named when a guest is created."""

    def __init__(self, flags: int = 0) -> None:
        if flags & AUTOATTACH:
            raise UsageError('no port is attached by itself: name it in the '
                             'guest\'s file (vif = [...]) or attach it')
        self._verbose = bool(flags & VERBOSE)
        self._host: Optional[Host] = Host()
        self._ports: Dict[int, int] = {}

    def _open(self) -> Host:
        if self._host is None:
            raise UsageError('the context has been freed')
        return self._host

    def _guest(self, domid: int) -> Guest:
        return self._open().find(domid)

    def _say(self, text: str) -> None:
        if self._verbose:
            print(text)

    def free(self) -> None:
        """Ends the context; guests stay."""
        if self._host is not None:
            self._host.close()
        self._host = None

    def domid(self, name: str) -> int:
        """The id of a guest, by its name."""
        return self._open().find(name).id

    def create(self, cfgfile: str) -> int:
        """Makes a guest of one of xl's configuration files; its id."""
        guest = self._open().create_file(cfgfile)
        self._say('created %s' % guest.name)
        return guest.id

    def create_default(self, name: str, kernel: Optional[str] = None) -> int:
        """Makes a guest of a kernel, with what is the default else."""
        guest = self._open().create(name, image=kernel or None)
        self._say('created %s' % guest.name)
        return guest.id

    def destroy(self, domid: int, force: bool = False) -> None:
        """Ends it at once, forced or not."""
        del force
        self._guest(domid).destroy()

    def clickos_suspend(self, domid: int, file: str) -> None:
        """Puts it into a file, and ends it."""
        with open(file, 'xb', buffering=0) as out:
            self._guest(domid).save(out)

    def network_attach(self, domid: int, mac: str, backend_id: int,
                       bridge: str) -> None:
        """Gives it its next port, on a bridge or on vale0:PORT."""
        if backend_id != 0:
            raise UsageError('backends are in domain 0')
        number = self._ports.get(domid, 0)
        kind = bridge if bridge.startswith('vale') else 'bridge:' + bridge
        self._guest(domid).attach(
            '%d=%s%s' % (number, kind, ',mac=' + mac if mac else ''))
        self._ports[domid] = number + 1

    @staticmethod
    def script(path: str) -> str:
        """The text of a configuration."""
        with open(path, encoding='utf-8') as f:
            return f.read()

    def start(self, domid: int, name: str, text: str) -> int:
        """Installs and starts a configuration; its router id."""
        router = self._guest(domid).install(text, name)
        self._say('started %s as router %d' % (name, router.id))
        return router.id

    def stop(self, domid: int, rid: int) -> None:
        """Stops a router."""
        self._guest(domid).router(rid).stop()

    def readh(self, domid: int, elem: str, handler: str) -> str:
        """A read handler of router 0."""
        return self._guest(domid).read('%s.%s' % (elem, handler))

    def writeh(self, domid: int, elem: str, handler: str,
               value: str = '') -> None:
        """A write handler of router 0."""
        self._guest(domid).write('%s.%s' % (elem, handler), value)


_default: Optional[ctx] = None


def _context() -> ctx:
    global _default
    if _default is None:
        _default = ctx()
    return _default


def free() -> None:
    """Ends the module's own context."""
    global _default
    if _default is not None:
        _default.free()
    _default = None


def domid(name: str) -> int:
    """ctx.domid() of the module's own context; so are the others."""
    return _context().domid(name)


def create(cfgfile: str) -> int:
    """See ctx.create()."""
    return _context().create(cfgfile)


def create_default(name: str, kernel: Optional[str] = None) -> int:
    """See ctx.create_default()."""
    return _context().create_default(name, kernel)


def destroy(domid: int, force: bool = False) -> None:
    """See ctx.destroy()."""
    _context().destroy(domid, force)


def clickos_suspend(domid: int, file: str) -> None:
    """See ctx.clickos_suspend()."""
    _context().clickos_suspend(domid, file)


def network_attach(domid: int, mac: str, backend_id: int,
                   bridge: str) -> None:
    """See ctx.network_attach()."""
    _context().network_attach(domid, mac, backend_id, bridge)


script = ctx.script


def start(domid: int, name: str, text: str) -> int:
    """See ctx.start()."""
    return _context().start(domid, name, text)


def stop(domid: int, rid: int) -> None:
    """See ctx.stop()."""
    _context().stop(domid, rid)


def readh(domid: int, elem: str, handler: str) -> str:
    """See ctx.readh()."""
    return _context().readh(domid, elem, handler)


def writeh(domid: int, elem: str, handler: str, value: str = '') -> None:
    """See ctx.writeh()."""
    _context().writeh(domid, elem, handler, value)
