// SPDX-License-Identifier: BSD-2-Clause
#include "admin/where.hpp"

#include <boost/url.hpp>

#include <sys/un.h>

#include <string>

namespace gmguard::admin {
namespace {

constexpr const char* kForms = "write unix:/path/of/the/socket or https://HOST:PORT";

Result<Where> parse_path(std::string_view text) {
    Where where;
    where.path = text.substr(text.find(':') + 1);
    if (!where.path.starts_with('/') || where.path.find('\0') != std::string::npos)
        return fail(ErrorKind::invalid, std::string(text), "this is no absolute path", kForms);
    if (where.path.size() >= sizeof(sockaddr_un::sun_path))
        return fail(ErrorKind::invalid, std::string(text),
                    "the path of a socket has at most 107 bytes");
    return where;
}

} // namespace

Result<Where> Where::parse(std::string_view text) {
    if (text.starts_with("unix:"))
        return parse_path(text);
    const auto url = boost::urls::parse_uri(text);
    const bool known = url && (url->scheme() == "http" || url->scheme() == "https");
    if (!known || url->encoded_host().empty())
        return fail(ErrorKind::invalid, std::string(text), "this is no place of an interface",
                    kForms);
    const std::string_view path = url->encoded_path();
    const bool port_fits = url->port() == std::to_string(url->port_number());
    if (!url->has_port() || !port_fits || url->has_userinfo() || !(path.empty() || path == "/") ||
        url->has_query() || url->has_fragment())
        return fail(ErrorKind::invalid, std::string(text), "this is not scheme, host and port",
                    kForms);
    Where where;
    where.kind = url->scheme() == "https" ? Kind::https : Kind::http;
    where.host = url->host_address();
    where.port = url->port_number();
    return where;
}

} // namespace gmguard::admin
