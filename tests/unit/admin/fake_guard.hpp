// SPDX-License-Identifier: BSD-2-Clause
// A guard in memory. It keeps the contract of admin/guard.hpp as far as the admin interface can
// tell, and fails where it is told to.
#pragma once

#include "admin/guard.hpp"

#include <string>
#include <vector>

namespace gmguard::admin {

class FakeGuard : public Guard {
  public:
    FakeGuard();

    // What the next calls see; free for tests to change.
    Status status_now;
    std::vector<std::string> not_ready_now;
    std::vector<Interface> interfaces_now;
    Modes modes_now;
    std::vector<Binding> bindings_now;
    std::vector<Sa> sas_now;
    std::vector<HookCounts> counters_now;
    gm_losses losses_now{};
    Figures figures_now;
    std::string answer; // of explain()
    Configuration configuration_now;
    std::vector<FileProblem> problems_now; // of check(), and of a reload that fails
    Reloaded reloaded_now;

    // Where set: every change, list and explanation fails with this, ...
    std::optional<Error> failure;
    // ... every look-up of one binding with that.
    std::optional<Error> lookup_failure;

    // What the last calls were asked.
    AttachRequest attach_asked;
    ModeChange modes_asked;
    mutable BindingQuery query_asked;
    mutable SaQuery sas_asked;
    BindingRequest binding_asked;
    Question question_asked;
    ReloadRequest reload_asked;

    [[nodiscard]] Status status() const override { return status_now; }
    [[nodiscard]] std::vector<std::string> not_ready() const override { return not_ready_now; }
    [[nodiscard]] std::vector<Interface> interfaces() const override { return interfaces_now; }
    [[nodiscard]] Result<Interface> attach(const AttachRequest& request) override;
    [[nodiscard]] Result<> detach(std::string_view name) override;
    [[nodiscard]] Modes modes() const override { return modes_now; }
    [[nodiscard]] Result<> set_modes(const ModeChange& change) override;
    [[nodiscard]] Configuration configuration() const override { return configuration_now; }
    [[nodiscard]] std::vector<FileProblem> check(std::string_view toml) const override;
    [[nodiscard]] ReloadResult reload(const ReloadRequest& request) override;
    [[nodiscard]] Result<> confirm_modes() override;
    [[nodiscard]] Result<BindingPage> bindings(const BindingQuery& query) const override;
    [[nodiscard]] Result<Binding> binding(std::string_view id) const override;
    [[nodiscard]] Result<Binding> holder(const Endpoint& source) const override;
    [[nodiscard]] Result<Binding> put_binding(const BindingRequest& request) override;
    [[nodiscard]] Result<> release(std::string_view id) override;
    [[nodiscard]] Result<std::vector<Released>> end_lease(const Prefix& addresses) override;
    [[nodiscard]] Result<Binding> hand_over(std::string_view shadow) override;
    [[nodiscard]] Result<SaPage> sas(const SaQuery& query) const override;
    [[nodiscard]] Result<Sa> sa(std::string_view id) const override;
    [[nodiscard]] std::vector<HookCounts> counters() const override { return counters_now; }
    [[nodiscard]] gm_losses losses() const override { return losses_now; }
    [[nodiscard]] Figures figures() const override { return figures_now; }
    [[nodiscard]] Result<std::string> explain(const Question& question) override;

  private:
    unsigned made_ = 0;
};

// Alice, bound to 192.0.2.7:5060, id b_1.
[[nodiscard]] Binding alice();
// From alice's source to 192.0.2.1, of hmac-sha-1-96 and aes-cbc, as it should be.
[[nodiscard]] Sa sa_of_alice();
// A shadow on the same source, id b_s1.
[[nodiscard]] Binding mallory();
// Somebody's binding on a source.
[[nodiscard]] Binding binding_of(const std::string& id, const std::string& impi,
                                 const Endpoint& source);
// REGISTER of mallory from alice's selector, dropped.
[[nodiscard]] Event drop_event();

} // namespace gmguard::admin
