// SPDX-License-Identifier: BSD-2-Clause
#include "admin/wire.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <optional>

namespace gmguard::admin {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

} // namespace

struct Wire::Parts : std::enable_shared_from_this<Parts> {
    Parts(StreamSocket plain, TlsContext with)
        : socket(std::move(plain)), deadline(socket.get_executor()), context(std::move(with)) {
        if (context)
            tls.emplace(socket, *context);
    }

    void expire() {
        expired = true;
        close();
    }
    void close() {
        deadline.cancel();
        Code ignored;
        socket.close(ignored);
    }
    [[nodiscard]] Code told(Code error) const {
        return error && expired ? Code(asio::error::timed_out) : error;
    }

    StreamSocket socket;
    asio::steady_timer deadline;
    bool expired = false;
    TlsContext context; // outlives what is made of it
    std::optional<asio::ssl::stream<StreamSocket&>> tls;
};

Wire::Wire(StreamSocket socket, TlsContext tls)
    : parts_(std::make_shared<Parts>(std::move(socket), std::move(tls))) {}

Wire::~Wire() {
    close();
}

void Wire::expires_after(std::chrono::milliseconds time) {
    parts_->deadline.expires_after(time);
    parts_->deadline.async_wait([weak = parts_->weak_from_this()](Code error) {
        const auto parts = weak.lock();
        // A later deadline can be set while this call waits its turn.
        const auto now = std::chrono::steady_clock::now();
        if (!error && parts && parts->deadline.expiry() <= now)
            parts->expire();
    });
}

void Wire::never_expires() {
    parts_->deadline.expires_at(std::chrono::steady_clock::time_point::max());
}

awaitable<Code> Wire::connect(const asio::generic::stream_protocol::endpoint& to) {
    const auto [error] = co_await parts_->socket.async_connect(to, kAwait);
    co_return parts_->told(error);
}

awaitable<Code> Wire::handshake(Side side) {
    if (!parts_->tls)
        co_return Code{};
    const auto role =
        side == Side::server ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
    const auto [error] = co_await parts_->tls->async_handshake(role, kAwait);
    co_return parts_->told(error);
}

awaitable<Transfer> Wire::read_some(asio::mutable_buffer into) {
    if (parts_->tls) {
        const auto [error, bytes] = co_await parts_->tls->async_read_some(into, kAwait);
        co_return Transfer{parts_->told(error), bytes};
    }
    const auto [error, bytes] = co_await parts_->socket.async_read_some(into, kAwait);
    co_return Transfer{parts_->told(error), bytes};
}

awaitable<Code> Wire::write(asio::const_buffer bytes) {
    if (parts_->tls) {
        const auto [error, sent] = co_await asio::async_write(*parts_->tls, bytes, kAwait);
        co_return parts_->told(error);
    }
    const auto [error, sent] = co_await asio::async_write(parts_->socket, bytes, kAwait);
    co_return parts_->told(error);
}

awaitable<void> Wire::finish() {
    if (parts_->tls)
        co_await parts_->tls->async_shutdown(kAwait);
    Code ignored;
    parts_->socket.shutdown(StreamSocket::shutdown_send, ignored);
}

awaitable<void> Wire::drain(std::size_t most) {
    std::array<char, 16 * 1024> waste;
    for (std::size_t total = 0; total < most;) {
        const auto [error, size] =
            co_await parts_->socket.async_read_some(asio::buffer(waste), kAwait);
        if (error)
            co_return;
        total += size;
    }
}

void Wire::close() {
    parts_->close();
}

StreamSocket& Wire::socket() {
    return parts_->socket;
}

SSL* Wire::tls() {
    return parts_->tls ? parts_->tls->native_handle() : nullptr;
}

} // namespace gmguard::admin
