// SPDX-License-Identifier: BSD-2-Clause
#include "app/guard.hpp"

#include "app/live.hpp"
#include "app/modes.hpp"
#include "app/status.hpp"
#include "binding/selector.hpp"
#include "doctor/coverage.hpp"
#include "replay/replay.hpp"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace gmguard::app {
namespace {

constexpr std::string_view origin_name(binding::Origin origin) {
    switch (origin) {
    case binding::Origin::api:
        return "api";
    case binding::Origin::adopted:
        return "adopted";
    default:
        return "registration";
    }
}

config::Interface interface_of(const admin::AttachRequest& request) {
    return {request.name, request.netns, request.side,
            request.xdp_mode == admin::XdpMode::generic ? config::XdpMode::generic
                                                        : config::XdpMode::native};
}

admin::Interface shown(const Side& side, const std::vector<kernel::Attached>& attached) {
    admin::Interface out;
    out.name = side.interface.name;
    out.netns = side.interface.netns;
    out.ifindex = side.key.ifindex;
    out.side = side.interface.side;
    out.since = side.since;
    for (const auto& there : attached) {
        if (there.ifindex != side.key.ifindex || there.netns_inode != side.key.netns ||
            side.interface.side != GM_SIDE_GM)
            continue;
        out.xdp_mode = there.mode == config::XdpMode::generic ? admin::XdpMode::generic
                                                              : admin::XdpMode::native;
        if (there.front != 0)
            out.hooks.push_back(GM_HOOK_FRONT);
        if (there.answers != 0)
            out.hooks.push_back(GM_HOOK_ANSWERS);
    }
    return out;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    if (text.empty())
        return number;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stopped == end ? std::optional(number) : std::nullopt;
}

} // namespace

Guard::Guard(config::Config& config, Engine& engine, Interfaces& interfaces, const SaWatch& sas,
             admin::EventLog& log, const admin::ReportFigures& reports)
    : config_(config), engine_(engine), interfaces_(interfaces), sas_(sas), log_(log),
      reports_(reports), reloader_(config, engine, interfaces),
      started_ns_(feeds::Moment::now().ns) {}

void Guard::tell(admin::EventType type, std::string interface, std::string detail) {
    spdlog::info("{}{}{}", interface, interface.empty() ? "" : ": ", detail);
    admin::Event event;
    event.time = feeds::Moment::now().wall;
    event.type = type;
    event.interface = std::move(interface);
    event.detail = std::move(detail);
    log_.append(std::move(event));
}

admin::Status Guard::status() const {
    auto status = status_of(config_, engine_.objects(), interfaces_);
    status.started = feeds::Moment::now().wall_at(started_ns_);
    std::ranges::copy(sas_.warnings(), std::back_inserter(status.warnings));
    if (const auto& webhook = reports_.webhook; webhook && !webhook->problem.empty())
        status.warnings.push_back(fmt::format("the webhook fails, {} events wait: {}",
                                              webhook->waiting, webhook->problem));
    return status;
}

std::vector<std::string> Guard::not_ready() const {
    std::vector<std::string> reasons;
    for (const auto& name : interfaces_.broken())
        reasons.push_back("interface " + name + " is gone, or has lost its programs");
    const auto cgroup = kernel::attached_cgroup(engine_.objects().pin_path());
    if (config_.cgroup.wanted && (!cgroup || !cgroup->is_whole()))
        reasons.emplace_back("the cgroup is gone, or has lost its programs");
    return reasons;
}

std::vector<admin::Interface> Guard::interfaces() const {
    const auto attached = kernel::attached(engine_.objects().pin_path());
    std::vector<admin::Interface> out;
    for (const auto& side : interfaces_.all())
        out.push_back(shown(side, attached.value_or(std::vector<kernel::Attached>{})));
    return out;
}

