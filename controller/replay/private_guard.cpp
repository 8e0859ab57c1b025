// SPDX-License-Identifier: BSD-2-Clause
#include "replay/private_guard.hpp"

#include "kernel/apply.hpp"
#include "kernel/host_run.hpp"
#include "kernel/netns.hpp"
#include "kernel/tables.hpp"
#include "kernel/test_run.hpp"
#include "replay/frame.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace gmguard::replay {
namespace {

// The most that BPF_PROG_TEST_RUN is given for gm_front: the longest IPv4 datagram behind its tags.
// What a capture with receive offload has beyond that is TCP payload, which gm_front does not read.
constexpr std::size_t kFrontMax = 14 + 2 * 4 + 65535;
// Where BPF_PROG_TEST_RUN lets packets come by: in every namespace.
constexpr unsigned kLoopback = 1;
constexpr std::uint64_t kTickNs = 1'000'000'000;

binding::Rules rules_of(const config::Config& config, std::uint32_t bindings) {
    const auto sizes = kernel::Sizes::of(bindings);
    binding::Rules rules;
    rules.profile = config::profile_of(config);
    rules.believes_core = !config.core.peers.empty();
    rules.bindings = sizes.bindings;
    rules.identities = sizes.identities;
    rules.challenges = sizes.challenges;
    return rules;
}

// A capture has no interfaces, so an address of "this host" (loopback) is like any other in it; and
// every report is wanted, for it is what says the reason.
kernel::Tables tables_of(const config::Config& config, const kernel::HashKey& key) {
    kernel::Tables tables = kernel::tables(config, {}, key);
    std::erase_if(tables.peers, [](const auto& peer) { return peer.second == GM_PEER_HOST; });
    tables.settings.peers = static_cast<__u32>(tables.peers.size());
    tables.settings.events = {std::numeric_limits<__u32>::max(), std::numeric_limits<__u32>::max()};
    tables.settings.tap_front = 0;
    kernel::be_strict(tables); // nobody can be asked whether he is there
    return tables;
}

Error with_hint(Error error) {
    if (error.code == EPERM || error.code == EACCES)
        error.hint = "loading BPF programs needs privileges: run it with sudo";
    return error;
}

kernel::HostPacket host_packet(Judge::View packet, const Layers& at, const gm_iface_key& device,
                               const kernel::Opened& opened) {
    return {std::as_bytes(packet.subspan(at.network, at.end - at.network)), device, opened};
}

} // namespace

PrivateGuard::PrivateGuard(const config::Config& config, const kernel::HashKey& key,
                           kernel::Objects objects)
    : config_(config), key_(key), objects_(std::move(objects)), hasher_(key),
      policy_(
          hasher_, [this](Address source) { return config::key_form(config_, source); },
          rules_of(config, objects_.maps().bindings.raw().max_entries())) {}

Result<std::unique_ptr<PrivateGuard>> PrivateGuard::open(const config::Config& config,
                                                         std::uint32_t bindings) {
    const auto key = kernel::random_key();
    if (!key)
        return fail(key.error());
    auto objects =
        kernel::Objects::open_private(kernel::Sizes::of(bindings), kernel::Streams::without);
    if (!objects)
        return fail(with_hint(std::move(objects.error())));
    const auto device = kernel::own_device(kLoopback);
    if (!device)
        return fail(device.error());
    std::unique_ptr<PrivateGuard> guard(new PrivateGuard(config, *key, std::move(*objects)));
    guard->device_ = *device;
    auto rings =
        kernel::Rings::open(guard->objects_, [self = guard.get()](const kernel::Record& record) {
            self->read(record);
        });
    if (!rings)
        return fail(rings.error());
    guard->rings_ = std::move(*rings);
    if (const auto configured = guard->configure(config); !configured)
        return fail(configured.error());
    return guard;
}

Result<> PrivateGuard::configure(const config::Config& config) {
    config_ = config;
    const kernel::Tables tables = tables_of(config, key_);
    const std::uint64_t now_ns = settings_.clock_ns;
    settings_ = tables.settings;
    settings_.clock_ns = now_ns;
    if (auto filled = kernel::fill(objects_.maps(), tables); !filled)
        return filled;
    return write_clock();
}

