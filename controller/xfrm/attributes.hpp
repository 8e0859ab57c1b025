// SPDX-License-Identifier: BSD-2-Clause
// Structs and attributes out of netlink bytes, which are in host order but need not be aligned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

namespace gmguard::xfrm {

using Bytes = std::span<const std::byte>;

// The struct at the start; nothing where there are fewer bytes.
template <typename T> [[nodiscard]] std::optional<T> load(Bytes bytes) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (bytes.size() < sizeof(T))
        return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

// What follows `size` bytes, aligned as netlink wants it; empty where there is nothing.
[[nodiscard]] Bytes behind(Bytes bytes, std::size_t size);

struct Attribute {
    std::uint16_t type = 0; // without the flags of its upper bits
    Bytes payload;
};

// Takes the first attribute off `bytes`. Nothing: at the end, or its length cannot be right.
[[nodiscard]] std::optional<Attribute> take_attribute(Bytes& bytes);

// The payload of the first attribute of that type; empty: there is none.
[[nodiscard]] Bytes find_attribute(Bytes attributes, std::uint16_t type);

} // namespace gmguard::xfrm
