# SPDX-License-Identifier: BSD-3-Clause
"""libcosmos.so.1 as ctypes sees it: structures, prototypes, errors.

cosmos.h is the contract; the names here are its names.  COSMOS_LIBRARY names
another build of the library.
"""
from __future__ import annotations

import ctypes
import enum
import os
from ctypes import (POINTER, byref, c_char, c_char_p, c_int, c_int64, c_size_t,
                    c_uint, c_uint32, c_uint64, c_void_p)
from typing import Any, Optional, Type


class Status(enum.IntEnum):
    """enum cosmos_status, and the exit status of the command."""
    OK = 0
    FAILED = 1
    USAGE = 2
    NOTFOUND = 3
    EXISTS = 4
    CONFIG = 5
    DENIED = 6
    NOTSUP = 7
    STATE = 8
    FULL = 9
    TIMEOUT = 10
    SYSTEM = 11


class CosmosError(Exception):
    """What failed, in a sentence; status says of what kind it is."""
    status = Status.FAILED


class UsageError(CosmosError, ValueError):
    """The call itself makes no sense."""
    status = Status.USAGE


class NotFoundError(CosmosError, LookupError):
    """No such guest, router, element, handler or file."""
    status = Status.NOTFOUND


class ExistsError(CosmosError):
    """The name is in use."""
    status = Status.EXISTS


class ConfigError(CosmosError, ValueError):
    """The configuration has mistakes: Click's words."""
    status = Status.CONFIG


class DeniedError(CosmosError, PermissionError):
    """The system, or the guest's gate, says no."""
    status = Status.DENIED


class NotSupportedError(CosmosError):
    """Not on this platform, or not on this machine."""
    status = Status.NOTSUP


class StateError(CosmosError):
    """The guest or router is not in that state."""
    status = Status.STATE


class FullError(CosmosError):
    """No memory, no disk, no router left."""
    status = Status.FULL


class NoAnswerError(CosmosError, TimeoutError):
    """Nobody has answered."""
    status = Status.TIMEOUT


class HostError(CosmosError, OSError):
    """A call of the system failed."""
    status = Status.SYSTEM


ERRORS: 'dict[int, Type[CosmosError]]' = {
    e.status: e for e in (CosmosError, UsageError, NotFoundError, ExistsError,
                          ConfigError, DeniedError, NotSupportedError,
                          StateError, FullError, NoAnswerError, HostError)}


class GuestStruct(ctypes.Structure):
    """struct cosmos_guest."""
    _fields_ = [('size', c_uint32), ('id', c_uint32), ('platform', c_uint32),
                ('state', c_uint32), ('name', c_char * 64),
                ('memory', c_uint64), ('cpu_ns', c_uint64),
                ('since_ns', c_int64), ('reserved', c_uint64 * 4)]


class SpecStruct(ctypes.Structure):
    """struct cosmos_spec."""
    _fields_ = [('size', c_uint32), ('platform', c_uint32),
                ('name', c_char_p), ('image', c_char_p),
                ('config', c_char_p), ('config_length', c_size_t),
                ('label', c_char_p), ('memory', c_uint64),
                ('ports', POINTER(c_char_p)), ('nports', c_uint32),
                ('paused', c_uint32), ('cpu_percent', c_uint32),
                ('no_limits', c_uint32), ('on_poweroff', c_uint32),
                ('on_reboot', c_uint32), ('on_crash', c_uint32),
                ('type', c_char_p), ('cmdline', c_char_p),
                ('cpus', c_char_p)]


PORTS_MAX = 16
_g = POINTER(GuestStruct)
_text, _size = POINTER(c_void_p), POINTER(c_size_t)

