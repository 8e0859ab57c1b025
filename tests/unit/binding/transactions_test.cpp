// SPDX-License-Identifier: BSD-2-Clause
#include "binding/transactions.hpp"

#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

using Opened = Transactions::Opened;

Transaction make(gm_u128 key, std::uint16_t port, bool is_protected, std::uint64_t due_ns = 32) {
    Transaction t;
    t.key = key;
    t.source.port = t.seen.port = port;
    t.selector = make_selector(t.source, {128, 1});
    t.is_protected = is_protected;
    t.due_ns = due_ns;
    return t;
}

// Null: it was answered.
std::vector<Transaction*> find(Transactions& table, gm_u128 key) {
    std::vector<Transaction*> found;
    table.each(key, [&](const Transactions::Known&, Transaction* t) { found.push_back(t); });
    return found;
}

TEST(Transactions, AbsorbWhatIsKnown) {
    Transactions table(10, 10);
    EXPECT_EQ(table.open(make(1, 1, true)), Opened::yes);
    EXPECT_EQ(table.open(make(1, 1, true)), Opened::absorbed);
    EXPECT_EQ(table.open(make(1, 1, false)), Opened::yes); // in clear
    EXPECT_EQ(table.open(make(1, 2, true)), Opened::yes);  // another selector
    EXPECT_EQ(table.open(make(2, 1, true)), Opened::yes);  // other ids
    EXPECT_EQ(find(table, 1).size(), 3U);
    table.finish(*find(table, 2).front());
    EXPECT_EQ(table.open(make(2, 1, true)), Opened::absorbed);
}

TEST(Transactions, ForgetTheOldestOfTheirKind_WhenFull) {
    Transactions table(2, 10);
    EXPECT_EQ(table.open(make(1, 1, true)), Opened::yes);
    for (unsigned i = 10; i < 20; ++i)
        EXPECT_EQ(table.open(make(i, 1, false)), Opened::yes); // a flood in clear
    EXPECT_EQ(find(table, 1).size(), 1U);
    EXPECT_EQ(find(table, 17).size(), 0U);
    EXPECT_EQ(find(table, 18).size(), 1U);
    EXPECT_EQ(table.size(), 3U);
}

TEST(Transactions, OfOneSelectorCannotCrowdOutOthers) {
    Transactions table(100, 3);
    for (unsigned i = 0; i < 3; ++i)
        EXPECT_EQ(table.open(make(i, 1, true)), Opened::yes);
    EXPECT_EQ(table.open(make(9, 1, true)), Opened::too_many);
    EXPECT_EQ(table.open(make(9, 2, true)), Opened::yes);
    table.finish(*find(table, 0).front());
    EXPECT_EQ(find(table, 0), std::vector<Transaction*>{nullptr}); // known, but answered
    EXPECT_EQ(table.open(make(10, 1, true)), Opened::yes);
    EXPECT_EQ(table.open(make(11, 1, true)), Opened::too_many);
    EXPECT_EQ(table.take_due(32).size(), 4U);
    EXPECT_EQ(table.open(make(12, 1, true)), Opened::yes);
}

// As when a copy of one message comes from every address that can be forged.
TEST(Transactions, OfOneKeyAreFew) {
    Transactions table(10 * kAlike, 10);
    for (std::uint16_t i = 0; i < kAlike; ++i)
        EXPECT_EQ(table.open(make(1, i, false)), Opened::yes);
    EXPECT_EQ(table.open(make(1, kAlike, false)), Opened::too_many);
    EXPECT_EQ(table.open(make(1, 0, false)), Opened::absorbed);
    EXPECT_EQ(table.open(make(1, kAlike, true)), Opened::yes); // in clear nobody stops these
    EXPECT_EQ(table.open(make(2, kAlike, false)), Opened::yes);
    EXPECT_EQ(table.take_due(32).size(), kAlike + 2);
    EXPECT_EQ(table.open(make(1, kAlike, false)), Opened::yes);
}

TEST(Transactions, EndWhenTheyAreDue_AnsweredOrNot) {
    Transactions table(10, 10);
    EXPECT_EQ(table.open(make(1, 1, true, 30)), Opened::yes);
    EXPECT_EQ(table.open(make(2, 1, true, 31)), Opened::yes);
    EXPECT_EQ(table.open(make(3, 1, true, 40)), Opened::yes);
    table.finish(*find(table, 1).front());
    const auto due = table.take_due(31);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].key, 2U);
    EXPECT_EQ(table.size(), 1U);
}

TEST(Transactions, AreTooManyOnOneSelector) {
    Rules rules;
    rules.open_per_selector = 2;
    Play p(rules);
    p.registers(alice);
    (void)p.notices();
    for (int i = 0; i < 4; ++i)
        p.inner(alice);
    EXPECT_EQ(p.notices(), (Lines{"not_believed/too_many_open alice@ims.test",
                                  "not_believed/too_many_open alice@ims.test"}));
}

TEST(Transactions, AreNotOpened_WhenTheRegisterLacksWhatTellsThemApart) {
    using Changer = void (*)(sip::Message&);
    const std::pair<const char*, Changer> cases[] = {
        {"no Call-ID", [](sip::Message& m) { m.call_id.clear(); }},
        {"no CSeq", [](sip::Message& m) { m.cseq.reset(); }},
        {"no Via", [](sip::Message& m) { m.vias.clear(); }},
        {"two Vias", [](sip::Message& m) { m.vias.push_back(m.vias.front()); }},
        {"no branch", [](sip::Message& m) { m.vias.front().branch.clear(); }},
        {"no To", [](sip::Message& m) { m.to.reset(); }},
        {"a To that is no identity", [](sip::Message& m) { m.to->text = "x"; }},
        {"another method", [](sip::Message& m) { m.method = "INVITE"; }},
        {"a response", [](sip::Message& m) { m.request = false; }},
    };
    for (const auto& [name, change] : cases) {
        SCOPED_TRACE(name);
        Play p;
        p.challenge(alice);
        const auto before = p.policy.counts().transactions;
        p.inner(alice, {[change](Heard& h) { change(h.message); }});
        EXPECT_EQ(p.policy.counts().transactions, before);
    }
}

TEST(Transactions, AreOldOnes_WhenTheTableWasFlooded) {
    Rules rules;
    rules.transactions = 4;
    Play p(rules);
    p.challenge(alice);
    (void)p.notices();
    p.inner(alice);
    p.onward();
    const auto asked = p.attempt;
    for (int i = 0; i < 4; ++i)
        p.inner(bob);
    p.attempt = asked;
    p.core(200); // forgotten: changes nothing
    EXPECT_EQ(p.notices(), Lines{});
    EXPECT_EQ(p.bindings(), Lines{});
}

} // namespace
} // namespace gmguard::binding
