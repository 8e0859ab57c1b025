// SPDX-License-Identifier: BSD-2-Clause
// What a command works with: the daemon, the place of the pins, and where to write.
#pragma once

#include "json_view.hpp"
#include "output.hpp"

#include "admin/exchange.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gmguard::cli {

// The daemon's admin interface. Tests fake it.
class Server {
  public:
    virtual ~Server() = default;
    // Where it is looked for: "unix:/run/gmguard/admin.sock".
    [[nodiscard]] virtual std::string name() const = 0;
    // Any answer, also one of an error. Kind unavailable: nobody answers there.
    [[nodiscard]] virtual Result<admin::Response> exchange(const admin::Request& request) = 0;
    // The same, but the body of a 200 goes line by line to `on_line`, until that says false or the
    // daemon ends it.
    using OnLine = std::function<bool(std::string_view line)>;
    [[nodiscard]] virtual Result<admin::Response> follow(const admin::Request& request,
                                                         const OnLine& on_line) = 0;
};

struct Session {
    Server& server;
    Output& out;
    std::string pins; // directory of the pins, for what is done without the daemon
    Time now;
    // Waits a moment before another try; false: give up.
    std::function<bool()> pause;
    // Asks the person at the terminal; without one nobody agrees.
    std::function<bool(const std::string& question)> agrees = {};
};

// Asks and reads the JSON of a good answer (null where it has no body).
[[nodiscard]] Outcome<boost::json::value> ask(Session& session, admin::Request request);
[[nodiscard]] Outcome<boost::json::value> get(Session& session, const std::string& target);

// The same, with the entity tag that a change of it must name.
struct Tagged {
    boost::json::value value;
    std::string etag;
};
[[nodiscard]] Outcome<Tagged> ask_tagged(Session& session, admin::Request request);

[[nodiscard]] admin::Request get_request(std::string target);
// A request with a JSON body.
[[nodiscard]] admin::Request with_body(std::string method, std::string target,
                                       const boost::json::value& body);

// PUT: makes the thing, or changes it as it is now (If-Match). The answer's JSON. Both try again
// where another change came between.
[[nodiscard]] Outcome<boost::json::value> put(Session& session, const std::string& path,
                                              const boost::json::value& body);
// POST of an action, as ":resolve", on the thing as it is now. The answer's JSON.
[[nodiscard]] Outcome<boost::json::value> post(Session& session, const std::string& path,
                                               const std::string& action,
                                               const boost::json::value& body);
// DELETE of the thing as it is now, when the daemon takes one more. What it was.
[[nodiscard]] Outcome<boost::json::value> remove(Session& session, const std::string& path);

using Parameters = std::vector<std::pair<std::string, std::string>>;
// "/v1/bindings?impi=a%40b&limit=5"; parameters without a value are left out.
[[nodiscard]] std::string target_of(std::string path, const Parameters& parameters);
// One segment of a path.
[[nodiscard]] std::string encoded(std::string_view text);

} // namespace gmguard::cli