# Each takes the handle first and returns a status.
PROTOTYPES: 'dict[str, list[Any]]' = {
    'platform_check': [c_uint],
    'create': [POINTER(SpecStruct), _g],
    'spec_load': [c_char_p, POINTER(POINTER(SpecStruct)), _text],
    'find': [c_char_p, _g],
    'list': [POINTER(_g), _size],
    'destroy': [_g],
    'shutdown': [_g, c_char_p],
    'suspend': [_g],
    'resume': [_g],
    'reconnect': [_g],
    'attach': [_g, c_char_p],
    'detach': [_g, c_char_p],
    'save': [_g, c_int, c_uint],
    'restore': [c_int, c_char_p, _g],
    'migrate': [_g, c_int, POINTER(c_int64)],
    'receive': [c_int, _g],
    'receive_as': [c_int, c_char_p, _g],
    'logs': [_g, _text, _size],
    'console': [_g, POINTER(c_int), POINTER(c_int)],
    'pool_with': [c_uint, POINTER(c_char_p), c_uint32, POINTER(c_uint32)],
    'doctor': [c_int, _text, _size],
    'images': [_text, _size],
    'install': [_g, c_char_p, c_char_p, c_size_t, POINTER(c_uint)],
    'swap': [_g, c_uint, c_char_p, c_size_t],
    'start': [_g, c_uint],
    'stop': [_g, c_uint],
    'remove': [_g, c_uint],
    'read': [_g, c_uint, c_char_p, c_char_p, _text, _size],
    'write': [_g, c_uint, c_char_p, c_char_p, c_size_t],
    'routers': [_g, _text, _size],
    'router_status': [_g, c_uint, _text, _size],
    'stats': [_g, _text, _size],
    'config': [_g, c_uint, _text, _size],
}


def _load() -> ctypes.CDLL:
    here = os.path.dirname(os.path.abspath(__file__))
    named = os.environ.get('COSMOS_LIBRARY')
    tries = [named] if named else [
        # PREFIX/lib/python3/dist-packages/cosmos, and a build folder.
        os.path.join(here, '..', '..', '..', 'libcosmos.so.1'),
        os.path.join(here, '..', '..', '..', 'build', 'libcosmos.so.1'),
        'libcosmos.so.1']
    for path in tries[:-1]:
        if os.path.exists(path):
            return ctypes.CDLL(path)
    return ctypes.CDLL(tries[-1])


library = _load()
library.cosmos_open.restype = c_void_p
library.cosmos_close.argtypes = [c_void_p]
library.cosmos_error.argtypes = [c_void_p]
library.cosmos_error.restype = c_char_p
library.cosmos_version.restype = c_char_p
library.cosmos_spec_free.argtypes = [POINTER(SpecStruct)]
for _name in 'platform_name', 'state_name', 'action_name':
    _function = getattr(library, 'cosmos_' + _name)
    _function.argtypes = [c_uint]
    _function.restype = c_char_p
for _name, _arguments in PROTOTYPES.items():
    _function = getattr(library, 'cosmos_' + _name)
    _function.argtypes = [c_void_p] + _arguments
    _function.restype = c_int
_free = ctypes.CDLL(None).free
_free.argtypes = [c_void_p]


def number_of(kind: str, name: str) -> int:
    """The number that cosmos_KIND_name() calls name."""
    for i in range(16):
        found = getattr(library, 'cosmos_%s_name' % kind)(i)
        if found is None:
            break
        if found.decode() == name:
            return i
    raise UsageError("'%s' is no %s" % (name, kind))


def name_of(kind: str, number: int) -> str:
    """The name of a number; '' for one that has none."""
    found = getattr(library, 'cosmos_%s_name' % kind)(number)
    return str(found.decode()) if found else ''


class Handle:
    """struct cosmos, of one thread at a time."""

    def __init__(self) -> None:
        self.pointer: Optional[int] = library.cosmos_open()
        if not self.pointer:
            raise MemoryError('cosmos_open')

    def close(self) -> None:
        if self.pointer:
            library.cosmos_close(self.pointer)
            self.pointer = None

    def call(self, name: str, *arguments: Any) -> None:
        """Calls cosmos_NAME(); what it says on failure is raised."""
        if not self.pointer:
            raise UsageError('the host has been closed')
        status = getattr(library, 'cosmos_' + name)(self.pointer, *arguments)
        if status != Status.OK:
            words = library.cosmos_error(self.pointer)
            raise ERRORS.get(status, CosmosError)(
                words.decode(errors='replace'))

    def text(self, name: str, *arguments: Any) -> bytes:
        """Calls one whose last two results are a text and its length."""
        text, size = c_void_p(), c_size_t()
        self.call(name, *arguments, byref(text), byref(size))
        try:
            return ctypes.string_at(text, size.value)
        finally:
            _free(text)


def give_back(pointer: Any) -> None:
    """free(), of the library's C library."""
    _free(ctypes.cast(pointer, c_void_p))
