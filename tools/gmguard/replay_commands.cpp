// SPDX-License-Identifier: BSD-2-Clause
// Captures and single messages, without the daemon (or, for explain, with it).
#include "commands.hpp"
#include "finding_text.hpp"

#include "replay/replay.hpp"

#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <map>
#include <utility>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

// Shows findings as they come, in any of the formats.
class Report {
  public:
    Report(Output& out, const ReplayOptions& options)
        : out_(out), options_(options), table_(finding_table(options.files.size() > 1)) {}

    void take(const replay::Finding& finding) {
        ++reasons_[finding.judgement.reason];
        if (options_.only_findings && finding.judgement.verdict == GM_VERDICT_PASS)
            return;
        const auto object = replay::json(finding);
        if (out_.is_jsonl())
            out_.composed_line(object);
        else if (out_.is_table())
            show_row(json::parse(object), finding.file);
        else
            items_.push_back(json::parse(object));
    }

    void end(const replay::Summary& summary) {
        if (out_.is_table())
            end_table(summary);
        else if (!out_.is_jsonl())
            out_.value(json::object{{"items", std::move(items_)}, {"summary", json_of(summary)}});
    }

  private:
    void show_row(const json::value& finding, const std::string& file) {
        if (!std::exchange(titled_, true))
            out_.composed_line(table_.titles());
        const bool several = options_.files.size() > 1;
        out_.composed_line(
            table_.row(finding_row(finding, several ? &file : nullptr), out_.color()));
    }

    static json::object json_of(const replay::Summary& summary) {
        return {{"frames", summary.frames},
                {"concern_guarded_ports", summary.told},
                {"dropped", summary.dropped},
                {"would_drop", summary.would_drop}};
    }

    void end_table(const replay::Summary& summary) {
        if (titled_)
            out_.composed_line("");
        out_.composed_line(fmt::format(
            "{} frames, {} to or from guarded ports: {} dropped, {} would be dropped, {} pass",
            summary.frames, summary.told, summary.dropped, summary.would_drop,
            summary.told - summary.dropped - summary.would_drop));
        for (const auto& [reason, count] : reasons_)
            if (reason != GM_REASON_none)
                out_.composed_line(fmt::format("  {:>7}  {}: {}", count, replay::name(reason),
                                               replay::text(reason)));
    }

    Output& out_;
    const ReplayOptions& options_;
    LiveTable table_;
    bool titled_ = false;
    json::array items_;
    std::map<gm_reason, std::uint64_t> reasons_;
};

Outcome<std::string> read_message(const std::string& file) {
    if (file == "-")
        return std::string(std::istreambuf_iterator<char>(std::cin), {});
    auto text = config::read_file(file);
    if (!text)
        return std::unexpected(failure(text.error()));
    return std::move(*text);
}

struct Route {
    Endpoint from, to;
};

Outcome<Route> read_route(const ExplainOptions& options) {
    const auto from = Endpoint::parse(options.from);
    const auto to = Endpoint::parse(options.to);
    if (from && to)
        return Route{*from, *to};
    return std::unexpected(
        usage_failure(fmt::format("\"{}\" is no ADDR:PORT, as 192.0.2.7:5060 or [2001:db8::7]:5060",
                                  from ? options.to : options.from)));
}

Outcome<json::value> explain_live(Session& session, const std::string& sip, const Route& route) {
    return ask(session,
               with_body("POST", "/v1/explain",
                         json::object{
                             {"sip", sip}, {"from", route.from.text()}, {"to", route.to.text()}}));
}

Outcome<json::value> explain_here(const config::Config& config, const std::string& sip,
                                  const Route& route) {
    const auto explanation = replay::explain(config, sip, route.from, route.to);
    if (!explanation)
        return std::unexpected(failure(explanation.error()));
    return json::parse(replay::json(*explanation));
}

Outcome<json::value> explanation_of(Session& session, const ExplainOptions& options) {
    const auto route = read_route(options);
    if (!route)
        return std::unexpected(route.error());
    const auto sip = read_message(options.sip_file);
    if (!sip)
        return std::unexpected(sip.error());
    if (options.live)
        return explain_live(session, *sip, *route);
    const auto config = guard_of(options.config);
    if (!config)
        return std::unexpected(config.error());
    return explain_here(*config, *sip, *route);
}

} // namespace

Exit replay(Session& session, const ReplayOptions& options) {
    const auto config = guard_of(options.config);
    if (!config)
        return session.out.fail(config.error());
    Report report(session.out, options);
    const auto summary = replay::run(*config, options.files,
                                     [&](const replay::Finding& finding) { report.take(finding); });
    if (!summary)
        return session.out.fail(file_failure(summary.error()));
    report.end(*summary);
    return Exit::ok;
}

Exit explain(Session& session, const ExplainOptions& options) {
    const auto explanation = explanation_of(session, options);
    if (!explanation)
        return session.out.fail(explanation.error());
    if (session.out.is_table())
        show_explanation(session.out, *explanation);
    else
        session.out.value(*explanation);
    return Exit::ok;
}

} // namespace gmguard::cli
