// SPDX-License-Identifier: BSD-2-Clause
// Tells the home network, and the webhook, of registrations that ended with their timer (D.2.2).
// The home network is told from where the core is: the network namespace of the interface on its
// side, or the daemon's own.
#pragma once

#include "admin/event_log.hpp"
#include "admin/report_figures.hpp"
#include "admin/webhook.hpp"
#include "config/config.hpp"
#include "home/reporter.hpp"

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <optional>
#include <string>

namespace gmguard::app {

class HomeReports {
  public:
    // All outlive it. Changes of `config` count from the next report on.
    HomeReports(boost::asio::io_context& io, const config::Config& config, admin::EventLog& log,
                admin::ReportFigures& figures);

    // `event` is the log's.
    void report(const binding::Failure& failure, const admin::Event& event);
    // Once a second: the figures, and the webhook of the configuration.
    void tick();
    void close();

  private:
    using ErrorCode = boost::system::error_code;

    [[nodiscard]] Result<> open(const Endpoint& entry);
    [[nodiscard]] Result<std::string> begin(const binding::Failure& failure);
    void send(const std::string& request);
    void hear();
    void wait();
    void on_due();
    void over(const home::Reported& report);
    void not_sent(const binding::Failure& failure, const Error& error);
    void tell(admin::EventSip sip, std::string detail);
    void aim();

    const config::Config& config_;
    admin::EventLog& log_;
    admin::ReportFigures& figures_;
    home::Reporter reporter_;
    admin::Webhook webhook_;
    config::Webhook aimed_;
    boost::asio::ip::udp::socket socket_;
    boost::asio::steady_timer timer_;
    std::optional<Endpoint> entry_; // that the socket is connected to
    std::array<char, 65536> buffer_{};
    bool told_ = false; // that one could not be sent, since one could
};

} // namespace gmguard::app
