#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""includes.py [ROOT]: who may include what. Dependencies point one way; libbpf is known in one
folder, SQLite in one, Beast in two files and OpenSSL in one folder; what the kernel is built from
knows nothing of the controller."""
import re

import rules

# A folder of controller/ and those whose headers it may include beside its own.
BELOW = {
    "base": set(),
    "sip": {"base"},
    "binding": {"sip", "base"},
    "home": {"binding", "sip", "base"},
    "probe": {"binding", "sip", "base"},
    "config": {"base"},
    "kamailio": {"base"},
    "kernel": {"binding", "config", "sip", "base"},
    "xfrm": {"kernel", "sip", "base"},
    "store": {"base"},
    "admin": {"store", "base"},
    "feeds": {"admin", "kernel", "binding", "config", "sip", "base"},
    "replay": {"feeds", "kernel", "binding", "config", "sip", "base"},
    "doctor": {"kernel", "config", "base"},
    "app": {"replay", "feeds", "home", "probe", "doctor", "admin", "store", "xfrm", "kernel", "config",
            "binding", "sip", "base"},
}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
PURE = {"string.h"}  # for proto on the host
# Beast takes long to compile: a server's session, a client's exchange, and what both have.
BEAST = {f"controller/admin/http_{name}" for name in ("session.cpp", "client.cpp", "text.hpp")}


def libbpf_problem(path, name):
    if not name.startswith("bpf/") and not name.endswith(".skel.h"):
        return None
    parts = path.parts
    if parts[0] in ("bpf", "tests") or parts[:2] == ("controller", "kernel"):
        return None
    return "only controller/kernel knows libbpf"


def folder_problem(path, name):
    if path.parts[0] != "controller":
        return None
    here, there = path.parts[1], name.split("/")[0]
    if here not in BELOW:
        return f"controller/{here} is not in the order of folders"
    if there in BELOW and there != here and there not in BELOW[here]:
        return f"{here} must not depend on {there}"
    return None


def kernel_side_problem(path, quote, name):
    """bpf/ and include/: uapi headers, libbpf's for programs (bpf/), and each other."""
    if path.parts[0] == "include":
        is_abi = path.parts[2:3] == ("abi",)
        if quote == "<" and name not in {"linux/types.h"} | (set() if is_abi else PURE):
            return "not pure: abi is made of <linux/types.h> alone, proto of <string.h> too"
        if is_abi and "proto" in name:
            return "abi knows nothing of proto"
    if path.parts[0] in ("bpf", "include") and quote == '"':
        if name.split("/")[0] in BELOW or name.endswith(".hpp") or "controller" in name:
            return "what the kernel is built from knows nothing of the controller"
    return None


def includes(path, text):
    if not rules.is_c(path):
        return []
    out = []
    for match in INCLUDE.finditer(text):
        quote, name = match.groups()
        problems = [libbpf_problem(path, name), folder_problem(path, name),
                    kernel_side_problem(path, quote, name)]
        if name == "sqlite3.h" and not str(path).startswith("controller/store/"):
            problems.append("only controller/store knows SQLite")
        if name.startswith("boost/beast") and str(path) not in BEAST:
            problems.append(f"only {', '.join(sorted(BEAST))} know Beast")
        if name.startswith(("openssl/", "boost/asio/ssl")) and path.parts[1] != "admin":
            problems.append("only controller/admin knows OpenSSL")
        line = text.count("\n", 0, match.start()) + 1
        out += [(line, f"{name}: {problem}") for problem in problems if problem]
    return out


BAD = [("controller/feeds/a.cpp", "#include <bpf/libbpf.h>\n"),
       ("tools/gmguard/a.cpp", "#include <bpf/bpf.h>\n"),
       ("controller/replay/a.cpp", '#include "gm_front.skel.h"\n'),
       ("controller/admin/api.cpp", "#include <boost/beast/http.hpp>\n"),
       ("tests/unit/admin/a.cpp", "#include <boost/beast/core.hpp>\n"),
       ("controller/admin/http_server.cpp", "#include <boost/beast/core.hpp>\n"),
       ("controller/app/a.cpp", "#include <boost/asio/ssl.hpp>\n"),
       ("tools/gmguard/a.cpp", "#include <openssl/evp.h>\n"),
       ("controller/admin/a.cpp", "#include <sqlite3.h>\n"),
       ("controller/store/a.cpp", '#include "admin/event.hpp"\n'),
       ("controller/base/a.hpp", '#include "sip/message.hpp"\n'),
       ("controller/binding/a.cpp", '#  include "kernel/objects.hpp"\n'),
       ("controller/config/a.cpp", '#include "kernel/objects.hpp"\n'),
       ("controller/admin/a.cpp", '#include "app/app.hpp"\n'),
       ("controller/kernel/a.cpp", '#include "feeds/tap.hpp"\n'),
       ("controller/elsewhere/a.cpp", '#include "base/error.hpp"\n'),
       ("bpf/a.h", '#include "binding/events.hpp"\n'),
       ("bpf/a.h", '#include "../controller/binding/events.h"\n'),
       ("include/gmguard/abi/a.h", "#include <stdint.h>\n"),
       ("include/gmguard/abi/a.h", "#include <string.h>\n"),
       ("include/gmguard/proto/a.h", "#include <stdlib.h>\n"),
       ("include/gmguard/abi/a.h", '#include "../proto/sip.h"\n')]
GOOD = [("controller/kernel/a.cpp", '#include <bpf/bpf.h>\n#include "gm_front.skel.h"\n'),
        ("controller/admin/http_session.cpp", "#include <boost/beast/http.hpp>\n"),
        ("controller/admin/tls.cpp", "#include <openssl/ssl.h>\n"),
        ("controller/app/a.cpp", '#include "kernel/objects.hpp"\n#include "app/app.hpp"\n'),
        ("bpf/a.h", '#include <bpf/bpf_helpers.h>\n#include "binding.h"\n'),
        ("include/gmguard/proto/a.h", "#include <string.h>\n"),
        ("include/gmguard/proto/a.h", '#include "../abi/keys.h"\n'),
        ("tests/abi/a.cpp", "#include <bpf/btf.h>\n")]

if __name__ == "__main__":
    rules.main(includes, BAD, GOOD)
