// SPDX-License-Identifier: BSD-2-Clause
#include "app/app.hpp"

#include "admin/api.hpp"
#include "admin/http.hpp"
#include "app/engine.hpp"
#include "app/guard.hpp"
#include "app/interfaces.hpp"
#include "app/names.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include <unistd.h>

namespace gmguard::app {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kEvents = 10'000; // kept for GET /v1/events
constexpr auto kTick = std::chrono::seconds(1);
constexpr unsigned kMendTicks = 5; // how often interfaces and addresses are looked at

// Ids grow over restarts too.
std::uint64_t first_event_id() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

class App {
  public:
    explicit App(config::Config config)
        : config_(std::move(config)), names_(config_), log_(kEvents, first_event_id()) {}

    [[nodiscard]] Result<> start();
    void loop();

  private:
    [[nodiscard]] Result<> open();
    [[nodiscard]] Result<> attach();
    [[nodiscard]] Result<> serve();
    void wait_for_rings();
    void on_rings(boost::system::error_code error);
    void wait_for_tick();
    void on_tick();
    void mend();

    config::Config config_;
    Names names_;
    admin::EventLog log_;
    asio::io_context io_{1};
    asio::posix::stream_descriptor rings_{io_};
    asio::steady_timer ticks_{io_};
    asio::signal_set signals_{io_, SIGTERM, SIGINT};
    std::optional<kernel::PinLock> lock_;
    std::unique_ptr<Engine> engine_;
    std::optional<Interfaces> interfaces_;
    std::optional<Guard> guard_;
    std::optional<admin::Api> api_;
    std::unique_ptr<admin::HttpServer> server_;
    std::vector<Address> hosts_;
    unsigned tick_count_ = 0;
};

Result<> App::open() {
    auto objects =
        kernel::Objects::open_pinned(config_.pins, kernel::Sizes::of(config_.limits.bindings));
    if (!objects)
        return fail(std::move(objects.error()));
    if (!objects->load_log().empty())
        spdlog::warn("while loading: {}", objects->load_log());
    spdlog::info("{} {}", objects->adopted() ? "adopted" : "made", config_.pins);
    auto engine = Engine::make(config_, std::move(*objects), log_, names_);
    if (!engine)
        return fail(std::move(engine.error()));
    engine_ = std::move(*engine);
    interfaces_.emplace(engine_->objects());
    names_.know(*interfaces_, *engine_);
    return {};
}

// Tables before programs: nothing is judged by a table that is not there yet.
Result<> App::attach() {
    if (auto filled = engine_->fill({}); !filled)
        return filled;
    for (const auto& error : interfaces_->adopt())
        spdlog::warn("{}", error.text());
    for (const auto& interface : config_.interfaces) {
        if (auto put = interfaces_->put(interface); !put)
            return put;
        spdlog::info("interface {}: {} side", interface.name,
                     interface.side == GM_SIDE_GM ? "gm" : "core");
    }
    if (auto settled = interfaces_->settle(); !settled)
        return settled;
    hosts_ = interfaces_->host_addresses();
    if (auto filled = engine_->fill(hosts_); !filled)
        return filled;
    const auto& objects = engine_->objects();
    if (auto cgroup = config_.cgroup.wanted ? kernel::attach_cgroup(objects, config_.cgroup.path)
                                            : kernel::detach_cgroup(config_.pins);
        !cgroup)
        return cgroup;
    return kernel::pin_show(objects);
}

Result<> App::serve() {
    guard_.emplace(config_, *engine_, *interfaces_, log_);
    api_.emplace(*guard_, log_);
    auto server = admin::HttpServer::listen(
        io_, "unix:" + config_.admin_socket,
        [this](const admin::Request& request) { return api_->handle(request); });
    if (!server)
        return fail(std::move(server.error()));
    server_ = std::move(*server);
    return {};
}

Result<> App::start() {
    auto lock = kernel::PinLock::take(config_.pins);
    if (!lock)
        return fail(std::move(lock.error()));
    lock_ = std::move(*lock);
    if (auto opened = open(); !opened)
        return opened;
    auto started = attach();
    if (started)
        started = engine_->listen();
    if (started)
        started = serve();
    if (!started && !engine_->objects().adopted())
        (void)kernel::remove_all(config_.pins);
    return started;
}

void App::wait_for_rings() {
    rings_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [this](boost::system::error_code error) { on_rings(error); });
}

// What is left after a share waits its turn behind ticks and requests.
void App::on_rings(boost::system::error_code error) {
    if (error)
        return;
    const auto more = engine_->consume();
    if (!more)
        spdlog::error("{}", more.error().text());
    if (more && *more)
        asio::post(io_, [this] { on_rings({}); });
    else
        wait_for_rings();
}

void App::wait_for_tick() {
    ticks_.expires_after(kTick);
    ticks_.async_wait([this](boost::system::error_code error) {
        if (!error)
            on_tick();
    });
}

void App::on_tick() {
    engine_->tick();
    if (++tick_count_ % kMendTicks == 0)
        mend();
    wait_for_tick();
}

void App::mend() {
    for (const auto& name : interfaces_->mend()) {
        spdlog::warn("interface {} had lost its programs; they are attached again", name);
        admin::Event event;
        event.time = feeds::Moment::now().wall;
        event.interface = name;
        event.detail = "had lost its programs; they are attached again";
        log_.append(std::move(event));
    }
    const auto hosts = interfaces_->host_addresses();
    if (hosts == hosts_)
        return;
    if (const auto filled = engine_->fill(hosts); !filled)
        spdlog::error("{}", filled.error().text());
    hosts_ = hosts;
}

void App::loop() {
    rings_.assign(::dup(engine_->epoll_fd()));
    signals_.async_wait([this](boost::system::error_code error, int signal) {
        if (error)
            return;
        spdlog::info("signal {}: ends; what is attached stays so and goes on judging "
                     "(`gmguard detach` removes it)",
                     signal);
        server_->stop();
        io_.stop();
    });
    wait_for_tick();
    on_rings({});
    spdlog::info("ready");
    io_.run();
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
