// SPDX-License-Identifier: BSD-2-Clause
#include "app/doors.hpp"

#include "base/loopback.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <numeric>

namespace gmguard::app {
namespace {

using Kind = config::AdminListener::Kind;

// Each is a handshake of TLS: the daemon has one thread, which learns registrations meanwhile.
constexpr unsigned kAcceptsPerSecond = 100;

Result<std::shared_ptr<admin::TokenFile>> open_tokens(const config::Admin& admin) {
    if (admin.token_file.empty())
        return nullptr;
    auto file = admin::TokenFile::open(admin.token_file);
    if (!file)
        return fail(std::move(file.error()));
    return std::make_shared<admin::TokenFile>(std::move(*file));
}

admin::Access access_of(const config::AdminListener& listener, const config::Admin& admin,
                        std::shared_ptr<admin::TokenFile> tokens) {
    if (listener.kind == Kind::local)
        return {};
    admin::Access access{listener.kind == Kind::https ? "https" : "http", admin.names,
                         std::move(tokens), admin.client_admins, admin.client_viewers};
    if (is_loopback(listener.at.address))
        access.names.emplace_back("localhost");
    return access;
}

Result<std::optional<admin::ServerTls>> open_tls(const config::AdminListener& listener,
                                                 const config::Admin& admin) {
    if (listener.kind != Kind::https)
        return std::nullopt;
    auto tls = admin::ServerTls::open({admin.certificate_file, admin.key_file, admin.client_ca_file,
                                       admin.crl_file, admin.token_file.empty()});
    if (!tls)
        return fail(std::move(tls.error()));
    return std::move(*tls);
}

Result<std::unique_ptr<admin::HttpServer>>
open_one(boost::asio::io_context& io, const config::AdminListener& listener,
         const config::Admin& admin, std::shared_ptr<admin::TokenFile> tokens, admin::Api& api) {
    auto tls = open_tls(listener, admin);
    if (!tls)
        return fail(std::move(tls.error()));
    admin::HttpLimits limits;
    if (listener.kind != Kind::local)
        limits.accepts_per_second = kAcceptsPerSecond;
    auto gate = std::make_shared<admin::Gate>(access_of(listener, admin, std::move(tokens)),
                                              api.refusals());
    return admin::HttpServer::listen(
        io, {listener.text(), std::move(gate), std::move(*tls)},
        [&api](const admin::Request& request) { return api.handle(request); }, limits);
}

} // namespace

Result<Doors> Doors::open(boost::asio::io_context& io, const config::Admin& admin,
                          admin::Api& api) {
    api.refusals().tell_to([](const std::string& line) { spdlog::warn("{}", line); });
    const auto tokens = open_tokens(admin);
    if (!tokens)
        return fail(tokens.error());
    Doors doors;
    for (const auto& listener : admin.listeners) {
        auto server = open_one(io, listener, admin, *tokens, api);
        if (!server)
            return fail(std::move(server.error()));
        spdlog::info("admin interface: {}", listener.text());
        doors.servers_.push_back(std::move(*server));
    }
    return doors;
}

void Doors::stop() {
    for (const auto& server : servers_)
        server->stop();
}

std::size_t Doors::connections() const {
    const auto count = [](std::size_t sum, const auto& server) {
        return sum + server->connections();
    };
    return std::accumulate(servers_.begin(), servers_.end(), std::size_t{0}, count);
}

} // namespace gmguard::app
