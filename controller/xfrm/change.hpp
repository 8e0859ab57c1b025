// SPDX-License-Identifier: BSD-2-Clause
// What one netlink message of XFRM says.
#pragma once

#include "xfrm/sa.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <variant>

namespace gmguard::xfrm {

struct SaThere { // it was added, or it is told what there is
    Sa sa;
};
struct SaUpdated {
    Sa sa;
};
struct SaDeleted {
    SaKey key;
};
struct SaExpired { // hard: it is gone; soft: only a warning
    SaKey key;
    bool hard = false;
};
struct SasFlushed {
    std::uint8_t protocol = 0; // of XFRM_MSG_FLUSHSA: 0 all, 255 those of IPsec, else this one

    [[nodiscard]] bool covers(std::uint8_t other) const;
};
struct PolicyThere {
    Policy policy;
};
struct PolicyDeleted {
    std::uint32_t index = 0;
};
struct PoliciesFlushed {};

using Change = std::variant<SaThere, SaUpdated, SaDeleted, SaExpired, SasFlushed, PolicyThere,
                            PolicyDeleted, PoliciesFlushed>;

// One netlink message from its nlmsghdr on; bytes behind nlmsg_len are not looked at. Nothing where
// it is of another type, of a socket's own policy or a sub-policy, or shorter than it says or must
// be. A broken attribute ends the reading of attributes: what stands before it counts.
[[nodiscard]] std::optional<Change> read(std::span<const std::byte> message);

} // namespace gmguard::xfrm
