// SPDX-License-Identifier: BSD-2-Clause
#include "base/address.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>

#include <array>
#include <random>

namespace gmguard {
namespace {

TEST(Address, IsWrittenAsInRfc5952) {
    for (const char* text :
         {"0.0.0.0", "192.0.2.7", "255.255.255.255", "::", "::1", "1::", "2001:db8::1",
          "2001:db8:1:2::", "2001:0:0:1::1", "2001::1:0:0:1", "2001:db8:0:1:1:1:1:1",
          "fe80::1:2:3:4", "1:2:3:4:5:6:7:8", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:7:0",
          "1:2:3:4:5:6::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
        const auto address = Address::parse(text);
        // One group alone is not shortened (4.2.2).
        const std::string written =
            text == std::string_view("::2:3:4:5:6:7:8") ? "0:2:3:4:5:6:7:8" : text;
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->text(), written);
    }
}

TEST(Address, IsWrittenAsTheSystemWritesIt) {
    std::mt19937 random(1);
    for (int i = 0; i < 20'000; ++i) {
        std::array<std::uint8_t, 16> bytes{};
        bytes[0] = 0x20;
        for (std::size_t group = 1; group < 8; ++group)
            if (random() % 2 == 0)
                bytes[2 * group + random() % 2] = static_cast<std::uint8_t>(random());
        std::array<char, INET6_ADDRSTRLEN> text{};
        inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
        EXPECT_EQ(Address::from_bytes(bytes).text(), text.data());
    }
}

} // namespace
} // namespace gmguard
