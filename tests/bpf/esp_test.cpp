// SPDX-License-Identifier: BSD-2-Clause
// Which ESP reaches the kernel's own decryption (2.2, 3; H3).
#include "rows.hpp"

namespace gmguard::test {
namespace {

constexpr const char *kGm = "192.0.2.2", *kGm6 = "2001:db8::2";
constexpr std::uint32_t kSpi = 0x2b67;

// SPI, sequence number and something that nobody can read.
Bytes sealed(std::uint32_t spi) {
    Bytes out{static_cast<std::uint8_t>(spi >> 24), static_cast<std::uint8_t>(spi >> 16),
              static_cast<std::uint8_t>(spi >> 8), static_cast<std::uint8_t>(spi)};
    out.resize(88, 0x5a);
    return out;
}

Packet esp(const char* source, std::uint32_t spi = kSpi, const char* to = kGm) {
    return Ethernet{} / Ipv4{.source = source, .destination = to} / Raw{sealed(spi), kProtocolEsp};
}

Packet esp6(const char* source) {
    return Ethernet{} / Ipv6{.source = source, .destination = kGm6} /
           Raw{sealed(kSpi), kProtocolEsp};
}

Packet in_udp(const std::string& text, const char* to = kGm) {
    return Ethernet{} / Ipv4{.source = "192.0.2.7", .destination = to} /
           Udp{.source = 40000, .destination = 4500} / text;
}

std::string text_of(const Bytes& bytes) {
    return {bytes.begin(), bytes.end()};
}

gm_spi of(const char* source, unsigned bits = 128, gm_spi_state state = GM_SPI_INSTALLED) {
    gm_spi value{};
    value.address = Address::parse(source)->masked(bits).value();
    value.bits = static_cast<__u16>(bits);
    value.state = state;
    return value;
}

void associate(Guard& guard) {
    guard.associate(kGm, kSpi, of("192.0.2.7"));
}

std::function<void(Guard&)> with(const char* pcscf, const gm_spi& value) {
    return [=](Guard& guard) { guard.associate(pcscf, kSpi, value); };
}

} // namespace

TEST(Esp, IsAdmitted_FromTheSourceOfItsSpi) {
    check({
        {"its source", esp("192.0.2.7"), "pass", associate},
        {"another source", esp("192.0.2.8"), "drop esp_wrong_source", associate},
        {"an SPI that nobody was given", esp("192.0.2.7", kSpi + 1), "drop esp_unknown_spi",
         associate},
        {"nobody was given any", esp("192.0.2.7"), "drop esp_unknown_spi"},
        {"the SPI of another address of the P-CSCF", esp6("2001:db8::7"), "drop esp_unknown_spi",
         associate},
        {"an SPI of byte-swapped digits", esp("192.0.2.7", __builtin_bswap32(kSpi)),
         "drop esp_unknown_spi", associate},
    });
}

TEST(Esp, IsAdmitted_FromThePrefixOfItsSpi) {
    const auto prefix = with(kGm6, of("2001:db8:64::1", 64));
    check({
        {"another address of the /64", esp6("2001:db8:64::abcd"), "pass", prefix},
        {"the next /64", esp6("2001:db8:64:1::1"), "drop esp_wrong_source", prefix},
        {"whole addresses", esp6("2001:db8:64::abcd"), "drop esp_wrong_source",
         with(kGm6, of("2001:db8:64::1"))},
    });
}

TEST(Esp, EndsWithItsTime_AndWhereItsPortIsAnothers) {
    auto over = of("192.0.2.7"), living = over;
    over.expires_ns = kNow;
    living.expires_ns = kNow + 1;
    check({
        {"past its time", esp("192.0.2.7"), "drop esp_unknown_spi", with(kGm, over)},
        {"within its time", esp("192.0.2.7"), "pass", with(kGm, living)},
        {"offered in a 401", esp("192.0.2.7"), "pass",
         with(kGm, of("192.0.2.7", 128, GM_SPI_OFFERED))},
        {"another's port", esp("192.0.2.7"), "drop esp_wrong_source",
         with(kGm, of("192.0.2.7", 128, GM_SPI_REFUSED))},
    });
}

TEST(Esp, HasGrace_WhereItsSourceWasChallenged) {
    const auto grace = [](const char* source, std::uint64_t until, std::uint32_t seconds = 10) {
        return [=](Guard& guard) {
            guard.settings([=](gm_settings& s) { s.grace_s = seconds; });
            value_of(guard.maps().graces.put(Address::parse(source)->value(), until));
        };
    };
    const std::uint64_t later = kNow + kSecond;
    check({
        {"challenged a moment ago", esp("192.0.2.7"), "pass", grace("192.0.2.7", later)},
        {"another was", esp("192.0.2.7"), "drop esp_unknown_spi", grace("192.0.2.8", later)},
        {"it is over", esp("192.0.2.7"), "drop esp_unknown_spi", grace("192.0.2.7", kNow)},
        {"there is none here", esp("192.0.2.7"), "drop esp_unknown_spi",
         grace("192.0.2.7", later, 0)},
        {"it is for unknown SPIs only", esp("192.0.2.7"), "drop esp_wrong_source",
         [=](Guard& guard) {
             grace("192.0.2.7", later)(guard);
             guard.associate(kGm, kSpi, of("192.0.2.8"));
         }},
    });
}

TEST(Esp, InUdp_IsJudgedLikeEsp) {
    const auto text = text_of(sealed(kSpi)), ike = std::string(4, '\0') + text;
    check({
        {"its source", in_udp(text), "pass", associate},
        {"unknown", in_udp(text), "drop esp_unknown_spi"},
        {"IKE", in_udp(ike), "pass"},
        {"a keep-alive", in_udp("\xff"), "pass"},
        {"empty", in_udp(""), "pass"},
        {"to another address", in_udp(text, "192.0.2.9"), "pass"},
        {"that ends before this host", in_udp(text, "192.0.2.1"), "pass"},
    });
}

TEST(Esp, InFragments_IsJudgedByTheFirst) {
    const auto fragment = [](const char* source, std::uint16_t offset) {
        return Ethernet{} /
               Ipv4{
                   .source = source, .destination = kGm, .more_fragments = true, .offset = offset} /
               Raw{sealed(kSpi), kProtocolEsp};
    };
    const Packet cut =
        Ethernet{} / Ipv4{.source = "192.0.2.7", .destination = kGm} / Raw{Bytes(7), kProtocolEsp};
    check({
        {"the first", fragment("192.0.2.7", 0), "pass", associate},
        {"the first, another source", fragment("192.0.2.8", 0), "drop esp_wrong_source", associate},
        {"a later one", fragment("192.0.2.7", 88), "pass", associate},
        {"too short for an SPI and a number", cut, "drop malformed", associate},
    });
}

TEST(Esp, OfTheCore_PassesWhereItSharesTheInterface) {
    const Packet packet = esp("198.51.100.2");
    check({{"it does not", packet, "drop esp_unknown_spi"},
           {"it does", packet, "pass", [](Guard& guard) {
                guard.configure([](config::Config& c) {
                    for (auto& listener : c.listeners)
                        listener.shared_interface = true;
                });
            }}});
}

} // namespace gmguard::test
