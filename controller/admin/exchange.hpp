// SPDX-License-Identifier: BSD-2-Clause
// An HTTP request and its response, without the library that carries them (http.cpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::admin {

struct Header {
    std::string name, value;
};

// What a caller may do: a viewer may GET and HEAD, an admin everything.
enum class Role : std::uint8_t { viewer, admin };
[[nodiscard]] constexpr std::string_view name(Role role) {
    return role == Role::admin ? "admin" : "viewer";
}

struct Request {
    std::string method;          // "GET"
    std::string target;          // origin form, as on the wire: "/v1/bindings?limit=10"
    std::vector<Header> headers; // as on the wire, in order
    std::string body;
    std::string id; // of this request, for the log and the answer
    // Who asks, as the server found out, never as the request says; printable: "uid 0 gid 0 pid
    // 4711", "token ops", "certificate ops.example".
    std::string caller{};
    Role role = Role::viewer;

    // The value of the first header of this name (any case).
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

// A body without end, sent in pieces. Destroyed when the peer is gone or the server stops.
class Stream {
  public:
    virtual ~Stream() = default;
    // What is to be sent now, some 100 KiB at most; empty: nothing at the moment.
    [[nodiscard]] virtual std::string take() = 0;
    // What is sent when there was nothing else for a while.
    [[nodiscard]] virtual std::string ping() const = 0;
    // `wake` is to be called whenever take() has something again, until the stream is destroyed.
    virtual void on_ready(std::function<void()> wake) = 0;
};

struct Response {
    unsigned status = 200;
    std::string content_type; // empty: no body
    std::string body;
    std::vector<Header> headers;    // besides Content-Type and Content-Length
    std::unique_ptr<Stream> stream; // instead of body

    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

// Must not throw.
using Handler = std::function<Response(const Request&)>;

// ASCII only, as header names are.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

} // namespace gmguard::admin
