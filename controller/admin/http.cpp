// SPDX-License-Identifier: BSD-2-Clause
// The only file that knows Boost.Beast, which takes long to compile. RFC 9110, RFC 9112.
#include "admin/http.hpp"

#include "admin/problem.hpp"
#include "admin/unix_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <ctime>
#include <exception>
#include <random>
#include <set>

namespace gmguard::admin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Local = asio::local::stream_protocol;
using Socket = beast::basic_stream<Local>;
using Code = boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// Connections beyond the limit that are told so; further ones are closed without a word.
constexpr std::size_t kRefusals = 16;
// What a peer may still send after an error, so that it comes to read the answer.
constexpr std::size_t kLingerBytes = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds kLinger{1'000};
constexpr std::size_t kLineBytes = 1024 * 1024;

std::string http_date() {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

std::string text_of(beast::string_view text) {
    return std::string(text.data(), text.size());
}

template <bool is_request, typename Fields>
std::vector<Header> headers_of(const http::header<is_request, Fields>& message) {
    std::vector<Header> headers;
    for (const auto& field : message)
        headers.push_back({text_of(field.name_string()), text_of(field.value())});
    return headers;
}

class Session;

} // namespace

struct HttpServer::Parts {
    Parts(asio::io_context& io, ListeningSocket listening, Handler handle, HttpLimits bounds)
        : acceptor(io), socket(std::move(listening)), handler(std::move(handle)), limits(bounds),
          id_prefix(std::random_device{}() & 0xffff) {}

    Local::acceptor acceptor;
    ListeningSocket socket; // its file; the descriptor is the acceptor's
    Handler handler;
    HttpLimits limits;
    bool stopping = false;
    std::set<Session*> sessions;
    std::size_t streams = 0;
    unsigned id_prefix;
    std::uint64_t requests = 0;

    std::string next_id() { return fmt::format("{:04x}-{:x}", id_prefix, ++requests); }
};

namespace {

// One connection: requests one after another. Kept alive by its coroutine.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(Local::socket socket, std::shared_ptr<HttpServer::Parts> server)
        : socket_(std::move(socket)), caller_(peer_of(socket_.socket().native_handle())),
          wake_(socket_.get_executor()), server_(std::move(server)),
          buffer_(2 * server_->limits.header_bytes) {
        server_->sessions.insert(this);
    }
    ~Session() { server_->sessions.erase(this); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    asio::awaitable<void> run();
    asio::awaitable<void> refuse();
    void stop();
    void abandon();
    // watch_peer() keeps the session, and so the socket, until the socket is closed.
    void close() { socket_.close(); }

  private:
    using Parser = http::request_parser<http::string_body>;

    asio::awaitable<bool> first_byte();
    asio::awaitable<Code> read(Parser& parser);
    asio::awaitable<void> report(Code error);
    asio::awaitable<bool> answer(const http::request<http::string_body>& message);
    asio::awaitable<bool> write(const Response& response, const Request& request, unsigned version,
                                bool keep_alive);
    asio::awaitable<void> pour(const Response& response, const Request& request, unsigned version);
    asio::awaitable<void> pour_pieces(bool chunked);
    asio::awaitable<bool> write_piece(std::string piece, bool chunked);
    asio::awaitable<void> linger();
    void watch_peer();

    Socket socket_;
    std::string caller_;
    asio::steady_timer wake_;
    std::shared_ptr<HttpServer::Parts> server_;
    beast::flat_buffer buffer_;
    std::unique_ptr<Stream> stream_;
    bool idle_ = false;
    bool peer_gone_ = false;
};

Request request_of(const http::request<http::string_body>& message, std::string id,
                   std::string caller) {
    return {text_of(message.method_string()),
            text_of(message.target()),
            headers_of(message),
            message.body(),
            std::move(id),
            std::move(caller)};
}

using Message = http::response<http::string_body>;

Message message_of(const Response& response, const Request& request, unsigned version,
                   bool keep_alive) {
    Message message;
    message.version(version);
    message.result(response.status);
    message.set(http::field::date, http_date());
    message.set("X-Request-Id", request.id);
    if (!response.content_type.empty())
        message.set(http::field::content_type, response.content_type);
    for (const Header& header : response.headers)
        message.insert(header.name, header.value);
    message.keep_alive(keep_alive);
    if (response.stream || response.status == 204 || response.status == 304)
        return message;
    message.content_length(response.body.size());
    if (request.method != "HEAD")
        message.body() = response.body;
    return message;
}

bool wants_continue(const http::request<http::string_body>& message) {
    return message.version() == 11 && beast::iequals(message[http::field::expect], "100-continue");
}

// RFC 9112 3.2: exactly one Host in HTTP/1.1.
bool has_host(const http::request<http::string_body>& message) {
    return message.version() < 11 || message.count(http::field::host) == 1;
}

std::optional<Problem> problem_of(Code error) {
    using enum ProblemKind;
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return Problem{header_too_large, "the header of the request is too large", {}};
    if (error == http::error::body_limit)
        return Problem{content_too_large, "the body of the request is too large", {}};
    const bool silent =
        error == http::error::end_of_stream || error == http::error::partial_message;
    if (silent || error.category() != http::make_error_code(http::error::bad_method).category())
        return std::nullopt;
    return Problem{malformed_request, "no HTTP request: " + error.message(), {}};
}

// Here and below a co_await stands alone: behind && in a condition g++ 12 awaits it whatever the
// left side says.
asio::awaitable<void> Session::run() {
    while (!server_->stopping) {
        const bool more = co_await first_byte();
        if (!more)
            co_return;
        Parser parser;
        const Code error = co_await read(parser);
        if (error) {
            co_await report(error);
            co_return;
        }
        const bool goes_on = co_await answer(parser.get());
        if (!goes_on)
            co_return;
    }
}

// False: nothing more will come.
asio::awaitable<bool> Session::first_byte() {
    if (buffer_.size() > 0)
        co_return true;
    idle_ = true;
    socket_.expires_after(server_->limits.idle);
    const auto [error, size] = co_await socket_.async_read_some(buffer_.prepare(1024), kAwait);
    idle_ = false;
    buffer_.commit(size);
    co_return !error;
}

asio::awaitable<Code> Session::read(Parser& parser) {
    parser.header_limit(static_cast<std::uint32_t>(server_->limits.header_bytes));
    parser.body_limit(server_->limits.body_bytes);
    socket_.expires_after(server_->limits.request);
    const auto [error, size] = co_await http::async_read_header(socket_, buffer_, parser, kAwait);
    if (error)
        co_return error;
    if (wants_continue(parser.get())) {
        const std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
        const auto [failed, sent] =
            co_await asio::async_write(socket_, asio::buffer(interim), kAwait);
        if (failed)
            co_return failed;
    }
    const auto [wrong, more] = co_await http::async_read(socket_, buffer_, parser, kAwait);
    co_return wrong;
}

asio::awaitable<void> Session::report(Code error) {
    const std::optional<Problem> problem = problem_of(error);
    if (!problem)
        co_return;
    Request nobody;
    nobody.id = server_->next_id();
    const Response response = respond(*problem, nobody);
    const bool written = co_await write(response, nobody, 11, false);
    if (written)
        co_await linger();
}

// False: the connection ends.
asio::awaitable<bool> Session::answer(const http::request<http::string_body>& message) {
    const Request request = request_of(message, server_->next_id(), caller_);
    Response response;
    if (!has_host(message))
        response = respond(Problem{ProblemKind::malformed_request, "Host is missing", {}}, request);
    else if (server_->handler)
        response = server_->handler(request);
    else
        co_return false;
    if (response.stream && server_->streams >= server_->limits.streams)
        response =
            respond(Problem{ProblemKind::too_busy, "too many streams are open", {}}, request);
    if (response.stream && request.method != "HEAD") {
        stream_ = std::move(response.stream);
        co_await pour(response, request, message.version());
        co_return false;
    }
    const bool keep_alive = message.keep_alive() && !server_->stopping;
    const bool written = co_await write(response, request, message.version(), keep_alive);
    if (!written)
        co_return false;
    co_return keep_alive;
}

asio::awaitable<bool> Session::write(const Response& response, const Request& request,
                                     unsigned version, bool keep_alive) {
    const Message message = message_of(response, request, version, keep_alive);
    socket_.expires_after(server_->limits.write);
    const auto [error, size] = co_await http::async_write(socket_, message, kAwait);
    co_return !error;
}

asio::awaitable<void> Session::pour(const Response& response, const Request& request,
                                    unsigned version) {
    const bool chunked = version == 11;
    Message message = message_of(response, request, version, false);
    message.erase(http::field::content_length);
    message.chunked(chunked);
    http::response_serializer<http::string_body> serializer(message);
    ++server_->streams;
    socket_.expires_after(server_->limits.write);
    const auto [error, size] = co_await http::async_write_header(socket_, serializer, kAwait);
    if (!error && stream_) {
        watch_peer();
        co_await pour_pieces(chunked);
    }
    --server_->streams;
    stream_.reset();
}

asio::awaitable<void> Session::pour_pieces(bool chunked) {
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
        const bool written = co_await write_piece(std::move(piece), chunked);
        if (!written)
            co_return;
    }
    if (chunked && !peer_gone_) {
        socket_.expires_after(server_->limits.write);
        co_await asio::async_write(socket_, http::make_chunk_last(), kAwait);
    }
}

asio::awaitable<bool> Session::write_piece(std::string piece, bool chunked) {
    socket_.expires_after(server_->limits.write);
    if (chunked) {
        const auto chunk = http::make_chunk(asio::const_buffer(asio::buffer(piece)));
        const auto [error, size] = co_await asio::async_write(socket_, chunk, kAwait);
        co_return !error;
    }
    const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(piece), kAwait);
    co_return !error;
}

