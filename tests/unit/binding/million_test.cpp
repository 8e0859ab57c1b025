// SPDX-License-Identifier: BSD-2-Clause
// A million bindings: room in user space, and the time to take them over after a restart. The rest
// of the 1 KiB per binding that the design allows is the kernel's.
#include "binding/policy.hpp"
#include "unit/binding/entries.hpp"
#include "unit/binding/fake_hasher.hpp"

#include <gtest/gtest.h>

#include <fmt/core.h>

#include <chrono>
#include <fstream>
#include <string>

namespace gmguard::binding {
namespace {

constexpr unsigned kMany = 1'000'000;
constexpr const char* kHost = "@ims.mnc001.mcc001.3gppnetwork.org";

// Cheaper than FakeHasher, so that the time is the policy's.
class QuickHasher final : public Hasher {
  public:
    gm_u128 identity(std::string_view uri) const override { return hash(uri, 1); }
    gm_u128 impi(std::string_view impi) const override { return hash(impi, 2); }
    gm_u128 nonce(std::string_view nonce) const override { return hash(nonce, 3); }
    gm_u128 bytes(std::string_view bytes) const override { return hash(bytes, 4); }

  private:
    static gm_u128 hash(std::string_view text, std::size_t kind) {
        const std::uint64_t low = std::hash<std::string_view>{}(text) + kind;
        return gm_u128{low * 0x9e3779b97f4a7c15U} << 64 | low | 1;
    }
};

std::size_t resident_bytes() {
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * 4096;
}

Add subscriber(unsigned i) {
    const std::string imsi = fmt::format("00101{:010}", i);
    const Address address(uint128{0x20010db8} << 96 | uint128{i} << 64 | 0x1b2c);
    return {kSecond,
            {address, 5060},
            imsi + kHost,
            {"sip:" + imsi + kHost, fmt::format("sip:+1555{:07}", i) + kHost,
             fmt::format("tel:+1555{:07}", i)},
            (600'000 + i % 3600) * kSecond};
}

struct Pinned {
    std::vector<std::pair<gm_selector, gm_binding>> bindings;
    std::vector<std::pair<gm_u128, gm_owner>> owners;

    void apply(const Outcome& out) {
        for (const auto& operation : out.operations) {
            if (const auto* put = std::get_if<PutBinding>(&operation))
                bindings.emplace_back(put->key, put->value);
            else if (const auto* owner = std::get_if<PutOwner>(&operation))
                owners.emplace_back(owner->identity, owner->value);
        }
    }
};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(Million, BindingsTakeFewBytesEach) {
    const QuickHasher hasher;
    Rules rules;
    rules.bindings = kMany;
    rules.identities = 4 * kMany;
    Policy policy(hasher, [](Address) { return gm_key_form{128, 1}; }, rules);
    const std::size_t before = resident_bytes();
    const auto start = std::chrono::steady_clock::now();
    for (unsigned i = 0; i < kMany; ++i)
        ASSERT_TRUE(policy.add(subscriber(i)));
    const double seconds = seconds_since(start);
    const std::size_t real = (resident_bytes() - before) / kMany;
    fmt::print("{} bindings of 3 IMPUs: {} bytes each by account, {} resident, {:.0f} a second\n",
               kMany, policy.bytes() / kMany, real, kMany / seconds);
    EXPECT_EQ(policy.counts().bound, kMany);
    EXPECT_LE(policy.bytes() / kMany, 340U);
    EXPECT_LE(real, 360U);
    EXPECT_EQ(policy.find(Query{.impu = "tel:+15550123456"}).total, 1U);
}

TEST(Million, BindingsAreAdoptedInSeconds) {
    const QuickHasher hasher;
    Rules rules;
    rules.bindings = kMany;
    rules.identities = 4 * kMany;
    const KeyForms forms = [](Address) { return gm_key_form{128, 1}; };
    Pinned pinned;
    {
        Policy policy(hasher, forms, rules);
        for (unsigned i = 0; i < kMany; ++i)
            pinned.apply(*policy.add(subscriber(i)));
    }
    Policy policy(hasher, forms, rules);
    const auto start = std::chrono::steady_clock::now();
    const auto adopted = policy.adopt(
        2 * kSecond, {entries_of(pinned.bindings), entries_of(pinned.owners), no_entries});
    const double seconds = seconds_since(start);
    fmt::print("{} bindings adopted in {:.2f} s\n", kMany, seconds);
    ASSERT_TRUE(adopted);
    EXPECT_TRUE(adopted->operations.empty());
    EXPECT_EQ(policy.counts().bound, kMany);
    EXPECT_EQ(policy.counts().identities, 3 * kMany);
}

} // namespace
} // namespace gmguard::binding
