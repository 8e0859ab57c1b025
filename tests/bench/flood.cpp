// SPDX-License-Identifier: BSD-2-Clause
// bench_flood CPU FROM-MAC TO-MAC TO-ADDRESS NAME=FILE...
//
// Sends datagrams to TO-ADDRESS, port 5060, from 100,000 sources (gm_flood.h), on one CPU, in the
// network namespace it is started in. NAME=FILE: a payload; that of the name junk has a random
// start in each packet. Reads commands, a line each, and answers each by a line, "SENT NS", the
// packets sent and the time that the CPU took for one of them, or "error WHY":
//
//   burst DEVICE NAME PACKETS          as fast as can be; keeps all else from the CPU meanwhile
//   pour DEVICE NAME RATE SECONDS      at most RATE packets a second
#include "bench/gm_flood.h"
#include "gm_flood.skel.h"
#include "harness/packet.hpp"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sched.h>
#include <sys/time.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <sstream>

namespace gmguard::bench {
namespace {

using test::Bytes;

constexpr std::uint32_t kIp = 14, kUdp = kIp + 20, kPayload = kUdp + 8;
constexpr int kForever = std::numeric_limits<int>::max();

[[noreturn]] void die(const std::string& why) {
    fmt::print(stderr, "bench_flood: {}\n", why);
    std::exit(1);
}

// The first packet of a kind: that of source 0.
struct Kind {
    Bytes frame;
    gm_flood_job job{};
};

void find_texts(const std::string& payload, gm_flood_job& job) {
    std::size_t count = 0;
    for (auto at = payload.find(GM_FLOOD_TEXT); at != std::string::npos;
         at = payload.find(GM_FLOOD_TEXT, at + 1)) {
        if (count == std::size(job.text_at))
            die("a payload names its source too often");
        job.text_at[count++] = kPayload + static_cast<__u32>(at);
    }
}

// The words of the IP header but source and checksum, in the byte order of memory.
__u32 header_sum(const Bytes& frame) {
    __u32 sum = 0;
    for (std::size_t at = kIp; at < kUdp; at += 2) {
        __u16 word = 0;
        std::memcpy(&word, &frame[at], sizeof word);
        if (at < kIp + 10 || at >= kIp + 16)
            sum += word;
    }
    return sum;
}

std::array<std::uint8_t, 6> mac(const char* text) {
    ether_addr address{};
    if (!ether_aton_r(text, &address))
        die(fmt::format("no MAC address: {}", text));
    return std::to_array(address.ether_addr_octet);
}

Kind kind_of(const test::Ethernet& ethernet, const std::string& to, const std::string& path,
             bool is_junk) {
    std::ifstream in(path, std::ios::binary);
    const std::string payload(std::istreambuf_iterator<char>(in), {});
    if (!in || payload.size() < 16)
        die(fmt::format("{}: no payload of 16 bytes or more", path));
    Kind kind;
    // Without a UDP checksum, as IPv4 allows: nobody who drops looks at it.
    kind.frame =
        test::bytes(ethernet / test::Ipv4{.destination = to} / test::Udp{.checksum = 0} / payload);
    kind.job.header_sum = header_sum(kind.frame);
    kind.job.is_junk = is_junk;
    find_texts(payload, kind.job);
    return kind;
}

// While it lives nothing but interrupts takes the CPU from this thread.
class Foremost {
  public:
    Foremost() { set(SCHED_FIFO, 1); }
    ~Foremost() { set(SCHED_OTHER, 0); }
    Foremost(const Foremost&) = delete;
    Foremost& operator=(const Foremost&) = delete;

  private:
    static void set(int policy, int priority) {
        const sched_param parameters{.sched_priority = priority};
        if (sched_setscheduler(0, policy, &parameters) != 0)
            die("no real-time priority");
    }
};

class Flood {
  public:
    Flood();
    ~Flood() { gm_flood::destroy(object_); }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;

    void add(const std::string& name, Kind kind) { kinds_.emplace(name, std::move(kind)); }
    std::string obey(const std::string& line);