Result<admin::Interface> Guard::attach(const admin::AttachRequest& request) {
    const bool is_new = !interfaces_.find(request.name);
    if (auto put = interfaces_.put(interface_of(request)); !put)
        return fail(std::move(put.error()));
    if (is_new && request.side == GM_SIDE_GM)
        engine_.arrive();
    if (auto filled = engine_.fill(interfaces_.host_addresses()); !filled)
        return fail(std::move(filled.error()));
    tell(admin::EventType::attached, request.name, "is guarded");
    const auto attached = kernel::attached(engine_.objects().pin_path());
    return shown(*interfaces_.find(request.name),
                 attached.value_or(std::vector<kernel::Attached>{}));
}

Result<> Guard::detach(std::string_view name) {
    if (auto removed = interfaces_.remove(name); !removed)
        return removed;
    tell(admin::EventType::detached, std::string(name), "is no longer guarded");
    return engine_.fill(interfaces_.host_addresses());
}

admin::Modes Guard::modes() const {
    auto modes = modes_of(config_);
    modes.falls_back = confirmation_.falls_back();
    return modes;
}

// Enforced is what all of the P-CSCF's sockets are held to, or it is not enforced.
Result<> Guard::check_covered(const config::Config& wanted) const {
    if (!enforces_more(config_, wanted))
        return {};
    const auto outside = doctor::uncovered(config_, interfaces_.namespaces());
    if (!outside || outside->empty())
        return {};
    return fail(ErrorKind::conflict, "mode enforce",
                fmt::format("cannot be had: what socket {} gets is not judged, it was made outside "
                            "of the guarded cgroup",
                            fmt::join(*outside, ", ")),
                "start the P-CSCF anew in that cgroup, or name one above its own in [cgroup] path");
}

Result<> Guard::check_adopted(const config::Config& wanted) const {
    const auto adopted = engine_.policy().counts().adopted;
    if (adopted == 0 || !enforces_anew(config_, wanted, GM_CHECK_identity_bound))
        return {};
    return fail(ErrorKind::consent, "mode enforce",
                fmt::format("{} phones registered before the guard came and have not since: they "
                            "will speak with any identity that no other phone holds, and phones "
                            "that were silent so far are cut off until they register",
                            adopted),
                "say accept_adopted (gmguard mode set ... --yes), import them, or wait: `gmguard "
                "bindings list --state adopted`");
}

// Where XFRM cannot be followed, SPIs of phones are unknown, and to refuse them would cut them off.
Result<> Guard::check_associations(const admin::ModeChange& change) const {
    const auto asked = change.checks.find(GM_CHECK_esp_source);
    if (engine_.sees_associations() || asked == change.checks.end() ||
        asked->second.value_or(GM_MODE_OFF) == GM_MODE_OFF)
        return {};
    return fail(ErrorKind::unsupported, "check esp_source",
                "the kernel's security associations (XFRM) are not seen here",
                "gmguard doctor and the daemon's log say why");
}

Result<> Guard::set_modes(const admin::ModeChange& change) {
    if (confirmation_.is_awaited() && !change.confirm_within_s)
        return fail(ErrorKind::conflict, "mode", "a change waits to be confirmed",
                    "gmguard confirm keeps it; one more change with --confirm joins it");
    auto changed = with_modes(config_, change);
    if (!changed)
        return fail(std::move(changed.error()));
    if (auto seen = check_associations(change); !seen)
        return seen;
    if (auto covered = check_covered(*changed); !covered)
        return covered;
    if (auto agreed = check_adopted(*changed); !agreed && !change.accept_adopted)
        return agreed;
    if (auto put = put_modes(*changed); !put)
        return put;
    if (change.confirm_within_s)
        confirmation_.await(modes_of(*changed), feeds::Moment::now(),
                            std::chrono::seconds(*change.confirm_within_s));
    tell(admin::EventType::mode_changed, "",
         (change.listener.empty() ? "modes changed" : "modes of " + change.listener + " changed") +
             (change.confirm_within_s
                  ? fmt::format("; to be confirmed within {} s", *change.confirm_within_s)
                  : ""));
    return {};
}

