# SPDX-License-Identifier: BSD-3-Clause
"""Middleboxes created, configured, watched and destroyed, over libcosmos.

    import cosmos

    with cosmos.Host() as host:
        guest = host.create('fw', open('firewall.click').read(),
                            ports={0: 'vale0:fw.0', 1: 'vale0:fw.1'})
        print(guest.read('dropped.count'))
        guest.destroy()

A Host is this machine, a Guest a virtual machine or sandboxed process on it, a
Router one of the Click configurations that run in a guest.  Whatever fails
raises a CosmosError that says what in a sentence, and of what kind by its class
and its status.

The calls of the original's module are here, too: ctx(flags) and its methods, or
create(cfgfile), create_default(name, kernel), domid(name), start(domid, name,
text), stop(domid, rid), readh(domid, element, handler), writeh(...),
network_attach(...), clickos_suspend(domid, file), destroy(domid), script(path),
free() as functions.

It needs libcosmos.so.1 and no compiler.  Process guests need root.
"""
from ._host import Guest, Host, Image, Leftover, Router
from ._library import (ConfigError, CosmosError, DeniedError, ExistsError,
                       FullError, HostError, NoAnswerError, NotFoundError,
                       NotSupportedError, StateError, Status, UsageError,
                       library as _loaded)
from ._original import (AUTOATTACH, VERBOSE, clickos_suspend, create,
                        create_default, ctx, destroy, domid, free,
                        network_attach, readh, script, start, stop, writeh)

__version__ = _loaded.cosmos_version().decode()
__all__ = [
    'AUTOATTACH', 'ConfigError', 'CosmosError', 'DeniedError', 'ExistsError',
    'FullError', 'Guest', 'Host', 'HostError', 'Image', 'Leftover',
    'NoAnswerError', 'NotFoundError', 'NotSupportedError', 'Router',
    'StateError', 'Status', 'UsageError', 'VERBOSE', 'clickos_suspend',
    'create', 'create_default', 'ctx', 'destroy', 'domid', 'free',
    'network_attach', 'readh', 'script', 'start', 'stop', 'writeh']
