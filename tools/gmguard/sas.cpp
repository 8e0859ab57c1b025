// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "facts.hpp"
#include "pages.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

Parameters parameters_of(const SasQuery& query) {
    return {{"impi", query.impi},
            {"selector", query.selector},
            {"direction", query.direction},
            {"state", query.state},
            {"deviates", query.deviating ? "true" : ""}};
}

std::string hex(std::uint64_t spi) {
    return fmt::format("{:#010x}", spi);
}

Cell sa_state(const json::value& sa) {
    const auto state = text(sa, "state");
    const auto style = state == "bound"                          ? Style::good
                       : state == "orphan" || state == "refused" ? Style::bad
                       : state == "unguarded"                    ? Style::faint
                                                                 : Style::warn;
    return {state, style};
}

// "hmac(sha1) 160/96", or "" where there is none.
std::string algorithm_text(const json::value& installed, const char* which) {
    const auto& algorithm = member(installed, which);
    const auto name = text(algorithm, "name");
    const auto icv = text(algorithm, "icv_bits");
    return name.empty() ? ""
                        : fmt::format("{} {}{}", name, number(algorithm, "key_bits"),
                                      icv.empty() ? "" : "/" + icv);
}

std::string algorithms_text(const json::value& installed) {
    std::string out;
    for (const auto* which : {"integrity", "encryption", "aead"})
        if (const auto one = algorithm_text(installed, which); !one.empty())
            out += (out.empty() ? "" : ", ") + one;
    return out;
}

Cell faults_cell(const json::value& sa) {
    std::string out;
    for (const auto& deviation : list(sa, "deviations"))
        out += (out.empty() ? "" : ", ") + text(deviation, "fault");
    return {out, out.empty() ? Style::plain : Style::bad};
}

Table sa_table(const json::value& document) {
    Table table({{"SPI"},
                 {"DIR"},
                 {"STATE"},
                 {"SELECTOR"},
                 {"IMPI"},
                 {"ALGORITHMS"},
                 {"PACKETS", Align::right},
                 {"DEVIATES IN"}});
    for (const auto& sa : list(document, "items")) {
        const auto& installed = member(sa, "installed");
        table.row({hex(number(sa, "spi")), text(sa, "direction"), sa_state(sa),
                   text(installed, "selector"), text(member(sa, "bound_to"), "impi"),
                   algorithms_text(installed), text(installed, "packets"), faults_cell(sa)});
    }
    return table;
}

std::string lifetime_text(const json::value& installed, const char* which) {
    std::string out;
    for (const auto& [name, unit] :
         {std::pair("add_s", "s"), std::pair("use_s", "s of use"), std::pair("bytes", " bytes"),
          std::pair("packets", " packets")})
        if (const auto limit = text(member(installed, which), name); !limit.empty())
            out += (out.empty() ? "" : ", ") + limit + unit;
    return out.empty() ? "for ever" : out;
}

void add_installed(Facts& facts, const json::value& installed) {
    facts.add("installed",
              fmt::format("{}, {}{}", text(installed, "protocol"), text(installed, "mode"),
                          text(installed, "in_udp") == "true" ? " in UDP" : ""));
    facts.add("  integrity", algorithm_text(installed, "integrity"));
    facts.add("  encryption", algorithm_text(installed, "encryption"));
    facts.add_if("  aead", algorithm_text(installed, "aead"));
    facts.add("  selector", text(installed, "selector"));
    facts.add("  lives", lifetime_text(installed, "hard"));
    facts.add("  added", text(installed, "added"));
    facts.add("  first used", text(installed, "used"));
    facts.add("  packets", text(installed, "packets"));
    facts.add("  bytes", text(installed, "bytes"));
    for (const auto& policy : list(installed, "policies"))
        facts.add("  policy", text(policy));
}

void add_negotiated(Facts& facts, const json::value& negotiated) {
    facts.add("negotiated", text(negotiated, "mechanism"));
    if (negotiated.is_null())
        return;
    for (const auto* name : {"alg", "ealg", "mod"})
        facts.add(std::string("  ") + name, text(negotiated, name));
    facts.add("  spi-c, port-c", text(negotiated, "spi_c") + ", " + text(negotiated, "port_c"));
    facts.add("  spi-s, port-s", text(negotiated, "spi_s") + ", " + text(negotiated, "port_s"));
}

void show_sa(Session& session, const json::value& sa) {
    if (!session.out.is_table()) {
        session.out.value(sa);
        return;
    }
    Facts facts;
    facts.add("id", text(sa, "id"));
    facts.add("spi", fmt::format("{} ({})", hex(number(sa, "spi")), number(sa, "spi")));
    facts.add("direction", text(sa, "direction"));
    facts.add("state", sa_state(sa));
    facts.add("from", text(sa, "src"));
    facts.add("to", text(sa, "dst"));
    facts.add_if("netns", text(sa, "netns"));
    add_installed(facts, member(sa, "installed"));
    add_negotiated(facts, member(sa, "negotiated"));
    const auto& holder = member(sa, "bound_to");
    facts.add("bound to", text(holder, "impi"));
    facts.add_if("  selector", text(holder, "selector"));
    facts.add_if("  binding", text(holder, "binding"));
    for (const auto& deviation : list(sa, "deviations"))
        facts.add("deviates",
                  Cell(text(deviation, "fault") + ": " + text(deviation, "text"), Style::bad));
    facts.print(session.out);
}

} // namespace

Exit sa_list(Session& session, const SasQuery& query) {
    const auto document = all_pages(session, "/v1/sas", parameters_of(query), query.limit);
    if (!document)
        return session.out.fail(document.error());
    if (!session.out.is_table()) {
        session.out.list(*document);
        return Exit::ok;
    }
    session.out.table(sa_table(*document));
    const auto shown = list(*document, "items").size();
    const auto total = number(*document, "total");
    if (shown == 0)
        session.out.remark("no security association matches; gmguard status says whether they are "
                           "seen");
    else if (total > shown)
        session.out.remark(fmt::format("{} of {}; --limit 0 shows all", shown, total));
    return Exit::ok;
}

Exit sa_show(Session& session, const std::string& id) {
    const auto sa = get(session, "/v1/sas/" + encoded(id));
    if (!sa)
        return session.out.fail(sa.error());
    show_sa(session, *sa);
    return Exit::ok;
}

} // namespace gmguard::cli
