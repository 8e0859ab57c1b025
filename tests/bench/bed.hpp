// SPDX-License-Identifier: BSD-2-Clause
// What is timed in one process: the guard's programs, loaded for themselves, at two listeners of a
// P-CSCF, with as many subscribers as is asked for; and the packets that go through them.
#pragma once

#include "base/address.hpp"
#include "bench/messages.hpp"
#include "config/config.hpp"
#include "harness/packet.hpp"
#include "kernel/hasher.hpp"
#include "kernel/objects.hpp"

#include <cstdint>
#include <string>

namespace gmguard::bench {

using test::Bytes;

// Listeners: IPsec ends before the one, the other has ESP; both have 5060 unprotected, 6100
// protected.
inline constexpr const char* kPcscf = "2001:db8::5060:1";
inline constexpr const char* kEspPcscf = "2001:db8::5060:2";
inline constexpr const char* kCore = "2001:db8:c::1";
inline constexpr std::uint16_t kClear = 5060, kProtected = 6100;

// What differs between configurations.
struct Terms {
    std::uint32_t bindings = 1'000; // room for
    bool limited = false;           // 20 REGISTERs a second of a source; else no limit
};

// The configuration, in TOML.
[[nodiscard]] std::string configuration(const Terms& terms);

// Subscriber n: a /64 and a user of its own.
[[nodiscard]] Phone phone(std::uint32_t n);
// The SPI of the association that subscriber n sends by.
[[nodiscard]] std::uint32_t spi(std::uint32_t n);

// Frames from the Ethernet header on.
[[nodiscard]] Bytes frame(const Phone& from, std::uint16_t port, const std::string& text,
                          const char* destination = kPcscf);
[[nodiscard]] Bytes esp_frame(const Phone& from, std::uint32_t spi, std::size_t size);
[[nodiscard]] Bytes to_phone(const Phone& phone, const std::string& text);

class Bed {
  public:
    // Ends the process where the kernel refuses.
    explicit Bed(const Terms& terms);

    // Binds subscribers from..to-1: a selector, three identities, an association.
    void bind(std::uint32_t from, std::uint32_t to);

    [[nodiscard]] const kernel::Objects& objects() const { return objects_; }

  private:
    kernel::HashKey key_;
    kernel::Hasher hasher_;
    kernel::Objects objects_;
};

} // namespace gmguard::bench
