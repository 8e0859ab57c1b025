// SPDX-License-Identifier: BSD-2-Clause
// Challenges alone: which pending is found by what, and which one goes.
#include "binding/challenges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace gmguard::binding {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Pending make(gm_u128 address, gm_u128 user, gm_u128 nonce, std::uint64_t since_ns = 0) {
    Pending pending;
    pending.key = {address, nonce};
    pending.user = user;
    pending.since_ns = since_ns;
    return pending;
}

std::vector<std::uint64_t> nonces(const std::vector<const Pending*>& pendings) {
    std::vector<std::uint64_t> all;
    for (const Pending* pending : pendings)
        all.push_back(static_cast<std::uint64_t>(pending->key.nonce));
    return all;
}

std::vector<std::uint64_t> all_of(const Challenges& challenges) {
    std::vector<const Pending*> all;
    challenges.each([&](const Pending& pending) { all.push_back(&pending); });
    return nonces(all);
}

TEST(Pendings, AreFoundByKeyNumberAndAddress) {
    Challenges challenges(10, 240);
    EXPECT_FALSE(challenges.add(make(7, 1, 100)));
    EXPECT_FALSE(challenges.add(make(8, 1, 101)));
    EXPECT_FALSE(challenges.add(make(7, 2, 102)));
    EXPECT_EQ(challenges.find(gm_challenge_key{8, 101})->number, 2U);
    EXPECT_EQ(challenges.find(gm_challenge_key{8, 100}), nullptr);
    EXPECT_EQ(challenges.find(std::uint64_t{3})->user, gm_u128{2});
    EXPECT_EQ(challenges.find(std::uint64_t{4}), nullptr);
    EXPECT_THAT(nonces(challenges.at(7)), ElementsAre(100, 102));
    EXPECT_THAT(challenges.at(9), IsEmpty());
    EXPECT_TRUE(challenges.take({7, 100}));
    EXPECT_FALSE(challenges.take({7, 100}));
    EXPECT_THAT(nonces(challenges.at(7)), ElementsAre(102));
    EXPECT_THAT(all_of(challenges), ElementsAre(101, 102));
}

TEST(Pendings, OfOneKeyAreOne) {
    Challenges challenges(10, 240);
    EXPECT_FALSE(challenges.add(make(7, 1, 100)));
    EXPECT_FALSE(challenges.add(make(7, 2, 100)));
    EXPECT_EQ(challenges.size(), 1U);
    EXPECT_EQ(challenges.find(gm_challenge_key{7, 100})->user, gm_u128{2});
}

TEST(Pendings, MakeRoom_OfTheSameUserAtTheSameAddressFirst) {
    Challenges challenges(kPendingsOfUser + 2, 240);
    EXPECT_FALSE(challenges.add(make(1, 1, 1)));
    for (unsigned i = 0; i < kPendingsOfUser; ++i)
        EXPECT_FALSE(challenges.add(make(7, 1, 100 + i)));
    EXPECT_EQ(challenges.add(make(7, 1, 200))->nonce, gm_u128{100});
    EXPECT_FALSE(challenges.add(make(8, 1, 300)));
    EXPECT_EQ(challenges.add(make(9, 1, 301))->nonce, gm_u128{1}); // the oldest of all
    EXPECT_EQ(challenges.of_user(7, 1), kPendingsOfUser);
}

TEST(Pendings, AreTakenByUserAndAddress) {
    Challenges challenges(10, 240);
    for (const auto& [address, user, nonce] :
         {std::tuple{7U, 1U, 100U}, {7U, 2U, 101U}, {8U, 1U, 102U}, {7U, 1U, 103U}})
        EXPECT_FALSE(challenges.add(make(address, user, nonce)));
    std::vector<std::uint64_t> gone;
    challenges.take_all(7, 1, [&](const gm_challenge_key& key) {
        gone.push_back(static_cast<std::uint64_t>(key.nonce));
    });
    EXPECT_THAT(gone, ElementsAre(100, 103));
    EXPECT_THAT(all_of(challenges), ElementsAre(101, 102));
}

TEST(Pendings, OfAUserHaveOneLatest_WhereverItIs) {
    Challenges challenges(10, 240);
    const auto is_latest = [&](std::uint64_t number) { return challenges.find(number)->latest; };
    EXPECT_FALSE(challenges.add(make(7, 1, 100)));
    EXPECT_FALSE(challenges.add(make(8, 1, 101)));
    EXPECT_FALSE(is_latest(1));
    EXPECT_TRUE(is_latest(2));
    Pending later = make(9, 1, 102);
    later.latest = false;
    EXPECT_FALSE(challenges.add(later));
    EXPECT_TRUE(is_latest(2));
    challenges.settle(1);
    EXPECT_FALSE(is_latest(2));
    challenges.settle(2);
}

TEST(Pendings, EndWithTheirTimer_UnlessProlonged) {
    Challenges challenges(10, 240);
    EXPECT_FALSE(challenges.add(make(7, 1, 100, 1)));
    EXPECT_FALSE(challenges.add(make(7, 2, 101, 2)));
    EXPECT_FALSE(challenges.add(make(7, 3, 102, 3)));
    challenges.prolong({7, 100}, 250);
    const auto expired = challenges.take_expired(242);
    ASSERT_EQ(expired.size(), 1U);
    EXPECT_EQ(expired[0].key.nonce, gm_u128{101});
    EXPECT_TRUE(expired[0].latest);
    EXPECT_THAT(all_of(challenges), ElementsAre(100, 102));
}

// Whatever comes and goes: the lists hold what is there, each once, in the order it came in.
TEST(Pendings, KeepTheirOrder) {
    Challenges challenges(64, 240);
    std::vector<std::uint64_t> there;
    std::mt19937 random(1);
    for (std::uint64_t n = 1; n < 5000; ++n) {
        if (random() % 3 == 0 && !there.empty()) {
            const auto at = random() % there.size();
            EXPECT_TRUE(challenges.take({there[at] % 5, there[at]}));
            there.erase(there.begin() + static_cast<std::ptrdiff_t>(at));
        }
        if (const auto gone = challenges.add(make(n % 5, n, n)))
            std::erase(there, static_cast<std::uint64_t>(gone->nonce));
        there.push_back(n);
        ASSERT_EQ(challenges.size(), there.size());
    }
    EXPECT_EQ(all_of(challenges), there);
    std::erase_if(there, [](std::uint64_t n) { return n % 5 != 3; });
    EXPECT_EQ(nonces(challenges.at(3)), there);
}

TEST(Asked, SaysWhatWasAsked) {
    const Asked asked({"sip:a@b", "b", "", "n", "AKAv1-MD5"});
    const Asked copy = asked;
    const auto texts = copy.texts();
    EXPECT_EQ(texts.impu, "sip:a@b");
    EXPECT_EQ(texts.domain, "b");
    EXPECT_EQ(texts.realm, "");
    EXPECT_EQ(texts.nonce, "n");
    EXPECT_EQ(texts.algorithm, "AKAv1-MD5");
    EXPECT_EQ(Asked().texts().impu, "");
}

} // namespace
} // namespace gmguard::binding
