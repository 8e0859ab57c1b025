// SPDX-License-Identifier: BSD-2-Clause
// The client of HTTP/1.1 over a unix socket or TCP, with TLS or not: the command line's, which
// waits for the answer, and the daemon's, which does not.
#pragma once

#include "admin/exchange.hpp"
#include "admin/tls.hpp"
#include "base/error.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace gmguard::admin {

// The server, and how it is talked to.
struct Remote {
    std::string where;      // as Where says
    std::string token_file; // of a bearer token; empty: none
    ClientFiles files;      // of TLS
};

// One connection per request. Errors: unavailable, nobody answers, not in time, or whoever does is
// not to be trusted; invalid, no such form of address, a file that cannot be used, or no HTTP came
// back; system.
class HttpClient {
  public:
    // The timeout is for each step, not for a stream as a whole.
    explicit HttpClient(Remote remote,
                        std::chrono::milliseconds timeout = std::chrono::milliseconds(30'000));

    // `request.id`, `caller` and `role` do not count. An answer with any status is a success.
    [[nodiscard]] Result<Response> send(const Request& request) const;

    // As send(), but where the answer is a 200 its body goes line by line, without line ends, to
    // `on_line`, until that returns false or the server ends it.
    using OnLine = std::function<bool(std::string_view line)>;
    [[nodiscard]] Result<Response> follow(const Request& request, const OnLine& on_line) const;

    // As send(), in the background: `on_end` is called once, on the executor, also where nothing
    // can be sent. The client need not outlive the call.
    using OnEnd = std::function<void(Result<Response>)>;
    void start(const boost::asio::any_io_executor& executor, Request request, OnEnd on_end) const;

  private:
    // What one exchange needs beside its request.
    struct Prepared;
    [[nodiscard]] Result<Prepared> prepare(Request& request) const;
    [[nodiscard]] Result<Response> exchange(Request request, const OnLine* on_line) const;

    Remote remote_;
    std::chrono::milliseconds timeout_;
};

} // namespace gmguard::admin