admin::Configuration Guard::configuration() const {
    return reloader_.configuration();
}

std::vector<admin::FileProblem> Guard::check(std::string_view toml) const {
    std::vector<admin::FileProblem> out;
    for (const auto& problem : config::read(toml, "body").problems)
        out.push_back(app::shown(problem));
    return out;
}

admin::ReloadResult Guard::reload(const admin::ReloadRequest& request) {
    auto result = reloader_.reload(request);
    if (!result) {
        spdlog::error("the configuration stays as it is: {}", result.error().error.text());
        for (const auto& [file, line, column, detail, hint] : result.error().problems)
            spdlog::error("{}", config::Problem{file, line, column, detail, hint}.text());
    } else if (result->applied) {
        confirmation_.forget(); // the file's modes count now
        tell(admin::EventType::config_changed, "",
             fmt::format("{} read again: {} values changed", config_.file, result->changes.size()));
    }
    return result;
}

// `changed` is what the configuration was before, afterwards.
Result<> Guard::put_modes(config::Config& changed) {
    std::swap(config_, changed);
    auto filled = engine_.fill(interfaces_.host_addresses());
    if (!filled)
        std::swap(config_, changed);
    return filled;
}

Result<> Guard::confirm_modes() {
    if (auto confirmed = confirmation_.confirm(feeds::Moment::now()); !confirmed)
        return confirmed;
    tell(admin::EventType::mode_changed, "", "modes confirmed: they stay");
    return {};
}

void Guard::fall_back(const admin::Modes& before, const std::string& why) {
    auto changed = with_all_modes(config_, before);
    if (const auto put = put_modes(changed); !put) {
        spdlog::error("modes cannot fall back: {}", put.error().text());
        return;
    }
    confirmation_.forget();
    tell(admin::EventType::mode_changed, "", "modes fell back to what they were: " + why);
    engine_.alarm("modes fell back to what they were: " + why);
}

void Guard::tick() {
    if (const auto* before = confirmation_.due(feeds::Moment::now()))
        fall_back(*before, "nobody confirmed the change in time");
}

void Guard::end() {
    if (const auto* before = confirmation_.before())
        fall_back(*before, "gmguardd ends and nobody had confirmed the change");
}

admin::Binding Guard::show(const binding::BindingView& view) const {
    const auto now = feeds::Moment::now();
    const auto entry = engine_.objects().maps().bindings.lookup(view.selector);
    admin::Binding out;
    out.id = view.id;
    out.state = view.state;
    out.selector = binding::text(view.selector);
    out.prefix = {Address(view.selector.address), view.selector.bits};
    out.port = view.selector.port;
    out.impi = view.impi;
    out.impus = view.impus;
    out.origin = origin_name(view.origin);
    out.since = now.wall_at(view.since_ns);
    if (view.expires_ns != 0)
        out.expires = now.wall_at(view.expires_ns);
    // A pending or a shadow has no entry: the one there is another's.
    if (view.subscriber != 0 && entry && *entry && (*entry)->last_seen_ns != 0)
        out.last_seen = now.wall_at((*entry)->last_seen_ns);
    return out;
}

Result<admin::BindingPage> Guard::bindings(const admin::BindingQuery& query) const {
    const auto cursor = number_of(query.cursor);
    if (!cursor)
        return fail(ErrorKind::invalid, "cursor", "is none that a page gave");
    const auto page = engine_.policy().find({query.impi, query.impu, query.address, query.prefix,
                                             query.state, query.text, query.limit, *cursor});
    admin::BindingPage out;
    for (const auto& view : page.items)
        out.items.push_back(show(view));
    out.next_cursor = page.next == 0 ? "" : std::to_string(page.next);
    out.total = page.total;
    return out;
}

