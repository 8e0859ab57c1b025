// SPDX-License-Identifier: BSD-2-Clause
#include "sandbox.hpp"

#include <gmock/gmock.h>

#include <set>

namespace gmguard::kernel {
namespace {

class KernelMaps : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(::geteuid(), 0u) << "tests with label bpf need root";
        auto opened = Objects::open_private(Sizes::of(4000), Streams::without);
        ASSERT_TRUE(opened) << opened.error().text();
        objects.emplace(std::move(*opened));
    }
    const Maps& maps() const { return objects->maps(); }

    std::optional<Objects> objects;
};

gm_selector selector(unsigned port) {
    gm_selector key{};
    key.port = static_cast<__u16>(port);
    return key;
}

TEST_F(KernelMaps, FindNothing_WhenEmpty) {
    const auto found = maps().bindings.lookup(selector(1));
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found);
}

TEST_F(KernelMaps, VisitEachEntryOnce_WhenTheyAreMoreThanABatch) {
    for (unsigned port = 1; port <= 3000; ++port)
        ASSERT_TRUE(maps().bindings.put(selector(port), {}));
    std::multiset<unsigned> seen;
    ASSERT_TRUE(maps().bindings.for_each(
        [&](const gm_selector& key, const gm_binding&) { seen.insert(key.port); }));
    EXPECT_EQ(seen.size(), 3000u);
    EXPECT_EQ(std::set<unsigned>(seen.begin(), seen.end()).size(), 3000u);
}

TEST_F(KernelMaps, VisitEachEntryOnce_WhenTheyAreErasedMeanwhile) {
    constexpr unsigned kCount = 200;
    for (unsigned i = 0; i < kCount; ++i) {
        gm_prefix_key key{};
        key.prefixlen = 128;
        key.address[15] = static_cast<__u8>(i);
        ASSERT_TRUE(maps().peers.put(key, GM_PEER_CORE));
    }
    std::multiset<unsigned> seen;
    ASSERT_TRUE(maps().peers.for_each([&](const gm_prefix_key& key, gm_peer) {
        seen.insert(key.address[15]);
        EXPECT_TRUE(maps().peers.erase(key));
    }));
    EXPECT_EQ(seen.size(), kCount);
    EXPECT_EQ(*maps().peers.count(), 0u);
}

TEST_F(KernelMaps, SayTheyAreFull_WhenTheyAre) {
    Result<> last;
    for (unsigned port = 1; port <= 4001 && last; ++port)
        last = maps().bindings.put(selector(port), {});
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().kind, ErrorKind::exhausted);
    EXPECT_EQ(last.error().text(), "map gm_bindings: is full (4000 entries)");
}

TEST_F(KernelMaps, EraseWithoutError_WhenTheKeyIsNotThere) {
    EXPECT_TRUE(maps().bindings.erase(selector(1)));
}

TEST_F(KernelMaps, AreEmpty_WhenCleared) {
    for (unsigned port = 1; port <= 10; ++port)
        ASSERT_TRUE(maps().bindings.put(selector(port), {}));
    ASSERT_TRUE(maps().bindings.clear());
    EXPECT_EQ(*maps().bindings.count(), 0u);
}

TEST_F(KernelMaps, AreRefused_WhenTheirLayoutIsAnother) {
    const auto wrong = Map<gm_selector, gm_owner>::adopt(Fd(::dup(maps().bindings.raw().fd())));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().kind, ErrorKind::conflict);
    EXPECT_THAT(wrong.error().text(), testing::HasSubstr("map gm_bindings"));
}

TEST_F(KernelMaps, SumAllCpus_WhenTheyCount) {
    std::vector<gm_losses> values(cpus());
    for (auto& value : values)
        value.events = 5;
    const std::uint32_t zero = 0;
    ASSERT_TRUE(maps().losses.raw().put(&zero, values.data()));
    EXPECT_EQ(maps().losses.sum(0)->events, 5u * cpus());
    EXPECT_EQ(maps().losses.sum(0)->leaked_keys, 0u);
    ASSERT_TRUE(maps().losses.zero(0));
    EXPECT_EQ(maps().losses.sum(0)->events, 0u);
}

TEST_F(KernelMaps, AreShared_WhenSeveralProgramsUseThem) {
    ASSERT_TRUE(maps().bindings.put(selector(1), {}));
    EXPECT_EQ(*maps().bindings.count(), 1u);
    gm_settings settings{};
    settings.peers = 3;
    ASSERT_TRUE(write_settings(maps(), settings));
    EXPECT_EQ(read_settings(maps())->schema, static_cast<__u32>(GM_SCHEMA));
    EXPECT_EQ(read_settings(maps())->peers, 3u);
}

} // namespace
} // namespace gmguard::kernel
