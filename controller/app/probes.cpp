// SPDX-License-Identifier: BSD-2-Clause
#include "app/probes.hpp"

#include "app/fresh_names.hpp"
#include "app/speak_as.hpp"
#include "feeds/clock.hpp"
#include "kernel/netns.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace gmguard::app {
namespace {

// Answers that are told of one series: those to other requests count, too.
constexpr std::uint32_t kAnswers = 64;

} // namespace

// A probe is begun after the outcome that asks for it is carried out, not within it.
Probes::Probes(boost::asio::io_context& io, Engine& engine, const Interfaces& interfaces)
    : io_(io), engine_(engine), interfaces_(interfaces), timer_(io) {
    if (auto cleared = engine_.objects().maps().probes.clear(); !cleared)
        spdlog::warn("{}", cleared.error().text());
    engine_.on_probe([this](const binding::Probe& probe) {
        boost::asio::post(io_, [this, probe] { begin(probe); });
    });
    engine_.on_answer([this](const binding::Heard& heard) { hear(heard); });
}

void Probes::begin(const binding::Probe& probe) {
    const auto is_known = [](const Endpoint& end) {
        return !end.address.is_any() && end.port != 0;
    };
    const auto names = fresh_names();
    if (!names)
        return cannot_ask(probe.number, names.error());
    const auto question = prober_.begin(probe, *names, feeds::Moment::now().ns);
    if (!is_known(probe.phone) || !is_known(probe.pcscf))
        return cannot_ask(probe.number, {ErrorKind::not_found, 0, "phone " + probe.phone.text(),
                                         "no security association towards it is known", ""});
    if (const auto awaited = await(probe.subscriber); !awaited)
        return cannot_ask(probe.number, awaited.error());
    if (const auto sent = send(question); !sent)
        return cannot_ask(probe.number, sent.error());
    told_.clear();
    wait();
}

// Its answers are told from now on, up to a second after the series.
Result<> Probes::await(std::uint64_t subscriber) {
    const gm_probe probe{feeds::Moment::now().ns + probe::kSeries + binding::kSecond, kAnswers, 0};
    return engine_.objects().maps().probes.put(subscriber, probe);
}

// From the namespace that has the P-CSCF's address.
Result<> Probes::send(const probe::Question& question) {
    Result<> failed = fail(ErrorKind::not_found, "phone " + question.phone.text(),
                           "no Gm interface is guarded that leads there");
    for (const auto& netns : interfaces_.namespaces()) {
        const auto inside = kernel::InNetns::enter(netns);
        const auto sent = inside ? send_as(question.pcscf, question.phone, question.text)
                                 : Result<bool>(fail(inside.error()));
        if (!sent) {
            failed = fail(sent.error());
            continue;
        }
        if (*sent && !std::exchange(lost_, true))
            engine_.alarm("a datagram for " + question.pcscf.text() +
                          " was lost to a probe: bind the P-CSCF's socket to its address");
        return {};
    }
    return failed;
}

// Told once, until one can be asked again.
void Probes::cannot_ask(std::uint64_t number, const Error& error) {
    if (std::exchange(told_, error.text()) != error.text())
        engine_.alarm("cannot ask a phone whether it is there, so it keeps its selector: " +
                      error.text());
    if (const auto ended = prober_.give_up(number))
        end(*ended);
    else
        engine_.learn(binding::Probed{feeds::Moment::now().ns, number, true});
}

void Probes::hear(const binding::Heard& heard) {
    if (const auto ended = prober_.hear(heard))
        end(*ended);
}

void Probes::end(const probe::Ended& ended) {
    if (const auto erased = engine_.objects().maps().probes.erase(ended.subscriber); !erased)
        spdlog::warn("{}", erased.error().text());
    engine_.learn(binding::Probed{feeds::Moment::now().ns, ended.number, ended.answered});
}

void Probes::wait() {
    const auto due = prober_.due_ns();
    if (!due)
        return;
    const auto now = feeds::Moment::now().ns;
    timer_.expires_after(std::chrono::nanoseconds(*due > now ? *due - now : 0));
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error)
            on_due();
    });
}

void Probes::on_due() {
    const auto due = prober_.tick(feeds::Moment::now().ns);
    for (const auto& question : due.again)
        if (const auto sent = send(question); !sent)
            cannot_ask(question.number, sent.error());
    for (const auto& ended : due.over)
        end(ended);
    wait();
}

} // namespace gmguard::app
