// SPDX-License-Identifier: BSD-2-Clause
#include "app/home_reports.hpp"

#include "app/fresh_names.hpp"
#include "feeds/clock.hpp"
#include "kernel/netns.hpp"

#include <boost/asio/buffer.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace gmguard::app {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

std::string core_netns(const config::Config& config) {
    const auto found = std::ranges::find(config.interfaces, GM_SIDE_CORE, &config::Interface::side);
    return found == config.interfaces.end() ? "" : found->netns;
}

udp::endpoint asio_of(const Endpoint& endpoint) {
    return {asio::ip::make_address(endpoint.address.text()), endpoint.port};
}

} // namespace

HomeReports::HomeReports(asio::io_context& io, const config::Config& config, admin::EventLog& log,
                         admin::ReportFigures& figures)
    : config_(config), log_(log), figures_(figures), webhook_(io.get_executor()), socket_(io),
      timer_(io) {
    figures_.home = {{"answered", 0}, {"no_answer", 0}, {"not_sent", 0}};
    tick();
}

void HomeReports::aim() {
    const auto& wanted = config_.reports.webhook;
    if (wanted == aimed_)
        return;
    aimed_ = wanted;
    webhook_.aim({{wanted.origin, wanted.token_file, {wanted.ca_file, "", ""}}, wanted.target});
}

void HomeReports::tick() {
    aim();
    figures_.webhook.reset();
    if (!aimed_.origin.empty())
        figures_.webhook = webhook_.counts();
}

void HomeReports::close() {
    ErrorCode ignored;
    socket_.close(ignored);
    timer_.cancel();
}

void HomeReports::report(const binding::Failure& failure, const admin::Event& event) {
    aim();
    webhook_.post(event);
    if (!config_.reports.entry)
        return;
    if (const auto opened = open(*config_.reports.entry); !opened)
        return not_sent(failure, opened.error());
    const auto request = begin(failure);
    if (!request)
        return not_sent(failure, request.error());
    told_ = false;
    send(*request);
    wait();
}

// Connected: what comes from elsewhere is not heard, and the kernel chooses the address to send
// from.
Result<> HomeReports::open(const Endpoint& entry) {
    if (socket_.is_open() && entry_ == entry)
        return {};
    const auto inside = kernel::InNetns::enter(core_netns(config_));
    if (!inside)
        return fail(inside.error());
    const auto to = asio_of(entry);
    udp::socket fresh(socket_.get_executor());
    ErrorCode error;
    fresh.open(to.protocol(), error);
    if (!error)
        fresh.connect(to, error);
    if (error)
        return fail(system_error(error.value(), "home.entry " + entry.text(), "cannot reach it"));
    socket_ = std::move(fresh);
    entry_ = entry;
    hear();
    return {};
}

Result<std::string> HomeReports::begin(const binding::Failure& failure) {
    const auto names = fresh_names();
    if (!names)
        return fail(names.error());
    ErrorCode error;
    const auto local = socket_.local_endpoint(error);
    const auto address = Address::parse(local.address().to_string());
    if (error || !address)
        return fail(system_error(error.value(), "report", "has no address of its own"));
    return reporter_.begin(failure, {*address, local.port()}, *names, feeds::Moment::now().ns);
}

// What cannot be sent now is sent again by its timers.
void HomeReports::send(const std::string& request) {
    ErrorCode ignored;
    socket_.send(asio::buffer(request), 0, ignored);
}

void HomeReports::hear() {
    socket_.async_receive(asio::buffer(buffer_), [this](ErrorCode error, std::size_t size) {
        if (error == asio::error::operation_aborted || !socket_.is_open())
            return;
        // Any other error is one that a packet of ours met (ICMP).
        if (!error)
            if (const auto report = reporter_.hear({buffer_.data(), size}))
                over(*report);
        hear();
    });
}

void HomeReports::wait() {
    const auto due = reporter_.due_ns();
    if (!due)
        return;
    const auto now = feeds::Moment::now().ns;
    timer_.expires_after(std::chrono::nanoseconds(*due > now ? *due - now : 0));
    timer_.async_wait([this](ErrorCode error) {
        if (!error)
            on_due();
    });
}

void HomeReports::on_due() {
    const auto due = reporter_.tick(feeds::Moment::now().ns);
    for (const auto& request : due.again)
        send(request);
    for (const auto& report : due.over)
        over(report);
    wait();
}

void HomeReports::over(const home::Reported& report) {
    ++figures_.home[report.status == 0 ? "no_answer" : "answered"];
    tell({"", report.status, "", report.impi, report.impu, report.call_id},
         report.status == 0
             ? "the home network does not answer the report"
             : fmt::format("the home network answers the report: {}", report.status));
}

// One that fails is followed by others: people are told once.
void HomeReports::not_sent(const binding::Failure& failure, const Error& error) {
    ++figures_.home["not_sent"];
    if (!std::exchange(told_, true))
        tell({"REGISTER", 0, "", failure.impi, failure.impu, ""}, "not reported: " + error.text());
}

void HomeReports::tell(admin::EventSip sip, std::string detail) {
    spdlog::info("{}: {}", sip.impi, detail);
    admin::Event event;
    event.time = feeds::Moment::now().wall;
    event.type = admin::EventType::reported;
    event.destination = config_.reports.entry;
    event.sip = std::move(sip);
    event.detail = std::move(detail);
    log_.append(std::move(event));
}

} // namespace gmguard::app
