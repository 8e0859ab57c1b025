// SPDX-License-Identifier: BSD-2-Clause
// HTTP/1.1 over unix sockets: a server for the io_context of the controller, and a synchronous
// client for the command line. Only http.cpp knows the library that does it.
#pragma once

#include "admin/exchange.hpp"
#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace gmguard::admin {

struct HttpLimits {
    std::size_t header_bytes = 8 * 1024;       // of a request; more: 431
    std::size_t body_bytes = 1024 * 1024;      // of a request; more: 413
    std::size_t connections = 64;              // more: 503
    std::size_t streams = 32;                  // of these; more: 503
    std::chrono::milliseconds idle{60'000};    // between requests; longer: closed
    std::chrono::milliseconds request{10'000}; // first to last byte of a request; longer: closed
    std::chrono::milliseconds write{10'000};   // to take a response or a piece; longer: closed
    std::chrono::milliseconds ping{15'000};    // of silence on a stream, then Stream::ping()
};

class HttpServer {
  public:
    struct Parts; // of http.cpp

    // `where` is "unix:/path" (at most 107 bytes of path): the socket has mode 0660 and replaces
    // one that nobody answers on. Errors: invalid, no such form; unsupported, a TCP address;
    // conflict, somebody answers there or it is no socket; system.
    // `handler` is called in the thread of `io`, and never after ~HttpServer. `io` must outlive the
    // server.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(boost::asio::io_context& io,
                                                                    std::string_view where,
                                                                    Handler handler,
                                                                    HttpLimits limits = {});
    // Stops, and drops connections and streams at once, whether `io` runs again or not.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // Takes no more connections and requests, removes the socket, ends streams and lets responses
    // finish within their deadlines; then nothing of it is left in the io_context.
    void stop();

    [[nodiscard]] std::size_t connections() const;

  private:
    explicit HttpServer(std::shared_ptr<Parts> parts);
    std::shared_ptr<Parts> parts_;
};

// One connection per request. Errors: unavailable, nobody answers or not in time; invalid, no such
// form of address, or no HTTP came back; unsupported, a TCP address; system.
class HttpClient {
  public:
    // `where` as for HttpServer. The timeout is for each step, not for a stream as a whole.
    explicit HttpClient(std::string where,
                        std::chrono::milliseconds timeout = std::chrono::milliseconds(30'000));

    // `request.id` does not count. An answer with any status is a success.
    [[nodiscard]] Result<Response> send(const Request& request) const;

    // As send(), but where the answer is a 200 its body goes line by line, without line ends, to
    // `on_line`, until that returns false or the server ends it.
    using OnLine = std::function<bool(std::string_view line)>;
    [[nodiscard]] Result<Response> follow(const Request& request, const OnLine& on_line) const;

  private:
    std::string where_;
    std::chrono::milliseconds timeout_;
};

} // namespace gmguard::admin
