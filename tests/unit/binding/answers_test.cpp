// SPDX-License-Identifier: BSD-2-Clause
// Which answers are believed (H1, H2, H8, H10), with a core and without.
#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

// A forged 200 names the victim's identities; a believed one would bind them.
Play::Changes forged(Play::Changes changes) {
    changes.push_back(associated({"sip:bob@ims.test"}));
    return changes;
}

TEST(Answers, BindOnlyWithTheViaListOfTheTransaction) {
    const auto ask = [](Play& p) {
        p.inner(alice);
        p.onward();
    };
    const std::vector<Row> rows{
        {"as it went on", [&](Play& p) { ask(p), p.core(200); }, {kBound}, {kAlice}},
        {"forged: another branch of the P-CSCF (H1)",
         [&](Play& p) { ask(p), p.core(200, forged({own_branch("z9hG4bKguess")})); },
         {"forged_answer/via_list alice@ims.test"},
         {}},
        {"forged: another sent-by than the P-CSCF's",
         [&](Play& p) { ask(p), p.core(200, forged({own_host("198.51.100.9")})); },
         {"forged_answer/via_list alice@ims.test"},
         {}},
        {"forged: without the P-CSCF's Via",
         [&](Play& p) { ask(p), p.core(200, forged({without_via(0)})); },
         {"forged_answer/via_list alice@ims.test"},
         {}},
        {"forged: the attacker's own Via on top, to be stripped by the loop",
         [&](Play& p) { ask(p), p.core(200, forged({extra_via(0, "192.0.2.66")})); },
         {"forged_answer/via_list alice@ims.test"},
         {}},
        {"forged: a Via between the two",
         [&](Play& p) { ask(p), p.core(200, forged({extra_via(1, "192.0.2.66")})); },
         {"forged_answer/via_list alice@ims.test"},
         {}},
        {"forged: a Via below the phone's",
         [&](Play& p) { ask(p), p.core(200, forged({extra_via(2, "192.0.2.66")})); },
         {"forged_answer/via_list alice@ims.test"},
         {}},
        {"another branch of the phone: no transaction of ours",
         [&](Play& p) { ask(p), p.core(200, forged({phone_branch("z9hG4bKother")})); },
         {},
         {}},
        {"another To",
         [&](Play& p) { ask(p), p.core(200, {to("sip:bob@ims.test")}); },
         {"not_believed/other_user alice@ims.test"},
         {}},
        {"the true one still counts after a forged one",
         [&](Play& p) {
             ask(p), p.core(200, forged({own_branch("z9hG4bKguess")}));
             p.core(200);
         },
         {"forged_answer/via_list alice@ims.test", kBound},
         {kAlice}},
        {"what leaves to the phone is not believed where there is a core",
         [&](Play& p) { ask(p), p.leaving(200); },
         {},
         {}},
        {"100 Trying says nothing", [&](Play& p) { ask(p), p.core(100); }, {}, {}},
    };
    run(rows, {.before = [](Play& p) { p.challenge(alice); }});
}

TEST(Answers, BindOnlyWhatWentOnToTheCore) {
    const std::vector<Row> rows{
        {"a ghost: the P-CSCF never sent it on (H10)",
         [](Play& p) { p.inner(alice), p.core(200), p.tick(32); },
         {"not_believed/not_sent_on alice@ims.test", "not_believed/not_sent_on alice@ims.test"},
         {}},
        {"went on with a Via too many",
         [](Play& p) { p.inner(alice), p.onward({extra_via(1, "192.0.2.66")}), p.core(200); },
         {"not_believed/via_list alice@ims.test", "not_believed/not_sent_on alice@ims.test"},
         {}},
        {"went on as another user: the ghost came first (H10)",
         [](Play& p) { p.inner(alice), p.onward({user("bob@ims.test")}), p.core(200); },
         {"not_believed/altered alice@ims.test", "not_believed/altered alice@ims.test"},
         {}},
        {"went on for another To",
         [](Play& p) { p.inner(alice), p.onward({to("sip:bob@ims.test")}), p.core(200); },
         {"not_believed/altered alice@ims.test", "not_believed/altered alice@ims.test"},
         {}},
        {"went on as a removal",
         [](Play& p) { p.inner(alice), p.onward({expiry(0)}), p.core(200); },
         {"not_believed/altered alice@ims.test", "not_believed/altered alice@ims.test"},
         {}},
        {"with received as the P-CSCF must write it",
         [](Play& p) {
             p.inner(alice), p.onward({received("192.0.2.7")});
             p.core(200, {received("192.0.2.7")});
         },
         {kBound},
         {kAlice}},
        {"received from elsewhere: not this phone's",
         [](Play& p) { p.inner(alice), p.onward({received("192.0.2.66")}), p.core(200); },
         {"not_believed/other_source alice@ims.test", "not_believed/not_sent_on alice@ims.test"},
         {}},
        {"a second core is tried after 503",
         [](Play& p) {
             p.inner(alice), p.onward(), p.core(503);
             p.onward({own_branch("z9hG4bKsecond")});
             p.core(200, {own_branch("z9hG4bKsecond")});
         },
         {kBound},
         {kAlice}},
    };
    run(rows, {.before = [](Play& p) { p.challenge(alice); }});
}