Result<> PrivateGuard::write_clock() {
    settings_.heartbeat_ns = settings_.clock_ns;
    return kernel::write_settings(objects_.maps(), settings_);
}

Result<> PrivateGuard::set_clock(std::uint64_t now_ns) {
    if (now_ns == settings_.clock_ns)
        return {};
    settings_.clock_ns = now_ns;
    if (auto written = write_clock(); !written)
        return written;
    return now_ns >= ticked_ns_ + kTickNs ? tick() : Result<>{};
}

Result<> PrivateGuard::tick() {
    ticked_ns_ = settings_.clock_ns;
    for (const gm_selector& selector : policy_.watched()) {
        const auto binding = objects_.maps().bindings.lookup(selector);
        if (!binding)
            return fail(binding.error());
        if (*binding)
            if (auto told =
                    carry_out(binding::Seen{ticked_ns_, selector, (*binding)->last_seen_ns});
                !told)
                return told;
    }
    return carry_out(binding::Tick{ticked_ns_});
}

Result<> PrivateGuard::carry_out(const binding::Event& event) {
    return kernel::apply(objects_.maps(), policy_.handle(event).operations);
}

Result<> PrivateGuard::hear(const kernel::Record& record) {
    const auto tap = ear_.hear(record);
    if (!tap)
        return {};
    return *tap == binding::Tap::leaving ? hear_offer(ear_.heard()) : hear(*tap, ear_.heard());
}

Result<> PrivateGuard::hear(binding::Tap tap, const binding::Heard& heard) {
    binding::Outcome outcome;
    policy_.hear(tap, heard, outcome);
    return kernel::apply(objects_.maps(), outcome.operations);
}

// The P-CSCF had an association of that number for another phone: that is over, or it would not
// offer it. The new ones it has from now on.
Result<> PrivateGuard::hear_offer(const binding::Heard& answer) {
    const Address pcscf = answer.source.address;
    std::vector<std::uint32_t> numbers;
    for (const auto& mechanism : answer.message.security_server)
        for (const auto& spi : {mechanism.spi_c, mechanism.spi_s})
            if (spi)
                numbers.push_back(*spi);
    for (const std::uint32_t spi : numbers) {
        const auto there = policy_.spi(pcscf, spi, answer.now_ns);
        if (there && there->source.address != answer.destination.address)
            if (auto done = carry_out(binding::SaRemoved{answer.now_ns, pcscf, spi}); !done)
                return done;
    }
    if (auto done = hear(binding::Tap::leaving, answer); !done)
        return done;
    for (const std::uint32_t spi : numbers) {
        const auto there = policy_.spi(pcscf, spi, answer.now_ns);
        if (there && there->state == GM_SPI_OFFERED)
            if (auto done = carry_out(
                    binding::SaInstalled{answer.now_ns, pcscf, spi, there->source, 0, false});
                !done)
                return done;
    }
    return {};
}

Result<> PrivateGuard::bind(const binding::Add& binding) {
    const auto outcome = policy_.add(binding);
    return outcome ? kernel::apply(objects_.maps(), outcome->operations) : fail(outcome.error());
}

Result<> PrivateGuard::set_side(gm_side side) {
    if (side_ == side)
        return {};
    gm_iface iface{};
    iface.side = side;
    if (auto put = objects_.maps().ifaces.put(device_, iface); !put)
        return put;
    side_ = side;
    return {};
}

void PrivateGuard::read(const kernel::Record& record) {
    if (record.ring == kernel::Ring::events) {
        // A segment may have several messages.
        if (record.head.verdict > judgement_.verdict) {
            judgement_ = {record.head.verdict, record.head.reason};
            refused_ = record.message;
        }
        return;
    }
    told_.push_back({record, std::string(record.message)});
}

Result<> PrivateGuard::read_rings() {
    for (bool more = true; more;) {
        const auto consumed = rings_->consume();
        if (!consumed)
            return fail(consumed.error());
        more = consumed->more;
    }
    for (auto& [record, message] : std::exchange(told_, {})) {
        record.message = message;
        if (auto done = hear(record); !done)
            return done;
    }
    return {};
}

