// SPDX-License-Identifier: BSD-2-Clause
// Everything of the guard that needs no event loop: from a configuration to programs that judge,
// and what keeps them so.
#pragma once

#include "admin/api.hpp"
#include "admin/journal.hpp"
#include "app/engine.hpp"
#include "app/guard.hpp"
#include "app/interfaces.hpp"
#include "app/names.hpp"
#include "app/sa_watch.hpp"
#include "kernel/attach.hpp"
#include "kernel/keeper.hpp"

#include <memory>
#include <optional>

namespace gmguard::app {

class Service {
  public:
    explicit Service(config::Config config);

    // Takes the pin directory, and attaches what the configuration names. After an error, what was
    // attached before still is, and what was not is not.
    [[nodiscard]] Result<> start();
    // For errors after start(): the same.
    void abandon();

    // Puts back what was lost: pins, programs on interfaces; tells the tables of new addresses of
    // the host, the store what happened, and the operator of sockets that nobody judges.
    void mend();
    // The daemon ends, and knows it: what only it could have undone is undone.
    void end() { guard_->end(); }

    // Takes over what the configuration's file says now; what keeps it from that is an alarm.
    void reload();
    // At the end: what happened goes to the store.
    void finish();

    [[nodiscard]] Engine& engine() { return *engine_; }
    [[nodiscard]] SaWatch& sas() { return *sas_; }
    [[nodiscard]] admin::Api& api() { return *api_; }
    [[nodiscard]] admin::EventLog& log() { return log_; }
    // For whoever makes the reports to keep.
    [[nodiscard]] admin::ReportFigures& reports() { return reports_; }
    [[nodiscard]] const config::Config& config() const { return config_; }

  private:
    [[nodiscard]] Result<> open();
    [[nodiscard]] Result<> attach_interfaces();
    void watch_sas(const std::vector<Address>& hosts);
    [[nodiscard]] Result<> attach_host();
    [[nodiscard]] Result<> hold();
    void mend_pins();
    void mend_interfaces();
    void mend_addresses();
    void follow_sas();
    void end_slow_connections();
    void fill_tables();
    void note_coverage();
    void note_store();

    config::Config config_;
    Names names_;
    admin::EventLog log_;
    admin::ReportFigures reports_;
    std::optional<kernel::PinLock> lock_;
    std::optional<kernel::Keeper> keeper_;
    std::optional<store::Store> store_;
    std::optional<admin::Journal> journal_;
    std::unique_ptr<Engine> engine_;
    std::optional<Interfaces> interfaces_;
    std::optional<SaWatch> sas_;
    std::optional<Guard> guard_;
    std::optional<admin::Api> api_;
    std::vector<Address> hosts_;
    bool pins_failed_ = false;
    bool slow_failed_ = false;
    unsigned ticks_ = 0;
    std::optional<bool> store_up_;     // as told
    std::vector<std::string> outside_; // sockets that gm_inside does not see, as told
};

} // namespace gmguard::app
