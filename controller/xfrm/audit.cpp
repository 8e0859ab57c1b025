// SPDX-License-Identifier: BSD-2-Clause
#include "xfrm/audit.hpp"

#include "xfrm/algorithms.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace gmguard::xfrm {
namespace {

constexpr std::uint64_t kDuration = 0xffff'ffff; // seconds (D.1)
constexpr std::uint16_t kEspInUdp = 2;           // RFC 3948

constexpr std::array<std::string_view, kFaults> kNames{
    "protocol",
    "mode",
    "integrity_algorithm",
    "integrity_key",
    "encryption_algorithm",
    "encryption_key",
    "lifetime",
    "foreign_address",
    "foreign_port",
    "wide_selector",
    "foreign_spi",
    "orphan",
    "stale",
    "too_many",
    "refused",
    "agreement",
    "blind",
};

using Found = std::vector<Deviation>;

// One side of an SA: where its packets come from or go to.
struct Side {
    Address end;
    const Prefix& prefix; // of the selector
    const Ports& ports;
};

Side source_of(const Sa& sa) {
    return {sa.source, sa.selector.source, sa.selector.source_ports};
}

Side destination_of(const Sa& sa) {
    return {sa.key.destination, sa.selector.destination, sa.selector.destination_ports};
}

Side phone_of(const Sa& sa, bool inbound) {
    return inbound ? source_of(sa) : destination_of(sa);
}

Side pcscf_of(const Sa& sa, bool inbound) {
    return inbound ? destination_of(sa) : source_of(sa);
}

bool is_within(const Prefix& inner, const Prefix& outer) {
    return inner.bits >= outer.bits && outer.contains(inner.address);
}

void check_mode(const Sa& sa, const Expected& expected, Found& out) {
    const bool encapsulated = sa.encapsulation && sa.encapsulation->type == kEspInUdp;
    const bool tunnel = expected.agreed && !expected.agreed->mod.empty()
                            ? expected.agreed->mod == "UDP-enc-tun"
                            : encapsulated; // behind NAT: Annex M
    if (tunnel && sa.mode == Mode::tunnel && encapsulated)
        return;
    if (!tunnel && sa.mode == Mode::transport && !sa.encapsulation)
        return;
    out.push_back({Fault::mode, fmt::format("mode is {}{}, not {}", name(sa.mode),
                                            sa.encapsulation ? " in UDP" : "",
                                            tunnel ? "tunnel in UDP" : "transport")});
}

// Empty: nothing was agreed on. "null" and no encryption are the same (Annex H).
std::string_view agreed_on(Role role, const Expected& expected) {
    if (!expected.agreed)
        return "";
    const auto& agreed = *expected.agreed;
    if (role == Role::integrity)
        return agreed.alg;
    return agreed.ealg.empty() && !agreed.alg.empty() ? "null" : std::string_view(agreed.ealg);
}

// AES-GCM is its own integrity.
bool may_lack(Role role, const Sa& sa) {
    return role == Role::encryption || !sa.aead.name.empty();
}

bool is_as_agreed(Role role, const Sa& sa, std::string_view agreed, const Algorithm& there) {
    if (agreed == "null")
        return there.name.empty();
    if (!agreed.empty()) {
        const auto* known = known_as_agreed(role, agreed);
        return known != nullptr && known->kernel == there.name;
    }
    return there.name.empty() ? may_lack(role, sa) : known_in_kernel(role, there.name) != nullptr;
}

void check_key(const Known& known, const Algorithm& there, Fault fault, Found& out) {
    if (!known.has_key_of(there.key_bits))
        out.push_back({fault, fmt::format("key of {} has {} bits, not {}", there.name,
                                          there.key_bits, known.key_bits[0])});
    else if (known.icv_bits != 0 && there.icv_bits != 0 && known.icv_bits != there.icv_bits)
        out.push_back({fault, fmt::format("{} is cut to {} bits, not to {}", there.name,
                                          there.icv_bits, known.icv_bits)});
}

void check_algorithm(Role role, const Sa& sa, const Expected& expected, Found& out) {
    const bool integrity = role == Role::integrity;
    const auto there = installed(role, sa);
    const auto agreed = agreed_on(role, expected);
    if (!is_as_agreed(role, sa, agreed, there)) {
        out.push_back({integrity ? Fault::integrity_algorithm : Fault::encryption_algorithm,
                       fmt::format("{} is {}, {}", integrity ? "integrity" : "encryption",
                                   there.name.empty() ? "none" : there.name,
                                   agreed.empty() ? "none of TS 33.203 Annex H"
                                                  : fmt::format("{} was agreed on", agreed))});
        return;
    }
    if (const auto* known = known_in_kernel(role, there.name))
        check_key(*known, there, integrity ? Fault::integrity_key : Fault::encryption_key, out);
}

// For ever stands for the 2^32-1 seconds of D.1: neither ends before the registration does, which
// the P-CSCF's own timer sees to. Kamailio and OpenSIPS install SAs for ever.
void check_lifetime(const Sa& sa, Found& out) {
    const auto told = [&out](std::uint64_t limit, std::string_view of) {
        out.push_back({Fault::lifetime, fmt::format("ends after {} {}", limit, of)});
    };
    const auto is_long = [](std::uint64_t seconds) { return seconds == 0 || seconds == kDuration; };
    if (!is_long(sa.hard.add_seconds))
        told(sa.hard.add_seconds, "seconds");
    else if (!is_long(sa.hard.use_seconds))
        told(sa.hard.use_seconds, "seconds of use");
    else if (sa.hard.bytes != kNoLimit)
        told(sa.hard.bytes, "bytes");
    else if (sa.hard.packets != kNoLimit)
        told(sa.hard.packets, "packets");
}

void check_addresses(const Sa& sa, const Expected& expected, Found& out) {
    const auto phone = phone_of(sa, expected.inbound);
    const auto pcscf = pcscf_of(sa, expected.inbound);
    if (expected.holder && !expected.holder->contains(phone.end))
        out.push_back({Fault::foreign_address, fmt::format("is of {}, held by {}", phone.end.text(),
                                                           expected.holder->text())});
    // Inside of a tunnel the phone has another address.
    else if (sa.mode != Mode::tunnel && expected.holder &&
             !is_within(phone.prefix, *expected.holder) &&
             !is_within(*expected.holder, phone.prefix))
        out.push_back(
            {Fault::foreign_address, fmt::format("takes packets of {}, held by {}",
                                                 phone.prefix.text(), expected.holder->text())});
    else if (expected.pcscf && !pcscf.prefix.contains(*expected.pcscf))
        out.push_back(
            {Fault::foreign_address, fmt::format("takes packets for {}, not for the P-CSCF at {}",
                                                 pcscf.prefix.text(), expected.pcscf->text())});
}

// The P-CSCF's port that goes with the SPI, one of its own: spi-s with port-s, spi-c with port-c.
// Of an outbound SA, whose SPI the phone chose, either.
std::vector<std::uint16_t> pcscf_ports(const Sa& sa, const Expected& expected) {
    std::vector<std::uint16_t> out;
    const auto& agreed = *expected.agreed;
    const auto add = [&](std::optional<std::uint32_t> spi, std::optional<std::uint16_t> port) {
        if (port && (!expected.inbound || spi == sa.key.spi))
            out.push_back(*port);
    };
    add(agreed.spi_c, agreed.port_c);
    add(agreed.spi_s, agreed.port_s);
    return out;
}

void check_port(const Ports& there, const std::vector<std::uint16_t>& wanted,
                std::string_view whose, Found& out) {
    if (wanted.empty() || std::ranges::any_of(wanted, [&](auto port) { return there.holds(port); }))
        return;
    out.push_back({Fault::foreign_port, fmt::format("{} port is {}, not {}", whose, there.port,
                                                    fmt::join(wanted, " or "))});
}

void check_ports(const Sa& sa, const Expected& expected, Found& out) {
    check_port(phone_of(sa, expected.inbound).ports, expected.phone_ports, "the phone's", out);
    if (expected.agreed)
        check_port(pcscf_of(sa, expected.inbound).ports, pcscf_ports(sa, expected), "the P-CSCF's",
                   out);
}

// Wider than the holder: whoever has the keys speaks from more than one source (2.2, 3).
void check_width(const Sa& sa, const Expected& expected, Found& out) {
    const auto phone = phone_of(sa, expected.inbound);
    const bool inside = !expected.holder || is_within(phone.prefix, *expected.holder) ||
                        !is_within(*expected.holder, phone.prefix); // foreign: told already
    const bool one_port = phone.ports.is_one() || expected.phone_ports.empty();
    if (!inside || !one_port)
        out.push_back(
            {Fault::wide_selector, fmt::format("its selector is {}", sa.selector.text())});
}

void check_spi(const Sa& sa, const Expected& expected, Found& out) {
    if (!expected.agreed || !expected.inbound)
        return;
    const auto& agreed = *expected.agreed;
    if ((!agreed.spi_c && !agreed.spi_s) || agreed.spi_c == sa.key.spi ||
        agreed.spi_s == sa.key.spi)
        return;
    out.push_back(
        {Fault::foreign_spi, fmt::format("SPI is {}, {} and {} were agreed on", sa.key.spi,
                                         agreed.spi_c.value_or(0), agreed.spi_s.value_or(0))});
}

void check_holder(const Expected& expected, Found& out) {
    if (expected.standing == Standing::nobody)
        out.push_back({Fault::orphan, "nobody is bound by it, and nobody was challenged"});
    if (expected.standing == Standing::gone)
        out.push_back({Fault::stale, "its binding has ended"});
    if (expected.of_user > kMostOfOneUser)
        out.push_back({Fault::too_many, fmt::format("its user has {} SAs in this direction, {} are "
                                                    "allowed",
                                                    expected.of_user, kMostOfOneUser)});
    if (expected.standing == Standing::refused)
        out.push_back({Fault::refused, "another subscriber is bound to where it ends"});
    if (expected.doubted)
        out.push_back({Fault::agreement,
                       "Security-Verify or Security-Client of its REGISTER is not "
                       "what was agreed on"});
}

// Behind two NATs two phones may have one address: whose message it is only the SA says.
void check_told_apart(const Sa& sa, const Expected& expected, Found& out) {
    if (sa.encapsulation && !expected.told_apart)
        out.push_back({Fault::blind, "it is in UDP, and this kernel does not tell which SA "
                                     "decrypted a message (6.12 does): its ESP is refused"});
}

} // namespace

std::string_view name(Fault fault) {
    return kNames[static_cast<std::size_t>(fault)];
}

std::vector<Deviation> audit(const Sa& sa, const Expected& expected) {
    Found out;
    if (sa.protocol != Protocol::esp)
        out.push_back({Fault::protocol, fmt::format("protocol is {}, not esp", name(sa.protocol))});
    check_mode(sa, expected, out);
    if (sa.protocol == Protocol::esp) {
        check_algorithm(Role::integrity, sa, expected, out);
        check_algorithm(Role::encryption, sa, expected, out);
    }
    check_lifetime(sa, out);
    check_addresses(sa, expected, out);
    check_ports(sa, expected, out);
    check_width(sa, expected, out);
    check_spi(sa, expected, out);
    check_holder(expected, out);
    check_told_apart(sa, expected, out);
    return out;
}

} // namespace gmguard::xfrm
