// SPDX-License-Identifier: BSD-2-Clause
// The synchronous client of the command line: HTTP/1.1 over a unix socket or TCP, with TLS or not.
#pragma once

#include "admin/exchange.hpp"
#include "admin/tls.hpp"
#include "base/error.hpp"

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

  private:
    [[nodiscard]] Result<Response> exchange(Request request, const OnLine* on_line) const;

    Remote remote_;
    std::chrono::milliseconds timeout_;
};

} // namespace gmguard::admin
