// SPDX-License-Identifier: BSD-2-Clause
// What people are told: drop reports of the kernel and notices of the policy as events of the log.
#pragma once

#include "admin/event.hpp"
#include "binding/operations.hpp"
#include "feeds/clock.hpp"
#include "kernel/rings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace gmguard::feeds {

// The names of what records carry as numbers; empty where there is none.
class Directory {
  public:
    virtual ~Directory() = default;
    [[nodiscard]] virtual std::string listener(std::uint32_t id) const = 0;
    [[nodiscard]] virtual std::string interface(std::uint32_t ifindex) const = 0;
    // Who holds this source.
    [[nodiscard]] virtual std::optional<admin::EventHolder> holder(const Endpoint& source,
                                                                   const Moment& now) const = 0;
};

// REQUIRES: record.ring is events.
[[nodiscard]] admin::Event report(const kernel::Record& record, const Directory& directory,
                                  const Moment& now);

[[nodiscard]] admin::Event report(const binding::Notice& notice, const Directory& directory,
                                  const Moment& now);

// Records and reports that did not reach the controller between two readings of gm_losses.
struct Loss {
    std::string ring;
    std::uint64_t count = 0;
};
[[nodiscard]] std::vector<Loss> losses(const gm_losses& before, const gm_losses& after);

} // namespace gmguard::feeds
