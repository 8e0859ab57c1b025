// SPDX-License-Identifier: BSD-2-Clause
// The guard at work: what the rings tell goes through the policy into the kernel's maps, and what
// it means goes to the event log. One engine per pin directory; single-threaded.
#pragma once

#include "admin/event_log.hpp"
#include "binding/policy.hpp"
#include "config/config.hpp"
#include "feeds/reports.hpp"
#include "feeds/tap.hpp"
#include "kernel/hasher.hpp"
#include "kernel/objects.hpp"
#include "kernel/rings.hpp"
#include "kernel/tables.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gmguard::app {

class Engine {
  public:
    // Adopts what the maps hold: their hash key and their bindings. `config`, `log` and `directory`
    // outlive it; changes of `config` count at once.
    [[nodiscard]] static Result<std::unique_ptr<Engine>> make(const config::Config& config,
                                                              kernel::Objects objects,
                                                              admin::EventLog& log,
                                                              const feeds::Directory& directory);

    // Opens the rings and reads what is in them. To be called when all tables are filled.
    [[nodiscard]] Result<> listen();
    // Readable: call consume().
    [[nodiscard]] int epoll_fd() const { return rings_->epoll_fd(); }
    // True: there is more to read at once.
    [[nodiscard]] Result<bool> consume();

    // Once a second: time for the policy, ring losses, sign of life.
    void tick();

    // What came by no ring: security associations.
    void learn(const binding::Event& event);

    // Whether XFRM tells of all associations. Without it an SPI that nobody offered may still be a
    // phone's, and esp_source is off whatever the configuration says. Counts with fill().
    void see_associations(bool all) { sees_associations_ = all; }
    [[nodiscard]] bool sees_associations() const { return sees_associations_; }

    // Into the event log and the daemon's own.
    void alarm(std::string detail, std::string interface = {});

    // Of each registration that the home network is to be told of; `event` is the log's, with id 0
    // where it had no room for it.
    using OnFailure =
        std::function<void(const binding::Failure& failure, const admin::Event& event)>;
    void on_failure(OnFailure told) { on_failure_ = std::move(told); }

    // Of each phone that is to be asked whether it is there; not to be answered from within.
    using OnProbe = std::function<void(const binding::Probe& probe)>;
    void on_probe(OnProbe told) { on_probe_ = std::move(told); }
    // Of each answer of a phone that is in gm_probes.
    using OnAnswer = std::function<void(const binding::Heard& heard)>;
    void on_answer(OnAnswer told) { on_answer_ = std::move(told); }

    // Of each report that a TCP connection carries nothing more.
    using OnPoisoned = std::function<void(const gm_record& report)>;
    void on_poisoned(OnPoisoned told) { on_poisoned_ = std::move(told); }

    // The guard is at a new place: who spoke there before is not known (H14). Counts with fill().
    void arrive();
    // When it last came to one.
    [[nodiscard]] std::uint64_t since_ns() const { return past_.since_ns; }
    // Until when who has a security association from before may be adopted; 0: not at all. A daemon
    // that finds the maps of another knows who was there by them.
    [[nodiscard]] std::uint64_t adopts_by_association_until() const;

    // Whether what the configuration asks for can be had on this kernel. Error: unsupported.
    [[nodiscard]] Result<> check(const config::Config& config) const;

    // Brings gm_listeners, gm_pools, gm_peers and gm_settings to the configuration.
    [[nodiscard]] Result<> fill(const std::vector<Address>& hosts);
    // What they hold under some configuration: the present one, or one to come.
    [[nodiscard]] Result<kernel::Tables> tables(const config::Config& config,
                                                const std::vector<Address>& hosts) const;
    // The configuration has another core or other pools: what was learned follows.
    void adapt();

    [[nodiscard]] Result<> add(binding::Add request);
    [[nodiscard]] Result<> release(std::string_view id);
    // What ended by it.
    [[nodiscard]] std::vector<binding::Notice> end_lease(const Prefix& addresses);
    [[nodiscard]] Result<> hand_over(std::string_view shadow);

    [[nodiscard]] const binding::Policy& policy() const { return policy_; }
    [[nodiscard]] const kernel::Objects& objects() const { return objects_; }
    [[nodiscard]] const kernel::Hasher& hasher() const { return hasher_; }
    // As of the last fill().
    [[nodiscard]] const kernel::ListenerIds& listener_ids() const { return ids_; }
    // How many notices of each kind there were.
    [[nodiscard]] std::map<std::string, std::uint64_t> registrations() const;

  private:
    // What outlives the daemon beside the bindings, in gm_settings.
    struct Past {
        kernel::HashKey key; // one for the life of the maps: their hashes are made with it
        std::uint64_t since_ns = 0;
        bool is_new = false; // the guard came in this daemon's time
    };
    [[nodiscard]] static Result<Past> past_of(const kernel::Maps& maps);

    Engine(const config::Config& config, kernel::Objects objects, const Past& past,
           admin::EventLog& log, const feeds::Directory& directory);

    [[nodiscard]] Result<> adopt();
    [[nodiscard]] std::uint64_t adopts_until() const;
    [[nodiscard]] std::uint64_t adopts_by_word_until(std::uint32_t listener) const;
    [[nodiscard]] gm_conflict conflict_at(Address source) const;
    [[nodiscard]] const config::Listener* listener_of(std::uint32_t id) const; // null: gone
    void on_record(const kernel::Record& record);
    [[nodiscard]] Result<> done(Result<binding::Outcome> outcome, const feeds::Moment& now);
    void follow(const binding::Outcome& outcome, const feeds::Moment& now);
    // The same, but the maps get it with the next write().
    void gather(const binding::Outcome& outcome, const feeds::Moment& now);
    void write();
    // The event's id in the log; 0: it was only counted.
    std::uint64_t tell(const binding::Notice& notice, const feeds::Moment& now);
    void pass_on(const binding::Outcome& outcome, const std::vector<std::uint64_t>& events,
                 const feeds::Moment& now) const;
    void note_losses(const feeds::Moment& now);
    void note_fill();
    void show_life(const feeds::Moment& now);

    const config::Config& config_;
    kernel::Objects objects_;
    Past past_;
    kernel::Hasher hasher_;
    binding::Policy policy_;
    admin::EventLog& log_;
    const feeds::Directory& directory_;
    std::optional<kernel::Rings> rings_;
    kernel::ListenerIds ids_;
    gm_losses losses_{};
    feeds::Ear ear_;
    binding::Outcome outcome_;                   // of what was heard last
    feeds::Moment reading_;                      // of the reading of the rings at hand
    std::vector<binding::Operation> operations_; // that are not written yet
    std::size_t gathered_ = 0;                   // outcomes since the last write()
    std::array<std::uint64_t, binding::kNoticeKinds> notices_{}; // so far, by kind
    OnFailure on_failure_;
    OnProbe on_probe_;
    OnAnswer on_answer_;
    OnPoisoned on_poisoned_;
    unsigned chatter_ = 0; // notices that anybody can cause, since the last tick
    std::uint64_t unheard_ = 0;
    bool sees_associations_ = false;
    bool filling_ = false; // the alarm of a map that fills up was given
};

} // namespace gmguard::app
