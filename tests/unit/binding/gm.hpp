// SPDX-License-Identifier: BSD-2-Clause
// A Play where IPsec ends at the P-CSCF: offers of associations, and what XFRM tells of them.
#pragma once

#include "unit/binding/play.hpp"
#include "unit/binding/steps.hpp"

#include <array>

namespace gmguard::binding {

inline constexpr std::uint32_t kSpiC = 4096, kSpiS = 4097;

inline const Address kGm = *Address::parse("192.0.2.1");

inline sip::SecurityMechanism mechanism(std::uint32_t spi_c, std::uint32_t spi_s,
                                        std::uint16_t port_c, std::uint16_t port_s) {
    sip::SecurityMechanism out;
    out.mechanism = "ipsec-3gpp";
    out.alg = "hmac-sha-1-96";
    out.spi_c = spi_c;
    out.spi_s = spi_s;
    out.port_c = port_c;
    out.port_s = port_s;
    return out;
}

// The phone asks for associations at its own port, or at one it names.
inline Play::Change asks_for(std::uint16_t port) {
    return [=](Heard& heard) { heard.message.security_client = {mechanism(11, 22, port, port)}; };
}

inline Play::Change offers(std::uint32_t spi_c = kSpiC, std::uint32_t spi_s = kSpiS) {
    return [=](Heard& heard) {
        heard.message.security_server = {mechanism(spi_c, spi_s, 5100, 6100)};
    };
}

struct Gm : Play {
    explicit Gm(gm_key_form v4 = {128, 1}, Rules rules = {}) : Play(rules, v4) {
        policy.encrypted_by([](std::uint32_t) { return true; });
    }
    void offered(const Phone& phone, std::uint16_t port, const Change& offer = offers()) {
        clear(phone, {asks_for(port)});
        onward();
        core(401);
        leaving(401, {offer});
    }
    void installed(std::uint32_t spi, const Endpoint& source, bool early = false,
                   bool blind = false, bool tunnel = false) {
        take(policy.handle(SaInstalled{now_ns, kGm, spi, source, 6100, early, 0, blind, tunnel}));
    }
    void gone(std::uint32_t spi) { take(policy.handle(SaRemoved{now_ns, kGm, spi})); }

    // "4097 installed of 1", "4096 offered of nobody", as the kernel has them.
    [[nodiscard]] std::vector<std::string> spis() const {
        constexpr std::array states{"", "offered", "installed", "refused"};
        std::vector<std::string> lines;
        for (const auto& [key, spi] : kernel.spis)
            lines.push_back(std::to_string(key.second) + " " + states[spi.state] + " of " +
                            (spi.subscriber == 0 ? "nobody" : std::to_string(spi.subscriber)));
        return lines;
    }
};

} // namespace gmguard::binding
