// SPDX-License-Identifier: BSD-2-Clause
// The configuration as plain values. Reading it touches nothing but its file: whether an interface,
// a cgroup or a bpffs is really there is found out by those who use them.
//
// Every problem of a file is found in one pass and told as "file:line:column: message; hint".
#pragma once

#include "base/address.hpp"
#include "base/error.hpp"
#include "gmguard/abi/settings.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::config {

// What the maps in bpf/maps.h hold. gm_listeners has an entry for every guarded (address, port), a
// range counting each of its ports, and marks for ports and addresses that are not guarded as a
// whole.
inline constexpr std::size_t kListenerEntries = 4096;
inline constexpr std::size_t kMaxPools = 1024;
inline constexpr std::size_t kMaxPeers = 2048; // gm_peers has the host's own addresses, too
inline constexpr std::size_t kMaxInterfaces = 256;

// Bindings that can be asked for (limits.bindings).
inline constexpr std::uint32_t kMinBindings = 16;
inline constexpr std::uint32_t kMaxBindings = 16'000'000;

enum class XdpMode : std::uint8_t { native, generic };

// A mode for a check where the configuration gives one, in the order of enum gm_check.
using CheckModes = std::array<std::optional<gm_mode>, GM_CHECK_COUNT>;

struct Interface {
    std::string name;
    std::string netns; // empty: the daemon's own; else a name under /run/netns or an absolute path
    gm_side side = GM_SIDE_GM; // core: known as arrival interface, not attached
    XdpMode xdp_mode = XdpMode::native;
    friend bool operator==(const Interface&, const Interface&) = default;
};

struct Listener {
    std::string name; // unique; shorter than GM_NAME_TEXT
    gm_profile profile = GM_PROFILE_ANNEX_D;
    Address address; // is_any(): every address that no other listener names on that port
    std::vector<std::uint16_t> unprotected_ports; // ascending, ranges written out, host order
    std::vector<std::uint16_t> protected_ports;   // the same; none in both
    gm_protection protection = GM_PROTECTION_ESP;
    gm_emergency emergency = GM_EMERGENCY_DENY;
    std::optional<gm_mode> mode; // absent: the global mode
    bool shared_interface = false;
    CheckModes checks{};
    friend bool operator==(const Listener&, const Listener&) = default;
};

struct Core {
    std::vector<Prefix> peers;
    std::vector<Endpoint> listeners; // the P-CSCF's own sockets on Mw
    friend bool operator==(const Core&, const Core&) = default;
};

struct Cgroup {
    bool wanted = true; // false ("none"): XDP and TC only
    std::string path;   // empty: where cgroup2 is mounted
    friend bool operator==(const Cgroup&, const Cgroup&) = default;
};

// How sources in `prefix` are told apart.
struct Pool {
    std::string name; // unique; shorter than GM_NAME_TEXT
    Prefix prefix;
    unsigned bits = 128;                      // of 128 that count: always 128 for IPv4
    bool with_port = false;                   // whether the source port counts
    std::optional<gm_conflict> conflict = {}; // absent: default_conflict()
    friend bool operator==(const Pool&, const Pool&) = default;
};

[[nodiscard]] constexpr bool operator==(const gm_rate& a, const gm_rate& b) {
    return a.rate == b.rate && a.burst == b.burst;
}

struct Limits {
    std::uint32_t bindings = 100'000; // entries of gm_bindings; gm_owners holds four times that
    // How long after the attach a phone that speaks on a protected port, in monitor, or that has a
    // security association from before, is taken for one that registered before (H14): a week, as
    // phones ask for 600,000 s. 0: no phone is.
    std::uint32_t adopt_s = 604'800;
    // How long a challenge waits for an authenticated REGISTER (D.2.2): reg-await-auth.
    std::uint32_t registration_timer_s = 240;
    gm_rate per_user{}; // rate 0: off
    gm_rate per_source{};
    gm_rate known{};
    gm_rate unknown{};
    gm_rate emergency{200, 200}; // of all sources together, beside the others
    gm_rate fragments{10'000, 10'000};
    gm_rate connections{50, 200}; // TCP connections that are opened, of one source
    gm_rate all_connections{5'000, 10'000};
    gm_rate events{1'000, 1'000};
    friend bool operator==(const Limits&, const Limits&) = default;
};

// Where events are posted to, as JSON.
struct Webhook {
    std::string origin;     // "https://host:port"; http: on a loopback address alone; empty: none
    std::string target;     // "/path"
    std::string ca_file;    // of its certificate; empty: those of the system
    std::string token_file; // of a bearer token; empty: none
    friend bool operator==(const Webhook&, const Webhook&) = default;
};

// Who is told of registrations that failed by their timer (D.2.2), beside the log.
struct Reports {
    std::optional<Endpoint> entry; // of the home network, which gets a REGISTER over UDP
    Webhook webhook;
    friend bool operator==(const Reports&, const Reports&) = default;
};

// A place in a file, from 1; line 0: the file as a whole.
struct Place {
    unsigned line = 0;
    unsigned column = 0;
    friend bool operator==(const Place&, const Place&) = default;
};

