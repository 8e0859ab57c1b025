// SPDX-License-Identifier: BSD-2-Clause
#include "app/app.hpp"
#include "app/status.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

namespace {

using namespace gmguard;

struct Options {
    std::string config = "/etc/gmguard/gmguard.toml";
    bool check_config = false;
    bool version = false;
};

void declare(CLI::App& command, Options& options) {
    command.add_option("-c,--config", options.config, "configuration file")->capture_default_str();
    command.add_flag("--check-config", options.check_config,
                     "read the configuration, tell every problem, touch nothing else");
    command.add_flag("--version", options.version, "print the version");
    command.footer(
        "Reads its configuration again on SIGHUP, all of it or, where something is wrong, "
        "nothing.\n"
        "Ends on SIGTERM or SIGINT; what is attached then goes on judging, until a new\n"
        "gmguardd takes it over or `gmguard detach --all` removes it. See and steer it with\n"
        "`gmguard status`, `gmguard bindings list`, `gmguard events -f`.");
}

// The exit codes of ErrorKind (base/error.hpp).
int exit_code(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::invalid:
        return 2;
    case ErrorKind::not_found:
        return 3;
    case ErrorKind::conflict:
    case ErrorKind::consent:
        return 4;
    case ErrorKind::unavailable:
        return 5;
    default:
        return 1;
    }
}

int failed(const Error& error) {
    std::cerr << error.text() << '\n';
    return exit_code(error.kind);
}

void set_up_log(const std::string& level) {
    spdlog::set_default_logger(spdlog::stderr_logger_st("gmguardd"));
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
    spdlog::set_level(spdlog::level::from_str(level));
    spdlog::flush_on(spdlog::level::info);
}

int run(const Options& options) {
    if (options.version) {
        std::cout << "gmguardd " << app::version()
                  << (app::commit().empty() ? "" : " " + std::string(app::commit())) << '\n';
        return 0;
    }
    auto config = config::load(options.config);
    if (!config)
        return failed(config.error());
    if (options.check_config) {
        std::cout << options.config << ": all is well\n";
        return 0;
    }
    set_up_log(config->log_level);
    const auto ended = app::run(std::move(*config));
    return ended ? 0 : failed(ended.error());
}

} // namespace

int main(int argc, char** argv) {
    CLI::App command("gmguardd guards the Gm interface of a P-CSCF.", "gmguardd");
    Options options;
    declare(command, options);
    try {
        command.parse(argc, argv);
        return run(options);
    } catch (const CLI::ParseError& error) {
        return command.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "gmguardd: %s\n", error.what());
        return 1;
    }
}
