// SPDX-License-Identifier: BSD-2-Clause
#include "app/app.hpp"

#include "app/doors.hpp"
#include "app/home_reports.hpp"
#include "app/probes.hpp"
#include "app/service.hpp"
#include "app/supervisor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <optional>
#include <utility>

namespace gmguard::app {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

constexpr auto kTick = std::chrono::seconds(1);
constexpr auto kDrain = std::chrono::milliseconds(50);
constexpr unsigned kDrains = 200; // ten seconds for answers under way

class App {
  public:
    explicit App(config::Config config) : service_(std::move(config)) {}

    [[nodiscard]] Result<> start();
    void loop();

  private:
    void wait_for_rings();
    void on_rings(ErrorCode error);
    void wait_for_sas();
    void on_sas(ErrorCode error);
    void wait_for_tick();
    void on_tick();
    void wait_for_reload();
    void on_reload();
    void wait_for_end();
    void on_end(int signal);
    void drain(unsigned left);

    Service service_;
    asio::io_context io_{1};
    asio::posix::stream_descriptor rings_{io_};
    asio::posix::stream_descriptor sas_{io_};
    asio::steady_timer ticks_{io_};
    asio::signal_set signals_{io_, SIGTERM, SIGINT};
    asio::signal_set reloads_{io_, SIGHUP};
    std::optional<Doors> doors_;
    std::optional<HomeReports> reports_;
    std::optional<Probes> probes_;
    bool ending_ = false;
};

Result<> App::start() {
    if (auto started = service_.start(); !started)
        return started;
    auto doors = Doors::open(io_, service_.config().admin, service_.api());
    if (!doors) {
        service_.abandon();
        return fail(std::move(doors.error()));
    }
    doors_ = std::move(*doors);
    reports_.emplace(io_, service_.config(), service_.log(), service_.reports());
    service_.engine().on_failure(
        [this](const binding::Failure& failure, const admin::Event& event) {
            reports_->report(failure, event);
        });
    probes_.emplace(io_, service_.engine(), service_.interfaces());
    return {};
}

void App::wait_for_rings() {
    rings_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [this](ErrorCode error) { on_rings(error); });
}

// What is left after a share waits its turn behind ticks and requests.
void App::on_rings(ErrorCode error) {
    if (error || ending_)
        return;
    const auto more = service_.engine().consume();
    if (!more)
        spdlog::error("{}", more.error().text());
    if (more && *more)
        asio::post(io_, [this] { on_rings({}); });
    else
        wait_for_rings();
}

void App::wait_for_sas() {
    sas_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this](ErrorCode error) { on_sas(error); });
}

void App::on_sas(ErrorCode error) {
    if (error || ending_)
        return;
    if (service_.sas().consume())
        asio::post(io_, [this] { on_sas({}); });
    else
        wait_for_sas();
}

void App::wait_for_tick() {
    ticks_.expires_after(kTick);
    ticks_.async_wait([this](ErrorCode error) {
        if (!error && !ending_)
            on_tick();
    });
}

void App::on_tick() {
    service_.engine().tick();
    service_.mend();
    reports_->tick();
    tell_alive();
    wait_for_tick();
}

void App::wait_for_reload() {
    reloads_.async_wait([this](ErrorCode error, int) {
        if (!error && !ending_)
            on_reload();
    });
}

void App::on_reload() {
    spdlog::info("SIGHUP: reads {} again", service_.config().file);
    tell_reloading();
    service_.reload();
    tell_ready();
    wait_for_reload();
}

void App::wait_for_end() {
    signals_.async_wait([this](ErrorCode error, int signal) {
        if (!error)
            on_end(signal);
    });
}

// The first signal lets answers of the admin interface finish, the second does not.
void App::on_end(int signal) {
    if (std::exchange(ending_, true)) {
        io_.stop();
        return;
    }
    spdlog::info("signal {}: ends; what is attached goes on judging until `gmguard detach --all`",
                 signal);
    tell_ending();
    service_.end();
    doors_->stop();
    reports_->close();
    probes_->close();
    rings_.close();
    sas_.close();
    wait_for_end();
    drain(kDrains);
}

void App::drain(unsigned left) {
    if (left == 0 || doors_->connections() == 0) {
        io_.stop();
        return;
    }
    ticks_.expires_after(kDrain);
    ticks_.async_wait([this, left](ErrorCode error) {
        if (!error)
            drain(left - 1);
    });
}

void App::loop() {
    rings_.assign(::dup(service_.engine().epoll_fd()));
    sas_.assign(::dup(service_.sas().epoll_fd()));
    wait_for_end();
    wait_for_reload();
    wait_for_tick();
    on_rings({});
    on_sas({});
    spdlog::info("ready");
    tell_ready();
    io_.run();
    service_.finish();
}

} // namespace

Result<> run(config::Config config) {
    App app(std::move(config));
    if (auto started = app.start(); !started)
        return started;
    app.loop();
    return {};
}

} // namespace gmguard::app
