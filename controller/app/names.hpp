// SPDX-License-Identifier: BSD-2-Clause
// The names of what the kernel's records carry as numbers, and who holds a source now.
#pragma once

#include "app/engine.hpp"
#include "app/interfaces.hpp"
#include "feeds/reports.hpp"

namespace gmguard::app {

class Names final : public feeds::Directory {
  public:
    // Before this, nothing has a name. Both outlive it.
    void know(const Interfaces& interfaces, const Engine& engine);

    [[nodiscard]] std::string listener(std::uint32_t id) const override;
    [[nodiscard]] std::string interface(std::uint32_t ifindex) const override;
    [[nodiscard]] std::optional<admin::EventHolder> holder(const Endpoint& source,
                                                           const feeds::Moment& now) const override;

  private:
    const Interfaces* interfaces_ = nullptr;
    const Engine* engine_ = nullptr;
};

} // namespace gmguard::app
