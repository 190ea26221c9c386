# SPDX-License-Identifier: BSD-3-Clause
"""Hosts, guests and their routers as objects; see the package's own words."""
from __future__ import annotations

import ctypes
import os
from ctypes import byref
from dataclasses import dataclass
from types import TracebackType
from typing import (IO, Dict, Iterator, List, Mapping, Optional, Sequence, Type,
                    Union)

from . import _library as lib
from ._library import GuestStruct, Handle, SpecStruct, UsageError

Text = Union[str, bytes]
Number = Union[int, str]


def _bytes(text: Optional[Text]) -> Optional[bytes]:
    return text.encode() if isinstance(text, str) else text


def _must(text: Text) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _size(size: Union[int, str]) -> int:
    """Bytes, of a number of them or of '8M'."""
    if isinstance(size, int):
        return size
    units = {'K': 10, 'M': 20, 'G': 30}
    shift = units.get(size[-1:].upper(), 0)
    digits = size[:-1] if shift else size
    if not digits.isdigit():
        raise UsageError("'%s' is no size: 8M, 8192K" % size)
    return int(digits) << shift


def _lines(text: bytes) -> 'Dict[str, Union[int, str]]':
    """'name value' lines; numbers become numbers."""
    found: 'Dict[str, Union[int, str]]' = {}
    for line in text.decode(errors='replace').splitlines():
        name, _, value = line.partition(' ')
        found[name] = int(value) if value.isdigit() else value
    return found


@dataclass(frozen=True)
class Image:
    """A kernel or program that guests can be made of."""
    platform: str
    path: str


@dataclass(frozen=True)
class Leftover:
    """What an ended guest or a killed program has left."""
    kind: str
    name: str
    what: str


class Router:
    """One of the up to 64 Click configurations that run in a guest."""

    def __init__(self, guest: 'Guest', number: int) -> None:
        self.guest, self.id = guest, number

    def __repr__(self) -> str:
        return '<router %d of %s>' % (self.id, self.guest.name)

    def read(self, handler: str, parameter: str = '') -> str:
        """What the read handler 'element.handler' says."""
        return self.guest.host._handle.text(
            'read', self.guest._struct, self.id, _must(handler),
            _must(parameter)).decode(errors='replace')

    def write(self, handler: str, value: Text = '') -> None:
        """Calls the write handler 'element.handler'."""
        data = _must(value)
        self.guest._call('write', self.id, _must(handler), data, len(data))

    def start(self) -> None:
        """Starts it again after stop()."""
        self.guest._call('start', self.id)

    def stop(self) -> None:
        """Stops it; its text stays."""
        self.guest._call('stop', self.id)

    def remove(self) -> None:
        """Ends it for good."""
        self.guest._call('remove', self.id)

    def swap(self, text: Text) -> None:
        """Puts another configuration in its place, its state taken over."""
        data = _must(text)
        self.guest._call('swap', self.id, data, len(data))

    @property
    def config(self) -> str:
        """Its text, as it was installed."""
        return self.guest.host._handle.text(
            'config', self.guest._struct, self.id).decode(errors='replace')

    @property
    def status(self) -> 'Dict[str, Union[int, str]]':
        """state, label, rx_packets, tx_packets, drops, and more."""
        return _lines(self.guest.host._handle.text(
            'router_status', self.guest._struct, self.id))


