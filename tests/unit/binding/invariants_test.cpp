// SPDX-License-Identifier: BSD-2-Clause
// The invariants of protocol 9.5 under random play: honest phones, a second user on the same
// selector, forged answers, ghosts, lost messages, time. The seed is fixed, so a failure repeats.
#include "unit/binding/rows.hpp"

#include <random>
#include <set>

namespace gmguard::binding {
namespace {

const char* const kForged = "sip:forged@ims.test";

struct Running {
    Attempt attempt;
    bool is_protected = false;
    bool went_on = false;
};

class Chaos {
  public:
    explicit Chaos(unsigned seed, gm_conflict conflict = GM_CONFLICT_STRICT)
        : random_(seed), play_(rules()) {
        play_.policy.contest_by([conflict](Address) { return conflict; });
    }

    void run(int steps) {
        for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
            before_ = play_.kernel;
            step();
            only_lawful_holders();
            only_traced_bindings();
        }
    }

    std::map<NoticeKind, int> heard() const {
        std::map<NoticeKind, int> count;
        for (const auto& notice : play_.heard_notices)
            ++count[notice.kind];
        return count;
    }

  private:
    static Rules rules() {
        Rules rules;
        rules.bindings = 5; // full at times
        rules.transactions = 64;
        rules.challenges = 16;
        return rules;
    }

    unsigned pick(unsigned n) { return random_() % n; }

    void step() {
        const unsigned what = pick(100);
        if (what < 25 || running_.empty())
            start();
        else if (what < 35 && !play_.probes.empty())
            end_series(play_.probes[pick(static_cast<unsigned>(play_.probes.size()))]);
        else if (what < 97)
            go_on(running_[pick(static_cast<unsigned>(running_.size()))]);
        else
            play_.tick(pick(50) == 0 ? 700 : pick(20));
        if (running_.size() > 8)
            running_.erase(running_.begin());
    }

    // Nobody is handed anything over because his rival answered.
    void end_series(const Probe& probe) {
        const bool answered = pick(2) == 0;
        const auto holder = play_.policy.holder(probe.phone, play_.now_ns);
        if (!answered)
            silent_.insert(probe.phone.text());
        play_.take(play_.policy.handle(Probed{play_.now_ns, probe.number, answered}));
        const auto after = play_.policy.holder(probe.phone, play_.now_ns);
        if (answered && holder) {
            EXPECT_EQ(after ? after->impi : "", holder->impi);
        }
    }

    void start() {
        const Phone phones[] = {alice, mallory, bob, alice_moved, alice_roaming, carol_v6};
        const Phone& phone = phones[pick(std::size(phones))];
        Running r;
        r.is_protected = pick(2) == 0;
        Play::Changes changes;
        if (pick(4) == 0)
            changes.push_back(pick(2) == 0 ? expiry(0) : no_contacts());
        if (pick(6) == 0)
            changes.push_back(user("mallory@ims.test"));
        if (pick(10) == 0 && !running_.empty())
            changes.push_back(same_ids_as(running_.back().attempt.request));
        if (r.is_protected)
            play_.inner(phone, changes);
        else
            unbinding([&] { play_.clear(phone, changes); });
        r.attempt = play_.attempt;
        running_.push_back(r);
    }

    void go_on(Running& r) {
        play_.attempt = r.attempt;
        const auto act = [&] { any(r); };
        if (r.is_protected)
            act();
        else
            unbinding(act); // I1: nothing about a clear REGISTER changes a binding
    }

    void any(Running& r) {
        switch (pick(10)) {
        default:
            return honestly(r);
        case 6:
            return forge();
        case 7:
            return r.went_on ? play_.core(pick(2) == 0 ? 403 : 503) : void();
        case 8:
            return play_.leaving(401, {destination("203.0.113.5:5060")});
        case 9:
            return challenge(r); // also of a protected one
        }
    }

    void honestly(Running& r) {
        if (!r.went_on) {
            r.went_on = true;
            return play_.onward();
        }
        return r.is_protected ? accept(r) : challenge(r);
    }

    void challenge(Running& r) {
        if (!r.went_on)
            return;
        play_.core(401);
        play_.leaving(401);
        challenged_.insert(r.attempt.phone.at.address.text());
    }

