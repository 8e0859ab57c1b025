// SPDX-License-Identifier: BSD-2-Clause
// One connection as bytes in and out, over a unix or TCP socket, with TLS or without: what is above
// does not know which.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

using SSL = struct ssl_st;

namespace boost::asio::ssl {
class context;
}

namespace gmguard::admin {

using Code = boost::system::error_code;
using StreamSocket = boost::asio::generic::stream_protocol::socket;
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

struct Transfer {
    Code error;
    std::size_t bytes = 0;
};

// All that is awaited here ends with the socket; errors come as codes.
class Wire {
  public:
    enum class Side : std::uint8_t { server, client };

    // `tls` null: plain. The socket may still have to be connected.
    Wire(StreamSocket socket, TlsContext tls);
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    // From now on; past it the socket is closed, and what is awaited fails with timed_out.
    void expires_after(std::chrono::milliseconds time);
    void never_expires();

    [[nodiscard]] boost::asio::awaitable<Code>
    connect(const boost::asio::generic::stream_protocol::endpoint& to);
    // Plain: at once.
    [[nodiscard]] boost::asio::awaitable<Code> handshake(Side side);
    [[nodiscard]] boost::asio::awaitable<Transfer> read_some(boost::asio::mutable_buffer into);
    // All of it.
    [[nodiscard]] boost::asio::awaitable<Code> write(boost::asio::const_buffer bytes);
    // Tells the other side that nothing more comes.
    [[nodiscard]] boost::asio::awaitable<void> finish();
    // Reads what still comes, up to `most` bytes, and forgets it: a socket that is closed with
    // unread input resets the connection, and takes what was written last with it.
    [[nodiscard]] boost::asio::awaitable<void> drain(std::size_t most);
    void close();

    [[nodiscard]] StreamSocket& socket();
    [[nodiscard]] SSL* tls(); // null: plain

  private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
};

} // namespace gmguard::admin