class Guest:
    """A virtual machine or sandboxed process, as it was when looked at."""

    def __init__(self, host: 'Host', struct: GuestStruct) -> None:
        self.host, self._struct = host, struct

    def __repr__(self) -> str:
        return '<%s guest %s (%d), %s>' % (self.platform, self.name, self.id,
                                           self.state)

    def _call(self, name: str, *arguments: object) -> None:
        self.host._handle.call(name, byref(self._struct), *arguments)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._struct.name.decode())

    @property
    def id(self) -> int:
        """Xen's domain id, or the process id."""
        return int(self._struct.id)

    @property
    def platform(self) -> str:
        """'xen', 'kvm' or 'process'."""
        return lib.name_of('platform', self._struct.platform)

    @property
    def state(self) -> str:
        """'running', 'paused', 'dying' or 'unknown'."""
        return lib.name_of('state', self._struct.state)

    @property
    def memory(self) -> int:
        """Bytes of its own."""
        return int(self._struct.memory)

    @property
    def cpu_seconds(self) -> float:
        """Processor time so far."""
        return float(self._struct.cpu_ns) / 1e9

    @property
    def created(self) -> float:
        """When it was created, in seconds since 1970."""
        return float(self._struct.since_ns) / 1e9

    def refresh(self) -> 'Guest':
        """Looks at it anew; the same object."""
        self._struct = self.host.find(self.name)._struct
        return self

    def install(self, text: Text, label: str = 'python') -> Router:
        """Starts another router.  ConfigError has Click's messages."""
        data, number = _must(text), ctypes.c_uint()
        self._call('install', _must(label), data, len(data), byref(number))
        return Router(self, number.value)

    def router(self, number: int = 0) -> Router:
        """That router, whether or not it is there."""
        return Router(self, number)

    @property
    def routers(self) -> 'Dict[int, Router]':
        """Those that are there."""
        text = self.host._handle.text('routers', byref(self._struct))
        numbers = [int(line.split()[0]) for line in text.splitlines()]
        return {number: Router(self, number) for number in numbers}

    def read(self, handler: str, parameter: str = '', router: int = 0) -> str:
        """A read handler of one of its routers."""
        return self.router(router).read(handler, parameter)

    def write(self, handler: str, value: Text = '', router: int = 0) -> None:
        """A write handler of one of its routers."""
        self.router(router).write(handler, value)

    @property
    def stats(self) -> 'Dict[str, Union[int, str]]':
        """What the guest says of itself: memory_used, cpu_us, ..."""
        return _lines(self.host._handle.text('stats', byref(self._struct)))

    def logs(self) -> str:
        """What it has written on its console."""
        return self.host._handle.text(
            'logs', byref(self._struct)).decode(errors='replace')

    def suspend(self) -> None:
        """It stands still, in memory."""
        self._call('suspend')

    def resume(self) -> None:
        """It goes on."""
        self._call('resume')

    def reconnect(self) -> None:
        """Brings it to the switch, which has been started anew."""
        self._call('reconnect')

    def shutdown(self, how: str = 'poweroff') -> None:
        """Asks it to end by itself ('poweroff', 'reboot'); does not wait."""
        self._call('shutdown', _must(how))

    def destroy(self) -> None:
        """Ends it at once; its memory is free when this returns."""
        self._call('destroy')

    def attach(self, port: str) -> None:
        """Gives it a port: '1=vale0:fw.1'."""
        self._call('attach', _must(port))

    def detach(self, port: Number) -> None:
        """Takes port 1 away."""
        self._call('detach', _must(str(port)))

    def save(self, file: Union[IO[bytes], int], keep: bool = False) -> None:
        """Writes it to an open file, and ends it unless it is kept."""
        self._call('save', _fileno(file), 1 if keep else 0)

    def migrate(self, connection: Union['_HasFileno', int]) -> float:
        """Moves it over a connected socket; for how long it stood still."""
        downtime = ctypes.c_int64()
        self._call('migrate', _fileno(connection), byref(downtime))
        return downtime.value / 1e9


class _HasFileno:
    def fileno(self) -> int:
        """As sockets and files have it."""
        raise NotImplementedError


def _fileno(file: object) -> int:
    if isinstance(file, int):
        return file
    flush = getattr(file, 'flush', None)
    if flush is not None:
        flush()
    return int(file.fileno())  # type: ignore[attr-defined]


