// SPDX-License-Identifier: BSD-2-Clause
#include "xfrm/algorithms.hpp"

#include <algorithm>

namespace gmguard::xfrm {
namespace {

constexpr std::string_view kGmac = "rfc4543(gcm(aes))";

// hmac-sha-1-96: IK with 32 zero bits behind it (Annex I), or IK as it is, as Kamailio 5.6 installs
// it: HMAC pads either with zeros to the same key (RFC 2104 2). The keys of the AEADs have a salt
// of 32 bits at their end (RFC 4106 8.1, RFC 4543 5.1).
constexpr std::array<Known, 6> kKnown{{
    {Role::integrity, "hmac-md5-96", "hmac(md5)", {128, 128}, 96},
    {Role::integrity, "hmac-sha-1-96", "hmac(sha1)", {160, 128}, 96},
    {Role::integrity, "aes-gmac", kGmac, {160, 160}, 128},
    {Role::encryption, "des-ede3-cbc", "cbc(des3_ede)", {192, 192}, 0},
    {Role::encryption, "aes-cbc", "cbc(aes)", {128, 128}, 0},
    {Role::encryption, "aes-gcm", "rfc4106(gcm(aes))", {160, 160}, 128},
}};

const Known* find(Role role, std::string_view Known::* member, std::string_view name) {
    const auto at = std::ranges::find_if(
        kKnown, [&](const Known& known) { return known.role == role && known.*member == name; });
    return at == kKnown.end() ? nullptr : &*at;
}

// What the kernel installs where it is asked for nothing.
bool does_nothing(const Algorithm& algorithm) {
    return algorithm.name == "ecb(cipher_null)" || algorithm.name == "digest_null";
}

} // namespace

bool Known::has_key_of(std::uint32_t bits) const {
    return std::ranges::find(key_bits, bits) != key_bits.end();
}

const Known* known_as_agreed(Role role, std::string_view name) {
    return find(role, &Known::agreed, name);
}

const Known* known_in_kernel(Role role, std::string_view name) {
    return find(role, &Known::kernel, name);
}

Algorithm installed(Role role, const Sa& sa) {
    const bool is_gmac = sa.aead.name == kGmac; // no encryption, for all its form
    const Algorithm& own = role == Role::integrity ? sa.integrity : sa.encryption;
    if (!sa.aead.name.empty() && is_gmac == (role == Role::integrity))
        return sa.aead;
    return does_nothing(own) ? Algorithm{} : own;
}

} // namespace gmguard::xfrm