Result<admin::Binding> Guard::binding(std::string_view id) const {
    const auto view = engine_.policy().find(id);
    if (!view)
        return fail(ErrorKind::not_found, "binding " + std::string(id), "is not there");
    return show(*view);
}

Result<admin::Binding> Guard::holder(const Endpoint& source) const {
    const auto view = engine_.policy().holder(source, feeds::Moment::now().ns);
    if (!view)
        return fail(ErrorKind::not_found, "source " + source.text(), "is nobody's");
    return show(*view);
}

Result<admin::Binding> Guard::put_binding(const admin::BindingRequest& request) {
    auto added = engine_.add({0, request.source, request.impi, request.impus,
                              std::uint64_t{request.expires_s} * binding::kSecond});
    if (!added)
        return fail(std::move(added.error()));
    return holder(request.source);
}

Result<> Guard::release(std::string_view id) {
    return engine_.release(id);
}

Result<std::vector<admin::Released>> Guard::end_lease(const Prefix& addresses) {
    std::vector<admin::Released> out;
    for (const auto& notice : engine_.end_lease(addresses))
        out.push_back({notice.id, notice.selector, notice.impi});
    return out;
}

Result<admin::Binding> Guard::hand_over(std::string_view shadow) {
    const auto newcomer = engine_.policy().find(shadow);
    if (auto handed = engine_.hand_over(shadow); !handed)
        return fail(std::move(handed.error()));
    return holder({Address(newcomer->selector.address), newcomer->selector.port});
}

Result<admin::SaPage> Guard::sas(const admin::SaQuery& query) const {
    return sas_.find(query);
}

Result<admin::Sa> Guard::sa(std::string_view id) const {
    return sas_.find(id);
}

std::vector<admin::HookCounts> Guard::counters() const {
    std::vector<admin::HookCounts> out;
    std::vector<std::pair<std::string, std::uint32_t>> rows{{"", 0}};
    for (const auto& listener : config_.listeners)
        if (const auto id = engine_.listener_ids().find(listener.name);
            id != engine_.listener_ids().end())
            rows.emplace_back(*id);
    for (const auto& [name, id] : rows) {
        const auto sum = engine_.objects().maps().counters.sum(id);
        if (!sum)
            continue;
        out.push_back({name, GM_HOOK_FRONT, sum->front.packets, sum->front.would_drop});
        out.push_back({name, GM_HOOK_INSIDE, sum->inside.packets, sum->inside.would_drop});
        out.push_back({name, GM_HOOK_ANSWERS, sum->answers.packets, sum->answers.would_drop});
    }
    return out;
}

gm_losses Guard::losses() const {
    return engine_.objects().maps().losses.sum(0).value_or(gm_losses{});
}

admin::Figures Guard::figures() const {
    const auto counts = engine_.policy().counts();
    const auto& maps = engine_.objects().maps();
    admin::Figures figures;
    figures.bindings = {{GM_STATE_PENDING, counts.pending}, {GM_STATE_BOUND, counts.bound},
                        {GM_STATE_SHADOW, counts.shadow},   {GM_STATE_ADOPTED, counts.adopted},
                        {GM_STATE_LAPSED, counts.lapsed},   {GM_STATE_COOLDOWN, counts.cooldown}};
    figures.maps = {{"gm_bindings", counts.in_kernel(), maps.bindings.raw().max_entries()},
                    {"gm_owners", counts.identities, maps.owners.raw().max_entries()}};
    figures.registrations = engine_.registrations();
    figures.sas = sas_.counts();
    figures.sa_deviations = sas_.deviations();
    figures.reports = reports_;
    return figures;
}

Result<std::string> Guard::explain(const admin::Question& question) {
    const auto live = live_bindings(engine_.policy(), question, feeds::Moment::now().ns);
    const auto explained = replay::explain(config_, question.sip, question.from, question.to, live);
    if (!explained)
        return fail(explained.error());
    return replay::json(*explained);
}

} // namespace gmguard::app