class Host:
    """The guests of this machine.  Use it in a with statement, or close it.

    It is for one thread at a time; several may be open at once.
    """

    def __init__(self) -> None:
        self._handle = Handle()

    def __enter__(self) -> 'Host':
        return self

    def __exit__(self, kind: Optional[Type[BaseException]],
                 error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def close(self) -> None:
        """Gives back what it holds.  Guests stay."""
        self._handle.close()

    def platforms(self) -> List[str]:
        """Those on which guests can be created here, the best one first."""
        found = []
        for number in range(1, 4):
            try:
                self._handle.call('platform_check', number)
                found.append(lib.name_of('platform', number))
            except lib.CosmosError:
                pass
        return found

    def create(self, name: str, config: Optional[Text] = None, *,
               platform: str = 'best', label: Optional[str] = None,
               image: Optional[str] = None, type: Optional[str] = None,
               memory: Union[int, str] = 0,
               ports: Union[Mapping[Number, str], Sequence[str]] = (),
               cpu_percent: int = 0, cpus: Optional[str] = None,
               paused: bool = False, no_limits: bool = False,
               on_poweroff: str = 'default', on_reboot: str = 'default',
               on_crash: str = 'default',
               cmdline: Optional[str] = None) -> Guest:
        """Makes a guest that runs config, and waits until it does.

        memory is in bytes, or '8M'; ports are {0: 'vale0:fw.0'} or
        ['0=vale0:fw.0'].
        """
        words = ['%s=%s' % item for item in ports.items()] \
            if isinstance(ports, Mapping) else list(ports)
        if len(words) > lib.PORTS_MAX:
            raise UsageError('%d ports, %d at most' % (len(words),
                                                       lib.PORTS_MAX))
        array = (ctypes.c_char_p * lib.PORTS_MAX)(*map(_must, words))
        data = _bytes(config)
        spec = SpecStruct(
            size=ctypes.sizeof(SpecStruct),
            platform=lib.number_of('platform', platform), name=_must(name),
            image=_bytes(image), config=data,
            config_length=len(data) if data is not None else 0,
            label=_bytes(label), memory=_size(memory),
            ports=ctypes.cast(array, ctypes.POINTER(ctypes.c_char_p)),
            nports=len(words), paused=paused, cpu_percent=cpu_percent,
            no_limits=no_limits,
            on_poweroff=lib.number_of('action', on_poweroff),
            on_reboot=lib.number_of('action', on_reboot),
            on_crash=lib.number_of('action', on_crash), type=_bytes(type),
            cmdline=_bytes(cmdline), cpus=_bytes(cpus))
        return self._create(spec)

    def _create(self, spec: SpecStruct) -> Guest:
        struct = GuestStruct()
        self._handle.call('create', byref(spec), byref(struct))
        return Guest(self, struct)

    def create_file(self, path: Union[str, 'os.PathLike[str]'],
                    platform: str = 'best') -> Guest:
        """Makes a guest of one of xl's configuration files."""
        loaded = ctypes.POINTER(SpecStruct)()
        warnings = ctypes.c_void_p()
        self._handle.call('spec_load', os.fsencode(path), byref(loaded),
                          byref(warnings))
        lib.give_back(warnings)
        try:
            loaded.contents.platform = lib.number_of('platform', platform)
            return self._create(loaded.contents)
        finally:
            lib.library.cosmos_spec_free(loaded)

    def find(self, name: Number) -> Guest:
        """The guest of that name or id; NotFoundError."""
        struct = GuestStruct()
        self._handle.call('find', _must(str(name)), byref(struct))
        return Guest(self, struct)

    __getitem__ = find

    def __contains__(self, name: Number) -> bool:
        try:
            self.find(name)
            return True
        except lib.NotFoundError:
            return False

    def guests(self) -> List[Guest]:
        """All of them, by name."""
        array = ctypes.POINTER(GuestStruct)()
        n = ctypes.c_size_t()
        self._handle.call('list', byref(array), byref(n))
        try:
            return [Guest(self, GuestStruct.from_buffer_copy(array[i]))
                    for i in range(n.value)]
        finally:
            lib.give_back(array)

    def __iter__(self) -> Iterator[Guest]:
        return iter(self.guests())

    def restore(self, file: Union[IO[bytes], int],
                name: Optional[str] = None) -> Guest:
        """A guest out of what Guest.save() wrote; file is read unbuffered."""
        struct = GuestStruct()
        self._handle.call('restore', _fileno(file), _bytes(name),
                          byref(struct))
        return Guest(self, struct)

    def receive(self, connection: Union[_HasFileno, int],
                name: Optional[str] = None) -> Guest:
        """One that Guest.migrate() sends, under another name if that is given."""
        struct = GuestStruct()
        self._handle.call('receive_as', _fileno(connection), _bytes(name),
                          byref(struct))
        return Guest(self, struct)

    def pool(self, wanted: Optional[int] = None,
             platform: str = 'best', ports: Sequence[str] = ()) -> int:
        """Has so many guests prepared, with these ports, or says how many are."""
        n = ctypes.c_uint32(0xffffffff if wanted is None else wanted)
        texts = (ctypes.c_char_p * len(ports))(*(p.encode() for p in ports))
        self._handle.call('pool_with', lib.number_of('platform', platform),
                          texts, len(ports), byref(n))
        return n.value

    def doctor(self, clear: bool = True) -> List[Leftover]:
        """Clears, or only finds, what has been left over."""
        found = []
        for line in self._handle.text('doctor', int(clear)).decode(
                errors='replace').splitlines():
            kind, _, rest = line.partition(' ')
            name, _, what = rest.partition(': ')
            found.append(Leftover(kind, name, what))
        return found

    def images(self) -> List[Image]:
        """What guests can be made of."""
        return [Image(*line.split(' ', 1)) for line in self._handle.text(
            'images').decode(errors='replace').splitlines()]
