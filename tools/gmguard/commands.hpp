// SPDX-License-Identifier: BSD-2-Clause
// The commands. Each writes its result to the session's output and gives the exit code; what it
// needs of the daemon it asks by the documented REST calls, and nothing else.
#pragma once

#include "session.hpp"

#include "config/config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace gmguard::cli {

// GET /v1/status, /v1/interfaces, /v1/mode, /v1/drops; without the daemon, what is pinned (exit 5).
[[nodiscard]] Exit status(Session& session);

struct AttachOptions {
    std::string name;
    std::string netns;
    std::string side = "gm";
    std::string xdp_mode = "native";
};
// PUT /v1/interfaces/{name}
[[nodiscard]] Exit attach(Session& session, const AttachOptions& options);

struct DetachOptions {
    std::string name; // empty: all
    bool all = false;
};
// DELETE /v1/interfaces/{name}. All: each of them by the daemon; without it, every pin and filter.
[[nodiscard]] Exit detach(Session& session, const DetachOptions& options);

// GET /v1/interfaces
[[nodiscard]] Exit interfaces(Session& session);

// GET /v1/mode
[[nodiscard]] Exit mode_get(Session& session);

struct ModeSetOptions {
    std::string check;    // a check's name, or "all"
    std::string mode;     // "off", "monitor", "enforce", or "default": what stands above counts
    std::string listener; // empty: every one
    bool yes = false;     // agrees to what enforce means for adopted phones, unasked
    std::uint64_t confirm_within_s = 0; // falls back unless confirmed by then; 0: stays
};
// GET /v1/mode and PATCH it
[[nodiscard]] Exit mode_set(Session& session, const ModeSetOptions& options);
// POST /v1/mode:confirm
[[nodiscard]] Exit confirm(Session& session);

struct BindingsQuery {
    std::string impi, impu, address, prefix, state, text;
    std::uint64_t limit = 100; // rows in all; 0: no limit
    bool must_find = false;    // none is an error (exit 3)
};
// GET /v1/bindings, page by page
[[nodiscard]] Exit bindings_list(Session& session, const BindingsQuery& query);
// GET /v1/bindings/{id}; `id` may be a source, as "192.0.2.7:5060"
[[nodiscard]] Exit bindings_show(Session& session, const std::string& id);

struct BindingsAddOptions {
    std::string source; // "192.0.2.7:5060", "2001:db8::7"
    std::string impi;
    std::vector<std::string> impus;
    std::uint64_t expires_s = 3600;
};
// PUT /v1/bindings/{source}
[[nodiscard]] Exit bindings_add(Session& session, const BindingsAddOptions& options);
// DELETE /v1/bindings/{id}
[[nodiscard]] Exit bindings_release(Session& session, const std::string& id);

// GET /v1/bindings:export, page by page
[[nodiscard]] Exit bindings_export(Session& session);
// POST /v1/bindings:import; "-": stdin. Exit conflict where the daemon refused some.
[[nodiscard]] Exit bindings_import(Session& session, const std::string& file);

struct ConflictsQuery {
    std::uint64_t limit = 100;
};
// GET /v1/conflicts
[[nodiscard]] Exit conflicts_list(Session& session, const ConflictsQuery& query);
// GET /v1/conflicts/{id}
[[nodiscard]] Exit conflicts_show(Session& session, const std::string& id);

struct ResolveOptions {
    std::string id;
    std::string keep; // "holder" or "newcomer"
};
// POST /v1/conflicts/{id}:resolve
[[nodiscard]] Exit conflicts_resolve(Session& session, const ResolveOptions& options);

// POST /v1/leases; an address or a prefix
[[nodiscard]] Exit lease_release(Session& session, const std::string& addresses);

struct SasQuery {
    std::string impi, selector, direction, state;
    bool deviating = false;    // only those that do
    std::uint64_t limit = 100; // rows in all; 0: no limit
};
// GET /v1/sas, page by page
[[nodiscard]] Exit sa_list(Session& session, const SasQuery& query);
// GET /v1/sas/{id}; `id` may be an SPI
[[nodiscard]] Exit sa_show(Session& session, const std::string& id);

struct HistoryOptions {
    std::string id;           // of a binding, or a source
    std::string impi;         // instead
    std::uint64_t limit = 50; // 0: no limit
};
// GET /v1/bindings/{id}/history, /v1/bindings/history, page by page
[[nodiscard]] Exit bindings_history(Session& session, const HistoryOptions& options);

struct AuditOptions {
    std::string caller, method, path;
    std::uint64_t limit = 50; // 0: no limit
};
// GET /v1/audit, page by page
[[nodiscard]] Exit audit_list(Session& session, const AuditOptions& options);

// GET /v1/drops
[[nodiscard]] Exit drops(Session& session);

struct EventsOptions {
    bool follow = false;
    std::string type, reason, impi;
    std::string after; // id
    std::uint64_t limit = 50;
};
// GET /v1/events; with follow, GET /v1/events/stream, resumed where it broke off
[[nodiscard]] Exit events(Session& session, const EventsOptions& options);

struct ExplainOptions {
    std::string sip_file; // "-": stdin
    std::string from, to; // endpoints
    std::string config;   // empty: the default guard
    bool live = false;    // ask the daemon: POST /v1/explain
};
[[nodiscard]] Exit explain(Session& session, const ExplainOptions& options);

struct ReplayOptions {
    std::vector<std::string> files;
    std::string config;         // empty: the default guard
    bool only_findings = false; // not what passes
};
[[nodiscard]] Exit replay(Session& session, const ReplayOptions& options);

struct TokenOptions {
    std::string name;
    std::string role = "viewer";
    std::uint64_t expires_h = 0; // 0: never
};
// Works without the daemon: what it makes is for the file that [admin] token_file names.
[[nodiscard]] Exit token_new(Session& session, const TokenOptions& options);

[[nodiscard]] Exit config_check(Session& session, const std::string& file);
[[nodiscard]] Exit config_show(Session& session, const std::string& file);

struct ConfigInitOptions {
    std::string output;               // empty: stdout
    std::string kamailio;             // its directory or file; empty: what this machine shows
    std::vector<std::string> defines; // "NAME", "NAME=VALUE": kamailio -A
    bool force = false;
};
// Writes a first configuration.
[[nodiscard]] Exit config_init(Session& session, const ConfigInitOptions& options);

// GET /v1/config
[[nodiscard]] Exit config_show_live(Session& session);
// GET /v1/config:diff
[[nodiscard]] Exit config_diff(Session& session);

struct ConfigReloadOptions {
    bool dry_run = false;
    bool drop_bindings = false;
};
// POST /v1/config:reload; a dry run: GET /v1/config:diff
[[nodiscard]] Exit config_reload(Session& session, const ConfigReloadOptions& options);

// What is right and wrong with this host, and with the guard on it: exit 0 all is well, 5 there are
// warnings, 1 something is wrong.
[[nodiscard]] Exit examine(Session& session, const std::string& config_file);

struct SupportOptions {
    std::string file;        // empty: gmguard-support-<time>.tar.gz, here
    std::string config;      // of the guard
    bool identities = false; // in clear, and the bindings
};
[[nodiscard]] Exit support_dump(Session& session, const SupportOptions& options);

// A script for "bash", "zsh" or "fish"; in JSON {"shell", "script"}.
[[nodiscard]] Exit completion(Session& session, const std::string& shell);

// The configuration of replay and explain. A file with problems is told problem by problem.
[[nodiscard]] Outcome<config::Config> guard_of(const std::string& file);

} // namespace gmguard::cli
