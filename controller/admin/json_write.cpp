// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_write.hpp"

#include "admin/json_parts.hpp"
#include "admin/names.hpp"
#include "admin/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <ctime>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

template <typename T> json::value name_or_null(const std::optional<T>& value) {
    return value ? json::value(name(*value)) : json::value(nullptr);
}

json::value parsed_or_null(const std::string& text) {
    json::error_code error;
    json::value value = json::parse(text, error);
    return error ? json::value(nullptr) : value;
}

json::array texts(const std::vector<std::string>& list) {
    json::array array;
    for (const std::string& text : list)
        array.push_back(text_or_null(text));
    return array;
}

json::value sip_or_null(const std::optional<EventSip>& sip) {
    if (!sip)
        return nullptr;
    return json::object{
        {"method", text_or_null(sip->method)},
        {"status", sip->status ? json::value(sip->status) : json::value(nullptr)},
        {"class", text_or_null(sip->register_class)},
        {"impi", text_or_null(sip->impi)},
        {"impu", text_or_null(sip->impu)},
        {"call_id", text_or_null(sip->call_id)},
    };
}

void put_endpoint(json::object& object, const char* address, const char* port,
                  const std::optional<Endpoint>& endpoint) {
    object[address] = endpoint ? json::value(endpoint->address.text()) : json::value(nullptr);
    object[port] = endpoint ? json::value(endpoint->port) : json::value(nullptr);
}

json::value check_or_null(const std::optional<gm_reason>& reason) {
    if (!reason || *reason == GM_REASON_none)
        return nullptr;
    return json::value(name(check_of(*reason)));
}

json::object own_checks(const CheckModes& modes) {
    json::object object;
    for (unsigned i = 0; i < modes.size(); ++i)
        if (modes[i])
            object[name(static_cast<gm_check>(i))] = name(*modes[i]);
    return object;
}

json::object effective_checks(const gm_modes& modes) {
    json::object object;
    for (unsigned i = 0; i < GM_CHECK_COUNT; ++i)
        object[name(static_cast<gm_check>(i))] = name(array_of(modes)[i]);
    return object;
}

json::object to_json(const ListenerModes& listener) {
    return {
        {"listener", listener.name},
        {"mode", name_or_null(listener.mode)},
        {"checks", own_checks(listener.checks)},
        {"effective", effective_checks(listener.effective)},
    };
}

json::object to_json(const Listener& listener) {
    return {
        {"name", listener.name},
        {"profile", name(listener.profile)},
        {"protection", name(listener.protection)},
        {"address", listener.address.is_any() ? "any" : listener.address.text()},
        {"unprotected_ports", texts(listener.unprotected_ports)},
        {"protected_ports", texts(listener.protected_ports)},
        {"shared_interface", listener.shared_interface},
    };
}

} // namespace

std::string rfc3339(Time time) {
    using namespace std::chrono;
    const auto second = floor<seconds>(time);
    const std::time_t since_1970 = system_clock::to_time_t(second);
    std::tm utc{};
    gmtime_r(&since_1970, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900,
                       utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                       duration_cast<microseconds>(time - second).count());
}

json::object to_json(const Event& event) {
    json::object object{
        {"id", event.id},
        {"time", rfc3339(event.time)},
        {"type", name(event.type)},
        {"mode", name_or_null(event.mode)},
        {"check", check_or_null(event.reason)},
        {"reason", name_or_null(event.reason)},
        {"listener", text_or_null(event.listener)},
        {"hook", name_or_null(event.hook)},
        {"interface", text_or_null(event.interface)},
    };
    put_endpoint(object, "src", "sport", event.source);
    put_endpoint(object, "dst", "dport", event.destination);
    object["proto"] = name_or_null(event.protocol);
    object["sip"] = sip_or_null(event.sip);
    object["bound_to"] = holder_or_null(event.bound_to);
    object["count"] = event.count;
    object["suppressed"] = event.suppressed;
    object["detail"] = text_or_null(event.detail);
    return object;
}

json::object to_json(const Interface& interface) {
    json::array hooks;
    for (const gm_hook hook : interface.hooks)
        hooks.push_back(json::value(name(hook)));
    return {
        {"name", interface.name},
        {"netns", text_or_null(interface.netns)},
        {"ifindex", interface.ifindex},
        {"side", name(interface.side)},
        {"xdp_mode", name(interface.xdp_mode)},
        {"hooks", std::move(hooks)},
        {"since", time_or_null(interface.since)},
    };
}

json::object to_json(const Modes& modes) {
    json::array listeners;
    for (const ListenerModes& listener : modes.listeners)
        listeners.push_back(to_json(listener));
    return {{"default", name(modes.default_mode)},
            {"listeners", std::move(listeners)},
            {"falls_back", time_or_null(modes.falls_back)}};
}

json::object to_json(const Binding& binding) {
    return {
        {"id", binding.id},
        {"state", name(binding.state)},
        {"selector", binding.selector},
        {"address", binding.prefix.address.text()},
        {"bits", binding.prefix.bits},
        {"port", binding.port ? json::value(binding.port) : json::value(nullptr)},
        {"impi", text_or_null(binding.impi)},
        {"impus", texts(binding.impus)},
        {"origin", binding.origin},
        {"since", rfc3339(binding.since)},
        {"expires", time_or_null(binding.expires)},
        {"last_seen", time_or_null(binding.last_seen)},
    };
}

json::object to_json(const gm_losses& losses) {
    return {
        {"sip_clear", losses.sip_clear},   {"sip_inner", losses.sip_inner},
        {"sip_core", losses.sip_core},     {"events", losses.events},
        {"suppressed", losses.suppressed}, {"leaked_keys", losses.leaked_keys},
    };
}

json::object to_json(const store::Change& change) {
    return {
        {"id", change.id},
        {"time", rfc3339(change.time)},
        {"caller", text_or_null(change.caller)},
        {"method", text_or_null(change.method)},
        {"target", text_or_null(change.target)},
        {"request_id", text_or_null(change.request)},
        {"status", change.status ? json::value(change.status) : json::value(nullptr)},
        {"before", parsed_or_null(change.before)},
        {"after", parsed_or_null(change.after)},
    };
}

json::array to_json(const std::vector<store::Shown>& events) {
    json::array items;
    for (const store::Shown& event : events)
        items.push_back(parsed_or_null(event.text));
    return items;
}

json::object to_json(const Status& status, Time now) {
    json::array listeners;
    for (const Listener& listener : status.listeners)
        listeners.push_back(to_json(listener));
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(now - status.started);
    return {
        {"version", status.version},
        {"commit", text_or_null(status.commit)},
        {"kernel", status.kernel},
        {"started", rfc3339(status.started)},
        {"uptime_s", uptime.count()},
        {"cgroup", text_or_null(status.cgroup)},
        {"sec_path", status.sec_path},
        {"listeners", std::move(listeners)},
        {"warnings", texts(status.warnings)},
    };
}

} // namespace gmguard::admin
