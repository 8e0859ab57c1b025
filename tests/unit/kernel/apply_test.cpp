// SPDX-License-Identifier: BSD-2-Clause
// Operations of many outcomes that are written together.
#include "kernel/apply.hpp"

#include "sandbox.hpp"

#include <atomic>
#include <thread>

namespace gmguard::kernel {
namespace {

using namespace binding;

constexpr unsigned kRoom = 1000;

class Apply : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(::geteuid(), 0u) << "tests with label bpf need root";
        auto opened = Objects::open_private(Sizes::of(kRoom), Streams::without);
        ASSERT_TRUE(opened) << opened.error().text();
        objects.emplace(std::move(*opened));
    }
    const Maps& maps() const { return objects->maps(); }
    void apply(const std::vector<Operation>& operations) const {
        const auto applied = kernel::apply(maps(), operations);
        EXPECT_TRUE(applied) << applied.error().text();
    }

    std::optional<Objects> objects;
};

gm_selector at(unsigned port) {
    gm_selector key{};
    key.port = static_cast<__u16>(port);
    return key;
}

PutBinding put(unsigned port, std::uint64_t subscriber, std::uint64_t seen_ns = 0) {
    PutBinding operation{at(port), {}};
    operation.value.subscriber = subscriber;
    operation.value.last_seen_ns = seen_ns;
    return operation;
}

TEST_F(Apply, WritesAllMaps_HoweverMany) {
    std::vector<Operation> all;
    for (unsigned i = 1; i <= kRoom; ++i) {
        all.emplace_back(PutShared{gm_u128{i} << 64, i});
        all.emplace_back(PutOwner{i, {i, 5}});
        all.emplace_back(put(i, i));
        all.emplace_back(PutChallenge{{i, 7}, {}});
        all.emplace_back(PutSpi{{i, 1, 0, 0}, {}});
    }
    apply(all);
    EXPECT_EQ(*maps().bindings.count(), kRoom);
    EXPECT_EQ(*maps().owners.count(), 2 * kRoom);
    EXPECT_EQ(*maps().spis.count(), kRoom);
    EXPECT_EQ((*maps().owners.lookup(17))->subscriber, 17u);
    all.clear();
    for (unsigned i = 1; i <= kRoom; ++i) {
        all.emplace_back(EraseBinding{at(i)});
        all.emplace_back(EraseShared{gm_u128{i} << 64, i});
        all.emplace_back(EraseOwner{i});
        all.emplace_back(EraseChallenge{{i, 7}});
        all.emplace_back(EraseSpi{{i, 1, 0, 0}});
    }
    apply(all);
    EXPECT_EQ(*maps().bindings.count(), 0u);
    EXPECT_EQ(*maps().owners.count(), 0u);
    EXPECT_EQ(*maps().challenges.count(), 0u);
    EXPECT_EQ(*maps().spis.count(), 0u);
}

// Looks as the programs do, but is slower than they are: what it finds while the owner changes more
// than once says nothing.
TEST_F(Apply, LeavesNobodyWithoutAnIdentityThatChangesItsOwner) {
    const gm_u128 identity = gm_u128{7} << 64;
    const auto owns = [&](std::uint64_t subscriber) {
        const auto owner = maps().owners.lookup(identity);
        return owner && *owner && (*owner)->subscriber == subscriber;
    };
    const auto shares = [&](std::uint64_t subscriber) {
        const auto beside = maps().owners.lookup(gm_beside_owner(identity, subscriber));
        return beside && *beside && (*beside)->expires_ns == GM_OWNER_BESIDE;
    };
    const auto give = [&](std::uint64_t from, std::uint64_t to) {
        apply({PutShared{identity, from}, PutOwner{identity, {to, 0}}, EraseShared{identity, to}});
    };
    give(2, 1);
    std::atomic<unsigned> given = 0;
    std::atomic<bool> over = false;
    unsigned looked = 0, without = 0;
    std::thread program([&] {
        while (!over)
            for (const std::uint64_t one : {1, 2}) {
                const unsigned before = given;
                const bool has = owns(one) || shares(one) || owns(one);
                if (before != given)
                    continue;
                ++looked;
                without += has ? 0 : 1;
            }
    });
    for (; given < 20'000; give(1 + given % 2, 2 - given % 2))
        ++given;
    over = true;
    program.join();
    EXPECT_GT(looked, 1000U);
    EXPECT_EQ(without, 0U);
}

TEST_F(Apply, LeavesTheLastOfSeveralWritesToOneKey) {
    apply({put(1, 1), EraseBinding{at(1)}, put(1, 2), put(2, 3), EraseBinding{at(2)},
           PutOwner{7, {1, 0}}, EraseOwner{7}, PutOwner{7, {4, 0}}, PutOwner{8, {1, 0}},
           EraseOwner{8}});
    EXPECT_EQ((*maps().bindings.lookup(at(1)))->subscriber, 2u);
    EXPECT_FALSE(maps().bindings.lookup(at(2))->has_value());
    EXPECT_EQ((*maps().owners.lookup(7))->subscriber, 4u);
    EXPECT_FALSE(maps().owners.lookup(8)->has_value());
}

TEST_F(Apply, KeepsWhenABindingWasSeen_UnlessItSays) {
    apply({put(1, 1, 50), put(1, 2)});
    EXPECT_EQ((*maps().bindings.lookup(at(1)))->last_seen_ns, 50u);
    apply({put(1, 2, 60)});
    EXPECT_EQ((*maps().bindings.lookup(at(1)))->last_seen_ns, 60u);
}

TEST_F(Apply, ErasesWhatIsThere_BesideWhatIsNot) {
    apply({put(1, 1), put(3, 3)});
    apply({EraseBinding{at(1)}, EraseBinding{at(2)}, EraseBinding{at(3)}});
    EXPECT_EQ(*maps().bindings.count(), 0u);
}

TEST_F(Apply, TakesTheRoomOfWhatGoes_AndTheOthersWhereOneMapIsFull) {
    const auto room = maps().bindings.raw().max_entries();
    std::vector<Operation> all;
    for (unsigned i = 1; i <= room; ++i)
        all.emplace_back(put(i, i));
    apply(all);
    apply({EraseBinding{at(1)}, put(room + 1, 1)});
    const auto applied = kernel::apply(
        maps(), std::vector<Operation>{put(room + 2, 1), put(2, 9), PutOwner{1, {1, 0}}});
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().kind, ErrorKind::exhausted);
    EXPECT_EQ((*maps().bindings.lookup(at(2)))->subscriber, 9u);
    EXPECT_TRUE(maps().owners.lookup(1)->has_value());
    EXPECT_TRUE(kernel::apply(maps(), {})) << "an error is told once";
}

} // namespace
} // namespace gmguard::kernel
