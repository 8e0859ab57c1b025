// SPDX-License-Identifier: BSD-2-Clause
#include "app/engine.hpp"

#include "app/connections.hpp"
#include "kernel/apply.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace gmguard::app {
namespace {

// Events a second that a stranger can cause by sending REGISTERs; beyond, they are only counted,
// so that they do not push the others out of the log.
constexpr unsigned kChatter = 50;

// From a challenge until its associations are known here, and a phone's next try with it (T1 and
// T2 of RFC 3261).
constexpr std::uint32_t kGraceS = 5;

// Records that are heard before what they mean is written: the longest that a binding waits for
// others, in return for fewer system calls.
constexpr std::size_t kTogether = 64;

constexpr std::size_t kFull = 80;       // percent of a map: alarm
constexpr std::size_t kFullNoMore = 70; // below: the next one is news

bool is_chatter(binding::NoticeKind kind) {
    return kind == binding::NoticeKind::challenged || kind == binding::NoticeKind::contested ||
           kind == binding::NoticeKind::not_believed || kind == binding::NoticeKind::auth_timeout ||
           kind == binding::NoticeKind::forged_answer || kind == binding::NoticeKind::adopted;
}

binding::Rules rules_of(const config::Config& config, const kernel::Maps& maps) {
    binding::Rules rules;
    rules.profile = config::profile_of(config);
    rules.believes_core = !config.core.peers.empty();
    rules.registration_timer_ns = config.limits.registration_timer_s * binding::kSecond;
    rules.bindings = maps.bindings.raw().max_entries();
    rules.adopted = rules.bindings / 2;
    rules.identities = maps.owners.raw().max_entries();
    rules.spis = maps.spis.raw().max_entries();
    rules.challenges = maps.challenges.raw().max_entries();
    return rules;
}

bool is_of_unregistered(const gm_record& head) {
    return head.reason == GM_REASON_unregistered && head.verdict == GM_VERDICT_WOULD_DROP;
}

} // namespace

Engine::Engine(const config::Config& config, kernel::Objects objects, const Past& past,
               admin::EventLog& log, const feeds::Directory& directory)
    : config_(config), objects_(std::move(objects)), past_(past), hasher_(past.key),
      policy_(
          hasher_, [&config](Address source) { return config::key_form(config, source); },
          rules_of(config, objects_.maps())),
      log_(log), directory_(directory) {
    policy_.adopt_by([this](std::uint32_t listener) { return adopts_by_word_until(listener); });
    policy_.contest_by([this](Address source) { return conflict_at(source); });
    policy_.encrypted_by([this](std::uint32_t listener) {
        const auto* found = listener_of(listener);
        return found != nullptr && found->protection == GM_PROTECTION_ESP;
    });
}

Result<Engine::Past> Engine::past_of(const kernel::Maps& maps) {
    const auto settings = kernel::read_settings(maps);
    if (!settings)
        return fail(settings.error());
    if (settings->schema == GM_SCHEMA)
        return Past{{settings->hash_key[0], settings->hash_key[1]}, settings->since_ns, false};
    const auto key = kernel::random_key();
    return key ? Result<Past>({*key, feeds::Moment::now().ns, true}) : fail(key.error());
}

Result<std::unique_ptr<Engine>> Engine::make(const config::Config& config, kernel::Objects objects,
                                             admin::EventLog& log,
                                             const feeds::Directory& directory) {
    const auto past = past_of(objects.maps());
    if (!past)
        return fail(past.error());
    std::unique_ptr<Engine> engine(new Engine(config, std::move(objects), *past, log, directory));
    if (auto adopted = engine->adopt(); !adopted)
        return fail(std::move(adopted.error()));
    return engine;
}

Result<> Engine::adopt() {
    const auto& maps = objects_.maps();
    auto losses = maps.losses.sum(0);
    if (!losses)
        return fail(std::move(losses.error()));
    losses_ = *losses;
    const auto now = feeds::Moment::now();
    const auto entries_of = [](const auto& map) {
        return [&map](const auto& show) { return map.for_each(show); };
    };
    return done(policy_.adopt(now.ns, {entries_of(maps.bindings), entries_of(maps.owners),
                                       entries_of(maps.spis)}),
                now);
}

Result<> Engine::listen() {
    auto rings = kernel::Rings::open(objects_, [this](const kernel::Record& r) { on_record(r); });
    if (!rings)
        return fail(std::move(rings.error()));
    rings_ = std::move(*rings);
    return {};
}

Result<bool> Engine::consume() {
    reading_ = feeds::Moment::now();
    const auto consumed = rings_->consume();
    write();
    if (!consumed)
        return fail(consumed.error());
    if (consumed->refused != 0)
        spdlog::warn("{} ring records of another form than this version's were left out",
                     consumed->refused);
    return consumed->more;
}

