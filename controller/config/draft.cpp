// SPDX-License-Identifier: BSD-2-Clause
#include "config/draft.hpp"

#include "config/show.hpp"
#include "config/words.hpp"

#include <fmt/format.h>

namespace gmguard::config {
namespace {

// What was found on the machine is a comment, whatever it holds.
std::string clean(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
            c = '?';
    return text;
}

std::string remarked(const std::string& line, const std::string& remark) {
    return remark.empty() ? line + "\n" : fmt::format("{:<44} # {}\n", line, clean(remark));
}

std::string comments(const Remarks& remarks) {
    std::string out;
    for (const auto& remark : remarks)
        out += fmt::format("# {}\n", clean(remark));
    return out;
}

std::string link_text(const Draft::Link& link) {
    const char* mark = link.certain ? "" : "#";
    auto out = fmt::format("\n{}[[interface]]\n", mark);
    out += remarked(fmt::format("{}name = \"{}\"", mark, link.interface.name), link.remark);
    return out + fmt::format("{}side = \"{}\"\n", mark, word(link.interface.side));
}

std::string interfaces_text(const std::vector<Draft::Link>& links) {
    std::string out =
        "\n# --- interfaces: gm, by which phones come, is attached; core is only known\n";
    bool any = false;
    for (const auto& link : links) {
        out += link_text(link);
        any |= link.certain && link.interface.side == GM_SIDE_GM;
    }
    if (!any)
        out += "# Nothing is attached until an interface of side \"gm\" is named here, or given to "
               "`gmguard attach`.\n";
    return out;
}

std::string listener_text(const Draft::Gm& gm) {
    const auto& listener = gm.listener;
    std::string out = "\n" + comments(gm.remarks);
    out += fmt::format("[[listener]]\nname = \"{}\"\nprofile = \"{}\"\naddress = \"{}\"\n",
                       listener.name, word(listener.profile),
                       listener.address.is_any() ? "any" : listener.address.text());
    if (!listener.unprotected_ports.empty())
        out += fmt::format("unprotected_ports = {}\n", ports_text(listener.unprotected_ports));
    if (!listener.protected_ports.empty())
        out += fmt::format("protected_ports = {}\nprotection = \"{}\"\n",
                           ports_text(listener.protected_ports), word(listener.protection));
    return out;
}

std::string core_text(const std::vector<Draft::Mw>& sockets) {
    std::string out =
        "\n# --- the core: whose answers to REGISTER are believed. Nothing on this host says who "
        "that is:\n# the I-CSCF and S-CSCFs that answer this P-CSCF, by address. Without peers, "
        "answers are believed\n# as they leave to the phones.\n[core]\n"
        "#peers = [\"198.51.100.10\"]\n";
    if (sockets.empty())
        return out + "#listeners = [\"198.51.100.1:5060\"]  # the P-CSCF's own sockets on Mw\n";
    out += "listeners = [\n";
    for (const auto& [socket, remark] : sockets)
        out += remarked(fmt::format("    \"{}\",", socket.text()), remark);
    return out + "]\n";
}

std::string home_text(const Remarks& homes) {
    std::string out = "\n# --- home domains: where a REGISTER may go. Without any, every domain "
                      "passes.\n[home]\n";
    for (const auto& home : homes)
        out += fmt::format("#domains = {}\n", clean(home));
    return homes.empty() ? out + "#domains = [\"ims.mnc001.mcc001.3gppnetwork.org\"]\n" : out;
}

constexpr const char* kPools = R"(
# --- pools: how sources are told apart. In none: address and port. Phones that are given a /64 each:
#[[pool]]
#name = "ims-v6"
#prefix = "2001:db8::/32"
#unit = 64
#port = false
)";

} // namespace

std::string text_of(const Draft& draft) {
    auto out = comments(draft.head);
    out += "\n# off, monitor (count and report, drop nothing) or enforce\nmode = \"monitor\"\n";
    out += interfaces_text(draft.interfaces);
    out += "\n# --- listeners: every port that the P-CSCF has open towards phones\n";
    for (const auto& gm : draft.listeners)
        out += listener_text(gm);
    if (!draft.left_out.empty())
        out += "\n# Left out:\n" + comments(draft.left_out);
    return out + core_text(draft.core_listeners) + home_text(draft.homes) + kPools;
}

} // namespace gmguard::config
