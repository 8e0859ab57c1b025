# SPDX-License-Identifier: BSD-2-Clause
"""What the figures are to reach, by ratios within the same run wherever that says something."""


def _of(figures, path):
    section, _, key = path.partition(".")
    return figures[section][key]


def _ratio(above, below):
    return lambda f: _of(f, above) / _of(f, below)


def _beside_lookup(key, warm):
    """A random subscriber of a million against one, and a bare look-up. gm_inside's packets are run
    one by one, with caches that each call of the kernel leaves cold: one subscriber too."""
    return lambda f: _of(f, f"programs.{key}") / (
        _of(f, f"programs.{warm}") + _of(f, "programs.lookup_1M_random"))


# Times what a peer drops in the same time, at least.
LIVE = {"nft": 5, "xdp_filter": 2, "kamailio": 50}


def _live(peer, name):
    return (f"live: INVITE flood dropped, times {name}",
            _ratio("live.gmguard_native", f"live.{peer}"), ">=", LIVE[peer])


# What, how it is had, and at most (or at least) what.
_TARGETS = (
    ("gm_front: a non-REGISTER dropped, times an empty program",
     _ratio("programs.front_not_register", "programs.empty"), "<=", 2),
    ("gm_front: ESP admitted, times an empty program",
     _ratio("programs.front_esp_admit", "programs.empty"), "<=", 3),
    ("gm_front: initial REGISTER of 1,164 bytes, ns (best)",
     lambda f: _of(f, "programs_best.front_register_1164"), "<=", 1000),
    ("the same, times the index of its headers alone",
     _ratio("programs.front_register_1164", "programs.index_1164"), "<=", 2.2),
    ("gm_inside: protected request of 1 KB, ns (best)",
     lambda f: _of(f, "programs_best.inside_request_1024"), "<=", 1200),
    ("gm_front: random subscriber of 1,000,000, times warm and a bare look-up",
     _beside_lookup("front_register_1M_random", "front_register_1164"), "<=", 1.25),
    ("gm_inside: random subscriber of 1,000,000, times one alike and a bare look-up",
     _beside_lookup("inside_request_1M_random", "inside_request_1M_one"), "<=", 1.25),
    _live("nft", "nftables"),
    _live("xdp_filter", "xdp-filter"),
    _live("kamailio", "Kamailio"),
    ("registrations in a second of one core", lambda f: _of(f, "controller.registrations_per_second"),
     ">=", 50_000),
    ("200 seen until bound in the kernel, p99, us", lambda f: _of(f, "controller.commit_p99_us"),
     "<=", 1000),
    ("memory of a binding, kernel and daemon, bytes",
     lambda f: _of(f, "controller.bytes_per_binding"), "<=", 1024),
    ("1,000,000 bindings adopted after a restart, s", lambda f: _of(f, "controller.adopt_1M_s"),
     "<=", 3),
)


def tell(figures):
    """Prints each target that can be told from the figures, and whether it is reached."""
    print("\ntargets")
    for what, figure, sense, limit in _TARGETS:
        try:
            value = figure(figures)
        except (KeyError, ZeroDivisionError):
            continue
        reached = value <= limit if sense == "<=" else value >= limit
        print(f"{what:<74} {value:>12,.2f} {sense} {limit:<8,} "
              f"{'reached' if reached else 'MISSED'}")
