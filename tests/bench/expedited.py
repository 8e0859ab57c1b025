# SPDX-License-Identifier: BSD-2-Clause
"""Grace periods of the kernel, which each test run and each map that ends waits for."""
import contextlib
import pathlib

_FILE = pathlib.Path("/sys/kernel/rcu_expedited")


@contextlib.contextmanager
def expedited():
    """Inside the block they are short. 0 afterwards, as it is by default: what is found may be what a
    killed run left."""
    _FILE.write_text("1", encoding="ascii")
    try:
        yield
    finally:
        _FILE.write_text("0", encoding="ascii")
