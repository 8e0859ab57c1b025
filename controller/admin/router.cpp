// SPDX-License-Identifier: BSD-2-Clause
#include "admin/router.hpp"

#include <boost/url.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace gmguard::admin {
namespace {

struct Target {
    std::vector<std::string> segments;
    Query::Pairs query;
};

// RFC 3986 wants them escaped in a path, but addresses are typed with them: [2001:db8::7]:5060.
std::string escape_brackets(std::string_view text) {
    std::string escaped;
    for (const char c : text)
        escaped += c == '[' ? "%5B" : c == ']' ? "%5D" : std::string(1, c);
    return escaped;
}

std::optional<Target> parse_target(std::string_view text) {
    const std::string escaped = escape_brackets(text);
    const auto url = boost::urls::parse_origin_form(escaped);
    if (!url)
        return std::nullopt;
    Target target;
    for (const auto& segment : url->segments())
        target.segments.push_back(segment);
    for (const auto& parameter : url->params(boost::urls::encoding_opts(false)))
        if (parameter.has_value || !parameter.key.empty()) // "?" alone, "&&"
            target.query.emplace_back(parameter.key, parameter.value);
    return target;
}

std::vector<std::string> split(std::string_view pattern) {
    std::vector<std::string> segments;
    for (std::size_t at = 0; at < pattern.size();) {
        const std::size_t end = std::min(pattern.find('/', at + 1), pattern.size());
        segments.emplace_back(pattern.substr(at + 1, end - at - 1));
        at = end;
    }
    return segments;
}

bool is_parameter(const std::string& segment) {
    return segment.starts_with('{');
}

// What follows the parameter in its segment: ":resolve", or nothing.
std::string_view action_of(std::string_view segment) {
    return segment.substr(segment.find('}') + 1);
}

bool one_fits(const std::string& expected, const std::string& segment) {
    if (!is_parameter(expected))
        return expected == segment;
    const auto action = action_of(expected);
    return segment.size() > action.size() && segment.ends_with(action);
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    return std::ranges::equal(pattern, path, one_fits);
}

auto parameters_of(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    std::map<std::string, std::string, std::less<>> parameters;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (is_parameter(pattern[i])) {
            const auto action = action_of(pattern[i]);
            const auto name = pattern[i].substr(1, pattern[i].size() - action.size() - 2);
            parameters[name] = path[i].substr(0, path[i].size() - action.size());
        }
    return parameters;
}

bool serves(const std::string& route, const std::string& method) {
    return route == method || (route == "GET" && method == "HEAD");
}

Response refuse_method(const Request& request, const std::set<std::string>& allowed) {
    std::string list;
    for (const std::string& method : allowed)
        list += (list.empty() ? "" : ", ") + method;
    Response response = respond(
        Problem{ProblemKind::method_not_allowed, "this can be asked by " + list, {}}, request);
    response.headers.push_back({"Allow", list});
    return response;
}

} // namespace

Query::Query(Pairs pairs, const std::vector<std::string>& declared) {
    for (auto& [name, value] : pairs) {
        if (pairs_.contains(name))
            flaw(name, "is there twice");
        if (std::ranges::find(declared, name) == declared.end())
            flaw(name, "is not a parameter here");
        pairs_[name] = std::move(value);
    }
}

std::optional<std::string> Query::text(std::string_view name) {
    const auto found = pairs_.find(name);
    if (found == pairs_.end())
        return std::nullopt;
    if (found->second.empty())
        flaw(name, "must not be empty");
    return found->second;
}

std::vector<std::string> Query::list(std::string_view name) {
    std::vector<std::string> elements;
    const std::string text = this->text(name).value_or("");
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        elements.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return elements;
}

std::optional<std::uint64_t> Query::number(std::string_view name, std::uint64_t min,
                                           std::uint64_t max) {
    const std::optional<std::string> text = this->text(name);
    if (!text)
        return std::nullopt;
    std::uint64_t value = 0;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc{} || stop != end || value < min || value > max)
        flaw(name, "must be a whole number, " + std::to_string(min) + " to " + std::to_string(max));
    return value;
}

std::optional<bool> Query::flag(std::string_view name) {
    const std::optional<std::string> text = this->text(name);
    if (!text)
        return std::nullopt;
    if (*text != "true" && *text != "false")
        flaw(name, "must be true or false");
    return *text == "true";
}

void Query::flaw(std::string_view name, std::string detail) {
    flaws_.push_back({"?" + std::string(name), std::move(detail)});
}

Problem wrong_query(const Query& query) {
    return {ProblemKind::malformed_request, "the query is not what is asked for", query.flaws()};
}

const std::string& Call::parameter(std::string_view name) const {
    return path.find(name)->second;
}

void Router::add(Operation operation, RouteHandler handler) {
    std::vector<std::string> segments = split(operation.pattern);
    routes_.push_back({std::move(operation), std::move(segments), std::move(handler)});
}

bool Router::is_closer(const Route& a, const Route& b) {
    const auto parameters = [](const Route& route) {
        return std::ranges::count_if(route.segments, is_parameter);
    };
    const auto actions = [](const Route& route) {
        return std::ranges::count_if(route.segments, [](const std::string& segment) {
            return is_parameter(segment) && !action_of(segment).empty();
        });
    };
    return parameters(a) != parameters(b) ? parameters(a) < parameters(b) : actions(a) > actions(b);
}

// The routes of the most literal pattern that fits.
Router::Found Router::find(const std::vector<std::string>& path) const {
    Found found;
    const Route* best = nullptr;
    for (const Route& route : routes_)
        if (fits(route.segments, path) && (!best || is_closer(route, *best)))
            best = &route;
    for (const Route& route : routes_)
        if (best && route.operation.pattern == best->operation.pattern)
            found.push_back(&route);
    return found;
}

Router::Routed Router::handle(const Request& request) const {
    using enum ProblemKind;
    std::optional<Target> target = parse_target(request.target);
    if (!target)
        return {respond(Problem{malformed_request, "the target is no path", {}}, request), ""};
    const Found found = find(target->segments);
    if (found.empty())
        return {respond(Problem{not_found, "there is nothing at this path", {}}, request), ""};
    const std::string& pattern = found.front()->operation.pattern;
    for (const Route* route : found)
        if (serves(route->operation.method, request.method))
            return {call(*route, request, target->segments, std::move(target->query)), pattern};
    return {refuse_method(request, methods_of(found)), pattern};
}

const Operation* Router::operation_of(const Request& request) const {
    const std::optional<Target> target = parse_target(request.target);
    if (!target)
        return nullptr;
    for (const Route* route : find(target->segments))
        if (serves(route->operation.method, request.method))
            return &route->operation;
    return nullptr;
}

Response Router::call(const Route& route, const Request& request,
                      const std::vector<std::string>& path, Query::Pairs query) {
    Call call{request, parameters_of(route.segments, path),
              Query(std::move(query), route.operation.parameters)};
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), request);
    return route.handler(call);
}

std::set<std::string> Router::methods_of(const Found& routes) {
    std::set<std::string> methods;
    for (const Route* route : routes) {
        methods.insert(route->operation.method);
        if (route->operation.method == "GET")
            methods.insert("HEAD");
    }
    return methods;
}

std::vector<Operation> Router::operations() const {
    std::vector<Operation> operations;
    for (const Route& route : routes_)
        operations.push_back(route.operation);
    return operations;
}

} // namespace gmguard::admin
