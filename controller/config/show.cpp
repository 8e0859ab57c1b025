// SPDX-License-Identifier: BSD-2-Clause
#include "config/show.hpp"

#include "config/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace gmguard::config {
namespace {

// Texts of a Config have no control characters: they need no escape but these two, in TOML and
// JSON.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + "\"";
}

template <typename Items, typename Text> std::string list_of(const Items& items, Text text) {
    std::vector<std::string> texts;
    for (const auto& item : items)
        texts.push_back(quoted(text(item)));
    return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string rate_text(gm_rate rate) {
    return rate.rate == 0 ? quoted("off")
                          : fmt::format("{{ rate = {}, burst = {} }}", rate.rate, rate.burst);
}

std::string rate_json(gm_rate rate) {
    return rate.rate == 0 ? quoted("off")
                          : fmt::format("{{\"rate\":{},\"burst\":{}}}", rate.rate, rate.burst);
}

std::string flag_text(bool flag) {
    return flag ? "true" : "false";
}

std::string peer_text(const Prefix& peer) {
    return peer.bits == 128 ? peer.address.text() : peer.text();
}

class Writer {
  public:
    explicit Writer(const Config& config) : config_(&config) {}

    // Values go to the section opened last; `path` is its path, empty for the root.
    void open(std::string section, std::string path) {
        section_ = std::move(section);
        path_ = std::move(path);
    }
    void add(const std::string& key, std::string value) {
        add_from(key, std::move(value), {path_of(key)});
    }
    void add_rate(const std::string& key, gm_rate rate) {
        add(key, rate_text(rate));
        out_.back().json = rate_json(rate);
    }
    // The origin is the first of the paths that the file has.
    void add_from(const std::string& key, std::string value,
                  const std::vector<std::string>& paths) {
        out_.push_back({section_, path_of(key), key, value, value, origin(paths)});
    }
    [[nodiscard]] std::string path_of(const std::string& key) const {
        return path_.empty() ? key : path_ + "." + key;
    }
    std::vector<Setting> take() { return std::move(out_); }

  private:
    [[nodiscard]] std::string origin(const std::vector<std::string>& paths) const {
        for (const auto& path : paths)
            if (const auto found = config_->places.find(path); found != config_->places.end())
                return fmt::format("{}:{}", config_->file, found->second.line);
        return "default";
    }

    const Config* config_;
    std::string section_;
    std::string path_;
    std::vector<Setting> out_;
};

void write_interface(Writer& out, const Interface& interface, std::size_t i) {
    out.open("[[interface]]", fmt::format("interface[{}]", i));
    out.add("name", quoted(interface.name));
    if (!interface.netns.empty())
        out.add("netns", quoted(interface.netns));
    out.add("side", quoted(word(interface.side)));
    if (interface.side == GM_SIDE_GM)
        out.add("xdp_mode", quoted(word(interface.xdp_mode)));
}

void write_checks(Writer& out, const Config& config, const Listener& listener, std::size_t i) {
    const auto path = fmt::format("listener[{}]", i);
    out.open("[listener.checks]", path + ".checks");
    for (std::size_t check = 0; check < listener.checks.size(); ++check) {
        const auto which = static_cast<gm_check>(check);
        const std::string name(word(which));
        const std::string mode = quoted(word(effective_mode(config, listener, which)));
        if (applies(which, listener))
            out.add_from(name, mode, {out.path_of(name), path + ".mode", "mode"});
        else
            out.add(name, mode);
    }
}

void write_listener(Writer& out, const Config& config, const Listener& listener, std::size_t i) {
    const auto path = fmt::format("listener[{}]", i);
    out.open("[[listener]]", path);
    out.add("name", quoted(listener.name));
    out.add("profile", quoted(word(listener.profile)));
    out.add("address", quoted(listener.address.is_any() ? "any" : listener.address.text()));
    out.add("unprotected_ports", ports_text(listener.unprotected_ports));
    out.add("protected_ports", ports_text(listener.protected_ports));
    out.add("protection", quoted(word(listener.protection)));
    out.add("emergency", quoted(word(listener.emergency)));
    out.add_from("mode", quoted(word(listener.mode.value_or(config.mode))),
                 {path + ".mode", "mode"});
    out.add("shared_interface", flag_text(listener.shared_interface));
    write_checks(out, config, listener, i);
}

void write_core(Writer& out, const Core& core) {
    out.open("[core]", "core");
    out.add("peers", list_of(core.peers, peer_text));
    out.add("listeners", list_of(core.listeners, [](const Endpoint& e) { return e.text(); }));
}

void write_pool(Writer& out, const Config& config, std::size_t i) {
    const Pool& pool = config.pools[i];
    out.open("[[pool]]", fmt::format("pool[{}]", i));
    out.add("name", quoted(pool.name));
    out.add("prefix", quoted(pool.prefix.text()));
    out.add("unit", std::to_string(pool.prefix.address.is_v4() ? 32 : pool.bits));
    out.add("port", flag_text(pool.with_port));
    out.add("conflict", quoted(word(conflict_of(config, pool))));
}

void write_reports(Writer& out, const Reports& reports) {
    const auto add = [&out](const char* key, const std::string& text) {
        if (!text.empty())
            out.add(key, quoted(text));
    };
    add("entry", reports.entry ? reports.entry->text() : "");
    add("webhook", reports.webhook.origin + reports.webhook.target);
    add("webhook_ca_file", reports.webhook.ca_file);
    add("webhook_token_file", reports.webhook.token_file);
}

void write_limits(Writer& out, const Limits& limits) {
    out.open("[limits]", "limits");
    out.add("bindings", std::to_string(limits.bindings));
    out.add("adopt_s", std::to_string(limits.adopt_s));
    out.add("registration_timer_s", std::to_string(limits.registration_timer_s));
    out.add_rate("per_user", limits.per_user);
    out.add_rate("per_source", limits.per_source);
    out.add_rate("known", limits.known);
    out.add_rate("unknown", limits.unknown);
    out.add_rate("emergency", limits.emergency);
    out.add_rate("fragments", limits.fragments);
    out.add_rate("connections", limits.connections);
    out.add_rate("all_connections", limits.all_connections);
    out.add_rate("events", limits.events);
}

void write_admin(Writer& out, const Admin& admin) {
    const auto as_it_is = [](const std::string& text) { return text; };
    out.open("[admin]", "admin");
    out.add("listen",
            list_of(admin.listeners, [](const AdminListener& each) { return each.text(); }));
    const auto add_file = [&out](const char* key, const std::string& path) {
        if (!path.empty())
            out.add(key, quoted(path));
    };
    const auto add_names = [&](const char* key, const std::vector<std::string>& names) {
        if (!names.empty())
            out.add(key, list_of(names, as_it_is));
    };
    add_file("token_file", admin.token_file);
    add_file("certificate_file", admin.certificate_file);
    add_file("key_file", admin.key_file);
    add_file("client_ca_file", admin.client_ca_file);
    add_file("crl_file", admin.crl_file);
    add_names("client_admins", admin.client_admins);
    add_names("client_viewers", admin.client_viewers);
    add_names("names", admin.names);
    out.add("lease_feed", flag_text(admin.lease_feed));
}

void write_host(Writer& out, const Config& config) {
    const auto& cgroup = config.cgroup;
    out.open("[cgroup]", "cgroup");
    out.add("path", quoted(!cgroup.wanted ? "none" : cgroup.path.empty() ? "auto" : cgroup.path));
    out.open("[pins]", "pins");
    out.add("path", quoted(config.pins));
    out.open("[store]", "store");
    out.add("path", quoted(config.store.path.empty() ? "none" : config.store.path));
    out.add("events", std::to_string(config.store.events));
    out.add("event_days", std::to_string(config.store.event_days));
    out.add("changes", std::to_string(config.store.changes));
    out.add("change_days", std::to_string(config.store.change_days));
    write_admin(out, config.admin);
    out.open("[log]", "log");
    out.add("level", quoted(config.log_level));
}

// Where one section ends and the next begins: two listeners have the same heading.
std::string_view section_path(const Setting& setting) {
    const std::string_view path = setting.path;
    return path.substr(0, path.size() - setting.key.size());
}

} // namespace

