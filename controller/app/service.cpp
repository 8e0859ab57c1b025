// SPDX-License-Identifier: BSD-2-Clause
#include "app/service.hpp"

#include "app/connections.hpp"
#include "doctor/coverage.hpp"
#include "kernel/features.hpp"
#include "kernel/pins.hpp"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace gmguard::app {
namespace {

constexpr std::size_t kEvents = 10'000;     // kept for GET /v1/events
constexpr unsigned kSlowEvery = 5;          // ticks: all connections are looked at
constexpr unsigned kFirstReadings = 10'000; // of SAs, before the start goes on without the rest

// Ids grow over restarts too.
std::uint64_t first_event_id() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

store::Options store_options(const config::Store& store) {
    const auto days = [](std::uint32_t count) { return std::chrono::hours(24) * count; };
    return {store.path,
            {days(store.event_days), store.events, days(store.change_days), store.changes}};
}

} // namespace

Service::Service(config::Config config)
    : config_(std::move(config)), log_(kEvents, first_event_id()) {}

Result<> Service::start() {
    if (auto allowed = kernel::require_capabilities(); !allowed)
        return allowed;
    auto lock = kernel::PinLock::take(config_.pins);
    if (!lock)
        return fail(std::move(lock.error()));
    lock_ = std::move(*lock);
    store_.emplace(store_options(config_.store));
    log_.continue_after(store_->newest());
    journal_.emplace(log_, *store_);
    if (auto opened = open(); !opened) {
        kernel::remove_empty_pin_directories(config_.pins);
        return opened;
    }
    auto started = engine_->check(config_);
    if (started)
        started = attach_interfaces();
    if (started)
        started = attach_host();
    if (started)
        started = hold();
    if (started)
        started = engine_->listen();
    if (!started) {
        abandon();
        return started;
    }
    guard_.emplace(config_, *engine_, *interfaces_, *sas_, log_, reports_);
    api_.emplace(*guard_, log_, *store_);
    note_store();
    return {};
}

void Service::abandon() {
    if (!engine_->objects().adopted())
        (void)kernel::remove_all(config_.pins);
}

Result<> Service::open() {
    auto objects =
        kernel::Objects::begin_pinned(config_.pins, kernel::Sizes::of(config_.limits.bindings));
    if (!objects)
        return fail(std::move(objects.error()));
    auto engine = Engine::make(config_, std::move(*objects), log_, names_);
    if (!engine)
        return fail(std::move(engine.error()));
    engine_ = std::move(*engine);
    const auto& programs = engine_->objects();
    if (auto loaded = programs.await_programs(); !loaded)
        return loaded;
    if (!programs.load_log().empty())
        spdlog::warn("while loading: {}", programs.load_log());
    spdlog::info("{} {}", programs.adopted() ? "adopted" : "made", config_.pins);
    interfaces_.emplace(engine_->objects());
    names_.know(*interfaces_, *engine_);
    engine_->on_poisoned([this](const gm_record& report) {
        if (const auto ended = end_connection(interfaces_->namespaces(), report); !ended)
            spdlog::warn("{}", ended.error().text());
    });
    return {};
}

// Tables before what is newly attached: nothing is judged by a table that is not there yet. What
// was attached has the tables of before until then.
Result<> Service::attach_interfaces() {
    for (const auto& error : interfaces_->adopt())
        spdlog::warn("{}", error.text());
    const auto hosts = interfaces_->host_addresses(config_.interfaces);
    watch_sas(hosts);
    if (auto filled = engine_->fill(hosts); !filled)
        return filled;
    for (const auto& interface : config_.interfaces) {
        if (auto put = interfaces_->put(interface); !put)
            return put;
        spdlog::info("interface {}: {} side", interface.name,
                     interface.side == GM_SIDE_GM ? "gm" : "core");
    }
    hosts_ = interfaces_->host_addresses();
    return interfaces_->settle();
}

// Of interfaces that were guarded before, so that nothing is off in between that needs to know SAs.
void Service::watch_sas(const std::vector<Address>& hosts) {
    sas_.emplace(config_, *engine_, *interfaces_);
    sas_->settle(hosts);
    for (unsigned left = kFirstReadings; left != 0 && sas_->consume();)
        --left;
    engine_->see_associations(sas_->sees_all());
}

