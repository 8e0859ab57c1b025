// SPDX-License-Identifier: BSD-2-Clause
// The real server on a real socket, unix if not told otherwise, in a thread of its own.
#pragma once

#include "admin/api.hpp"
#include "admin/http_client.hpp"
#include "admin/http_server.hpp"
#include "unit/admin/fake_guard.hpp"
#include "unit/admin/scratch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <thread>

namespace gmguard::admin {

class RunningServer {
  public:
    explicit RunningServer(HttpLimits limits = {}, std::size_t events = 100)
        : RunningServer(Place{}, limits, events) {}

    // How it can be reached: the address, who gets in, the certificate.
    struct Place {
        std::string where; // empty: a unix socket
        Access access;
        std::optional<ServerTls> tls;
    };
    explicit RunningServer(Place place, HttpLimits limits = {}, std::size_t events = 100)
        : log_(events) {
        Handler handler = [this](const Request& request) { return api_.handle(request); };
        auto gate = std::make_shared<Gate>(std::move(place.access), api_.refusals());
        Door door{place.where.empty() ? where() : place.where, std::move(gate),
                  std::move(place.tls)};
        auto server = HttpServer::listen(io_, std::move(door), std::move(handler), limits);
        if (!server)
            throw std::runtime_error(server.error().text());
        server_ = std::move(*server);
        thread_ = std::thread([this] { io_.run(); });
    }
    ~RunningServer() {
        stop();
        join();
    }

    [[nodiscard]] std::string path() const { return scratch_.path("admin.sock"); }
    [[nodiscard]] std::string where() const { return "unix:" + path(); }
    [[nodiscard]] HttpClient client() const {
        return HttpClient({where(), {}, {}}, std::chrono::milliseconds(5'000));
    }
    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    [[nodiscard]] FakeGuard& guard() { return guard_; }
    [[nodiscard]] Api& api() { return api_; }

    void stop() {
        on_loop([this] { server_->stop(); });
    }
    // Drops all at once.
    void destroy() {
        on_loop([this] { server_.reset(); });
    }
    // Returns when the server has nothing left to do.
    void join() {
        if (thread_.joinable())
            thread_.join();
    }
    void append(const Event& event) {
        on_loop([&] { log_.append(event); });
    }
    [[nodiscard]] std::size_t connections() {
        std::size_t count = 0;
        on_loop([&] { count = server_->connections(); });
        return count;
    }
    // Waits until so many connections are open.
    [[nodiscard]] bool settles_at(std::size_t wanted) {
        for (int i = 0; i < 500; ++i) {
            if (connections() == wanted)
                return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }

  private:
    // Runs it in the server's thread, or here where that has ended.
    void on_loop(const std::function<void()>& action) {
        if (io_.stopped()) {
            if (server_)
                action();
            return;
        }
        std::promise<void> done;
        boost::asio::post(io_, [&] {
            action();
            done.set_value();
        });
        done.get_future().wait();
    }

    Scratch scratch_;
    FakeGuard guard_;
    EventLog log_;
    store::Store store_{{}};
    Api api_{guard_, log_, store_};
    boost::asio::io_context io_{1};
    std::unique_ptr<HttpServer> server_;
    std::thread thread_;
};

} // namespace gmguard::admin