void Engine::on_record(const kernel::Record& record) {
    if (record.ring == kernel::Ring::events) {
        log_.append(feeds::report(record, directory_, reading_));
        const auto& head = record.head;
        if (on_poisoned_ && is_poisoned(head))
            on_poisoned_(head);
        if (is_of_unregistered(head))
            gather(policy_.handle(binding::Unregistered{
                       head.time_ns, {Address(head.source), head.source_port}, head.listener}),
                   reading_);
        return;
    }
    // With core peers, half of all answers that leave.
    if (const auto status = feeds::leaving_status(record);
        status && !policy_.minds_leaving(*status))
        return;
    if (const auto tap = ear_.hear(record)) {
        outcome_.clear();
        policy_.hear(*tap, ear_.heard(), outcome_);
        gather(outcome_, reading_);
    } else if (const auto answer = on_answer_ ? feeds::answer(record) : std::nullopt) {
        on_answer_(*answer);
    }
}

const config::Listener* Engine::listener_of(std::uint32_t id) const {
    const auto found =
        std::ranges::find(config_.listeners, kernel::name_of(ids_, id), &config::Listener::name);
    return found == config_.listeners.end() ? nullptr : &*found;
}

void Engine::learn(const binding::Event& event) {
    follow(policy_.handle(event), feeds::Moment::now());
}

std::uint64_t Engine::adopts_until() const {
    return past_.since_ns + config_.limits.adopt_s * binding::kSecond;
}

// A newcomer's association is for the holder's own address and port: without the SPI that decrypted
// a message the two cannot be told apart (H3).
gm_conflict Engine::conflict_at(Address source) const {
    return objects_.reads_associations() ? config::conflict_of(config_, source)
                                         : GM_CONFLICT_STRICT;
}

Result<> Engine::check(const config::Config& config) const {
    const auto* pool = config::contested_pool(config);
    if (pool == nullptr || objects_.reads_associations())
        return {};
    return fail(ErrorKind::unsupported, "pool " + pool->name,
                "conflict = \"contest\" cannot be had: this kernel does not tell which security "
                "association decrypted a message",
                "set strict, and tell gmguard of leases that end (gmguard lease release); Debian's "
                "6.12 tells");
}

// Only in monitor: enforced, a stranger would open the door to himself by knocking.
std::uint64_t Engine::adopts_by_word_until(std::uint32_t id) const {
    const auto* listener = listener_of(id);
    const bool monitors =
        listener != nullptr &&
        config::effective_mode(config_, *listener, GM_CHECK_identity_bound) == GM_MODE_MONITOR;
    return monitors ? adopts_until() : 0;
}

// Whatever the mode: the keys of an association are a subscriber's.
std::uint64_t Engine::adopts_by_association_until() const {
    return past_.is_new ? adopts_until() : 0;
}

void Engine::arrive() {
    past_.since_ns = feeds::Moment::now().ns;
    past_.is_new = true;
}

void Engine::follow(const binding::Outcome& outcome, const feeds::Moment& now) {
    gather(outcome, now);
    write();
}

void Engine::gather(const binding::Outcome& outcome, const feeds::Moment& now) {
    operations_.insert(operations_.end(), outcome.operations.begin(), outcome.operations.end());
    std::vector<std::uint64_t> events; // of the notices, where somebody asks for them
    for (const auto& notice : outcome.notices) {
        const std::uint64_t event = tell(notice, now);
        if (!outcome.failures.empty())
            events.push_back(event);
    }
    pass_on(outcome, events, now);
    for (const auto& probe : outcome.probes)
        if (on_probe_)
            on_probe_(probe);
    if (++gathered_ >= kTogether)
        write();
}

// The map is never fuller than the policy thinks, so an error here is the kernel's own.
void Engine::write() {
    gathered_ = 0;
    if (operations_.empty())
        return;
    if (const auto applied = kernel::apply(objects_.maps(), operations_); !applied)
        alarm(applied.error().text());
    operations_.clear();
}

void Engine::pass_on(const binding::Outcome& outcome, const std::vector<std::uint64_t>& events,
                     const feeds::Moment& now) const {
    if (!on_failure_)
        return;
    for (const auto& failure : outcome.failures) {
        auto event = feeds::report(outcome.notices[failure.notice], directory_, now);
        event.id = events[failure.notice];
        on_failure_(failure, event);
    }
}

std::uint64_t Engine::tell(const binding::Notice& notice, const feeds::Moment& now) {
    ++notices_[std::to_underlying(notice.kind)];
    if (is_chatter(notice.kind) && ++chatter_ > kChatter) {
        ++unheard_;
        return 0;
    }
    auto event = feeds::report(notice, directory_, now);
    if (is_chatter(notice.kind))
        event.suppressed = std::exchange(unheard_, 0);
    return log_.append(std::move(event));
}

std::map<std::string, std::uint64_t> Engine::registrations() const {
    std::map<std::string, std::uint64_t> named;
    for (std::size_t kind = 0; kind < notices_.size(); ++kind)
        if (notices_[kind] != 0)
            named.emplace(binding::name(static_cast<binding::NoticeKind>(kind)), notices_[kind]);
    return named;
}