std::string ports_text(const std::vector<std::uint16_t>& ports) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < ports.size();) {
        std::size_t end = i;
        while (end + 1 < ports.size() && ports[end + 1] == ports[end] + 1)
            ++end;
        texts.push_back(i == end ? fmt::format("{}", ports[i])
                                 : fmt::format("\"{}-{}\"", ports[i], ports[end]));
        i = end + 1;
    }
    return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::vector<Setting> settings(const Config& config) {
    Writer out(config);
    out.add("mode", quoted(word(config.mode)));
    for (std::size_t i = 0; i < config.interfaces.size(); ++i)
        write_interface(out, config.interfaces[i], i);
    for (std::size_t i = 0; i < config.listeners.size(); ++i)
        write_listener(out, config, config.listeners[i], i);
    write_core(out, config.core);
    for (std::size_t i = 0; i < config.pools.size(); ++i)
        write_pool(out, config, i);
    out.open("[home]", "home");
    out.add("domains", list_of(config.home_domains, [](const std::string& d) { return d; }));
    write_reports(out, config.reports);
    write_limits(out, config.limits);
    write_host(out, config);
    return out.take();
}

std::string to_toml(const Config& config) {
    std::string out;
    std::string last;
    for (const Setting& setting : settings(config)) {
        if (section_path(setting) != last)
            out += fmt::format("\n{}\n", setting.section);
        last = section_path(setting);
        const auto line = fmt::format("{} = {}", setting.key, setting.value);
        out += fmt::format("{:<44} # {}\n", line, setting.origin);
    }
    return out;
}

} // namespace gmguard::config
