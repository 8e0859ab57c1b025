// SPDX-License-Identifier: BSD-2-Clause
// A guard of one's own: the programs, loaded and attached nowhere, with the policy behind their
// taps. It knows no time but the one it is told. gm_stream, what came out of ESP and long messages
// run in the host build of the programs (kernel/host_run.hpp), which knows the association that a
// packet came by as the kernel's does where it can (6.12).
//
// A capture has no XFRM: the P-CSCF is taken to have the associations that its 401 offers, from
// then on.
#pragma once

#include "binding/policy.hpp"
#include "config/config.hpp"
#include "feeds/tap.hpp"
#include "kernel/hasher.hpp"
#include "kernel/objects.hpp"
#include "kernel/rings.hpp"
#include "replay/judge.hpp"

#include <memory>
#include <optional>
#include <string>

namespace gmguard::replay {

class PrivateGuard final : public Judge {
  public:
    // Room for `bindings` of them. Kind system without the privilege to load programs.
    [[nodiscard]] static Result<std::unique_ptr<PrivateGuard>> open(const config::Config& config,
                                                                    std::uint32_t bindings);

    // Other modes, ports, pools or limits for the packets to come; bindings stay.
    [[nodiscard]] Result<> configure(const config::Config& config);

    // Binds as by hand.
    [[nodiscard]] Result<> bind(const binding::Add& binding);

    [[nodiscard]] Result<> set_clock(std::uint64_t now_ns) override;
    [[nodiscard]] Result<Judgement> front(View packet) override;
    [[nodiscard]] Result<Judgement> inside(View packet, gm_side side,
                                           const kernel::Opened& opened) override;
    [[nodiscard]] Result<Spoken> stream(View packet, gm_side side, const kernel::Opened& opened,
                                        kernel::HostSocket& socket) override;
    [[nodiscard]] Result<Judgement> answers(View packet) override;
    [[nodiscard]] Result<> onward(View packet) override;
    [[nodiscard]] std::optional<sip::SecurityMechanism> association(Address pcscf,
                                                                    std::uint32_t spi) override;

  private:
    // A record that is kept with its message.
    struct Told {
        kernel::Record record;
        std::string message;
    };

    PrivateGuard(const config::Config& config, const kernel::HashKey& key, kernel::Objects objects);

    [[nodiscard]] Result<> write_clock();
    [[nodiscard]] Result<> set_side(gm_side side);
    [[nodiscard]] Result<> tick();
    [[nodiscard]] Result<Judgement> run(kernel::Program program, View packet);
    [[nodiscard]] Result<Judgement> run_on_host(View packet, const kernel::Opened& opened);
    [[nodiscard]] Result<> hear_long(gm_hook hook, View packet);
    [[nodiscard]] Result<Judgement> settle(kernel::Program program, std::uint32_t code);
    [[nodiscard]] Result<> read_rings();
    void read(const kernel::Record& record);
    [[nodiscard]] Result<> carry_out(const binding::Event& event);
    [[nodiscard]] Result<> hear(const kernel::Record& record);
    [[nodiscard]] Result<> hear(binding::Tap tap, const binding::Heard& heard);
    [[nodiscard]] Result<> hear_offer(const binding::Heard& answer);

    config::Config config_;
    kernel::HashKey key_;
    kernel::Objects objects_;
    kernel::Hasher hasher_;
    binding::Policy policy_;
    std::optional<kernel::Rings> rings_;
    gm_settings settings_{};
    gm_iface_key device_{};       // that BPF_PROG_TEST_RUN lets packets come by
    std::optional<gm_side> side_; // of it
    std::uint64_t ticked_ns_ = 0;
    Judgement judgement_;    // of the packet that runs
    std::string refused_;    // the message that it is for
    std::vector<Told> told_; // its records for the policy, which comes when it has run
    feeds::Ear ear_;
};

} // namespace gmguard::replay
