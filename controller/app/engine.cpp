// SPDX-License-Identifier: BSD-2-Clause
#include "app/engine.hpp"

#include "feeds/tap.hpp"
#include "kernel/apply.hpp"
#include "kernel/tables.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace gmguard::app {
namespace {

// Events a second that a stranger can cause by sending REGISTERs; beyond, they are only counted,
// so that they do not push the others out of the log.
constexpr unsigned kChatter = 50;

constexpr std::size_t kFull = 80;       // percent of a map: alarm
constexpr std::size_t kFullNoMore = 70; // below: the next one is news

bool is_chatter(binding::NoticeKind kind) {
    return kind == binding::NoticeKind::challenged || kind == binding::NoticeKind::not_believed ||
           kind == binding::NoticeKind::auth_timeout || kind == binding::NoticeKind::forged_answer;
}

binding::Rules rules_of(const config::Config& config, const kernel::Maps& maps) {
    binding::Rules rules;
    rules.believes_core = !config.core.peers.empty();
    rules.bindings = maps.bindings.raw().max_entries();
    rules.identities = maps.identities.raw().max_entries();
    rules.challenges = maps.challenges.raw().max_entries();
    return rules;
}

// One key for the life of the maps: their hashes are made with it.
Result<kernel::HashKey> key_of(const kernel::Maps& maps) {
    const auto settings = kernel::read_settings(maps);
    if (!settings)
        return fail(settings.error());
    if (settings->schema == GM_SCHEMA)
        return kernel::HashKey{settings->hash_key[0], settings->hash_key[1]};
    return kernel::random_key();
}

} // namespace

Engine::Engine(const config::Config& config, kernel::Objects objects, const kernel::HashKey& key,
               admin::EventLog& log, const feeds::Directory& directory)
    : config_(config), objects_(std::move(objects)), key_(key), hasher_(key),
      policy_(
          hasher_, [&config](Address source) { return config::key_form(config, source); },
          rules_of(config, objects_.maps())),
      log_(log), directory_(directory) {}

Result<std::unique_ptr<Engine>> Engine::make(const config::Config& config, kernel::Objects objects,
                                             admin::EventLog& log,
                                             const feeds::Directory& directory) {
    const auto key = key_of(objects.maps());
    if (!key)
        return fail(key.error());
    std::unique_ptr<Engine> engine(new Engine(config, std::move(objects), *key, log, directory));
    if (auto adopted = engine->adopt(); !adopted)
        return fail(std::move(adopted.error()));
    return engine;
}

Result<> Engine::adopt() {
    const auto& maps = objects_.maps();
    std::vector<binding::Policy::BindingEntry> bindings;
    std::vector<binding::Policy::IdentityEntry> identities;
    std::vector<binding::Policy::OwnerEntry> owners;
    const auto into = [](auto& list) {
        return [&list](const auto& key, const auto& value) { list.emplace_back(key, value); };
    };
    for (const auto& read :
         {maps.bindings.for_each(into(bindings)), maps.identities.for_each(into(identities)),
          maps.owners.for_each(into(owners))})
        if (!read)
            return read;
    auto losses = maps.losses.sum(0);
    if (!losses)
        return fail(std::move(losses.error()));
    losses_ = *losses;
    const auto now = feeds::Moment::now();
    follow(policy_.adopt(now.ns, bindings, identities, owners), now);
    return {};
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
        return;
    }
    if (auto event = feeds::heard(record))
        follow(policy_.handle(std::move(*event)), reading_);
}

// The map is never fuller than the policy thinks, so an error here is the kernel's own.
void Engine::follow(const binding::Outcome& outcome, const feeds::Moment& now) {
    if (const auto applied = kernel::apply(objects_.maps(), outcome.operations); !applied)
        alarm(applied.error().text());
    for (const auto& notice : outcome.notices)
        tell(notice, now);
}

void Engine::tell(const binding::Notice& notice, const feeds::Moment& now) {
    ++registrations_[std::string(binding::name(notice.kind))];
    if (is_chatter(notice.kind) && ++chatter_ > kChatter) {
        ++unheard_;
        return;
    }
    auto event = feeds::report(notice, directory_, now);
    if (is_chatter(notice.kind))
        event.suppressed = std::exchange(unheard_, 0);
    log_.append(std::move(event));
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
    const auto bindings =
        percent(counts.bound + counts.cooldown, maps.bindings.raw().max_entries());
    const auto identities = percent(counts.identities, maps.identities.raw().max_entries());
    const auto most = std::max(bindings, identities);
    if (most >= kFull && !filling_)
        alarm(fmt::format("{} is {} % full: raise limits.bindings before no new phone is learned",
                          bindings >= identities ? "gm_bindings" : "gm_identities", most));
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
    settings_.heartbeat_ns = now.ns;
    if (const auto written = kernel::write_settings(objects_.maps(), settings_); !written)
        spdlog::error("{}", written.error().text());
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

Result<> Engine::fill(const std::vector<Address>& hosts) {
    auto tables = kernel::tables(config_, hosts, key_);
    tables.settings.heartbeat_ns = feeds::Moment::now().ns;
    settings_ = tables.settings;
    return kernel::fill(objects_.maps(), tables);
}

Result<> Engine::add(binding::Add request) {
    const auto now = feeds::Moment::now();
    request.now_ns = now.ns;
    auto outcome = policy_.add(request);
    if (!outcome)
        return fail(std::move(outcome.error()));
    follow(*outcome, now);
    return {};
}

Result<> Engine::release(std::string_view id) {
    const auto now = feeds::Moment::now();
    auto outcome = policy_.release(id, now.ns);
    if (!outcome)
        return fail(std::move(outcome.error()));
    follow(*outcome, now);
    return {};
}

} // namespace gmguard::app
