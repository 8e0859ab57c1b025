// SPDX-License-Identifier: BSD-2-Clause
// What the admin interface asks of the guard. The app implements it; tests fake it. All calls come
// from the one thread of the io_context and return at once. No call throws.
#pragma once

#include "admin/configuration.hpp"
#include "admin/event.hpp"
#include "admin/report_figures.hpp"
#include "admin/sa.hpp"
#include "base/address.hpp"
#include "base/error.hpp"
#include "gmguard/abi/keys.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::admin {

enum class XdpMode : std::uint8_t { native, generic };

struct Listener {
    std::string name;
    gm_profile profile = GM_PROFILE_ANNEX_D;
    gm_protection protection = GM_PROTECTION_ESP;
    Address address;                            // any: every address
    std::vector<std::string> unprotected_ports; // "5060" or "5100-5109"
    std::vector<std::string> protected_ports;
    bool shared_interface = false;
};

struct Status {
    std::string version; // "0.1.0"
    std::string commit;  // may be empty
    std::string kernel;  // release, as uname -r
    Time started;
    std::string
        cgroup; // path that gm_inside, gm_stream and gm_onward are attached to; empty: not attached
    // Whether the SPI that decrypted a message counts; else address and port stand for it.
    bool sec_path = false;
    std::vector<Listener> listeners;
    std::vector<std::string> warnings; // what is not covered, one sentence each
};

struct Interface {
    std::string name;  // unique in one guard, whatever the network namespace
    std::string netns; // as configured; empty: the controller's own
    unsigned ifindex = 0;
    gm_side side = GM_SIDE_GM;
    XdpMode xdp_mode = XdpMode::native; // as it is, not as asked
    std::vector<gm_hook> hooks;         // attached: front, answers; none on side core
    std::optional<Time> since;
};

struct AttachRequest {
    std::string name;
    std::string netns; // empty: the controller's own
    gm_side side = GM_SIDE_GM;
    XdpMode xdp_mode = XdpMode::native;
};

// One mode or none per check, in the order of enum gm_check.
using CheckModes = std::array<std::optional<gm_mode>, GM_CHECK_COUNT>;

// Effective = listener's `checks` entry, else listener's `mode`, else the default.
struct ListenerModes {
    std::string name;
    std::optional<gm_mode> mode; // the listener's own
    CheckModes checks;           // the listener's own, per check
    gm_modes effective{};
};

struct Modes {
    gm_mode default_mode = GM_MODE_MONITOR;
    std::vector<ListenerModes> listeners;
    std::optional<Time> falls_back; // unless confirmed before; none: nothing waits for that
};

// nullopt: leave as it is. The inner nullopt: remove the own value, so that the next level counts.
struct ModeChange {
    std::string listener;                              // empty: all listeners and the default
    std::optional<gm_mode> default_mode;               // only where listener is empty
    std::optional<std::optional<gm_mode>> mode;        // only where listener is given
    std::map<gm_check, std::optional<gm_mode>> checks; // of that listener, or of every one
    bool accept_adopted = false; // knows what identity_bound means for adopted phones (H14)
    std::optional<std::uint32_t> confirm_within_s; // falls back unless confirmed by then
};

struct Binding {
    std::string id; // "b_" and letters, digits, '_' or '-'; stable for the life of the binding
    gm_binding_state state = GM_STATE_BOUND;
    std::string selector;   // "192.0.2.7:5060", "[2001:db8::1]:5060", "2001:db8:1:2::/64"
    Prefix prefix;          // the address of the selector: all bits, or as many as count
    std::uint16_t port = 0; // 0: does not count
    std::string impi;
    std::vector<std::string> impus; // the first is the default; "": known by its hash alone
    std::string origin;             // "registration", "api", "adopted"
    Time since;
    std::optional<Time> expires;   // none: never
    std::optional<Time> last_seen; // none: no packet yet
};

// All that is given must hold. Matching of identities is by the canonical form.
struct BindingQuery {
    std::string impi;
    std::string impu;
    std::optional<Address> address; // the selector covers it
    std::optional<Prefix> prefix;   // the selector lies in it
    std::optional<gm_binding_state> state;
    std::string text;        // occurs, ignoring case, in selector, impi or an impu
    std::size_t limit = 100; // 1 .. 1000
    std::string cursor;      // as an earlier page gave it; empty: from the start
};

struct BindingPage {
    std::vector<Binding> items; // in an order that does not change while bindings come and go
    std::string next_cursor;    // [A-Za-z0-9_.~-]*; empty: this was the last page
    std::size_t total = 0;      // matches of the whole query
};

// A binding made by hand. The pool of the source decides what of it is the selector.
struct BindingRequest {
    Endpoint source; // port 0: only where the port does not count, else kind invalid
    std::string impi;
    std::vector<std::string> impus; // at least one; the first is the default
    std::uint32_t expires_s = 0;
};

