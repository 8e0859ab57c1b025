// SPDX-License-Identifier: BSD-2-Clause
#include "admin/http_server.hpp"

#include "admin/http_session.hpp"
#include "admin/tcp_socket.hpp"
#include "admin/unix_socket.hpp"
#include "admin/where.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <random>

#include <sys/socket.h>

namespace gmguard::admin {

namespace asio = boost::asio;
using asio::awaitable;
using Protocol = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Protocol>;

struct HttpServer::Parts {
    explicit Parts(asio::io_context& io) : acceptor(io) {}

    Acceptor acceptor;
    std::optional<ListeningSocket> file; // of a unix socket; its descriptor is the acceptor's
    std::optional<ServerTls> tls;
    std::shared_ptr<SessionsOfServer> all = std::make_shared<SessionsOfServer>();
};

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// Connections beyond the limit that are told so; further ones are closed without a word.
constexpr std::size_t kTold = 16;

// Not more than so many a second, whatever comes.
class Pace {
  public:
    using Clock = asio::steady_timer::clock_type;
    Pace(const asio::any_io_executor& executor, unsigned per_second)
        : timer_(executor), per_second_(per_second) {}

    awaitable<void> next() {
        if (per_second_ == 0)
            co_return;
        const auto now = Clock::now();
        if (now >= end_) {
            end_ = now + std::chrono::seconds(1);
            count_ = 0;
        }
        if (++count_ <= per_second_)
            co_return;
        timer_.expires_at(end_);
        co_await timer_.async_wait(kAwait);
    }
    awaitable<void> pause(std::chrono::milliseconds time) {
        timer_.expires_after(time);
        co_await timer_.async_wait(kAwait);
    }

  private:
    asio::steady_timer timer_;
    unsigned per_second_;
    unsigned count_ = 0;
    Clock::time_point end_{};
};

// Whoever is slow, or wants nothing at the moment, makes room for who comes.
void make_room(SessionsOfServer& all) {
    Session* slowest = nullptr;
    for (Session* session : all.sessions)
        if (session->waits_since() && (!slowest || session->waits_since() < slowest->waits_since()))
            slowest = session;
    if (!slowest)
        return;
    all.sessions.erase(slowest);
    all.gate->refusals().note(Refused::connections, slowest->peer().name,
                              "made room for another connection");
    slowest->abandon();
}

awaitable<void> serve(std::shared_ptr<Session> session, bool full) {
    if (full)
        co_await session->refuse();
    else
        co_await session->run();
}

void take(HttpServer::Parts& server, StreamSocket socket) {
    SessionsOfServer& all = *server.all;
    if (all.sessions.size() >= all.limits.connections)
        make_room(all);
    const bool full = all.sessions.size() >= all.limits.connections;
    Peer peer = peer_at(socket.native_handle());
    if (full)
        all.gate->refusals().note(Refused::connections, peer.name, "too many connections");
    if (all.sessions.size() >= all.limits.connections + kTold)
        return;
    TlsContext tls;
    if (server.tls) {
        std::string complaint;
        tls = server.tls->context(complaint);
        if (!complaint.empty())
            all.gate->refusals().complain(complaint);
    }
    auto session = make_session(std::move(socket), std::move(tls), std::move(peer), server.all);
    asio::co_spawn(server.acceptor.get_executor(), serve(std::move(session), full), asio::detached);
}

awaitable<void> accept_all(std::shared_ptr<HttpServer::Parts> server) {
    Pace pace(server->acceptor.get_executor(), server->all->limits.accepts_per_second);
    while (!server->all->stopping) {
        co_await pace.next();
        if (server->all->stopping)
            co_return;
        auto [error, socket] = co_await server->acceptor.async_accept(kAwait);
        if (server->all->stopping)
            co_return;
        if (error) // out of descriptors: it would fail again at once
            co_await pace.pause(std::chrono::milliseconds(100));
        else
            take(*server, std::move(socket));
    }
}

Result<Endpoint> endpoint_of(const Where& where, const std::string& text) {
    const auto address = where.address();
    if (!address)
        return fail(ErrorKind::invalid, text, "a listener is at an address, not at a name",
                    "for example https://192.0.2.1:8480");
    return Endpoint{*address, where.port};
}

Result<int> listen_at(HttpServer::Parts& parts, const std::string& text) {
    const auto where = Where::parse(text);
    if (!where)
        return fail(where.error());
    if (where->kind != Where::Kind::local) {
        const auto at = endpoint_of(*where, text);
        return at ? listen_tcp(*at) : Result<int>(fail(at.error()));
    }
    auto socket = ListeningSocket::open(where->path);
    if (!socket)
        return fail(socket.error());
    parts.file.emplace(std::move(*socket));
    return parts.file->release();
}

} // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(asio::io_context& io, Door door,
                                                       Handler handler, HttpLimits limits) {
    auto parts = std::make_shared<Parts>(io);
    const auto fd = listen_at(*parts, door.where);
    if (!fd)
        return fail(fd.error());
    int family = AF_UNIX;
    socklen_t size = sizeof family;
    getsockopt(*fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
    Code error;
    parts->acceptor.assign(Protocol(family, 0), *fd, error);
    if (error)
        return fail(system_error(error.value(), door.where, "cannot listen"));
    parts->tls = std::move(door.tls);
    parts->all->handler = std::move(handler);
    parts->all->limits = limits;
    parts->all->gate = std::move(door.gate);
    parts->all->id_prefix = std::random_device{}() & 0xffff;
    asio::co_spawn(io, accept_all(parts), asio::detached);
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

HttpServer::HttpServer(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

HttpServer::~HttpServer() {
    stop();
    parts_->all->handler = nullptr;
    for (Session* session : std::set(parts_->all->sessions))
        session->abandon();
}

void HttpServer::stop() {
    if (std::exchange(parts_->all->stopping, true))
        return;
    Code ignored;
    parts_->acceptor.close(ignored);
    if (parts_->file)
        parts_->file->remove();
    for (Session* session : std::set(parts_->all->sessions))
        session->stop();
}

std::size_t HttpServer::connections() const {
    return parts_->all->sessions.size();
}

std::uint16_t HttpServer::port() const {
    return bound_to(const_cast<Parts&>(*parts_).acceptor.native_handle()).port;
}

} // namespace gmguard::admin
