// SPDX-License-Identifier: BSD-2-Clause
#include "admin/http_session.hpp"

#include "admin/http_text.hpp"
#include "admin/problem.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <ctime>

namespace gmguard::admin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::awaitable;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// What a peer may still send after an error, so that it comes to read the answer.
constexpr std::size_t kLingerBytes = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds kLinger{1'000};

std::string http_date() {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

using Message = http::request<http::string_body>;
using Parser = http::request_parser<http::string_body>;

Request request_of(const Message& message, std::string id) {
    Request request;
    request.method = text_of(message.method_string());
    request.target = text_of(message.target());
    request.headers = headers_of(message);
    request.id = std::move(id);
    return request;
}

// The header of a response, and what is behind it where that is known.
std::string text_of(const Response& response, const Request& request, unsigned version,
                    bool keep_alive) {
    http::response<http::empty_body> message;
    message.version(version);
    message.result(response.status);
    message.set(http::field::date, http_date());
    message.set("X-Request-Id", request.id);
    if (!response.content_type.empty())
        message.set(http::field::content_type, response.content_type);
    for (const Header& header : response.headers)
        message.insert(header.name, header.value);
    message.keep_alive(keep_alive);
    const bool head = request.method == "HEAD";
    if (response.stream) {
        message.chunked(version == 11 && !head);
        return header_text(message);
    }
    if (response.status == 204 || response.status == 304)
        return header_text(message);
    message.content_length(response.body.size());
    return header_text(message) + (head ? "" : response.body);
}

bool wants_continue(const Message& message) {
    return message.version() == 11 && beast::iequals(message[http::field::expect], "100-continue");
}

// What Beast lets pass. RFC 9112: in HTTP/1.1 there is exactly one Host (3.2), and a body in
// another coding than ours would be taken for what it is not (6.1).
std::optional<Problem> flaw_of(const Message& message) {
    using enum ProblemKind;
    if (message.version() >= 11 && message.count(http::field::host) != 1)
        return Problem{malformed_request, "Host is missing, or there twice", {}};
    const auto codings = message.count(http::field::transfer_encoding);
    if (codings > 1 ||
        (codings == 1 && !beast::iequals(message[http::field::transfer_encoding], "chunked")))
        return Problem{malformed_request, "chunked is the only transfer coding here", {}};
    return std::nullopt;
}

std::optional<Problem> problem_of(Code error) {
    using enum ProblemKind;
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return Problem{header_too_large, "the header of the request is too large", {}};
    if (error == http::error::body_limit)
        return Problem{content_too_large, "the body of the request is too large", {}};
    if (error.category() != http::make_error_code(http::error::bad_method).category())
        return std::nullopt;
    return Problem{malformed_request, "no HTTP request: " + error.message(), {}};
}

class HttpSession final : public Session, public std::enable_shared_from_this<HttpSession> {
  public:
    HttpSession(StreamSocket socket, TlsContext tls, Peer peer,
                std::shared_ptr<SessionsOfServer> server)
        : wire_(std::move(socket), std::move(tls)), peer_(std::move(peer)),
          wake_(wire_.socket().get_executor()), server_(std::move(server)),
          buffer_(2 * server_->limits.header_bytes) {
        server_->sessions.insert(this);
    }
    ~HttpSession() override { server_->sessions.erase(this); }

    awaitable<void> run() override;
    awaitable<void> refuse() override;
    void stop() override;
    void abandon() override;
    [[nodiscard]] std::optional<Clock::time_point> waits_since() const override {
        return stream_ ? std::nullopt : std::optional(since_);
    }
    [[nodiscard]] const Peer& peer() const override { return peer_; }

  private:
    awaitable<bool> shake_hands();
    awaitable<bool> answer_next();
    awaitable<bool> first_byte();
    awaitable<Code> read(Parser& parser, bool to_the_end);
    awaitable<Code> read_more();
    awaitable<Code> read_body(Parser& parser);
    awaitable<bool> report(Code error);
    awaitable<bool> answer(const Request& request, const Message& message);
    awaitable<bool> write(const Response& response, const Request& request, unsigned version,
                          bool keep_alive);
    awaitable<bool> write_last(const Response& response, const Request& request);
    awaitable<bool> write(const std::string& bytes);
    awaitable<void> pour(Response& response, const Request& request, unsigned version);
    awaitable<void> pour_pieces(bool chunked);
    static awaitable<void> watch_peer(std::shared_ptr<HttpSession> self);
    awaitable<void> linger();
    awaitable<void> end();
    void wait_at_most(std::chrono::milliseconds time);

    Wire wire_;
    Peer peer_;
    asio::steady_timer wake_;
    std::shared_ptr<SessionsOfServer> server_;
    beast::flat_buffer buffer_;
    std::unique_ptr<Stream> stream_;
    Clock::time_point since_ = Clock::now();
    bool idle_ = false;
    bool peer_gone_ = false;
};

void HttpSession::wait_at_most(std::chrono::milliseconds time) {
    since_ = Clock::now();
    wire_.expires_after(time);
}

// Here and below a co_await stands alone: behind && in a condition g++ 12 awaits it whatever the
// left side says.
awaitable<void> HttpSession::run() {
    bool goes_on = co_await shake_hands();
    while (goes_on && !server_->stopping)
        goes_on = co_await answer_next();
    co_await end();
}

awaitable<bool> HttpSession::shake_hands() {
    wait_at_most(server_->limits.handshake);
    const Code error = co_await wire_.handshake(Wire::Side::server);
    if (!server_->handler)
        co_return false;
    if (error) {
        server_->gate->refusals().note(Refused::handshake, peer_.name,
                                       handshake_failure(error, wire_.tls()));
        co_await linger(); // or the other side would not come to read the alert
        co_return false;
    }
    if (wire_.tls())
        peer_.certificate = certificate_name(wire_.tls());
    co_return true;
}

// False: the connection ends.
awaitable<bool> HttpSession::answer_next() {
    const bool more = co_await first_byte();
    if (!more)
        co_return false;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(server_->limits.header_bytes));
    parser.body_limit(server_->limits.body_bytes);
    wait_at_most(server_->limits.request);
    const Code error = co_await read(parser, false);
    if (error)
        co_return co_await report(error);
    if (!server_->handler)
        co_return false;
    Request request = request_of(parser.get(), server_->next_id());
    if (const auto flaw = flaw_of(parser.get()))
        co_return co_await write_last(respond(*flaw, request), request);
    if (const auto refusal = server_->gate->admit(request, peer_))
        co_return co_await write_last(*refusal, request);
    const Code wrong = co_await read_body(parser);
    if (wrong)
        co_return co_await report(wrong);
    request.body = std::move(parser.get().body());
    co_return co_await answer(request, parser.get());
}

// False: nothing more will come.
awaitable<bool> HttpSession::first_byte() {
    if (buffer_.size() > 0)
        co_return true;
    idle_ = true;
    wait_at_most(server_->limits.idle);
    const Code error = co_await read_more();
    idle_ = false;
    co_return !error;
}

awaitable<Code> HttpSession::read_more() {
    const std::size_t room = beast::read_size(buffer_, 64 * 1024);
    if (room == 0)
        co_return http::error::buffer_overflow;
    const auto [error, size] = co_await wire_.read_some(buffer_.prepare(room));
    buffer_.commit(size);
    co_return error;
}

// The header, or all.
awaitable<Code> HttpSession::read(Parser& parser, bool to_the_end) {
    parser.eager(to_the_end);
    while (to_the_end ? !parser.is_done() : !parser.is_header_done()) {
        Code error = http::error::need_more;
        if (buffer_.size() > 0)
            buffer_.consume(parser.put(buffer_.data(), error));
        if (error == http::error::need_more)
            error = co_await read_more();
        if (error)
            co_return error;
    }
    co_return Code{};
}

awaitable<Code> HttpSession::read_body(Parser& parser) {
    if (wants_continue(parser.get())) {
        const std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
        const Code failed = co_await wire_.write(asio::buffer(interim));
        if (failed)
            co_return failed;
    }
    co_return co_await read(parser, true);
}

// Always false: what comes after an error cannot be told from the rest of it.
awaitable<bool> HttpSession::report(Code error) {
    const std::optional<Problem> problem = problem_of(error);
    if (!problem)
        co_return false;
    Request nobody;
    nobody.id = server_->next_id();
    co_return co_await write_last(respond(*problem, nobody), nobody);
}

awaitable<bool> HttpSession::answer(const Request& request, const Message& message) {
    if (!server_->handler)
        co_return false;
    Response response = server_->handler(request);
    if (response.stream && server_->streams >= server_->limits.streams)
        response =
            respond(Problem{ProblemKind::too_busy, "too many streams are open", {}}, request);
    if (response.stream && request.method != "HEAD") {
        co_await pour(response, request, message.version());
        co_return false;
    }
    const bool keep_alive = message.keep_alive() && !server_->stopping;
    const bool written = co_await write(response, request, message.version(), keep_alive);
    co_return written&& keep_alive;
}

awaitable<bool> HttpSession::write(const Response& response, const Request& request,
                                   unsigned version, bool keep_alive) {
    co_return co_await write(text_of(response, request, version, keep_alive));
}

// Always false. What the peer still sends is read, or it would not come to read the answer.
awaitable<bool> HttpSession::write_last(const Response& response, const Request& request) {
    const bool written = co_await write(response, request, 11, false);
    if (!written)
        co_return false;
    co_await linger();
    co_return false;
}

awaitable<void> HttpSession::linger() {
    wait_at_most(kLinger);
    co_await wire_.finish();
    co_await wire_.drain(kLingerBytes);
}

awaitable<bool> HttpSession::write(const std::string& bytes) {
    wait_at_most(server_->limits.write);
    const Code error = co_await wire_.write(asio::buffer(bytes));
    wire_.never_expires();
    co_return !error;
}

awaitable<void> HttpSession::pour(Response& response, const Request& request, unsigned version) {
    const std::string header = text_of(response, request, version, false);
    ++server_->streams;
    stream_ = std::move(response.stream);
    const bool written = co_await write(header);
    if (written && stream_) {
        asio::co_spawn(wire_.socket().get_executor(), watch_peer(shared_from_this()),
                       asio::detached);
        co_await pour_pieces(version == 11);
    }
    --server_->streams;
    stream_.reset();
}

awaitable<void> HttpSession::pour_pieces(bool chunked) {
    stream_->on_ready([this] { wake_.cancel(); });
    while (stream_ && !peer_gone_ && !server_->stopping) {
        std::string piece = stream_->take();
        if (piece.empty()) {
            wake_.expires_after(server_->limits.ping);
            const auto [woken] = co_await wake_.async_wait(kAwait);
            if (woken || !stream_)
                continue;
            piece = stream_->ping();
        }
        if (chunked)
            piece = fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
        const bool written = co_await write(piece);
        if (!written)
            co_return;
    }
    if (chunked && !peer_gone_)
        co_await write(std::string("0\r\n\r\n"));
}

// Nobody reads from the peer while a stream goes out, so its end has to be watched for.
awaitable<void> HttpSession::watch_peer(std::shared_ptr<HttpSession> self) {
    std::array<char, 512> waste;
    for (Code error; !error;) {
        const Transfer came = co_await self->wire_.read_some(asio::buffer(waste));
        error = came.error;
    }
    self->peer_gone_ = true;
    self->wake_.cancel();
}

awaitable<void> HttpSession::refuse() {
    const bool ready = co_await shake_hands();
    if (ready) {
        Request nobody;
        nobody.id = server_->next_id();
        Response response =
            respond(Problem{ProblemKind::too_busy, "too many connections", {}}, nobody);
        response.headers.push_back({"Retry-After", "1"});
        co_await write_last(response, nobody);
    }
    co_await end();
}

// watch_peer() keeps the session, and so the socket, until the socket is closed.
awaitable<void> HttpSession::end() {
    wait_at_most(kLinger);
    co_await wire_.finish();
    wire_.close();
}

void HttpSession::stop() {
    if (idle_)
        wire_.close();
    if (stream_)
        wake_.cancel();
}

void HttpSession::abandon() {
    stream_.reset();
    wake_.cancel();
    wire_.close();
}

} // namespace

std::string SessionsOfServer::next_id() {
    return fmt::format("{:04x}-{:x}", id_prefix, ++requests);
}

std::shared_ptr<Session> make_session(StreamSocket socket, TlsContext tls, Peer peer,
                                      std::shared_ptr<SessionsOfServer> server) {
    return std::make_shared<HttpSession>(std::move(socket), std::move(tls), std::move(peer),
                                         std::move(server));
}

} // namespace gmguard::admin
