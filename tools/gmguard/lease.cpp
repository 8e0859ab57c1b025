// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "facts.hpp"

#include <fmt/format.h>

namespace gmguard::cli {

namespace json = boost::json;

Exit lease_release(Session& session, const std::string& addresses) {
    const auto ended =
        ask(session, with_body("POST", "/v1/leases",
                               json::object{{"addresses", addresses}, {"state", "released"}}));
    if (!ended)
        return session.out.fail(ended.error());
    if (!session.out.is_table()) {
        session.out.value(*ended);
        return Exit::ok;
    }
    for (const auto& item : list(*ended, "released"))
        session.out.line(fmt::format("{}: released, was bound to {}", text(item, "selector"),
                                     text(item, "impi")));
    if (list(*ended, "released").empty())
        session.out.remark(fmt::format("{}: nobody was bound", text(*ended, "addresses")));
    return Exit::ok;
}

} // namespace gmguard::cli
