// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/fake_guard.hpp"

#include <algorithm>
#include <chrono>

namespace gmguard::admin {
namespace {

using namespace std::chrono_literals;

const Time kStart = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2);

gm_modes all(gm_mode mode) {
    gm_modes modes{};
    auto* each = reinterpret_cast<gm_mode*>(&modes);
    std::fill(each, each + GM_CHECK_COUNT, mode);
    return modes;
}

void settle(const Modes& modes, ListenerModes& listener) {
    auto* effective = reinterpret_cast<gm_mode*>(&listener.effective);
    for (unsigned i = 0; i < GM_CHECK_COUNT; ++i)
        effective[i] = listener.checks[i].value_or(listener.mode.value_or(modes.default_mode));
}

// As `gmguard explain -o jsonl` prints it.
constexpr const char* kAnswer =
    R"({"frame":1,"time":"2026-01-02T03:04:05.678901Z","hook":"front","src":"192.0.2.7",)"
    R"("sport":5060,"dst":"192.0.2.1","dport":5060,"proto":"udp","verdict":"drop",)"
    R"("reason":"contact_mismatch","sip":{"kind":"request","method":"REGISTER","status":null,)"
    R"("class":"initial","impi":"alice@ims.test","impu":"sip:alice@ims.test",)"
    R"("from":"sip:alice@ims.test","contact":{"host":"192.0.2.9","port":5060},"contacts":1,)"
    R"("call_id":"c@x","cseq":1,"expires":600000,"nonce":"empty","response":"empty","auts":false,)"
    R"("security_client":[{"mechanism":"ipsec-3gpp","alg":"hmac-sha-1-96","ealg":null,"spi_c":1,)"
    R"("spi_s":2,"port_c":3,"port_s":4}]},"checks":[{"check":"contact_source","mode":"enforce",)"
    R"("outcome":"fails","reason":"contact_mismatch","detail":"not where it comes from"}]})";

Status a_status() {
    Status status;
    status.version = "0.1.0";
    status.kernel = "6.1.0-37-amd64";
    status.started = std::chrono::system_clock::now() - 90s;
    status.cgroup = "/sys/fs/cgroup/unified";
    Listener listener;
    listener.name = "gm";
    listener.address = *Address::parse("192.0.2.1");
    listener.unprotected_ports = {"5060"};
    listener.protected_ports = {"6100-6101"};
    status.listeners = {listener};
    return status;
}

HookCounts a_hook() {
    HookCounts counts;
    counts.listener = "gm";
    counts.packets.none = 40;
    counts.packets.contact_mismatch = 3;
    counts.would_drop.selector_taken = 2;
    return counts;
}

} // namespace

