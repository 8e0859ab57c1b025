// SPDX-License-Identifier: BSD-2-Clause
#include "xfrm/attributes.hpp"

#include <linux/netlink.h>

namespace gmguard::xfrm {

Bytes behind(Bytes bytes, std::size_t size) {
    const std::size_t aligned = NLMSG_ALIGN(size);
    return aligned < bytes.size() ? bytes.subspan(aligned) : Bytes{};
}

std::optional<Attribute> take_attribute(Bytes& bytes) {
    const auto head = load<nlattr>(bytes);
    if (!head || head->nla_len < sizeof *head || head->nla_len > bytes.size())
        return std::nullopt;
    const Attribute attribute{static_cast<std::uint16_t>(head->nla_type & NLA_TYPE_MASK),
                              bytes.subspan(sizeof *head, head->nla_len - sizeof *head)};
    bytes = behind(bytes, head->nla_len);
    return attribute;
}

Bytes find_attribute(Bytes attributes, std::uint16_t type) {
    while (const auto attribute = take_attribute(attributes))
        if (attribute->type == type)
            return attribute->payload;
    return {};
}

} // namespace gmguard::xfrm
