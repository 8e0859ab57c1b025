// SPDX-License-Identifier: BSD-2-Clause
// HTTP/1.1 (RFC 9110, RFC 9112) for the io_context of the controller, over one unix or TCP socket,
// with TLS or without.
#pragma once

#include "admin/exchange.hpp"
#include "admin/gate.hpp"
#include "admin/tls.hpp"
#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio {
class io_context;
}

namespace gmguard::admin {

struct HttpLimits {
    std::size_t header_bytes = 8 * 1024;        // of a request; more: 431
    std::size_t body_bytes = 1024 * 1024;       // of a request; more: 413
    std::size_t connections = 64;               // more: who lets us wait longest is dropped
    std::size_t streams = 32;                   // of these; more: 503
    unsigned accepts_per_second = 0;            // more have to wait; 0: as many as come
    std::chrono::milliseconds handshake{5'000}; // of TLS; longer: closed
    std::chrono::milliseconds idle{60'000};     // between requests; longer: closed
    std::chrono::milliseconds request{10'000};  // first to last byte of a request; longer: closed
    std::chrono::milliseconds write{10'000};    // to take a response or a piece; longer: closed
    std::chrono::milliseconds ping{15'000};     // of silence on a stream, then Stream::ping()
};

// One listener: where it is, and who gets in.
struct Door {
    // "unix:/path" (mode 0660, replaces a socket that nobody answers on), "http://ADDR:PORT" or
    // "https://ADDR:PORT"; port 0 takes a free one.
    std::string where;
    std::shared_ptr<Gate> gate;
    std::optional<ServerTls> tls; // of https
};

class HttpServer {
  public:
    struct Parts; // of http_session.hpp

    // Errors: invalid, no such form; conflict, somebody answers there or it is no socket; system.
    // `handler` is called in the thread of `io`, and never after ~HttpServer. `io` must outlive the
    // server.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>>
    listen(boost::asio::io_context& io, Door door, Handler handler, HttpLimits limits = {});
    // Stops, and drops connections and streams at once, whether `io` runs again or not.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // Takes no more connections and requests, removes the socket, ends streams and lets responses
    // finish within their deadlines; then nothing of it is left in the io_context.
    void stop();

    [[nodiscard]] std::size_t connections() const;
    // Of TCP.
    [[nodiscard]] std::uint16_t port() const;

  private:
    explicit HttpServer(std::shared_ptr<Parts> parts);
    std::shared_ptr<Parts> parts_;
};

} // namespace gmguard::admin