FakeGuard::FakeGuard() : status_now(a_status()), bindings_now{alice()} {
    interfaces_now = {
        {"gm0", "pcscf", 7, GM_SIDE_GM, XdpMode::native, {GM_HOOK_FRONT, GM_HOOK_ANSWERS}, kStart}};
    modes_now.listeners = {{"gm", std::nullopt, {}, all(GM_MODE_MONITOR)},
                           {"gm-v6", GM_MODE_ENFORCE, {}, all(GM_MODE_ENFORCE)}};
    counters_now = {a_hook(), HookCounts{}};
    figures_now.bindings[GM_STATE_BOUND] = 1;
    figures_now.maps = {{"gm_bindings", 1, 100'000}};
    figures_now.registrations["bound"] = 5;
    sas_now = {sa_of_alice()};
    figures_now.sas[{SaDirection::in, SaState::bound}] = 1;
    figures_now.sa_deviations["lifetime"] = 2;
    configuration_now = {"gm.toml", kStart, {{"mode", "\"monitor\"", "gm.toml:1"}}, kStart, true};
    answer = kAnswer;
}

Result<Interface> FakeGuard::attach(const AttachRequest& request) {
    attach_asked = request;
    if (failure)
        return fail(*failure);
    Interface interface{request.name,     request.netns,   8,     request.side,
                        request.xdp_mode, {GM_HOOK_FRONT}, kStart};
    std::erase_if(interfaces_now, [&](const Interface& i) { return i.name == request.name; });
    interfaces_now.push_back(interface);
    return interface;
}

Result<> FakeGuard::detach(std::string_view name) {
    if (failure)
        return fail(*failure);
    std::erase_if(interfaces_now, [&](const Interface& i) { return i.name == name; });
    return {};
}

Result<> FakeGuard::set_modes(const ModeChange& change) {
    modes_asked = change;
    if (failure)
        return fail(*failure);
    if (change.confirm_within_s)
        modes_now.falls_back = kStart + std::chrono::seconds(*change.confirm_within_s);
    modes_now.default_mode = change.default_mode.value_or(modes_now.default_mode);
    for (ListenerModes& listener : modes_now.listeners) {
        if (change.listener.empty() || change.listener == listener.name) {
            listener.mode = change.mode.value_or(listener.mode);
            for (const auto& [check, mode] : change.checks)
                listener.checks[check] = mode;
        }
        settle(modes_now, listener);
    }
    return {};
}

std::vector<FileProblem> FakeGuard::check(std::string_view toml) const {
    return toml.empty() ? std::vector<FileProblem>{} : problems_now;
}

ReloadResult FakeGuard::reload(const ReloadRequest& request) {
    reload_asked = request;
    if (failure)
        return std::unexpected(Refusal{*failure, problems_now});
    return reloaded_now;
}

Result<> FakeGuard::confirm_modes() {
    if (failure)
        return fail(*failure);
    modes_now.falls_back.reset();
    return {};
}

Result<BindingPage> FakeGuard::bindings(const BindingQuery& query) const {
    query_asked = query;
    if (failure)
        return fail(*failure);
    BindingPage page;
    const auto wanted = [&](const Binding& each) {
        return !query.state || each.state == *query.state;
    };
    page.total = static_cast<std::size_t>(std::ranges::count_if(bindings_now, wanted));
    std::size_t at = query.cursor.empty() ? 0 : std::stoul(query.cursor);
    for (; at < bindings_now.size() && page.items.size() < query.limit; ++at)
        if (wanted(bindings_now[at]))
            page.items.push_back(bindings_now[at]);
    if (at < bindings_now.size())
        page.next_cursor = std::to_string(at);
    return page;
}

Result<SaPage> FakeGuard::sas(const SaQuery& query) const {
    sas_asked = query;
    if (failure)
        return fail(*failure);
    SaPage page;
    page.total = sas_now.size();
    std::size_t at = query.cursor.empty() ? 0 : std::stoul(query.cursor);
    for (; at < sas_now.size() && page.items.size() < query.limit; ++at)
        page.items.push_back(sas_now[at]);
    if (at < sas_now.size())
        page.next_cursor = std::to_string(at);
    return page;
}

Result<Sa> FakeGuard::sa(std::string_view id) const {
    if (lookup_failure)
        return fail(*lookup_failure);
    for (const Sa& each : sas_now)
        if (each.id == id || std::to_string(each.spi) == id)
            return each;
    return fail(ErrorKind::not_found, "SA " + std::string(id), "is not there");
}

Result<Binding> FakeGuard::binding(std::string_view id) const {
    if (lookup_failure)
        return fail(*lookup_failure);
    for (const Binding& each : bindings_now)
        if (each.id == id)
            return each;
    return fail(ErrorKind::not_found, "binding " + std::string(id), "does not exist");
}

Result<Binding> FakeGuard::holder(const Endpoint& source) const {
    if (lookup_failure)
        return fail(*lookup_failure);
    for (const Binding& each : bindings_now)
        if (each.state == GM_STATE_BOUND && each.prefix.contains(source.address) &&
            each.port == source.port)
            return each;
    return fail(ErrorKind::not_found, source.text(), "nobody is bound there");
}

Result<Binding> FakeGuard::put_binding(const BindingRequest& request) {
    binding_asked = request;
    if (failure)
        return fail(*failure);
    const Result<Binding> there = holder(request.source);
    if (there && there->impi != request.impi)
        return fail(ErrorKind::conflict, request.source.text(), "is bound to " + there->impi);
    Binding made =
        there ? *there
              : binding_of("b_new" + std::to_string(++made_), request.impi, request.source);
    made.impus = request.impus;
    made.origin = "api";
    std::erase_if(bindings_now, [&](const Binding& each) { return each.id == made.id; });
    bindings_now.push_back(made);
    return made;
}

Result<> FakeGuard::release(std::string_view id) {
    if (failure)
        return fail(*failure);
    std::erase_if(bindings_now, [&](const Binding& each) { return each.id == id; });
    return {};
}

Result<std::vector<Released>> FakeGuard::end_lease(const Prefix& addresses) {
    if (failure)
        return fail(*failure);
    std::vector<Released> released;
    for (const Binding& each : bindings_now)
        if (addresses.contains(each.prefix.address))
            released.push_back({each.id, each.selector, each.impi});
    std::erase_if(bindings_now,
                  [&](const Binding& each) { return addresses.contains(each.prefix.address); });
    return released;
}

Result<Binding> FakeGuard::hand_over(std::string_view shadow) {
    if (failure)
        return fail(*failure);
    const auto newcomer = std::ranges::find(bindings_now, shadow, &Binding::id);
    if (newcomer == bindings_now.end())
        return fail(ErrorKind::not_found, "binding " + std::string(shadow), "does not exist");
    Binding made = *newcomer;
    made.id = "b_new" + std::to_string(++made_);
    made.state = GM_STATE_BOUND;
    std::erase_if(bindings_now, [&](const Binding& each) {
        return each.prefix == made.prefix && each.port == made.port;
    });
    bindings_now.push_back(made);
    return made;
}

Result<std::string> FakeGuard::explain(const Question& question) {
    question_asked = question;
    if (failure)
        return fail(*failure);
    return answer;
}

Binding binding_of(const std::string& id, const std::string& impi, const Endpoint& source) {
    Binding binding;
    binding.id = id;
    binding.selector = source.text();
    binding.prefix = {source.address, 128};
    binding.port = source.port;
    binding.impi = impi;
    binding.impus = {"sip:" + impi};
    binding.origin = "registration";
    binding.since = kStart;
    binding.expires = kStart + 600000s;
    return binding;
}

Binding alice() {
    return binding_of("b_1", "alice@ims.test", *Endpoint::parse("192.0.2.7:5060"));
}

Sa sa_of_alice() {
    Sa sa;
    sa.id = "0x00001001@192.0.2.1";
    sa.spi = 4097;
    sa.direction = SaDirection::in;
    sa.state = SaState::bound;
    sa.source = *Address::parse("192.0.2.7");
    sa.destination = *Address::parse("192.0.2.1");
    sa.installed.protocol = "esp";
    sa.installed.mode = "transport";
    sa.installed.integrity = SaAlgorithm{"hmac(sha1)", 160, 96};
    sa.installed.encryption = SaAlgorithm{"cbc(aes)", 128, 0};
    sa.installed.selector = "192.0.2.7/32 port 5060 > 192.0.2.1/32 port 6100";
    sa.installed.reqid = 4097;
    sa.installed.hard.add_s = 4'294'967'295;
    sa.installed.added = kStart;
    sa.installed.policies = {"in 192.0.2.7/32 port 5060 > 192.0.2.1/32 port 6100"};
    sa.agreed =
        SaAgreed{"ipsec-3gpp", "hmac-sha-1-96", "aes-cbc", "esp", "trans", 4096, 4097, 5100, 6100};
    sa.holder = EventHolder{"alice@ims.test", kStart, "b_1", "192.0.2.7:5060"};
    sa.deviations = {{"lifetime", "ends after 3600 seconds"}};
    return sa;
}

Binding mallory() {
    Binding binding = binding_of("b_s1", "mallory@ims.test", *Endpoint::parse("192.0.2.7:5060"));
    binding.state = GM_STATE_SHADOW;
    return binding;
}

Event drop_event() {
    Event event;
    event.time = kStart + 678901us;
    event.type = EventType::drop;
    event.reason = GM_REASON_selector_taken;
    event.mode = GM_MODE_ENFORCE;
    event.listener = "gm";
    event.hook = GM_HOOK_FRONT;
    event.interface = "gm0";
    event.source = Endpoint::parse("192.0.2.7:5060");
    event.destination = Endpoint::parse("192.0.2.1:5060");
    event.protocol = GM_UDP;
    event.sip =
        EventSip{"REGISTER", 0, "initial", "mallory@ims.test", "sip:mallory@ims.test", "c@x"};
    event.bound_to = EventHolder{"alice@ims.test", kStart, "b_1", "192.0.2.7:5060"};
    return event;
}

} // namespace gmguard::admin