    void accept(const Running& r) {
        if (!r.went_on)
            return;
        if (r.is_protected) {
            const std::string place = r.attempt.phone.at.text();
            accepted_.insert(place + " " + r.attempt.request.impi());
            for (const auto& impu : r.attempt.phone.impus)
                named_.insert({place, play_.hasher.identity(impu)});
        }
        play_.core(200);
    }

    void forge() {
        const Play::Changes lies[] = {
            {own_branch("z9hG4bKguess")}, {without_via(0)},          {extra_via(0, "192.0.2.66")},
            {extra_via(1, "192.0.2.66")}, {own_host("203.0.113.5")}, {to(kForged)},
        };
        Play::Changes changes = lies[pick(std::size(lies))];
        changes.push_back(associated({kForged}));
        if (pick(2) == 0)
            changes.push_back(no_contacts());
        play_.core(pick(2) == 0 ? 200 : 401, changes);
        play_.leaving(200, {associated({kForged})});
    }

    template <typename Act> void unbinding(Act&& act) {
        const auto bindings = lines(play_.kernel);
        act();
        EXPECT_EQ(lines(play_.kernel), bindings);
    }

    static Lines lines(const FakeKernel& kernel) {
        Lines all;
        for (const auto& [key, b] : kernel.bindings)
            all.push_back(std::string(b.selector) + b.impi + std::to_string(b.expires_ns) +
                          std::to_string(b.state));
        for (const auto& pair : kernel.identities())
            all.push_back(std::to_string(static_cast<std::uint64_t>(pair.first)) + " " +
                          std::to_string(pair.second));
        return all;
    }

    // I2: who holds a key holds it until it is given up, or until he did not answer.
    void only_lawful_holders() {
        for (const auto& [key, b] : play_.kernel.bindings) {
            const auto old = before_.bindings.find(key);
            const bool held = old != before_.bindings.end() &&
                              old->second.state == GM_STATE_BOUND &&
                              old->second.expires_ns > play_.now_ns;
            if (!held || old->second.user == b.user)
                continue;
            // And one silence is good for one hand-over.
            EXPECT_EQ(silent_.erase(b.selector), 1U) << b.selector;
        }
    }

    // I3, and H10: what is bound traces to a 401 to its address and a 2xx of the core, and speaks
    // only as the core named it there.
    void only_traced_bindings() {
        std::map<std::uint64_t, std::string> places;
        for (const auto& [key, b] : play_.kernel.bindings) {
            places[b.subscriber] = b.selector;
            const Address address(std::get<0>(key));
            EXPECT_TRUE(challenged_.contains(address.text())) << b.selector;
            EXPECT_TRUE(accepted_.contains(std::string(b.selector) + " " + b.impi)) << b.impi;
        }
        for (const auto& pair : play_.kernel.identities())
            EXPECT_TRUE(named_.contains({places[pair.second], pair.first}));
    }

    std::mt19937 random_;
    Play play_;
    FakeKernel before_;
    std::vector<Running> running_;
    std::set<std::string> challenged_, accepted_;
    std::set<std::string> silent_; // selectors whose holder did not answer
    std::set<std::pair<std::string, gm_u128>> named_;
};

TEST(Invariants, HoldUnderRandomPlay) {
    std::map<NoticeKind, int> total;
    for (unsigned seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Chaos chaos(seed);
        chaos.run(1000);
        for (const auto& [kind, count] : chaos.heard())
            total[kind] += count;
    }
    // The play is worth something only if all of this happened in it.
    for (const auto kind :
         {NoticeKind::bound, NoticeKind::refreshed, NoticeKind::released, NoticeKind::expired,
          NoticeKind::moved, NoticeKind::conflict, NoticeKind::shadowed, NoticeKind::challenged,
          NoticeKind::auth_timeout, NoticeKind::forged_answer, NoticeKind::not_believed,
          NoticeKind::port_reused})
        EXPECT_GT(total[kind], 10) << name(kind);
}

TEST(Invariants, HoldUnderRandomContest) {
    std::map<NoticeKind, int> total;
    for (unsigned seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Chaos chaos(seed, GM_CONFLICT_CONTEST);
        chaos.run(1000);
        for (const auto& [kind, count] : chaos.heard())
            total[kind] += count;
    }
    for (const auto kind : {NoticeKind::contested, NoticeKind::superseded,
                            NoticeKind::address_conflict, NoticeKind::shadowed, NoticeKind::bound})
        EXPECT_GT(total[kind], 10) << name(kind);
}

} // namespace
} // namespace gmguard::binding
