// SPDX-License-Identifier: BSD-2-Clause
#include "binding/selector.hpp"

namespace gmguard::binding {

gm_selector make_selector(const Endpoint& source, gm_key_form form) {
    gm_selector selector{};
    selector.address = source.address.masked(form.bits).value();
    selector.port = form.with_port != 0 ? source.port : 0;
    selector.bits = static_cast<__u16>(form.bits);
    return selector;
}

std::string text(const gm_selector& selector) {
    const Address address(selector.address);
    const std::string unit =
        selector.bits == 128 ? address.text() : Prefix{address, selector.bits}.text();
    if (selector.port == 0)
        return unit;
    const std::string host = address.is_v4() ? unit : "[" + unit + "]";
    return host + ":" + std::to_string(selector.port);
}

bool has_form(const gm_selector& selector, gm_key_form form) {
    const bool with_port = selector.port != 0;
    return selector.bits == form.bits && with_port == (form.with_port != 0);
}

} // namespace gmguard::binding