void Engine::note_losses(const feeds::Moment& now) {
    const auto losses = objects_.maps().losses.sum(0);
    if (!losses)
        return;
    for (const auto& loss : feeds::losses(losses_, *losses)) {
        spdlog::warn("ring {} was full: {} records lost", loss.ring, loss.count);
        follow(policy_.handle(binding::Lost{now.ns, loss.ring, loss.count}), now);
    }
    if (const auto leaks = losses->leaked_keys - losses_.leaked_keys; leaks != 0)
        alarm(std::to_string(leaks) + " 401 left to phones with ck= or ik= in them");
    losses_ = *losses;
}

// One alarm while there is still time to act, the next one after it was better in between.
void Engine::note_fill() {
    const auto counts = policy_.counts();
    const auto& maps = objects_.maps();
    const auto percent = [](std::size_t used, std::uint32_t room) { return 100 * used / room; };
    const auto bindings = percent(counts.selectors, maps.bindings.raw().max_entries());
    const auto identities = percent(counts.identities, maps.owners.raw().max_entries());
    const auto most = std::max(bindings, identities);
    if (most >= kFull && !filling_)
        alarm(fmt::format("{} is {} % full: raise limits.bindings before no new phone is learned",
                          bindings >= identities ? "gm_bindings" : "gm_owners", most));
    if (most >= kFull || most < kFullNoMore)
        filling_ = most >= kFull;
}

void Engine::alarm(std::string detail, std::string interface) {
    spdlog::error("{}{}{}", interface, interface.empty() ? "" : " ", detail);
    admin::Event event;
    event.time = feeds::Moment::now().wall;
    event.type = admin::EventType::alarm;
    event.interface = std::move(interface);
    event.detail = std::move(detail);
    log_.append(std::move(event));
}

void Engine::show_life(const feeds::Moment& now) {
    auto settings = kernel::read_settings(objects_.maps());
    Result<> written;
    if (settings) {
        settings->heartbeat_ns = now.ns;
        written = kernel::write_settings(objects_.maps(), *settings);
    }
    if (!settings || !written)
        spdlog::error("{}", settings ? written.error().text() : settings.error().text());
}

void Engine::tick() {
    const auto now = feeds::Moment::now();
    chatter_ = 0;
    for (const auto& selector : policy_.watched())
        if (const auto entry = objects_.maps().bindings.lookup(selector); entry && *entry)
            follow(policy_.handle(binding::Seen{now.ns, selector, (*entry)->last_seen_ns}), now);
    follow(policy_.handle(binding::Tick{now.ns}), now);
    note_losses(now);
    note_fill();
    show_life(now);
}

Result<kernel::Tables> Engine::tables(const config::Config& config,
                                      const std::vector<Address>& hosts) const {
    const auto ids = kernel::keep_ids(objects_.maps(), config);
    if (!ids)
        return fail(ids.error());
    auto tables = kernel::tables(config, hosts, past_.key, *ids);
    if (sees_associations_ && objects_.reads_associations())
        tables.settings.grace_s = kGraceS;
    if (!objects_.reads_associations())
        kernel::be_strict(tables);
    if (!sees_associations_)
        for (auto& [key, listener] : tables.listeners)
            listener.modes.esp_source = GM_MODE_OFF;
    tables.settings.since_ns = past_.since_ns;
    tables.settings.heartbeat_ns = feeds::Moment::now().ns;
    return tables;
}

Result<> Engine::fill(const std::vector<Address>& hosts) {
    const auto wanted = tables(config_, hosts);
    if (!wanted)
        return fail(wanted.error());
    if (auto filled = kernel::fill(objects_.maps(), *wanted); !filled)
        return filled;
    auto ids = kernel::ids_in(objects_.maps());
    if (!ids)
        return fail(std::move(ids.error()));
    ids_ = std::move(*ids);
    return {};
}

void Engine::adapt() {
    const auto now = feeds::Moment::now();
    policy_.judged_by(config::profile_of(config_));
    policy_.believe_core(!config_.core.peers.empty());
    follow(policy_.reform(now.ns), now);
}

Result<> Engine::done(Result<binding::Outcome> outcome, const feeds::Moment& now) {
    if (!outcome)
        return fail(std::move(outcome.error()));
    follow(*outcome, now);
    return {};
}

Result<> Engine::add(binding::Add request) {
    const auto now = feeds::Moment::now();
    request.now_ns = now.ns;
    return done(policy_.add(request), now);
}

Result<> Engine::release(std::string_view id) {
    const auto now = feeds::Moment::now();
    return done(policy_.release(id, now.ns), now);
}

std::vector<binding::Notice> Engine::end_lease(const Prefix& addresses) {
    const auto now = feeds::Moment::now();
    auto outcome = policy_.end_lease(addresses, now.ns);
    follow(outcome, now);
    return std::move(outcome.notices);
}

Result<> Engine::hand_over(std::string_view shadow) {
    const auto now = feeds::Moment::now();
    return done(policy_.hand_over(shadow, now.ns), now);
}

} // namespace gmguard::app
