// SPDX-License-Identifier: BSD-2-Clause
// Another configuration for a guard that judges: the whole of it, or nothing. In between no packet
// finds a guarded port unguarded, and no phone is cut that the new one admits.
#pragma once

#include "admin/configuration.hpp"
#include "app/engine.hpp"
#include "app/interfaces.hpp"
#include "config/config.hpp"

#include <string>

namespace gmguard::app {

class Reloader {
  public:
    // All outlive it. `config` is what is in force, as its file says; others may change modes in
    // it. To be made when it is in force.
    Reloader(config::Config& config, Engine& engine, Interfaces& interfaces);

    [[nodiscard]] admin::Configuration configuration() const;
    [[nodiscard]] admin::ReloadResult reload(const admin::ReloadRequest& request);

  private:
    [[nodiscard]] admin::ReloadResult attempt(const admin::ReloadRequest& request);
    [[nodiscard]] std::expected<config::Config, admin::Refusal> read() const;
    // The configuration in force, with the XDP modes that interfaces have by now.
    [[nodiscard]] config::Config running() const;
    [[nodiscard]] std::expected<void, admin::Refusal> check(const config::Config& wanted) const;
    [[nodiscard]] std::expected<void, admin::Refusal>
    check_bindings(const config::Config& wanted, bool drop_bindings, std::size_t lost) const;
    [[nodiscard]] admin::Reloaded preview(const config::Config& wanted, std::size_t lost) const;
    [[nodiscard]] bool comes_to_a_new_place(const config::Config& wanted) const;
    [[nodiscard]] Result<> apply(config::Config& wanted);

    config::Config& config_;
    Engine& engine_;
    Interfaces& interfaces_;
    config::Config loaded_;   // as the file said it
    std::uint64_t loaded_ns_; // the time of day may be set since
    std::uint64_t tried_ns_;
    bool succeeded_ = true;
};

// A problem of a file, for the admin interface.
[[nodiscard]] admin::FileProblem shown(const config::Problem& problem);

} // namespace gmguard::app
