// SPDX-License-Identifier: BSD-2-Clause
// Asks phones whether they are there, for the policy, and tells it what came of it.
//
// How a phone is asked without the P-CSCF's help: the OPTIONS leaves from the P-CSCF's own
// protected port (speak_as.hpp), so that the kernel encrypts it by the association that the P-CSCF
// would use; the answer comes to the P-CSCF's socket, which has no transaction for it and drops it,
// and gm_inside tells of it on the way (gm_probes). Where a phone cannot be asked, nothing is
// known, and it keeps what it has.
#pragma once

#include "app/engine.hpp"
#include "app/interfaces.hpp"
#include "probe/prober.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>

namespace gmguard::app {

class Probes {
  public:
    // All outlive it.
    Probes(boost::asio::io_context& io, Engine& engine, const Interfaces& interfaces);

    void close() { timer_.cancel(); }

  private:
    void begin(const binding::Probe& probe);
    void hear(const binding::Heard& heard);
    [[nodiscard]] Result<> await(std::uint64_t subscriber);
    [[nodiscard]] Result<> send(const probe::Question& question);
    void cannot_ask(std::uint64_t number, const Error& error);
    void end(const probe::Ended& ended);
    void wait();
    void on_due();

    boost::asio::io_context& io_;
    Engine& engine_;
    const Interfaces& interfaces_;
    probe::Prober prober_;
    boost::asio::steady_timer timer_;
    std::string told_;  // why none could be asked, since one could
    bool lost_ = false; // an alarm says that datagrams may be lost
};

} // namespace gmguard::app
