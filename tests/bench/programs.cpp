// SPDX-License-Identifier: BSD-2-Clause
// What the programs cost, by BPF_PROG_RUN, each figure beside an empty program in the same process:
// ratios count, nanoseconds depend on the machine. Prints a table; --json FILE writes it as well.
//
// Hot: one packet many times, the best of short batches. Random: another subscriber each time, the
// median of single runs, less the empty program's in the same manner.

#include "bench/messages.hpp"
#include "config/config.hpp"
#include "gm_base.skel.h"
#include "harness/packet.hpp"
#include "kernel/hasher.hpp"
#include "kernel/netns.hpp"
#include "kernel/objects.hpp"
#include "kernel/tables.hpp"
#include "kernel/test_run.hpp"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace gmguard::bench {
namespace {

using kernel::Program;
using test::Bytes;

constexpr std::uint32_t kBindings = 1'000'000;
constexpr int kRandomRuns = 20'000;
constexpr const char* kPcscf = "2001:db8::5060:1";

[[noreturn]] void die(const std::string& why) {
    fmt::print(stderr, "bench: {}\n", why);
    std::exit(1);
}

template <typename T> T must(Result<T> result) {
    if (!result)
        die(result.error().text());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

// Expedited grace periods, so that short runs are not mostly waiting; put back at the end.
class Expedited {
  public:
    Expedited() { write("1"); }
    ~Expedited() { write("0"); }
    Expedited(const Expedited&) = delete;
    Expedited& operator=(const Expedited&) = delete;

  private:
    static void write(const char* value) { std::ofstream("/sys/kernel/rcu_expedited") << value; }
};

// Subscriber n: its own /64, its own user.
Phone phone(std::uint32_t n) {
    const uint128 base = Address::parse("2001:db8:8000::")->value();
    return {{Address(base | uint128{n} << 64 | 0x1b2c), 5060}, fmt::format("00101{:010}", n)};
}

Bytes frame(const Phone& from, std::uint16_t port, const std::string& text,
            const char* destination = kPcscf) {
    using namespace test;
    return test::bytes(Ethernet{} /
                       Ipv6{.source = from.at.address.text(), .destination = destination} /
                       Udp{.source = from.at.port, .destination = port} / text);
}

class Bench {
  public:
    Bench();
    ~Bench() { gm_base::destroy(base_); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void run();
    void write_json(const std::string& path) const;

  private:
    double once(int fd, const Bytes& data, std::uint32_t repeat) const;
    double hot(int fd, const Bytes& data, int expected) const;
    double random(int fd, const std::function<Bytes(std::uint32_t)>& make) const;
    void bind(std::uint32_t from, std::uint32_t to);
    void row(const std::string& key, const std::string& what, double ns, double against);

    kernel::HashKey key_ = must(kernel::random_key());
    kernel::Hasher hasher_{key_};
    kernel::Objects objects_ =
        must(kernel::Objects::open_private(kernel::Sizes::of(kBindings), kernel::Streams::without));
    gm_base* base_ = gm_base::open_and_load();
    int empty_ = -1, admit_ = -1, lookup_ = -1, front_ = -1, inside_ = -1, answers_ = -1;
    std::vector<std::pair<std::string, double>> figures_;
};

Bench::Bench() {
    if (!base_)
        die("cannot load the empty program; run as root");
    empty_ = bpf_program__fd(base_->progs.bench_empty);
    admit_ = bpf_program__fd(base_->progs.bench_admit);
    lookup_ = bpf_program__fd(base_->progs.bench_lookup);
    front_ = objects_.fd(Program::front);
    inside_ = objects_.fd(Program::inside);
    answers_ = objects_.fd(Program::answers);
    const auto config = must(config::parse(R"(mode = "enforce"
[[listener]]
name = "gm"
profile = "annex-d"
address = "2001:db8::5060:1"
unprotected_ports = [5060]
protected_ports = [6100]
protection = "terminated"
[core]
peers = ["2001:db8:c::/64"]
[[pool]]
name = "ims"
prefix = "2001:db8:8000::/33"
unit = 64
port = false
[home]
domains = ["ims.mnc001.mcc001.3gppnetwork.org"]
)",
                                           "bench"));
    must(kernel::fill(objects_.maps(), kernel::tables(config, {}, key_)));
    must(objects_.maps().ifaces.put(must(kernel::own_device(1)), gm_iface{GM_SIDE_GM, "lo"}));
}

double Bench::once(int fd, const Bytes& data, std::uint32_t repeat) const {
    std::vector<std::uint8_t> out(data.size() + 512);
    bpf_test_run_opts opts{};
    opts.sz = sizeof opts;
    opts.data_in = data.data();
    opts.data_size_in = static_cast<__u32>(data.size());
    opts.data_out = out.data();
    opts.data_size_out = static_cast<__u32>(out.size());
    opts.repeat = static_cast<int>(repeat);
    if (bpf_prog_test_run_opts(fd, &opts))
        die("BPF_PROG_RUN failed");
    return opts.duration;
}

// Best of many short batches. `expected`: what one run must return, so that no figure is of a
// packet that fell out early.
double Bench::hot(int fd, const Bytes& data, int expected) const {
    bpf_test_run_opts opts{};
    opts.sz = sizeof opts;
    opts.data_in = data.data();
    opts.data_size_in = static_cast<__u32>(data.size());
    if (bpf_prog_test_run_opts(fd, &opts) || static_cast<int>(opts.retval) != expected)
        die(fmt::format("a packet to be timed got verdict {}, not {}", opts.retval, expected));
    double best = 1e9;
    for (int i = 0; i < 60; ++i)
        best = std::min(best, once(fd, data, 5000));
    return best;
}

double Bench::random(int fd, const std::function<Bytes(std::uint32_t)>& make) const {
    std::vector<double> samples;
    std::uint64_t state = 88172645463325252ULL;
    for (int i = 0; i < kRandomRuns; ++i) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        samples.push_back(once(fd, make(static_cast<std::uint32_t>(state % kBindings)), 1));
    }
    std::nth_element(samples.begin(), samples.begin() + kRandomRuns / 2, samples.end());
    return samples[kRandomRuns / 2];
}

// Binds subscribers from..to-1, each with one identity.
void Bench::bind(std::uint32_t from, std::uint32_t to) {
    const int table = bpf_map__fd(base_->maps.bench_table);
    for (std::uint32_t n = from; n < to; ++n) {
        const auto who = phone(n);
        const auto impi = who.user + "@" + kDomain;
        gm_selector selector{};
        selector.address = who.at.address.masked(64).value();
        selector.bits = 64;
        gm_binding binding{};
        binding.user = hasher_.impi(impi);
        binding.subscriber = n + 1;
        binding.state = GM_STATE_BOUND;
        impi.copy(binding.impi, sizeof binding.impi - 1);
        gm_identity_key identity{};
        identity.identity = hasher_.identity("sip:" + impi);
        identity.subscriber = n + 1;
        must(objects_.maps().bindings.put(selector, binding));
        must(objects_.maps().identities.put(identity, gm_identity{1, 0}));
        bpf_map_update_elem(table, &selector, &binding, BPF_ANY);
    }
}

void Bench::row(const std::string& key, const std::string& what, double ns, double against) {
    figures_.emplace_back(key, ns);
    fmt::print("{:<58} {:>8.1f} ns", what, ns);
    if (against > 0)
        fmt::print("  {:>6.2f} x empty", ns / against);
    fmt::print("\n");
    std::fflush(stdout);
}

void Bench::run() {
    const auto one = phone(17);
    const auto invite = request(one, "INVITE", 1024);
    const double empty = hot(empty_, frame(one, 5060, invite), 1);
    const double admit = hot(admit_, frame(one, 6100, invite), 1);
    row("empty", "an empty XDP program", empty, empty);
    row("front_other", "gm_front: not a guarded address",
        hot(front_, frame(one, 5060, invite, "2001:db8::9"), 2), empty);
    row("front_not_register", "gm_front: INVITE to the unprotected port, dropped",
        hot(front_, frame(one, 5060, invite), 1), empty);
    row("front_junk", "gm_front: junk to the unprotected port, dropped",
        hot(front_, frame(one, 5060, std::string(200, '\x7f')), 1), empty);
    row("front_register_1164_free", "gm_front: initial REGISTER, 1,164 bytes, passed",
        hot(front_, frame(one, 5060, initial_register(one)), 2), empty);
    row("front_register_1821", "gm_front: initial REGISTER, 1,821 bytes, passed",
        hot(front_, frame(one, 5060, initial_register(one, 1821)), 2), empty);
    bind(0, 1000);
    row("front_register_1164", "gm_front: the same, bound, 1,000 bindings",
        hot(front_, frame(one, 5060, initial_register(one)), 2), empty);
    row("inside_admit", "an empty cgroup_skb program", admit, admit);
    row("inside_request_1024", "gm_inside: protected INVITE, 1,024 bytes, 1,000 bindings",
        hot(inside_, frame(one, 6100, invite), 1), admit);
    row("inside_invite_1500", "gm_inside: protected INVITE, 1,500 bytes",
        hot(inside_, frame(one, 6100, request(one, "INVITE", 1500)), 1), admit);
    row("inside_register", "gm_inside: protected REGISTER, 1,164 bytes",
        hot(inside_, frame(one, 6100, initial_register(one)), 1), admit);
    row("inside_media", "gm_inside: media, 172 bytes, to a port of no listener",
        hot(inside_, frame(one, 30000, std::string(172, 'm')), 1), admit);
    bind(1000, kBindings);
    const auto key = [](std::uint32_t n) {
        gm_selector selector{};
        selector.address = phone(n).at.address.masked(64).value();
        selector.bits = 64;
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&selector);
        return Bytes(bytes, bytes + sizeof selector);
    };
    const auto call = [](std::uint32_t n) {
        return frame(phone(n), 6100, request(phone(n), "INVITE", 1024));
    };
    const auto registration = [](std::uint32_t n) {
        return frame(phone(n), 5060, initial_register(phone(n)));
    };
    const double idle = random(empty_, registration);
    row("empty_random", "random subscribers: an empty program, run once", idle, 0);
    row("lookup_1M_random", "random subscribers: bare look-up in 1,000,000 bindings",
        random(lookup_, key) - idle, 0);
    row("front_register_1M_random", "random subscribers: gm_front, initial REGISTER",
        random(front_, registration) - idle, 0);
    row("inside_request_1M_random", "random subscribers: gm_inside, protected INVITE",
        random(inside_, call) - idle, 0);
    row("inside_request_hot_once", "one subscriber, run once: gm_inside, protected INVITE",
        random(inside_, [&](std::uint32_t) { return call(17); }) - idle, 0);
}

void Bench::write_json(const std::string& path) const {
    std::ofstream out(path);
    out << "{\"programs\":{";
    for (std::size_t i = 0; i < figures_.size(); ++i)
        out << (i ? "," : "")
            << fmt::format("\"{}\":{:.1f}", figures_[i].first, figures_[i].second);
    out << "}}\n";
}

} // namespace
} // namespace gmguard::bench

int main(int argc, char** argv) {
    using namespace gmguard::bench;
    const std::string option = argc == 3 ? argv[1] : "";
    if (argc != 1 && option != "--json")
        die("usage: bench_programs [--json FILE]");
    const Expedited expedited;
    Bench bench;
    bench.run();
    if (argc == 3)
        bench.write_json(argv[2]);
}
