// SPDX-License-Identifier: BSD-2-Clause
#include "admin/http_client.hpp"

#include "admin/http_text.hpp"
#include "admin/where.hpp"
#include "admin/wire.hpp"
#include "base/loopback.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <exception>
#include <fstream>

namespace gmguard::admin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::awaitable;
using Generic = asio::generic::stream_protocol;

constexpr std::size_t kLineBytes = 1024 * 1024;
constexpr std::size_t kPiece = 16 * 1024;

std::string host_of(const Where& where) {
    if (where.kind == Where::Kind::local)
        return "gmguard";
    const bool v6 = where.host.find(':') != std::string::npos;
    return (v6 ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

std::string text_of(const Request& request, const Where& where) {
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(http::field::host, host_of(where));
    message.set(http::field::connection, "close");
    for (const Header& header : request.headers)
        message.insert(header.name, header.value);
    message.body() = request.body;
    message.prepare_payload();
    return header_text(message) + request.body;
}

using Endpoints = std::vector<Generic::endpoint>;

// One request, on a connection of its own.
class Exchange {
  public:
    Exchange(asio::any_io_executor executor, std::string subject, Where where, TlsContext tls,
             std::chrono::milliseconds timeout, const HttpClient::OnLine* on_line)
        : executor_(std::move(executor)), subject_(std::move(subject)), where_(std::move(where)),
          tls_(std::move(tls)), timeout_(timeout), on_line_(on_line) {}

    awaitable<Result<Response>> run(Request request);

  private:
    awaitable<Result<Endpoints>> endpoints();
    awaitable<Code> talk(const Request& request, Endpoints endpoints);
    awaitable<Code> connect(Endpoints endpoints);
    awaitable<Code> read_header();
    awaitable<Code> read_body();
    awaitable<Code> read_more();
    bool take_body();
    bool hand_out(std::string_view bytes);
    [[nodiscard]] Error failure(Code error);

    asio::any_io_executor executor_;
    std::string subject_;
    Where where_;
    TlsContext tls_;
    std::chrono::milliseconds timeout_;
    const HttpClient::OnLine* on_line_; // nullptr: the body is collected
    std::optional<Wire> wire_;
    beast::flat_buffer buffer_;
    http::response_parser<http::string_body> parser_;
    bool ended_ = false; // by the server
    std::string line_;
    Response response_;
};

awaitable<Result<Endpoints>> Exchange::endpoints() {
    if (where_.kind == Where::Kind::local)
        co_return Endpoints{asio::local::stream_protocol::endpoint(where_.path)};
    asio::ip::tcp::resolver resolver(executor_);
    const auto [error, found] = co_await resolver.async_resolve(
        where_.host, std::to_string(where_.port), asio::as_tuple(asio::use_awaitable));
    if (error)
        co_return fail(ErrorKind::unavailable, where_.host,
                       "there is no such host: " + error.message());
    Endpoints endpoints;
    for (const auto& each : found)
        endpoints.emplace_back(each.endpoint());
    co_return endpoints;
}

awaitable<Code> Exchange::connect(Endpoints endpoints) {
    Code error = asio::error::host_not_found;
    for (const auto& endpoint : endpoints) {
        wire_.emplace(StreamSocket(executor_), tls_);
        wire_->expires_after(timeout_);
        error = co_await wire_->connect(endpoint);
        if (!error)
            break;
    }
    if (error)
        co_return error;
    if (wire_->tls())
        expect_host(wire_->tls(), where_.host);
    co_return co_await wire_->handshake(Wire::Side::client);
}

awaitable<Code> Exchange::talk(const Request& request, Endpoints endpoints) {
    const Code refused = co_await connect(std::move(endpoints));
    if (refused)
        co_return refused;
    const std::string text = text_of(request, where_);
    // An error here is no matter where an answer comes all the same: 413.
    co_await wire_->write(asio::buffer(text));
    parser_.body_limit(boost::none);
    parser_.skip(request.method == "HEAD");
    const Code error = co_await read_header();
    if (error)
        co_return error;
    response_.status = parser_.get().result_int();
    response_.headers = headers_of(parser_.get());
    response_.content_type = admin::text_of(parser_.get()[http::field::content_type]);
    co_return co_await read_body();
}

awaitable<Code> Exchange::read_more() {
    wire_->expires_after(timeout_);
    const auto [error, size] = co_await wire_->read_some(buffer_.prepare(kPiece));
    buffer_.commit(size);
    ended_ = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    co_return ended_&& parser_.got_some() ? Code{} : error;
}

awaitable<Code> Exchange::read_header() {
    parser_.eager(false);
    while (!parser_.is_header_done()) {
        Code error = http::error::need_more;
        if (buffer_.size() > 0)
            buffer_.consume(parser_.put(buffer_.data(), error));
        if (error == http::error::need_more && ended_)
            error = http::error::partial_message;
        if (error == http::error::need_more)
            error = co_await read_more();
        if (error)
            co_return error;
    }
    co_return Code{};
}

awaitable<Code> Exchange::read_body() {
    parser_.eager(true);
    while (!parser_.is_done()) {
        Code error = http::error::need_more;
        if (buffer_.size() > 0)
            buffer_.consume(parser_.put(buffer_.data(), error));
        if (!take_body())
            co_return Code{};
        if (error == http::error::need_more && ended_)
            parser_.put_eof(error);
        else if (error == http::error::need_more)
            error = co_await read_more();
        if (error)
            co_return error;
    }
    take_body();
    co_return Code{};
}

// Takes what has come of it out of the parser. False: the caller has enough.
bool Exchange::take_body() {
    const std::string bytes = std::exchange(parser_.get().body(), {});
    if (on_line_ && response_.status == 200)
        return hand_out(bytes);
    response_.body += bytes;
    return true;
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

Error Exchange::failure(Code error) {
    using enum ErrorKind;
    if (error == asio::error::timed_out)
        return {unavailable, 0, subject_, "no answer in time", ""};
    if (error == asio::error::connection_refused ||
        error == boost::system::errc::no_such_file_or_directory)
        return {unavailable, 0, subject_, "nobody answers", "is gmguardd running?"};
    if (error == asio::error::access_denied)
        return system_error(error.value(), subject_, "cannot connect");
    if (wire_ && wire_->tls())
        return connection_failure(error, wire_->tls(), subject_);
    return {unavailable, 0, subject_, "the connection ended: " + error.message(), ""};
}

awaitable<Result<Response>> Exchange::run(Request request) {
    auto found = co_await endpoints();
    if (!found)
        co_return fail(std::move(found.error()));
    const Code error = co_await talk(request, std::move(*found));
    if (wire_)
        wire_->close();
    if (error)
        co_return fail(failure(error));
    co_return std::move(response_);
}

Result<std::string> read_token(const std::string& path) {
    std::ifstream in(path);
    std::string token;
    if (!(in >> token))
        return fail(ErrorKind::invalid, path, "there is no token in it",
                    "it has what `gmguard token new` printed first");
    return token;
}

// A token is not for everybody on the way to read.
Result<> check_secrecy(const Where& where, const Remote& remote) {
    const auto address = where.address();
    if (where.kind == Where::Kind::http && !(address && is_loopback(*address)))
        return fail(ErrorKind::invalid, remote.where, "without TLS only on loopback",
                    "write https://");
    return {};
}

} // namespace

HttpClient::HttpClient(Remote remote, std::chrono::milliseconds timeout)
    : remote_(std::move(remote)), timeout_(timeout) {}

struct HttpClient::Prepared {
    Where where;
    TlsContext tls;
};

Result<HttpClient::Prepared> HttpClient::prepare(Request& request) const {
    const auto where = Where::parse(remote_.where);
    if (!where)
        return fail(where.error());
    if (const auto secret = check_secrecy(*where, remote_); !secret)
        return fail(secret.error());
    if (!remote_.token_file.empty()) {
        const auto token = read_token(remote_.token_file);
        if (!token)
            return fail(token.error());
        request.headers.push_back({"Authorization", "Bearer " + *token});
    }
    Result<TlsContext> tls = TlsContext();
    if (where->kind == Where::Kind::https)
        tls = client_tls(remote_.files);
    if (!tls)
        return fail(tls.error());
    return Prepared{*where, *tls};
}

Result<Response> HttpClient::exchange(Request request, const OnLine* on_line) const {
    auto prepared = prepare(request);
    if (!prepared)
        return fail(std::move(prepared.error()));
    asio::io_context io;
    Exchange exchange(io.get_executor(), remote_.where, std::move(prepared->where),
                      std::move(prepared->tls), timeout_, on_line);
    Result<Response> out;
    asio::co_spawn(io, exchange.run(std::move(request)),
                   [&out](std::exception_ptr thrown, Result<Response> result) {
                       if (thrown) // by the caller's on_line
                           std::rethrow_exception(thrown);
                       out = std::move(result);
                   });
    io.run();
    return out;
}

void HttpClient::start(const asio::any_io_executor& executor, Request request, OnEnd on_end) const {
    auto prepared = prepare(request);
    if (!prepared) {
        asio::post(executor, [on_end = std::move(on_end), error = std::move(prepared.error())] {
            on_end(fail(error));
        });
        return;
    }
    const auto exchange =
        std::make_shared<Exchange>(executor, remote_.where, std::move(prepared->where),
                                   std::move(prepared->tls), timeout_, nullptr);
    asio::co_spawn(
        executor, exchange->run(std::move(request)),
        [exchange, on_end = std::move(on_end)](std::exception_ptr thrown, Result<Response> result) {
            if (thrown)
                std::rethrow_exception(thrown);
            on_end(std::move(result));
        });
}

Result<Response> HttpClient::send(const Request& request) const {
    return exchange(request, nullptr);
}

Result<Response> HttpClient::follow(const Request& request, const OnLine& on_line) const {
    return exchange(request, &on_line);
}

} // namespace gmguard::admin
