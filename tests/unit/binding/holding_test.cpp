// SPDX-License-Identifier: BSD-2-Clause
#include "binding/holding.hpp"

#include "unit/binding/fake_hasher.hpp"

#include <gtest/gtest.h>

namespace gmguard::binding {
namespace {

const FakeHasher kHasher;

Identity known(const std::string& text) {
    return {kHasher.identity(text), text};
}

bool same(const Holding& a, const Holding& b) {
    const auto equal = [](const Registration& x, const Registration& y) {
        return x.aor == y.aor && x.expires_ns == y.expires_ns &&
               std::ranges::equal(x.identities, y.identities, [](const auto& i, const auto& j) {
                   return i.hash == j.hash && i.text == j.text;
               });
    };
    return a.impi == b.impi && std::ranges::equal(a.registrations, b.registrations, equal);
}

TEST(Packed, UnpacksToWhatWasPacked) {
    const std::string long_name(300, 'x');
    const Holding cases[] = {
        {},
        {"alice", {}},
        {"alice@ims.test", {{1, 2, {}}}},
        {"alice@ims.test", {{0, 9, {known("sip:alice@ims.test"), known("tel:+15550100")}}}},
        {"a@b@c",
         {{~0ULL, ~0ULL, {known("sip:" + long_name + "@ims.test"), {gm_u128{5} << 90, ""}}}}},
        {"+1@h",
         {{0, 9, {known("tel:+1"), known("sips:+1@h"), {7, ""}, known("+1"), known("sip:@h")}}}},
        {"sip:a@h", {{0, 9, {known("a"), known("SIP:a"), known("sip:sip:a@h"), known("sip:")}}}},
        {"x@" + long_name, {{1, 1, {known("sip:@")}}, {2, 2, {known("urn:y"), {7, ""}}}}},
    };
    Suffixes suffixes;
    for (const auto& holding : cases) {
        const Packed packed(holding, suffixes);
        EXPECT_TRUE(same(packed.unpack(suffixes, kHasher), holding)) << holding.impi;
    }
    EXPECT_TRUE(same(Packed{}.unpack(suffixes, kHasher), {}));
}

TEST(Packed, SharesTheHostsOfANetwork) {
    Suffixes suffixes;
    const std::string host(60, 'h');
    const Packed first({"a@" + host, {}}, suffixes);
    const Packed second({"b@" + host, {}}, suffixes);
    EXPECT_LT(second.bytes(), 20U);
    EXPECT_EQ(second.unpack(suffixes, kHasher).impi, "b@" + host);
}

TEST(Packed, SharesTheNamesOfASubscriber) {
    Suffixes suffixes;
    const std::string user(40, '7');
    const auto bytes = [&](const std::string& sip) {
        return Packed({user + "@h", {{0, 9, {known("sip:" + sip + "@h"), known("tel:" + sip)}}}},
                      suffixes)
            .bytes();
    };
    EXPECT_LT(bytes(user), 40U + 30U);
    EXPECT_EQ(bytes(std::string(40, '8')), bytes(user) + 41); // and its size
}

TEST(Suffixes, KeepTextsWhole_WhenThereAreTooMany) {
    Suffixes suffixes;
    for (unsigned i = 0; i < 70'000; ++i) {
        const Holding holding{"user@" + std::to_string(i), {}};
        ASSERT_EQ(Packed(holding, suffixes).unpack(suffixes, kHasher).impi, holding.impi);
    }
}

TEST(Holding, NamesEachIdentityOnce_TheDefaultFirst) {
    Holding holding;
    holding.put({1, 100, {known("sip:a@ims.test"), known("tel:+1")}});
    holding.put({2, 200, {known("sip:b@ims.test"), known("tel:+1")}});
    const auto all = holding.identities();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].text, "sip:a@ims.test");
    EXPECT_EQ(all[1].text, "tel:+1");
    EXPECT_EQ(all[2].text, "sip:b@ims.test");
    EXPECT_EQ(holding.expires_ns(), 200U);
}

TEST(Holding, KeepsWhatAnotherRegistrationStillHolds) {
    Holding holding;
    const Identity to = known("sip:a@ims.test");
    holding.put({aor_of(to.hash), 100, {to, known("tel:+1")}});
    holding.put({2, 200, {known("sip:b@ims.test"), known("tel:+1")}});
    EXPECT_TRUE(holding.erase(to.hash));
    EXPECT_EQ(holding.identities().size(), 2U);
    EXPECT_FALSE(holding.erase(to.hash));
}

TEST(Holding, EndsTheSet_WhenAnyOfItsIdentitiesIsDeregistered) {
    Holding holding;
    holding.put({1, 100, {known("sip:a@ims.test"), known("tel:+1")}});
    EXPECT_TRUE(holding.erase(kHasher.identity("tel:+1")));
    EXPECT_TRUE(holding.registrations.empty());
}

TEST(Holding, DropsTheOneThatEndsFirst_WhenThereAreTooMany) {
    Holding holding;
    for (std::uint64_t aor = 1; aor <= kMostRegistrations + 1; ++aor)
        holding.put({aor, aor == 3 ? 1 : 1000 + aor, {{gm_u128{aor}, ""}}});
    EXPECT_EQ(holding.registrations.size(), kMostRegistrations);
    for (const auto& registration : holding.registrations)
        EXPECT_NE(registration.aor, 3U);
}

} // namespace
} // namespace gmguard::binding
