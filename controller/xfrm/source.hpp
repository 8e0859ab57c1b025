// SPDX-License-Identifier: BSD-2-Clause
// Where XFRM's messages come from: the kernel, or a test.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace gmguard::xfrm {

enum class Dump : std::uint8_t { sas, policies };

struct Datagram {
    enum class Kind : std::uint8_t {
        nothing, // there is none now
        lost,    // notices did not fit into the socket (ENOBUFS), or this one not into the buffer
        notice,  // netlink messages for everybody
        answer,  // netlink messages for us
    };
    Kind kind = Kind::nothing;
    std::span<const std::byte> bytes; // valid until the next call
};

class Source {
  public:
    virtual ~Source() = default;
    // Starts a dump, which comes as answers; at most one at a time.
    [[nodiscard]] virtual Result<> ask(Dump what) = 0;
    // Does not wait.
    [[nodiscard]] virtual Result<Datagram> receive() = 0;
    // Readable where there is something to receive; stays the source's.
    [[nodiscard]] virtual int fd() const = 0;
};

// Of that network namespace, as kernel::InNetns takes it. Kinds: unsupported, the kernel has no
// XFRM; not_found, no such namespace; system.
[[nodiscard]] Result<std::unique_ptr<Source>> open_netlink(const std::string& netns);

} // namespace gmguard::xfrm