// Nobody reads from the peer while a stream goes out, so its end has to be watched for.
void Session::watch_peer() {
    socket_.socket().async_wait(Local::socket::wait_read, [self = shared_from_this()](Code error) {
        Code unavailable;
        const bool ended = error || self->socket_.socket().available(unavailable) == 0;
        if (!ended)
            return;
        self->peer_gone_ = true;
        self->wake_.cancel();
    });
}

// A socket that is closed with unread input resets the connection, and the answer with it.
asio::awaitable<void> Session::linger() {
    Code ignored;
    socket_.socket().shutdown(Local::socket::shutdown_send, ignored);
    socket_.expires_after(kLinger);
    std::array<char, 16 * 1024> waste;
    for (std::size_t total = 0; total < kLingerBytes;) {
        const auto [error, size] = co_await socket_.async_read_some(asio::buffer(waste), kAwait);
        if (error)
            co_return;
        total += size;
    }
}

asio::awaitable<void> Session::refuse() {
    Request nobody;
    nobody.id = server_->next_id();
    Response response = respond(Problem{ProblemKind::too_busy, "too many connections", {}}, nobody);
    response.headers.push_back({"Retry-After", "1"});
    const bool written = co_await write(response, nobody, 11, false);
    if (written)
        co_await linger();
}

