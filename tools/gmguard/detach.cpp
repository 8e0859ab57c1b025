// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "interfaces.hpp"
#include "pinned.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

Exit tell(Session& session, const std::vector<std::string>& detached, const std::string& text) {
    if (session.out.is_table())
        session.out.line(text);
    else
        session.out.value(
            json::object{{"detached", json::array(detached.begin(), detached.end())}});
    return Exit::ok;
}

// By the daemon, which stays with its maps and its programs on the cgroup.
Exit detach_each(Session& session, const json::value& document) {
    std::vector<std::string> detached;
    std::string names;
    for (const auto& item : list(document, "items")) {
        const auto name = text(item, "name");
        if (const auto gone = detach_one(session, name); !gone)
            return session.out.fail(gone.error());
        names += (names.empty() ? "" : ", ") + name;
        detached.push_back(name);
    }
    session.out.remark(
        "gmguardd runs on and keeps its maps and its programs on the cgroup; stop it "
        "and detach again to remove them too");
    return tell(session, detached, "detached: " + (names.empty() ? "nothing was attached" : names));
}

Exit detach_without_daemon(Session& session) {
    if (!std::filesystem::exists(session.pins))
        return tell(session, {}, fmt::format("nothing is pinned in {}", session.pins));
    if (const auto removed = remove_pinned(session.pins); !removed)
        return session.out.fail(removed.error());
    return tell(session, {}, fmt::format("{} is gone: nothing of it is attached", session.pins));
}

Exit detach_all(Session& session) {
    const auto document = get(session, "/v1/interfaces");
    if (document)
        return detach_each(session, *document);
    if (document.error().exit != Exit::degraded)
        return session.out.fail(document.error());
    return detach_without_daemon(session);
}

} // namespace

Exit detach(Session& session, const DetachOptions& options) {
    if (options.all)
        return detach_all(session);
    if (const auto gone = detach_one(session, options.name); !gone) {
        const auto exit = session.out.fail(gone.error());
        if (exit == Exit::degraded)
            session.out.remark("gmguard detach --all works without gmguardd");
        return exit;
    }
    return tell(session, {options.name}, options.name + ": no longer guarded");
}

} // namespace gmguard::cli
