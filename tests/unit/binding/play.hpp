// SPDX-License-Identifier: BSD-2-Clause
// Plays registrations through a Policy: phones, the P-CSCF and the core as far as the taps see
// them. A test is a row of steps; what came of it is text that a row can be held against.
#pragma once

#include "binding/policy.hpp"
#include "unit/binding/fake_hasher.hpp"
#include "unit/binding/fake_kernel.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace gmguard::binding {

struct Phone {
    std::string impi;
    std::vector<std::string> impus; // the first one is in To
    Endpoint at;
};

// alice and mallory share a selector; moved is alice on another port, roaming elsewhere.
extern const Phone alice, mallory, bob, alice_moved, alice_roaming, carol_v6, carol_v6_privacy,
    dave_v6, shared;

// One REGISTER and what became of it; what the messages of one transaction have in common.
struct Attempt {
    Phone phone;
    std::string call_id, branch, own_branch;
    std::uint32_t cseq = 0;
    std::string nonce; // that its 401 bears
    sip::Message request;
};

class Play {
  public:
    using Change = std::function<void(Heard&)>;
    using Changes = std::vector<Change>;

    explicit Play(Rules rules = {}, gm_key_form form = {128, 1}, gm_key_form form_v6 = {128, 1});
    Play(const Play&) = delete;
    Play& operator=(const Play&) = delete;

    // The five taps, in the order of a registration. Each message is what it should be, then
    // changed. A request opens the attempt that all others are about.
    void clear(const Phone& phone, const Changes& changes = {});
    void inner(const Phone& phone, const Changes& changes = {});
    void onward(const Changes& changes = {});
    void core(int status, const Changes& changes = {});
    void leaving(int status, const Changes& changes = {});
    void tick(double seconds);
    void seen(const Phone& phone); // the kernel saw a message from it now

    // All of it: 401 in clear, 200 on the protected port.
    void challenge(const Phone& phone);
    void accept(const Phone& phone, const Changes& request = {}, const Changes& answer = {});
    void registers(const Phone& phone, const Changes& request = {}, const Changes& answer = {});
    void deregisters(const Phone& phone, const Changes& answer = {});

    void hear(Tap tap, const Heard& heard);
    void take(const Outcome& outcome);
    // The policy takes over what is in `kernel`; returns what it wants changed there.
    [[nodiscard]] Outcome adopt();

    // "bound alice@ims.test", "not_believed/no_challenge mallory@ims.test", since the last call.
    [[nodiscard]] std::vector<std::string> notices();
    // "192.0.2.7:5062 bound alice@ims.test", as the kernel has them.
    [[nodiscard]] std::vector<std::string> bindings() const;
    // Whether a message from there may speak as this IMPU.
    [[nodiscard]] bool may_speak(const Phone& phone, const std::string& impu) const;
    // Who owns it: the selector, or "".
    [[nodiscard]] std::string owner(const std::string& impu) const;
    [[nodiscard]] const gm_binding* binding(const Phone& phone) const;

    FakeHasher hasher;
    Rules rules;
    gm_key_form form, form_v6; // may change
    KeyForms forms;
    Policy policy;
    FakeKernel kernel;
    std::uint64_t now_ns = 1000 * kSecond;
    Attempt attempt;
    std::vector<Notice> heard_notices;
    std::vector<Probe> probes;
    std::vector<Failure> failures; // so far

  private:
    void open(const Phone& phone, bool is_protected, const Changes& changes);
    [[nodiscard]] Heard answer(int status) const;
    [[nodiscard]] std::string nonce_for(const Phone& phone) const;

    std::map<std::string, std::string> nonces_; // IMPI -> the last one it was sent
    unsigned count_ = 0;
};

} // namespace gmguard::binding
