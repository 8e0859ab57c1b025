// SPDX-License-Identifier: BSD-2-Clause
// Questions of the admin interface.
#include "unit/binding/rows.hpp"

#include <set>

namespace gmguard::binding {
namespace {

Phone numbered(unsigned i) {
    const std::string name = "user" + std::to_string(i) + "@ims.test";
    return {name,
            {"sip:" + name},
            {Address((uint128{0x20010db8} << 96) | (uint128{i} << 64) | 1), 5060}};
}

std::vector<std::string> impis(const Page& page) {
    std::vector<std::string> names;
    for (const auto& view : page.items)
        names.push_back(view.impi);
    std::ranges::sort(names);
    return names;
}

TEST(Query, FindsByEachOfItsFields) {
    Play p;
    p.registers(alice);
    p.registers(alice_roaming);
    p.registers(bob);
    p.registers(carol_v6);
    p.registers(mallory); // a shadow
    p.challenge(shared);  // a pending
    p.deregisters(bob);
    struct Case {
        const char* name;
        Query query;
        Lines impis;
    };
    const std::string a = "alice@ims.test", b = "bob@ims.test", c = "carol@ims.test",
                      m = "mallory@ims.test", s = "second@ims.test";
    const std::vector<Case> cases{
        {"all", {}, {a, a, b, c, m, s}},
        {"impi", {.impi = "alice@IMS.test"}, {a, a}},
        {"impi of a pending", {.impi = s}, {s}},
        {"impi of nobody", {.impi = "x@y"}, {}},
        {"impu", {.impu = "tel:+15550100"}, {a, a}},
        {"impu of a shadow", {.impu = "sip:mallory@ims.test"}, {m}},
        {"impu that cannot be", {.impu = "nonsense"}, {}},
        {"impi and impu", {.impi = a, .impu = "sip:bob@ims.test"}, {}},
        {"address", {.address = Address::parse("192.0.2.7")}, {a, m}},
        {"address of nobody", {.address = Address::parse("192.0.2.77")}, {}},
        {"prefix", {.prefix = Prefix::parse("192.0.2.0/28")}, {a, b, m, s}},
        {"prefix v6", {.prefix = Prefix::parse("2001:db8::/32")}, {c}},
        {"state bound", {.state = GM_STATE_BOUND}, {a, a, c}},
        {"state cooldown", {.state = GM_STATE_COOLDOWN}, {b}},
        {"state shadow", {.state = GM_STATE_SHADOW}, {m}},
        {"state pending", {.state = GM_STATE_PENDING}, {s}},
        {"state adopted", {.state = GM_STATE_ADOPTED}, {}},
        {"text of an impi", {.text = "CAROL"}, {c}},
        {"text of an impu", {.text = "+1555"}, {a, a}},
        {"text of a selector", {.text = "2.99:"}, {a}},
        {"text and state", {.state = GM_STATE_BOUND, .text = "b"}, {c}}, // 2001:db8
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        const Page page = p.policy.find(one.query);
        EXPECT_EQ(impis(page), one.impis);
        EXPECT_EQ(page.total, one.impis.size());
        EXPECT_EQ(page.next, 0U);
    }
}

TEST(Query, CoversThePrefixOfASelector) {
    Play p({}, {128, 1}, {64, 0});
    p.registers(carol_v6);
    EXPECT_EQ(p.policy.find(Query{.address = dave_v6.at.address}).total, 1U);
    EXPECT_EQ(p.policy.find(Query{.prefix = Prefix::parse("2001:db8:1::/48")}).total, 1U);
    EXPECT_EQ(p.policy.find(Query{.prefix = Prefix::parse("2001:db8:1:2::/80")}).total, 0U);
}

TEST(Query, PagesThroughWhatIsThereAllTheTime_WhileOthersComeAndGo) {
    Play p;
    for (unsigned i = 0; i < 50; ++i)
        p.registers(numbered(i));
    p.registers(mallory);
    p.challenge(bob);
    std::multiset<std::string> seen;
    Query query{.limit = 7};
    unsigned turn = 0;
    do {
        const Page page = p.policy.find(query);
        EXPECT_LE(page.items.size(), 7U);
        for (const auto& view : page.items)
            seen.insert(view.impi);
        query.cursor = page.next;
        const auto view = p.policy.holder(numbered(turn * 2).at, p.now_ns);
        p.take(*p.policy.release(view->id, p.now_ns)); // even ones go, new ones come
        p.registers(numbered(100 + turn++));
    } while (query.cursor != 0);
    for (unsigned i = 1; i < 50; i += 2)
        EXPECT_EQ(seen.count(numbered(i).impi), 1U) << i;
    EXPECT_EQ(seen.count("mallory@ims.test"), 1U);
    EXPECT_EQ(seen.count("bob@ims.test"), 1U);
}

TEST(Query, GivesIdsThatNameOneThingForEver) {
    Play p;
    p.registers(alice);
    const auto id = p.policy.holder(alice.at, p.now_ns)->id;
    EXPECT_EQ(p.policy.find(id)->impi, "alice@ims.test");
    p.accept(alice);
    EXPECT_EQ(p.policy.holder(alice.at, p.now_ns)->id, id);
    p.take(*p.policy.release(id, p.now_ns));
    p.registers(bob); // in the same slot
    EXPECT_FALSE(p.policy.find(id));
    EXPECT_NE(p.policy.holder(bob.at, p.now_ns)->id, id);
}

TEST(Query, ShowsWhatTheKernelHas) {
    Play p;
    p.registers(alice);
    const auto view = *p.policy.holder(alice.at, p.now_ns);
    EXPECT_EQ(view.state, GM_STATE_BOUND);
    EXPECT_EQ(view.origin, Origin::registration);
    EXPECT_EQ(view.subscriber, p.binding(alice)->subscriber);
    EXPECT_EQ(view.impus, alice.impus);
    EXPECT_EQ(view.since_ns, p.now_ns);
    EXPECT_EQ(view.expires_ns, p.binding(alice)->expires_ns);
    EXPECT_FALSE(p.policy.holder(bob.at, p.now_ns));
    EXPECT_FALSE(p.policy.holder(alice.at, view.expires_ns));
    const auto counts = p.policy.counts();
    EXPECT_EQ(counts.bound, 1U);
    EXPECT_EQ(counts.identities, 2U);
}

} // namespace
} // namespace gmguard::binding
