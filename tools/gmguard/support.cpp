// SPDX-License-Identifier: BSD-2-Clause
// `support dump`: what somebody needs who is to find out from afar what is wrong.
#include "archive.hpp"
#include "commands.hpp"
#include "discretion.hpp"
#include "doctor.hpp"
#include "json_text.hpp"

#include "config/show.hpp"
#include "kernel/inventory.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

constexpr int kPages = 10; // of 1,000 events, the last ones

// What could be had, and why the rest could not.
class Dump {
  public:
    Dump(Session& session, bool identities) : session_(session), discretion_(identities) {}

    void add(const std::string& name, const std::string& text) { entries_.push_back({name, text}); }
    void add_document(const std::string& name, const json::value& document) {
        add(name, pretty(discretion_.document(document)) + "\n");
    }
    void miss(const std::string& name, const std::string& why) {
        missing_.push_back(json::object{{"entry", name}, {"why", discretion_.text(why)}});
    }
    // The answer to GET of a path.
    void add_answer(const std::string& name, const std::string& path) {
        if (const auto answer = get(session_, path))
            add_document(name, *answer);
        else
            miss(name, answer.error().text());
    }

    [[nodiscard]] Session& session() { return session_; }
    [[nodiscard]] const Discretion& discretion() const { return discretion_; }
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    [[nodiscard]] const json::array& missing() const { return missing_; }

  private:
    Session& session_;
    Discretion discretion_;
    std::vector<Entry> entries_;
    json::array missing_;
};

void add_versions(Dump& dump) {
    utsname system{};
    (void)::uname(&system);
    dump.add_document("versions.json", json::object{{"gmguard", GMGUARD_VERSION},
                                                    {"libbpf", kernel::libbpf_version()},
                                                    {"kernel", system.release},
                                                    {"machine", system.machine}});
}

// Whether a key's value is a secret, or leads to one.
bool is_secret(const config::Setting& setting) {
    constexpr std::array<std::string_view, 4> words = {"token", "secret", "password", "key"};
    return std::ranges::any_of(words, [&](auto word) { return setting.key.contains(word); });
}

void add_config(Dump& dump, const std::string& file) {
    const auto config = config::load(file);
    if (!config) {
        dump.miss("config.json", config.error().text());
        return;
    }
    json::array items;
    for (const auto& setting : config::settings(*config))
        items.push_back(json::object{
            {"key", setting.path},
            {"value", is_secret(setting) ? json::value("(left out)") : json::parse(setting.json)},
            {"origin", setting.origin}});
    dump.add_document("config.json", json::object{{"file", file}, {"items", std::move(items)}});
}

// Page by page towards the past.
void add_events(Dump& dump) {
    std::string lines;
    std::string before;
    for (int page = 0; page < kPages; ++page) {
        const auto events =
            get(dump.session(), target_of("/v1/events", {{"before", before}, {"limit", "1000"}}));
        if (!events) {
            dump.miss("events.jsonl", events.error().text());
            return;
        }
        std::string older;
        for (const auto& event : list(*events, "items"))
            older += json::serialize(dump.discretion().document(event)) + "\n";
        lines.insert(0, older);
        if (text(*events, "more") != "true")
            break;
        before = text(list(*events, "items").front(), "id");
    }
    dump.add("events.jsonl", lines);
}

void add_metrics(Dump& dump) {
    const auto answer = dump.session().server.exchange(get_request("/metrics"));
    if (answer && answer->status == 200)
        dump.add("metrics.txt", answer->body);
    else
        dump.miss("metrics.txt",
                  answer ? fmt::format("status {}", answer->status) : answer.error().text());
}

void add_bindings(Dump& dump) {
    json::array all;
    std::string cursor;
    do {
        const auto page =
            get(dump.session(), target_of("/v1/bindings", {{"limit", "1000"}, {"cursor", cursor}}));
        if (!page) {
            dump.miss("bindings.json", page.error().text());
            return;
        }
        for (const auto& item : list(*page, "items"))
            all.push_back(item);
        cursor = text(*page, "next_cursor");
    } while (!cursor.empty());
    dump.add_document("bindings.json", json::object{{"items", std::move(all)}});
}

void add_maps(Dump& dump, const std::string& pins) {
    const auto maps = kernel::pinned_maps(pins);
    if (!maps) {
        dump.miss("maps.json", maps.error().text());
        return;
    }
    json::array items;
    for (const auto& map : *maps)
        items.push_back(json::object{{"name", map.name},
                                     {"id", map.id},
                                     {"type", map.type},
                                     {"key_size", map.key_size},
                                     {"value_size", map.value_size},
                                     {"max_entries", map.max_entries}});
    dump.add_document("maps.json", json::object{{"pins", pins}, {"items", std::move(items)}});
}

void add_programs(Dump& dump, const std::string& pins) {
    const auto programs = kernel::attached_programs(pins);
    if (!programs) {
        dump.miss("programs.json", programs.error().text());
        return;
    }
    json::array items;
    for (const auto& program : *programs)
        items.push_back(json::object{{"name", program.name},
                                     {"id", program.id},
                                     {"verified_instructions", program.verified_instructions},
                                     {"code_bytes", program.code_bytes},
                                     {"run_count", program.run_count},
                                     {"run_time_ns", program.run_time_ns}});
    dump.add_document("programs.json", json::object{{"items", std::move(items)}});
}

void add_kernel_log(Dump& dump) {
    const auto lines = kernel::kernel_log();
    if (!lines) {
        dump.miss("kernel.log", lines.error().text());
        return;
    }
    std::string text;
    for (const auto& line : *lines)
        text += dump.discretion().text(line) + "\n";
    dump.add("kernel.log", text);
}

std::string default_name(Time now) {
    return fmt::format("gmguard-support-{:%Y%m%dT%H%M%SZ}.tar.gz",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

void gather(Dump& dump, const SupportOptions& options) {
    const auto config = config::load(options.config);
    const auto pins = config ? config->pins : dump.session().pins;
    add_versions(dump);
    add_config(dump, options.config);
    dump.add_answer("status.json", "/v1/status");
    dump.add_answer("interfaces.json", "/v1/interfaces");
    dump.add_answer("modes.json", "/v1/mode");
    dump.add_answer("drops.json", "/v1/drops");
    dump.add_document("doctor.json", json_of(examine_all(dump.session(), options.config)));
    add_metrics(dump);
    if (options.identities)
        add_bindings(dump);
    add_events(dump);
    add_maps(dump, pins);
    add_programs(dump, pins);
    add_kernel_log(dump);
}

void tell(Output& out, const std::string& file, const Dump& dump) {
    json::array names;
    for (const auto& entry : dump.entries())
        names.push_back(json::value(entry.name));
    if (!out.is_table()) {
        out.value(json::object{
            {"file", file}, {"entries", std::move(names)}, {"missing", dump.missing()}});
        return;
    }
    out.line(fmt::format("{}: {} entries", file, names.size()));
    for (const auto& each : dump.missing())
        out.remark(fmt::format("without {}: {}", text(each, "entry"), text(each, "why")));
}

} // namespace

Exit support_dump(Session& session, const SupportOptions& options) {
    Dump dump(session, options.identities);
    gather(dump, options);
    dump.add_document("missing.json", json::object{{"items", dump.missing()}});
    const auto file = options.file.empty() ? default_name(session.now) : options.file;
    if (const auto written = write_archive(file, dump.entries()); !written)
        return session.out.fail(file_failure(written.error()));
    tell(session.out, file, dump);
    return Exit::ok;
}

} // namespace gmguard::cli