// A binding that ended by hand.
struct Released {
    std::string id, selector, impi;
};

// Counters of one hook on one listener; they never go back while the maps live.
struct HookCounts {
    std::string listener; // empty: packets of no listener
    gm_hook hook = GM_HOOK_FRONT;
    gm_reason_counts packets{};    // none: passed, in monitor too; else dropped by that reason
    gm_reason_counts would_drop{}; // of those that passed: what enforce would have dropped
};

struct MapFill {
    std::string map; // "gm_bindings"
    std::uint64_t entries = 0;
    std::uint64_t capacity = 0;
};

// What /v1/status and /metrics show beside interfaces(), modes() and counters().
struct Figures {
    std::map<gm_binding_state, std::uint64_t> bindings; // now, by state
    std::vector<MapFill> maps;
    std::map<std::string, std::uint64_t> registrations; // ended so far, by result: "bound", ...
    SaCounts sas;                                       // now
    std::map<std::string, std::uint64_t> sa_deviations; // found so far, by fault: "lifetime", ...
    ReportFigures reports;
};

// A message to judge as if it had come from the wire. Nothing changes by it.
struct Question {
    std::string sip; // the bytes of the datagram
    Endpoint from, to;
};

class Guard {
  public:
    virtual ~Guard() = default;

    [[nodiscard]] virtual Status status() const = 0;
    // Why the guard is not ready, one sentence each; empty: ready.
    [[nodiscard]] virtual std::vector<std::string> not_ready() const = 0;

    // In the order of attachment.
    [[nodiscard]] virtual std::vector<Interface> interfaces() const = 0;
    // Attaches, or changes to the request what is attached already under this name. conflict: the
    // name is in use in another namespace. not_found: no such interface or namespace.
    [[nodiscard]] virtual Result<Interface> attach(const AttachRequest& request) = 0;
    [[nodiscard]] virtual Result<> detach(std::string_view name) = 0;

    [[nodiscard]] virtual Modes modes() const = 0;
    // All of the change or none of it. not_found: no such listener. A mode that cannot be had is an
    // error, never another mode: unsupported, the check is not built; conflict, a listener's socket
    // was made outside of the guarded cgroup, or another change waits to be confirmed and this one
    // does not want to be; consent, some phones are adopted and identity_bound is to be enforced.
    [[nodiscard]] virtual Result<> set_modes(const ModeChange& change) = 0;
    // What was changed stays. conflict: nothing waits to be confirmed.
    [[nodiscard]] virtual Result<> confirm_modes() = 0;

    [[nodiscard]] virtual Configuration configuration() const = 0;
    // All that is wrong with a text as a configuration; none: nothing.
    [[nodiscard]] virtual std::vector<FileProblem> check(std::string_view toml) const = 0;
    // Reads the file of the configuration again, and takes over all of it or nothing.
    [[nodiscard]] virtual ReloadResult reload(const ReloadRequest& request) = 0;

    // invalid: the cursor is none.
    [[nodiscard]] virtual Result<BindingPage> bindings(const BindingQuery& query) const = 0;
    // not_found: no such id.
    [[nodiscard]] virtual Result<Binding> binding(std::string_view id) const = 0;
    // The one that holds this source (bound or adopted). not_found: nobody does.
    [[nodiscard]] virtual Result<Binding> holder(const Endpoint& source) const = 0;
    // Makes the binding of this source, or renews it with these identities. conflict: another user
    // holds the source. exhausted: the map is full.
    [[nodiscard]] virtual Result<Binding> put_binding(const BindingRequest& request) = 0;
    // Ends it at once, as by a de-registration; forgets a pending or a shadow.
    [[nodiscard]] virtual Result<> release(std::string_view id) = 0;
    // Ends at once what is bound to these addresses, whole or in part; nobody may be.
    [[nodiscard]] virtual Result<std::vector<Released>> end_lease(const Prefix& addresses) = 0;
    // Ends the binding that a shadow lost against, and binds the shadow in its place. not_found: no
    // such shadow. exhausted: the map is full.
    [[nodiscard]] virtual Result<Binding> hand_over(std::string_view shadow) = 0;

    // invalid: the cursor is none.
    [[nodiscard]] virtual Result<SaPage> sas(const SaQuery& query) const = 0;
    // By its id, or by its SPI ("4097", "0x1001") where one alone has it. not_found: no such SA.
    // conflict: several have the SPI.
    [[nodiscard]] virtual Result<Sa> sa(std::string_view id) const = 0;

    [[nodiscard]] virtual std::vector<HookCounts> counters() const = 0;
    [[nodiscard]] virtual gm_losses losses() const = 0;
    [[nodiscard]] virtual Figures figures() const = 0;

    // One JSON object, as `gmguard replay -o jsonl` prints it for one packet.
    [[nodiscard]] virtual Result<std::string> explain(const Question& question) = 0;
};

} // namespace gmguard::admin
