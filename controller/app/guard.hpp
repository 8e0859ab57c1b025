// SPDX-License-Identifier: BSD-2-Clause
// The guard as the admin interface sees it: translations, and the changes that need more than one
// part of the controller.
#pragma once

#include "admin/event_log.hpp"
#include "admin/guard.hpp"
#include "app/confirmation.hpp"
#include "app/engine.hpp"
#include "app/interfaces.hpp"
#include "app/reloader.hpp"
#include "app/sa_watch.hpp"

namespace gmguard::app {

class Guard final : public admin::Guard {
  public:
    // All outlive it. `config` is changed by set_modes() and reload().
    Guard(config::Config& config, Engine& engine, Interfaces& interfaces, const SaWatch& sas,
          admin::EventLog& log, const admin::ReportFigures& reports);

    [[nodiscard]] admin::Status status() const override;
    [[nodiscard]] std::vector<std::string> not_ready() const override;

    [[nodiscard]] std::vector<admin::Interface> interfaces() const override;
    [[nodiscard]] Result<admin::Interface> attach(const admin::AttachRequest& request) override;
    [[nodiscard]] Result<> detach(std::string_view name) override;

    [[nodiscard]] admin::Modes modes() const override;
    [[nodiscard]] Result<> set_modes(const admin::ModeChange& change) override;
    [[nodiscard]] Result<> confirm_modes() override;

    [[nodiscard]] admin::Configuration configuration() const override;
    [[nodiscard]] std::vector<admin::FileProblem> check(std::string_view toml) const override;
    [[nodiscard]] admin::ReloadResult reload(const admin::ReloadRequest& request) override;

    [[nodiscard]] Result<admin::BindingPage>
    bindings(const admin::BindingQuery& query) const override;
    [[nodiscard]] Result<admin::Binding> binding(std::string_view id) const override;
    [[nodiscard]] Result<admin::Binding> holder(const Endpoint& source) const override;
    [[nodiscard]] Result<admin::Binding> put_binding(const admin::BindingRequest& request) override;
    [[nodiscard]] Result<> release(std::string_view id) override;
    [[nodiscard]] Result<std::vector<admin::Released>> end_lease(const Prefix& addresses) override;
    [[nodiscard]] Result<admin::Binding> hand_over(std::string_view shadow) override;

    [[nodiscard]] Result<admin::SaPage> sas(const admin::SaQuery& query) const override;
    [[nodiscard]] Result<admin::Sa> sa(std::string_view id) const override;

    [[nodiscard]] std::vector<admin::HookCounts> counters() const override;
    [[nodiscard]] gm_losses losses() const override;
    [[nodiscard]] admin::Figures figures() const override;

    [[nodiscard]] Result<std::string> explain(const admin::Question& question) override;

    // Once a second: modes that nobody confirmed in time go back. One that cannot be put back is
    // tried again.
    void tick();
    // Nobody is there to confirm anything any more: what waits goes back at once.
    void end();

  private:
    [[nodiscard]] Result<> put_modes(config::Config& changed);
    void fall_back(const admin::Modes& before, const std::string& why);
    [[nodiscard]] Result<> check_covered(const config::Config& wanted) const;
    [[nodiscard]] Result<> check_associations(const admin::ModeChange& change) const;
    [[nodiscard]] Result<> check_adopted(const config::Config& wanted) const;
    void tell(admin::EventType type, std::string interface, std::string detail);
    [[nodiscard]] admin::Binding show(const binding::BindingView& view) const;

    config::Config& config_;
    Engine& engine_;
    Interfaces& interfaces_;
    const SaWatch& sas_;
    admin::EventLog& log_;
    const admin::ReportFigures& reports_;
    Reloader reloader_;
    std::uint64_t started_ns_; // the time of day may be set since
    Confirmation confirmation_;
};

} // namespace gmguard::app