TEST(Answers, NeverBind_WhenTheRegisterCameInClear) {
    const std::vector<Row> rows{
        {"200 at once",
         [](Play& p) { p.clear(alice), p.onward(), p.core(200); },
         {"not_believed/clear_register alice@ims.test"},
         {}},
        {"200 to a clear answer of a challenge (monitor lets it pass)",
         [](Play& p) {
             p.challenge(alice);
             p.clear(alice, {nonce("nonce-1")});
             p.onward(), p.core(200);
         },
         {kChallenged, "not_believed/clear_register alice@ims.test"},
         {}},
    };
    run(rows);
}

TEST(Answers, CountOnlyInOneTransaction) {
    const std::vector<Row> rows{
        {"a request of the same key changes nothing: it is a retransmission (H10)",
         [](Play& p) {
             p.inner(alice);
             const auto first = p.attempt;
             p.inner(alice, {same_ids_as(first.request), user("bob@ims.test"), expiry(0)});
             p.attempt = first;
             p.onward(), p.core(200);
         },
         {kBound},
         {kAlice}},
        {"the same ids from two selectors: neither is believed",
         [](Play& p) {
             const Change by_name = [](Heard& h) { h.message.vias.front().host = "ue.ims.test"; };
             p.inner(alice_roaming, {by_name});
             const auto first = p.attempt;
             p.inner(alice, {same_ids_as(first.request)});
             p.onward(), p.core(200);
         },
         {"not_believed/ambiguous alice@ims.test", "not_believed/ambiguous alice@ims.test"},
         {}},
        {"the same ids from two selectors: received tells which",
         [](Play& p) {
             p.inner(bob);
             const auto ids = p.attempt;
             p.inner(alice, {same_ids_as(ids.request)});
             p.onward({received("192.0.2.7")});
             p.core(200, {received("192.0.2.7")});
         },
         {kBound},
         {kAlice}},
        {"a second final answer is nothing new",
         [](Play& p) {
             p.inner(alice), p.onward(), p.core(200), p.core(403);
             p.core(200, {associated({"sip:bob@ims.test"})});
         },
         {kBound},
         {kAlice}},
        {"a retransmission after the answer is absorbed",
         [](Play& p) {
             p.inner(alice), p.onward(), p.core(200);
             const auto done = p.attempt;
             p.tick(20);
             p.inner(alice, {same_ids_as(done.request)});
             p.attempt = done;
             p.onward(), p.core(200, {associated({"sip:bob@ims.test"})});
         },
         {kBound},
         {kAlice}},
        {"an answer after 64*T1 is no answer",
         [](Play& p) { p.inner(alice), p.onward(), p.tick(32), p.core(200); },
         {"not_believed/no_answer alice@ims.test"},
         {}},
    };
    run(rows, {.before = [](Play& p) { p.challenge(alice); }});
}

TEST(Answers, WithoutCore_CountWhenTheyLeaveToTheOneWhoAsked) {
    const std::vector<Row> rows{
        {"registration", [](Play& p) { p.inner(alice), p.leaving(200); }, {kBound}, {kAlice}},
        {"to another address",
         [](Play& p) { p.inner(alice), p.leaving(200, {destination("192.0.2.66:5062")}); },
         {"not_believed/other_source alice@ims.test"},
         {}},
        {"with a Via too many",
         [](Play& p) { p.inner(alice), p.leaving(200, {extra_via(0, "192.0.2.66")}); },
         {"not_believed/via_list alice@ims.test"},
         {}},
        {"a clear REGISTER",
         [](Play& p) { p.clear(alice), p.leaving(200); },
         {"not_believed/clear_register alice@ims.test"},
         {}},
        {"an answer said to be the core's, where there is none",
         [](Play& p) { p.inner(alice), p.onward(), p.core(200); },
         {},
         {}},
        {"503 to the phone is final",
         [](Play& p) { p.inner(alice), p.leaving(503), p.leaving(200); },
         {},
         {}},
    };
    Setting setting;
    setting.rules.believes_core = false;
    setting.before = [](Play& p) { p.clear(alice), p.leaving(401); };
    run(rows, setting);
}

TEST(Answers, AreNotLookedAt_WhenTheyAreNoAnswersToRegister) {
    Play p;
    p.challenge(alice);
    p.inner(alice);
    p.onward();
    (void)p.notices();
    p.core(200, {[](Heard& h) { h.message.method = "INVITE"; }});
    p.core(200, {[](Heard& h) { h.message.cseq.reset(); }});
    p.core(200, {[](Heard& h) { h.message.call_id.clear(); }});
    p.core(200, {[](Heard& h) { h.message.vias.clear(); }});
    EXPECT_EQ(p.notices(), Lines{});
    EXPECT_EQ(p.bindings(), Lines{});
}

// Who has seen the P-CSCF's own Via may repeat it, as if it were his.
TEST(Answers, AreTheirPhones_ThoughAStrangerHasThePcscfsVia) {
    Play p;
    p.challenge(alice);
    p.inner(alice);
    std::vector<sip::Via> own;
    p.onward({[&](Heard& h) { own.assign(1, h.message.vias.front()); }});
    const Attempt asked = p.attempt;
    p.clear(bob, {[&](Heard& h) {
                h.message.call_id = asked.request.call_id;
                h.message.cseq = asked.request.cseq;
                h.message.from_tag = asked.request.from_tag;
                h.message.vias = own;
            }});
    p.attempt = asked;
    p.core(200);
    EXPECT_EQ(p.bindings(), Lines{"192.0.2.7:5062 bound alice@ims.test"});
}

} // namespace
} // namespace gmguard::binding