// What the program returned, and what its records said of it.
Result<Judgement> PrivateGuard::settle(kernel::Program program, std::uint32_t code) {
    if (const auto read = read_rings(); !read)
        return fail(read.error());
    const bool passes = kernel::passes(program, code);
    if (passes != (judgement_.verdict != GM_VERDICT_DROP))
        return fail(ErrorKind::system, "program " + std::string(kernel::name(program)),
                    "its verdict and its report differ");
    return judgement_;
}

Result<Judgement> PrivateGuard::run(kernel::Program program, View packet) {
    judgement_ = {};
    kernel::TestPacket test;
    test.frame = std::as_bytes(packet);
    const auto verdict = kernel::test_run(objects_, program, test);
    if (!verdict)
        return fail(verdict.error());
    return settle(program, verdict->code);
}

Result<Judgement> PrivateGuard::run_on_host(View packet, const kernel::Opened& opened) {
    judgement_ = {};
    const auto at = layers(packet);
    if (!at)
        return judgement_;
    const auto code = kernel::host_run(objects_, host_packet(packet, *at, device_, opened),
                                       [this](const kernel::Record& record) { read(record); });
    if (!code)
        return fail(code.error());
    return settle(kernel::Program::inside, *code);
}

// What gm_answers and gm_onward, which refuse nothing, would have sent of a message too long to run
// through them here.
Result<> PrivateGuard::hear_long(gm_hook hook, View packet) {
    const auto at = layers(packet);
    const auto found = at ? ports(packet, *at) : std::nullopt;
    if (!found)
        return {};
    kernel::Record record{};
    record.ring = kernel::Ring::core;
    record.message = payload(packet, *at);
    record.head.hook = hook;
    record.head.time_ns = settings_.clock_ns;
    record.head.source = record.head.inner = at->source.value();
    record.head.destination = at->destination.value();
    record.head.source_port = found->source;
    record.head.destination_port = found->destination;
    record.head.length = record.head.full_length = static_cast<__u32>(record.message.size());
    read(record);
    return read_rings();
}

Result<Judgement> PrivateGuard::front(View packet) {
    return run(kernel::Program::front, packet.first(std::min(packet.size(), kFrontMax)));
}

Result<Judgement> PrivateGuard::inside(View packet, gm_side side, const kernel::Opened& opened) {
    if (const auto set = set_side(side); !set)
        return fail(set.error());
    if (opened.spi != 0 || packet.size() > kernel::kTestRunMax)
        return run_on_host(packet, opened);
    return run(kernel::Program::inside, packet);
}

Result<Spoken> PrivateGuard::stream(View packet, gm_side side, const kernel::Opened& opened,
                                    kernel::HostSocket& socket) {
    if (const auto set = set_side(side); !set)
        return fail(set.error());
    judgement_ = {};
    refused_.clear();
    const auto at = layers(packet);
    if (!at)
        return Spoken{};
    const auto code = kernel::host_run(objects_, host_packet(packet, *at, device_, opened), socket,
                                       [this](const kernel::Record& record) { read(record); });
    if (!code)
        return fail(code.error());
    const auto judgement = settle(kernel::Program::stream, *code);
    if (!judgement)
        return fail(judgement.error());
    return Spoken{*judgement, std::exchange(refused_, {})};
}

std::optional<sip::SecurityMechanism> PrivateGuard::association(Address pcscf, std::uint32_t spi) {
    const auto known = policy_.spi(pcscf, spi, settings_.clock_ns);
    return known ? known->negotiated : std::nullopt;
}

Result<Judgement> PrivateGuard::answers(View packet) {
    if (packet.size() <= kernel::kTestRunMax)
        return run(kernel::Program::answers, packet);
    const auto heard = hear_long(GM_HOOK_ANSWERS, packet);
    return heard ? Result<Judgement>{} : fail(heard.error());
}

Result<> PrivateGuard::onward(View packet) {
    if (packet.size() > kernel::kTestRunMax)
        return hear_long(GM_HOOK_ONWARD, packet);
    const auto judged = run(kernel::Program::onward, packet);
    return judged ? Result<>{} : fail(judged.error());
}

} // namespace gmguard::replay