Result<> Service::attach_host() {
    const auto& objects = engine_->objects();
    auto cgroup = config_.cgroup.wanted ? kernel::attach_cgroup(objects, config_.cgroup.path)
                                        : kernel::detach_cgroup(config_.pins);
    return cgroup ? kernel::pin_show(objects) : cgroup;
}

Result<> Service::hold() {
    keeper_.emplace(config_.pins);
    const auto held = keeper_->keep();
    return held ? Result<>{} : fail(held.error());
}

void Service::reload() {
    if (const auto done = guard_->reload({}); !done)
        engine_->alarm("not reloaded, all stays as it was: " + done.error().error.text());
}

void Service::mend() {
    guard_->tick();
    mend_pins(); // before the interfaces, which are recorded there
    mend_interfaces();
    mend_addresses();
    follow_sas();
    end_slow_connections();
    note_coverage();
    note_store();
}

void Service::finish() {
    journal_->flush();
}

void Service::mend_pins() {
    const auto again = keeper_->keep();
    if (!again) {
        if (!std::exchange(pins_failed_, true))
            engine_->alarm("pins are lost: " + again.error().text());
        return;
    }
    pins_failed_ = false;
    if (again->empty())
        return;
    engine_->alarm(
        fmt::format("pins had been removed and are there again: {}", fmt::join(*again, ", ")));
    // The lock went with the directory, unless that is still the old one.
    if (auto lock = kernel::PinLock::take(config_.pins))
        lock_ = std::move(*lock);
}

void Service::mend_interfaces() {
    for (const auto& name : interfaces_->mend())
        engine_->alarm("had lost its programs; they are attached again", name);
}

// Whoever waits with his next byte for ever holds a connection of the P-CSCF's.
void Service::end_slow_connections() {
    if (ticks_++ % kSlowEvery != 0)
        return;
    const auto ended = end_unfinished(interfaces_->namespaces(), engine_->objects(), config_,
                                      feeds::Moment::now().ns);
    if (!ended && !std::exchange(slow_failed_, true))
        spdlog::warn("connections with an unfinished header section are not ended: {}",
                     ended.error().text());
    else if (ended && *ended != 0)
        spdlog::info("ended {} connections whose header section was not whole in time", *ended);
}

// Told once for each socket, as long as it is there.
void Service::note_coverage() {
    const auto outside = doctor::uncovered(config_, interfaces_->namespaces());
    if (!outside)
        return; // the status says so
    for (const auto& socket : *outside)
        if (std::ranges::find(outside_, socket) == outside_.end())
            engine_->alarm(doctor::complaint(socket));
    outside_ = *outside;
}

// The guard goes on without it; who steers the guard must know.
void Service::note_store() {
    store_->tick(std::chrono::system_clock::now());
    if (const auto aside = store_->take_moved_aside(); !aside.empty())
        engine_->alarm(
            fmt::format("the store was damaged, or of another version: it is now {}, and "
                        "an empty one has begun",
                        aside));
    journal_->flush();
    const bool up = !store_->problem();
    if (!up && store_up_ != up)
        engine_->alarm(
            fmt::format("the store is down, changes are refused: {}", store_->problem()->text()));
    if (up && store_up_ == false)
        engine_->alarm("the store takes records again");
    if (up && store_up_ != up)
        api_->settle_old();
    store_up_ = up;
}

void Service::follow_sas() {
    sas_->settle(hosts_);
    sas_->tick();
    if (sas_->sees_all() == engine_->sees_associations())
        return;
    engine_->see_associations(sas_->sees_all());
    fill_tables();
}

void Service::mend_addresses() {
    auto hosts = interfaces_->host_addresses();
    if (hosts == hosts_)
        return;
    hosts_ = std::move(hosts);
    fill_tables();
}

void Service::fill_tables() {
    if (const auto filled = engine_->fill(hosts_); !filled)
        spdlog::error("{}", filled.error().text());
}

} // namespace gmguard::app
