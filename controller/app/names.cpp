// SPDX-License-Identifier: BSD-2-Clause
#include "app/names.hpp"

#include "binding/selector.hpp"

namespace gmguard::app {

void Names::know(const Interfaces& interfaces, const Engine& engine) {
    interfaces_ = &interfaces;
    engine_ = &engine;
}

std::string Names::listener(std::uint32_t id) const {
    return engine_ ? kernel::name_of(engine_->listener_ids(), id) : "";
}

std::string Names::interface(std::uint32_t ifindex) const {
    const auto* side = interfaces_ ? interfaces_->find(ifindex) : nullptr;
    return side ? side->interface.name : "";
}

std::optional<admin::EventHolder> Names::holder(const Endpoint& source,
                                                const feeds::Moment& now) const {
    const auto view = engine_ ? engine_->policy().holder(source, now.ns) : std::nullopt;
    if (!view)
        return std::nullopt;
    return admin::EventHolder{view->impi, now.wall_at(view->since_ns), view->id,
                              binding::text(view->selector)};
}

} // namespace gmguard::app
