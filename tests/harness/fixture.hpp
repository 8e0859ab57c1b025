// SPDX-License-Identifier: BSD-2-Clause
// The programs in a small world of their own, for packets through BPF_PROG_RUN:
//
//   192.0.2.1, 2001:db8::1   5060 unprotected, 6100 protected; IPsec ends before this host
//   192.0.2.2, 2001:db8::2   5060 unprotected, 6101 protected by ESP on this host
//   203.0.113.1:5060         the P-CSCF's socket to the core; 198.51.100.2 is the core
//
// Every check enforced, no limits, any home domain, the key of a binding is the pair. Packets come
// by the loopback interface, which is Gm's side. The clock stands at kNow.
#pragma once

#include "config/config.hpp"
#include "harness/packet.hpp"
#include "harness/sip_text.hpp"
#include "kernel/hasher.hpp"
#include "kernel/netns.hpp"
#include "kernel/rings.hpp"
#include "kernel/tables.hpp"
#include "kernel/test_run.hpp"

#include <unistd.h>

#include <array>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gmguard::test {

using kernel::Program;
using kernel::Ring;

inline constexpr std::uint64_t kSecond = 1'000'000'000, kNow = 5'000 * kSecond;
inline constexpr unsigned kLoopback = 1;
inline constexpr std::uint16_t kClear = 5060, kProtected = 6100, kEsp = 6101;

