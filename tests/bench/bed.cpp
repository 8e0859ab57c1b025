// SPDX-License-Identifier: BSD-2-Clause
#include "bench/bed.hpp"

#include "bench/figures.hpp"
#include "kernel/netns.hpp"
#include "kernel/tables.hpp"

namespace gmguard::bench {
namespace {

constexpr const char* kConfiguration = R"(mode = "enforce"
[[listener]]
name = "gm"
profile = "annex-d"
address = "2001:db8::5060:1"
unprotected_ports = [5060]
protected_ports = [6100]
protection = "terminated"
[[listener]]
name = "esp"
profile = "annex-d"
address = "2001:db8::5060:2"
unprotected_ports = [5060]
protected_ports = [6100]
protection = "esp"
[core]
peers = ["2001:db8:c::/64"]
[[pool]]
name = "ims"
prefix = "2001:db8:8000::/33"
unit = 64
port = false
[home]
domains = ["ims.mnc001.mcc001.3gppnetwork.org"]
[limits]
bindings = {}
per_user = {}
per_source = {}
known = "off"
unknown = "off"
all_connections = "off"
)";

} // namespace

std::string configuration(const Terms& terms) {
    const char* rate = terms.limited ? "{ rate = 20, burst = 20 }" : "\"off\"";
    return fmt::format(fmt::runtime(kConfiguration), terms.bindings, rate, rate);
}

Phone phone(std::uint32_t n) {
    const uint128 base = Address::parse("2001:db8:8000::")->value();
    return {{Address(base | uint128{n} << 64 | 0x1b2c), 5060}, fmt::format("00101{:010}", n)};
}

std::uint32_t spi(std::uint32_t n) {
    return 0x10000000 + n;
}

Bytes frame(const Phone& from, std::uint16_t port, const std::string& text,
            const char* destination) {
    using namespace test;
    return test::bytes(Ethernet{} /
                       Ipv6{.source = from.at.address.text(), .destination = destination} /
                       Udp{.source = from.at.port, .destination = port} / text);
}

Bytes esp_frame(const Phone& from, std::uint32_t spi, std::size_t size) {
    using namespace test;
    Bytes body(8 + size, 0x5a); // SPI, sequence number
    for (int i = 0; i < 4; ++i)
        body[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(spi >> (24 - 8 * i));
    return test::bytes(Ethernet{} /
                       Ipv6{.source = from.at.address.text(), .destination = kEspPcscf} /
                       Raw{std::move(body), kProtocolEsp});
}

Bytes to_phone(const Phone& phone, const std::string& text) {
    using namespace test;
    return test::bytes(Ethernet{} / Ipv6{.source = kPcscf, .destination = phone.at.address.text()} /
                       Udp{.source = kClear, .destination = phone.at.port} / text);
}

Bed::Bed(const Terms& terms)
    : key_(must(kernel::random_key())), hasher_(key_),
      objects_(must(kernel::Objects::open_private(kernel::Sizes::of(terms.bindings),
                                                  kernel::Streams::without))) {
    const auto config = must(config::parse(configuration(terms), "bench"));
    const auto& maps = objects_.maps();
    must(kernel::fill(maps, kernel::tables(config, {}, key_)));
    must(maps.ifaces.put(must(kernel::own_device(1)), gm_iface{GM_SIDE_GM, "lo"}));
}

void Bed::bind(std::uint32_t from, std::uint32_t to) {
    const auto& maps = objects_.maps();
    for (std::uint32_t n = from; n < to; ++n) {
        const auto who = phone(n);
        const auto impi = who.user + "@" + kDomain;
        const auto unit = who.at.address.masked(64).value();
        const std::uint64_t subscriber = n + 1;
        gm_selector selector{};
        selector.address = unit;
        selector.bits = 64;
        gm_binding binding{};
        binding.user = hasher_.impi(impi);
        binding.identity = hasher_.identity("sip:" + impi);
        binding.subscriber = subscriber;
        binding.state = GM_STATE_BOUND;
        impi.copy(binding.impi, sizeof binding.impi - 1);
        must(maps.bindings.put(selector, binding));
        for (const auto& uri :
             {"sip:" + impi, "sip:+1555" + who.user + "@" + kDomain, "tel:+1555" + who.user})
            must(maps.owners.put(hasher_.identity(uri), gm_owner{subscriber, 0}));
        gm_spi_key key{};
        key.address = Address::parse(kEspPcscf)->value();
        key.spi = spi(n);
        gm_spi association{};
        association.address = unit;
        association.subscriber = subscriber;
        association.state = GM_SPI_INSTALLED;
        association.bits = 64;
        must(maps.spis.put(key, association));
    }
}

} // namespace gmguard::bench
