// SPDX-License-Identifier: BSD-2-Clause
// From method and path to a handler. A pattern is a path in which "{name}" stands for one segment,
// as in OpenAPI, or for what of it comes before an action: "{name}:resolve". A segment is decoded
// after the path was split, so that it may hold a "/".
#pragma once

#include "admin/exchange.hpp"
#include "admin/problem.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::admin {

// The parameters of a query, of which only the declared ones are allowed, each once. A "+" is a
// plus, as in telephone numbers, never a space.
class Query {
  public:
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    Query() = default;
    Query(Pairs pairs, const std::vector<std::string>& declared);

    // nullopt: it is not there. What is wrong with one goes to flaws().
    [[nodiscard]] std::optional<std::string> text(std::string_view name);
    [[nodiscard]] std::vector<std::string> list(std::string_view name); // split at commas
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t min,
                                                      std::uint64_t max);
    [[nodiscard]] std::optional<bool> flag(std::string_view name); // "true", "false"

    void flaw(std::string_view name, std::string detail);
    [[nodiscard]] const std::vector<Flaw>& flaws() const { return flaws_; }

  private:
    std::map<std::string, std::string, std::less<>> pairs_;
    std::vector<Flaw> flaws_;
};

// 400, with the flaws.
[[nodiscard]] Problem wrong_query(const Query& query);

struct Call {
    const Request& request;
    std::map<std::string, std::string, std::less<>> path; // parameters by name, decoded
    Query query;

    [[nodiscard]] const std::string& parameter(std::string_view name) const;
};

using RouteHandler = std::function<Response(Call&)>;

struct Operation {
    std::string method;
    std::string pattern;
    std::vector<std::string> parameters; // of the query
    bool only_asks = false;              // changes nothing, whatever its method: it is not audited
};

class Router {
  public:
    // `pattern`: "/v1/bindings/{id}". The pattern wins that has fewer
    // parameters, then the one that has more text beside them.
    void add(Operation operation, RouteHandler handler);

    struct Routed {
        Response response;
        std::string pattern; // empty: no such path
    };
    // Unknown paths: 404. Known ones with another method: 405 with Allow. GET serves HEAD too.
    // Parameters that are not declared: 400.
    [[nodiscard]] Routed handle(const Request& request) const;

    // What handle() would do; nullptr: nothing. Owned by the router.
    [[nodiscard]] const Operation* operation_of(const Request& request) const;

    [[nodiscard]] std::vector<Operation> operations() const;

  private:
    struct Route {
        Operation operation;
        std::vector<std::string> segments;
        RouteHandler handler;
    };
    using Found = std::vector<const Route*>;
    [[nodiscard]] static bool is_closer(const Route& a, const Route& b);
    [[nodiscard]] Found find(const std::vector<std::string>& path) const;
    [[nodiscard]] static Response call(const Route& route, const Request& request,
                                       const std::vector<std::string>& path, Query::Pairs query);
    [[nodiscard]] static std::set<std::string> methods_of(const Found& routes);

    std::vector<Route> routes_;
};

} // namespace gmguard::admin