  private:
    std::string burst(const std::string& device, const Kind& kind, int packets);
    std::string pour(const std::string& device, const Kind& kind, double rate, double seconds);
    std::string run(const std::string& device, const Kind& kind, int packets,
                    std::uint64_t interval_ns);

    std::map<std::string, Kind> kinds_;
    gm_flood* object_ = gm_flood::open_and_load();
};

Flood::Flood() {
    if (!object_)
        die("cannot load the program; run as root");
    object_->bss->gm_flood_tally.random = 88172645463325252ULL;
}

// Of a run without pauses; 0 where it was too short to tell.
double nanoseconds_each(const gm_flood_tally& tally) {
    if (tally.sent <= GM_FLOOD_MARK)
        return 0;
    const auto marked = (tally.sent - 1) / GM_FLOOD_MARK * GM_FLOOD_MARK;
    return static_cast<double>(tally.last_ns - tally.begun_ns) / static_cast<double>(marked);
}

std::string Flood::run(const std::string& device, const Kind& kind, int packets,
                       std::uint64_t interval_ns) {
    auto& job = object_->bss->gm_flood_job;
    auto& tally = object_->bss->gm_flood_tally;
    job = kind.job;
    job.device = if_nametoindex(device.c_str());
    job.interval_ns = interval_ns;
    tally.sent = tally.due_ns = 0;
    Bytes frame = kind.frame;
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.data_in = frame.data();
    options.data_size_in = static_cast<__u32>(frame.size());
    options.repeat = packets;
    options.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
    if (bpf_prog_test_run_opts(bpf_program__fd(object_->progs.gm_flood), &options) != 0 &&
        errno != EINTR)
        return fmt::format("error {}", std::strerror(errno));
    return fmt::format("{} {:.2f}", tally.sent, nanoseconds_each(tally));
}

std::string Flood::burst(const std::string& device, const Kind& kind, int packets) {
    const Foremost foremost;
    return run(device, kind, packets, 0);
}

// The run ends by the alarm.
std::string Flood::pour(const std::string& device, const Kind& kind, double rate, double seconds) {
    const auto whole = static_cast<time_t>(seconds);
    const itimerval alarm{.it_interval = {},
                          .it_value = {whole, static_cast<suseconds_t>((seconds - whole) * 1e6)}};
    setitimer(ITIMER_REAL, &alarm, nullptr);
    return run(device, kind, kForever, static_cast<std::uint64_t>(1e9 / rate));
}

std::string Flood::obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb, device, name;
    double amount = 0, seconds = 0;
    words >> verb >> device >> name >> amount;
    const auto kind = kinds_.find(name);
    if (!words || kind == kinds_.end())
        return "error not a command";
    if (if_nametoindex(device.c_str()) == 0)
        return "error no such device";
    if (verb == "burst" && amount >= 1)
        return burst(device, kind->second, static_cast<int>(amount));
    if (verb == "pour" && amount > 0 && words >> seconds && seconds > 0)
        return pour(device, kind->second, amount, seconds);
    return "error not a command";
}

void pin(const char* cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(std::strtoul(cpu, nullptr, 10), &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        die(fmt::format("cannot run on CPU {}", cpu));
}

// What ends pour(): a signal with a handler, and no restart of the call.
void let_alarms_interrupt() {
    struct sigaction action{};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, nullptr);
}

void serve(int count, char** words) {
    if (count < 6)
        die("bench_flood CPU FROM-MAC TO-MAC TO-ADDRESS NAME=FILE...");
    pin(words[1]);
    let_alarms_interrupt();
    Flood flood;
    const test::Ethernet ethernet{.destination = mac(words[3]), .source = mac(words[2])};
    for (int at = 5; at < count; ++at) {
        const std::string word = words[at];
        const std::string name = word.substr(0, word.find('='));
        if (name.size() == word.size())
            die("not NAME=FILE: " + word);
        flood.add(name, kind_of(ethernet, words[4], word.substr(name.size() + 1), name == "junk"));
    }
    for (std::string line; std::getline(std::cin, line);)
        std::cout << flood.obey(line) << std::endl;
}

} // namespace
} // namespace gmguard::bench

int main(int count, char** words) {
    gmguard::bench::serve(count, words);
}