// A listener of the admin interface. http: on a loopback address alone.
struct AdminListener {
    enum class Kind : std::uint8_t { local, http, https };
    Kind kind = Kind::local;
    std::string path; // local: of the socket
    Endpoint at;      // else

    // As the file has it: "unix:/run/gmguard/admin.sock", "https://192.0.2.1:8480".
    [[nodiscard]] std::string text() const;
    friend bool operator==(const AdminListener&, const AdminListener&) = default;
};

// Files are absolute paths; an empty one is not used.
struct Admin {
    std::vector<AdminListener> listeners{
        {.kind = AdminListener::Kind::local, .path = "/run/gmguard/admin.sock", .at = {}}};
    std::string token_file;       // of all listeners but unix sockets
    std::string certificate_file; // of the server, with its key: https
    std::string key_file;
    std::string
        client_ca_file;   // clients may show a certificate of it, and must where no tokens are
    std::string crl_file; // of that CA
    std::vector<std::string> client_admins;  // common names
    std::vector<std::string> client_viewers; // none: all of that CA are
    std::vector<std::string> names;          // of this host, beside its addresses
    bool lease_feed = false; // somebody tells of each lease that ends (POST /v1/leases)
    friend bool operator==(const Admin&, const Admin&) = default;
};

// Journal of events and audit trail: how many rows, and how long.
struct Store {
    std::string path = "/var/lib/gmguard/gmguard.db"; // empty ("none"): in memory
    std::uint32_t events = 100'000;                   // half of them for what a stranger can cause
    std::uint32_t event_days = 30;
    std::uint32_t changes = 100'000;
    std::uint32_t change_days = 365;
    friend bool operator==(const Store&, const Store&) = default;
};

struct Config {
    gm_mode mode = GM_MODE_MONITOR;
    std::vector<Interface> interfaces;
    std::vector<Listener> listeners;
    Core core;
    Cgroup cgroup;
    std::vector<Pool> pools;
    std::vector<std::string> home_domains; // lower case; empty: any domain is home
    Reports reports;
    Limits limits;
    std::string pins = "/sys/fs/bpf/gmguard";
    Store store;
    Admin admin;
    std::string log_level = "info"; // debug | info | warn | error

    // Where values come from, for people: file, and place by path ("listener[0].mode"). A path that
    // is not there has its default.
    std::string file;
    std::map<std::string, Place> places;

    friend bool operator==(const Config&, const Config&) = default;
};

struct Problem {
    std::string file;
    unsigned line = 0; // from 1; 0: the file as a whole
    unsigned column = 0;
    std::string message;
    std::string hint; // may be empty

    // "file:line:column: message; hint"
    [[nodiscard]] std::string text() const;
};

// A reading of a text, right or wrong. `config` is meaningful where `problems` is empty.
struct Reading {
    Config config;
    std::vector<Problem> problems; // in the order of the file
};
[[nodiscard]] Reading read(std::string_view text, std::string_view file_name);

// Errors: not_found, or system.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

// The same as a Result. Error: kind invalid, no subject, `what` has one line per problem.
[[nodiscard]] Result<Config> parse(std::string_view text, std::string_view file_name);

// read_file() and parse().
[[nodiscard]] Result<Config> load(const std::string& path);

// What replay and explain guard where no configuration is given: every address on unprotected port
// 5060, annex-d, all checks enforced, limits off, any home domain, no pools (the key is the pair).
[[nodiscard]] Config default_guard();

// Whether the check has anything to do on the listener: esp_source only where IPsec ends on this
// host.
[[nodiscard]] bool applies(gm_check check, const Listener& listener);

// Mode of a check on a listener: its own entry, else the listener's mode, else the global one; off
// where it does not apply.
[[nodiscard]] gm_mode effective_mode(const Config& config, const Listener& listener,
                                     gm_check check);
[[nodiscard]] gm_modes effective_modes(const Config& config, const Listener& listener);

// The profile of all listeners.
[[nodiscard]] gm_profile profile_of(const Config& config);

// The form of a source's key where no pool holds it. annex-d: the pair (D.1). ts33203: of IPv6 the
// /64 with port, as a phone may change its address within that.
[[nodiscard]] gm_key_form default_key(gm_profile profile, bool v4);

// The pool with the longest prefix that holds `source`, or null. Owned by `config`.
[[nodiscard]] const Pool* pool_of(const Config& config, Address source);
[[nodiscard]] gm_key_form key_form(const Config& config, Address source);

// The first whose protected messages come in clear, or null.
[[nodiscard]] const Listener* clear_listener(const Config& config);

// What happens between two users of one selector where its pool does not say: ts33203, contest,
// unless a listener's IPsec ends elsewhere; annex-d, strict.
[[nodiscard]] gm_conflict default_conflict(const Config& config);
[[nodiscard]] gm_conflict conflict_of(const Config& config, const Pool& pool);
[[nodiscard]] gm_conflict conflict_of(const Config& config, Address source);
// The first pool that asks for a contest, or null.
[[nodiscard]] const Pool* contested_pool(const Config& config);

} // namespace gmguard::config