void Session::stop() {
    if (idle_)
        socket_.close();
    if (stream_)
        wake_.cancel();
}

void Session::abandon() {
    stream_.reset();
    wake_.cancel();
    socket_.close();
}

asio::awaitable<void> serve(std::shared_ptr<Session> session, bool refused) {
    if (refused)
        co_await session->refuse();
    else
        co_await session->run();
    session->close();
}

asio::awaitable<void> accept_all(std::shared_ptr<HttpServer::Parts> server) {
    asio::steady_timer pause(server->acceptor.get_executor());
    while (!server->stopping) {
        auto [error, socket] = co_await server->acceptor.async_accept(kAwait);
        if (server->stopping)
            co_return;
        if (error) { // out of descriptors: it would fail again at once
            pause.expires_after(std::chrono::milliseconds(100));
            co_await pause.async_wait(kAwait);
            continue;
        }
        const std::size_t open = server->sessions.size();
        if (open >= server->limits.connections + kRefusals)
            continue;
        auto session = std::make_shared<Session>(std::move(socket), server);
        asio::co_spawn(server->acceptor.get_executor(),
                       serve(std::move(session), open >= server->limits.connections),
                       asio::detached);
    }
}

} // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(asio::io_context& io, std::string_view where,
                                                       Handler handler, HttpLimits limits) {
    const Result<std::string> path = unix_path(where);
    if (!path)
        return fail(path.error());
    Result<ListeningSocket> socket = ListeningSocket::open(*path);
    if (!socket)
        return fail(socket.error());
    auto parts = std::make_shared<Parts>(io, std::move(*socket), std::move(handler), limits);
    Code error;
    parts->acceptor.assign(Local(), parts->socket.release(), error);
    if (error)
        return fail(system_error(error.value(), *path, "cannot listen"));
    asio::co_spawn(io, accept_all(parts), asio::detached);
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

HttpServer::HttpServer(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

HttpServer::~HttpServer() {
    stop();
    parts_->handler = nullptr;
    for (Session* session : std::set(parts_->sessions))
        session->abandon();
}

void HttpServer::stop() {
    if (std::exchange(parts_->stopping, true))
        return;
    Code ignored;
    parts_->acceptor.close(ignored);
    parts_->socket.remove();
    for (Session* session : std::set(parts_->sessions))
        session->stop();
}

std::size_t HttpServer::connections() const {
    return parts_->sessions.size();
}

namespace {

// One request of the client, on a connection and an io_context of its own.
class Exchange {
  public:
    Exchange(std::chrono::milliseconds timeout, const HttpClient::OnLine* on_line)
        : socket_(io_), timeout_(timeout), on_line_(on_line) {}

    Result<Response> run(const std::string& path, const Request& request);

  private:
    asio::awaitable<Code> talk(const std::string& path, const Request& request);
    asio::awaitable<Code> receive_body();
    bool hand_out(std::string_view bytes);

    asio::io_context io_;
    Socket socket_;
    std::chrono::milliseconds timeout_;
    const HttpClient::OnLine* on_line_; // nullptr: the body is collected
    beast::flat_buffer buffer_;
    http::response_parser<http::buffer_body> parser_;
    std::string line_;
    Response response_;
};

http::request<http::string_body> message_of(const Request& request) {
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(http::field::host, "gmguard");
    message.set(http::field::connection, "close");
    for (const Header& header : request.headers)
        message.insert(header.name, header.value);
    message.body() = request.body;
    message.prepare_payload();
    return message;
}

asio::awaitable<Code> Exchange::talk(const std::string& path, const Request& request) {
    socket_.expires_after(timeout_);
    const Local::endpoint endpoint(path);
    const auto [refused] = co_await socket_.async_connect(endpoint, kAwait);
    if (refused)
        co_return refused;
    const auto message = message_of(request);
    // An error here is no matter where an answer comes all the same: 413.
    co_await http::async_write(socket_, message, kAwait);
    parser_.body_limit(boost::none);
    parser_.skip(request.method == "HEAD");
    const auto [error, size] = co_await http::async_read_header(socket_, buffer_, parser_, kAwait);
    if (error)
        co_return error;
    response_.status = parser_.get().result_int();
    response_.headers = headers_of(parser_.get());
    response_.content_type = text_of(parser_.get()[http::field::content_type]);
    co_return co_await receive_body();
}

asio::awaitable<Code> Exchange::receive_body() {
    std::array<char, 16 * 1024> piece;
    const bool follows = on_line_ && response_.status == 200;
    while (!parser_.is_done()) {
        parser_.get().body() = {piece.data(), piece.size(), true};
        socket_.expires_after(timeout_);
        const auto [error, size] =
            co_await http::async_read_some(socket_, buffer_, parser_, kAwait);
        if (error && error != http::error::need_buffer)
            co_return error;
        const std::string_view bytes(piece.data(), piece.size() - parser_.get().body().size);
        if (!follows)
            response_.body += bytes;
        else if (!hand_out(bytes))
            co_return Code{};
    }
    co_return Code{};
}

// False: the caller has enough, or a line has no end.
bool Exchange::hand_out(std::string_view bytes) {
    for (const char c : bytes) {
        if (c != '\n') {
            line_ += c;
            continue;
        }
        if (line_.ends_with('\r'))
            line_.pop_back();
        if (!(*on_line_)(line_))
            return false;
        line_.clear();
    }
    return line_.size() <= kLineBytes;
}

Result<Response> Exchange::run(const std::string& path, const Request& request) {
    Code error;
    asio::co_spawn(io_, talk(path, request), [&error](std::exception_ptr thrown, Code result) {
        if (thrown) // by the caller's on_line
            std::rethrow_exception(thrown);
        error = result;
    });
    io_.run();
    if (!error)
        return std::move(response_);
    const std::string subject = "unix:" + path;
    if (error == beast::error::timeout)
        return fail(ErrorKind::unavailable, subject, "no answer in time");
    if (error == asio::error::connection_refused ||
        error == boost::system::errc::no_such_file_or_directory)
        return fail(ErrorKind::unavailable, subject, "nobody answers", "is gmguardd running?");
    if (error == asio::error::access_denied)
        return fail(system_error(error.value(), subject, "cannot connect"));
    return fail(ErrorKind::unavailable, subject, "the connection ended: " + error.message());
}

} // namespace

HttpClient::HttpClient(std::string where, std::chrono::milliseconds timeout)
    : where_(std::move(where)), timeout_(timeout) {}

Result<Response> HttpClient::send(const Request& request) const {
    const Result<std::string> path = unix_path(where_);
    if (!path)
        return fail(path.error());
    return Exchange(timeout_, nullptr).run(*path, request);
}

Result<Response> HttpClient::follow(const Request& request, const OnLine& on_line) const {
    const Result<std::string> path = unix_path(where_);
    if (!path)
        return fail(path.error());
    return Exchange(timeout_, &on_line).run(*path, request);
}

} // namespace gmguard::admin
