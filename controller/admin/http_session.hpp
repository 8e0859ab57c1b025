// SPDX-License-Identifier: BSD-2-Clause
// One connection of the server: requests one after another. Of HttpServer alone.
#pragma once

#include "admin/http_server.hpp"
#include "admin/peer.hpp"
#include "admin/wire.hpp"

#include <memory>
#include <optional>
#include <set>

namespace gmguard::admin {

class Session {
  public:
    using Clock = std::chrono::steady_clock;

    virtual ~Session() = default;

    // All of it, to its end, until which the session has to live.
    [[nodiscard]] virtual boost::asio::awaitable<void> run() = 0;
    // The same, of which there are too many.
    [[nodiscard]] virtual boost::asio::awaitable<void> refuse() = 0;

    // Ends it where it has nothing under way.
    virtual void stop() = 0;
    // Ends it at once.
    virtual void abandon() = 0;

    // Since when the other side lets us wait; nullopt: it has a stream.
    [[nodiscard]] virtual std::optional<Clock::time_point> waits_since() const = 0;
    [[nodiscard]] virtual const Peer& peer() const = 0;
};

// What the connections of one server have in common.
struct SessionsOfServer {
    Handler handler; // null: the server is gone
    HttpLimits limits;
    std::shared_ptr<Gate> gate;
    bool stopping = false;
    std::set<Session*> sessions;
    std::size_t streams = 0;
    unsigned id_prefix = 0;
    std::uint64_t requests = 0;

    [[nodiscard]] std::string next_id();
};

[[nodiscard]] std::shared_ptr<Session> make_session(StreamSocket socket, TlsContext tls, Peer peer,
                                                    std::shared_ptr<SessionsOfServer> server);

} // namespace gmguard::admin