template <typename T> T value_of(Result<T> result) {
    if (!result)
        throw std::runtime_error(result.error().text());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

inline const std::array<std::string_view, GM_REASON_COUNT>& reason_names() {
#define GM_REASON_NAME(number, name, check, when, text) out[number] = #name;
    static const auto names = [] {
        std::array<std::string_view, GM_REASON_COUNT> out{"none"};
        GM_REASONS(GM_REASON_NAME)
        return out;
    }();
#undef GM_REASON_NAME
    return names;
}

inline gm_check check_of(gm_reason reason) {
#define GM_REASON_CHECK(number, name, check, when, text) {GM_REASON_##name, GM_CHECK_##check},
    static const std::map<gm_reason, gm_check> checks{GM_REASONS(GM_REASON_CHECK)};
#undef GM_REASON_CHECK
    return checks.at(reason);
}

inline std::string hex(const Bytes& bytes, std::size_t most = 2048) {
    std::string out;
    char text[8];
    for (std::size_t i = 0; i < bytes.size() && i < most; ++i) {
        std::snprintf(text, sizeof text, "%s%02x", i % 32 ? " " : "\n", bytes[i]);
        out += text;
    }
    return out + (bytes.size() > most ? " ..." : "");
}

// What a program did with one packet, by its verdict, its counters and its rings.
struct Outcome {
    struct Message {
        Ring ring;
        gm_record head;
        std::string text;
    };
    bool passed = false;
    gm_verdict verdict = GM_VERDICT_PASS;
    gm_reason reason = GM_REASON_none;
    unsigned counted = 0; // times that the packet was counted as passed or dropped
    std::vector<Message> messages;

    [[nodiscard]] std::vector<const Message*> in(Ring ring) const {
        std::vector<const Message*> out;
        for (const auto& message : messages)
            if (message.ring == ring)
                out.push_back(&message);
        return out;
    }
    // "pass", "pass (would_drop malformed)", "drop malformed"
    [[nodiscard]] std::string text() const {
        const std::string name(reason_names()[reason]);
        if (verdict == GM_VERDICT_WOULD_DROP)
            return std::string(passed ? "pass" : "drop") + " (would_drop " + name + ")";
        return passed ? "pass" : "drop " + name;
    }
};

// Who is bound to what.
struct Binding {
    Phone phone = {};
    std::vector<std::string> impus = {}; // besides phone.impu()
    std::uint64_t subscriber = 1;
    gm_binding_state state = GM_STATE_BOUND;
    std::uint64_t expires_ns = kNow + 600 * kSecond;
    gm_key_form form = {128, 1};
    std::uint16_t server_port = 0; // not 0: its own, bound like phone.port
};

class Guard {
  public:
    Guard() : objects_(open()), hasher_(kKey), rings_(open_rings()) { reset(); }

    // One for all tests of a process: programs take half a second to load. The world is as at
    // first.
    static Guard& fresh() {
        static Guard guard;
        guard.reset();
        return guard;
    }

    [[nodiscard]] const kernel::Maps& maps() const { return objects_.maps(); }
    [[nodiscard]] const kernel::Objects& objects() const { return objects_; }
    [[nodiscard]] const kernel::Hasher& hasher() const { return hasher_; }

    // The world by another configuration; what is bound stays.
    void configure(const std::function<void(config::Config&)>& change) {
        config_ = world();
        change(config_);
        fill();
    }
    void settings(const std::function<void(gm_settings&)>& change) {
        auto settings = value_of(kernel::read_settings(maps()));
        change(settings);
        value_of(kernel::write_settings(maps(), settings));
    }
    void clock(std::uint64_t now) {
        settings([now](gm_settings& s) { s.clock_ns = now; });
    }
    // Of every listener and mark.
    void mode(gm_check check, gm_mode mode) {
        each_listener([&](gm_listener& l) { reinterpret_cast<gm_mode*>(&l.modes)[check] = mode; });
    }
    void mode_of_all(gm_mode mode) {
        for (int check = 0; check < GM_CHECK_COUNT; ++check)
            this->mode(static_cast<gm_check>(check), mode);
    }
    void side(gm_side side) {
        gm_iface iface{};
        iface.side = side;
        value_of(maps().ifaces.put(value_of(kernel::own_device(kLoopback)), iface));
    }
    void forget_side() { value_of(maps().ifaces.erase(value_of(kernel::own_device(kLoopback)))); }

    [[nodiscard]] gm_selector selector(const Binding& b) const {
        gm_selector key{};
        key.address = Address::parse(b.phone.address)->masked(b.form.bits).value();
        key.port = b.form.with_port ? b.phone.port : 0;
        key.bits = static_cast<__u16>(b.form.bits);
        return key;
    }
    void bind(const Binding& b) {
        gm_binding value{};
        if (b.server_port != 0) {
            value.client_port = b.phone.port;
            value.server_port = b.server_port;
        }
        value.user = hasher_.impi(b.phone.impi());
        value.identity = hasher_.identity(b.phone.impu());
        value.subscriber = b.subscriber;
        value.expires_ns = b.expires_ns;
        value.state = b.state;
        b.phone.impi().copy(value.impi, sizeof value.impi - 1);
        b.phone.impu().copy(value.impu, sizeof value.impu - 1);
        b.phone.place().copy(value.selector, sizeof value.selector - 1);
        value_of(maps().bindings.put(selector(b), value));
        if (b.server_port != 0) {
            auto second = selector(b);
            second.port = b.server_port;
            value_of(maps().bindings.put(second, value));
        }
        own(b.phone.impu(), b.subscriber, b.expires_ns);
        for (const auto& impu : b.impus)
            own(impu, b.subscriber, b.expires_ns);
    }
    // It speaks there, and nobody is known to be bound.
    void adopt(const Phone& phone) {
        gm_binding value{};
        value.user = 1;
        value.subscriber = 1;
        value.state = GM_STATE_ADOPTED;
        value_of(maps().bindings.put(selector({.phone = phone}), value));
    }
    // That source was sent this nonce, and named these ports.
    void challenge(const Phone& phone, const std::string& nonce,
                   std::uint64_t expires_ns = kNow + 60 * kSecond, unsigned bits = 128,
                   std::uint16_t client_port = 0, std::uint16_t server_port = 0) {
        gm_challenge_key key{};
        key.address = Address::parse(phone.address)->masked(bits).value();
        key.nonce = hasher_.nonce(nonce);
        gm_challenge value{};
        value.user = hasher_.impi(phone.impi());
        value.expires_ns = expires_ns;
        value.client_port = client_port;
        value.server_port = server_port;
        value_of(maps().challenges.put(key, value));
    }

    // The P-CSCF has an association for that SPI.
    void associate(const char* pcscf, std::uint32_t spi, const gm_spi& value) {
        value_of(maps().spis.put({Address::parse(pcscf)->value(), spi, 0, 0}, value));
    }

    Outcome run(Program program, const Bytes& frame, unsigned ingress = 0) {
        zero_counters();
        const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(frame.data()),
                                               frame.size()};
        const auto verdict = value_of(
            kernel::test_run(objects_, program, {.frame = bytes, .ingress_ifindex = ingress}));
        Outcome outcome;
        outcome.passed = kernel::passes(program, verdict.code);
        read_counters(program, outcome);
        messages_ = &outcome.messages;
        while (value_of(rings_.consume()).more)
            ;
        return outcome;
    }
    Outcome run(Program program, const Packet& packet) { return run(program, bytes(packet)); }

    [[nodiscard]] gm_losses losses() const { return value_of(maps().losses.sum(0)); }

    void reset() {
        clear_tables();
        config_ = world();
        fill();
        side(GM_SIDE_GM);
        value_of(maps().losses.zero(0));
        messages_ = nullptr;
        while (value_of(rings_.consume()).more)
            ;
    }

    static config::Config world() {
        config::Config config;
        config.mode = GM_MODE_ENFORCE;
        config.listeners = {listener("v4", "192.0.2.1", kProtected, GM_PROTECTION_TERMINATED),
                            listener("v6", "2001:db8::1", kProtected, GM_PROTECTION_TERMINATED),
                            listener("esp4", "192.0.2.2", kEsp, GM_PROTECTION_ESP),
                            listener("esp6", "2001:db8::2", kEsp, GM_PROTECTION_ESP)};
        config.core.peers = {*Prefix::parse("198.51.100.2"), *Prefix::parse("2001:db8:c::2")};
        config.core.listeners = {*Endpoint::parse("203.0.113.1:5060")};
        config.limits.fragments = {};
        config.limits.events = {1'000'000'000, 1'000'000'000};
        return config;
    }

  private:
    static constexpr kernel::HashKey kKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    static constexpr unsigned kCounters = 6; // no listener, and those of the world

    static config::Listener listener(const char* name, const char* address, std::uint16_t port,
                                     gm_protection protection) {
        config::Listener out;
        out.name = name;
        out.address = *Address::parse(address);
        out.unprotected_ports = {kClear};
        out.protected_ports = {port};
        out.protection = protection;
        return out;
    }
    static kernel::Objects open() {
        if (::geteuid() != 0)
            throw std::runtime_error("needs root: the programs are loaded into the kernel");
        return value_of(
            kernel::Objects::open_private(kernel::Sizes::of(10'000), kernel::Streams::without));
    }
    kernel::Rings open_rings() {
        return value_of(kernel::Rings::open(objects_, [this](const kernel::Record& record) {
            if (messages_)
                messages_->push_back({record.ring, record.head, std::string(record.message)});
        }));
    }
    void clear_tables() {
        value_of(maps().bindings.clear());
        value_of(maps().owners.clear());
        value_of(maps().challenges.clear());
        value_of(maps().spis.clear());
        value_of(maps().graces.clear());
        value_of(maps().buckets.clear());
        value_of(maps().pinholes.clear());
        value_of(maps().probes.clear());
    }
    void fill() {
        const std::array hosts{*Address::parse("192.0.2.1"), *Address::parse("2001:db8::1")};
        value_of(kernel::fill(maps(), kernel::tables(config_, hosts, kKey)));
        clock(kNow);
    }
    void each_listener(const std::function<void(gm_listener&)>& change) {
        std::vector<std::pair<gm_listener_key, gm_listener>> all;
        value_of(
            maps().listeners.for_each([&](const gm_listener_key& key, const gm_listener& value) {
                all.emplace_back(key, value);
            }));
        for (auto& [key, value] : all) {
            change(value);
            value_of(maps().listeners.put(key, value));
        }
        value_of(kernel::forget_listeners(maps()));
    }
    void own(const std::string& impu, std::uint64_t subscriber, std::uint64_t expires_ns) {
        const gm_u128 identity = hasher_.identity(impu);
        if (const auto old = value_of(maps().owners.lookup(identity)); old)
            value_of(maps().owners.put(gm_beside_owner(identity, old->subscriber),
                                       {old->subscriber, GM_OWNER_BESIDE}));
        value_of(maps().owners.put(identity, {subscriber, expires_ns}));
    }
    void zero_counters() {
        for (unsigned id = 0; id < kCounters; ++id)
            value_of(maps().counters.zero(id));
    }
    static const gm_hook_counts& hook(const gm_counters& counters, Program program) {
        return program == Program::front    ? counters.front
               : program == Program::inside ? counters.inside
                                            : counters.answers;
    }
    // One packet leaves by one door: at most one count of each kind, over all listeners.
    void read_counters(Program program, Outcome& outcome) {
        for (unsigned id = 0; id < kCounters; ++id) {
            const auto counters = value_of(maps().counters.sum(id));
            const auto& counts = hook(counters, program);
            const auto* packets = reinterpret_cast<const __u64*>(&counts.packets);
            const auto* would = reinterpret_cast<const __u64*>(&counts.would_drop);
            for (int reason = 0; reason < GM_REASON_COUNT; ++reason) {
                outcome.counted += static_cast<unsigned>(packets[reason]);
                if (packets[reason] != 0 && reason != GM_REASON_none)
                    note(outcome, GM_VERDICT_DROP, reason);
                if (would[reason] != 0)
                    note(outcome, GM_VERDICT_WOULD_DROP, reason);
            }
        }
    }
    static void note(Outcome& outcome, gm_verdict verdict, int reason) {
        if (outcome.verdict != GM_VERDICT_PASS)
            throw std::logic_error("one packet has two reasons");
        outcome.verdict = verdict;
        outcome.reason = static_cast<gm_reason>(reason);
    }

    kernel::Objects objects_;
    kernel::Hasher hasher_;
    std::vector<Outcome::Message>* messages_ = nullptr;
    kernel::Rings rings_;
    config::Config config_;
};

// A datagram of the phone to the P-CSCF, from the Ethernet header on.
inline Packet datagram(const Phone& phone, const std::string& payload, std::uint16_t port = kClear,
                       std::string to = {}) {
    const Udp udp{.source = phone.port, .destination = port};
    if (to.empty())
        to = phone.is_v4() ? "192.0.2.1" : "2001:db8::1";
    if (phone.is_v4())
        return Ethernet{} / Ipv4{.source = phone.address, .destination = to} / udp / payload;
    return Ethernet{} / Ipv6{.source = phone.address, .destination = to} / udp / payload;
}

} // namespace gmguard::test
