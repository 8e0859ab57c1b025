// SPDX-License-Identifier: BSD-2-Clause
// What the programs cost, by BPF_PROG_RUN, each figure beside an empty program in the same process:
// ratios count, nanoseconds depend on the machine. Prints a table; --json FILE writes it as well.
//
// Warm: one packet many times, in short batches that take turns, the median of the batches; the
// best of them is "programs_best". Random: another subscriber each time, so that what is looked up
// is in no cache. For gm_front a program in front makes each packet another's, whose time is taken
// off. gm_inside's packets cannot be written to: they are run one by one, and each call of the
// kernel leaves the caches cold for the program too; "one" is the same with one subscriber.

#include "bench/bed.hpp"
#include "bench/figures.hpp"
#include "bench/gm_base.h"
#include "gm_base.skel.h"
#include "kernel/rings.hpp"

#include <bpf/bpf.h>

#include <functional>
#include <optional>

namespace gmguard::bench {
namespace {

using kernel::Program;

constexpr std::uint32_t kThousand = 1'000, kHundredThousand = 100'000, kMillion = 1'000'000;
constexpr int kBatches = 41;
constexpr std::uint32_t kInBatch = 1'000; // what a ring holds of the longest message that is tapped
constexpr int kSingles = 4'000;
constexpr int kCounts = 6; // batches, of which some have interrupts, or reports of what was dropped
constexpr std::uint32_t kTemplate = 0x1234; // its address is as long as any to be written over it

enum Verdict : int { kDrop = 1, kPass = 2, kAdmit = 1, kOn = -1 }; // XDP, cgroup_skb, TC

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

// One packet that is timed.
struct Case {
    std::string key;
    std::string what;
    int program;
    Bytes packet;
    int expected;      // what each run must return, so that no figure is of one that fell early
    std::string empty; // key of what it is held against
    std::vector<double> batches = {};
};

struct Run {
    int verdict;
    double ns;
};

Run run(int program, const Bytes& packet, std::uint32_t repeat) {
    bpf_test_run_opts opts{};
    opts.sz = sizeof opts;
    opts.data_in = packet.data();
    opts.data_size_in = static_cast<__u32>(packet.size());
    opts.repeat = static_cast<int>(repeat);
    if (bpf_prog_test_run_opts(program, &opts))
        die("BPF_PROG_RUN failed");
    return {static_cast<int>(opts.retval), static_cast<double>(opts.duration)};
}

// Subscribers in an order that caches do not guess (xorshift64).
class Dice {
  public:
    std::uint32_t below(std::uint32_t limit) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<std::uint32_t>(state_ % limit);
    }

  private:
    std::uint64_t state_ = 88172645463325252ULL;
};

std::string size_name(std::uint32_t bindings) {
    return bindings == kMillion ? "1M" : bindings == kHundredThousand ? "100k" : "1k";
}

class Bench {
  public:
    // Room for so many subscribers.
    explicit Bench(std::uint32_t most);
    ~Bench() { gm_base::destroy(base_); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void measure();
    // Instructions of the processor, where its clock counts them (tests/bench/executed.py).
    void count();
    void write(const std::string& path) const { figures_.write(path); }

  private:
    using Make = std::function<Bytes(std::uint32_t)>;

    [[nodiscard]] int fd(Program program) const { return bed_.objects().fd(program); }
    void bind(std::uint32_t from, std::uint32_t to);
    void drain();
    void batch(Case& one);
    void warm(std::vector<Case> cases);
    double single(int program, const Make& make, std::uint32_t among, int expected);
    double picked(int program, const Bytes& packet, const bench_places& places, int expected);
    void random_of_front(std::uint32_t bindings);
    void random_of_inside(std::uint32_t bindings);
    [[nodiscard]] std::vector<Case> empty_cases() const;
    [[nodiscard]] std::vector<Case> front_cases() const;
    [[nodiscard]] std::vector<Case> esp_cases() const;
    [[nodiscard]] std::vector<Case> inside_cases() const;
    [[nodiscard]] std::vector<Case> sized_cases(std::uint32_t bindings) const;
    [[nodiscard]] std::vector<Case> all_cases() const;
    void sizes_of_programs();

    Bed bed_;
    Bed limited_{{.bindings = kThousand, .limited = true}};
    std::optional<kernel::Rings> rings_;
    gm_base* base_ = gm_base::open();
    std::map<std::string, double> warm_;
    Figures figures_;
    Phone one_ = phone(17);
};

Bench::Bench(std::uint32_t most) : bed_({.bindings = most}) {
    if (!base_ || bpf_map__set_max_entries(base_->maps.bench_table, most) || gm_base::load(base_))
        die("cannot load the programs to compare with; run as root");
    rings_.emplace(must(kernel::Rings::open(bed_.objects(), [](const kernel::Record&) {})));
}

// Also in the table of the bare look-up.
void Bench::bind(std::uint32_t from, std::uint32_t to) {
    bed_.bind(from, to);
    const int table = bpf_map__fd(base_->maps.bench_table);
    gm_binding binding{};
    for (std::uint32_t n = from; n < to; ++n) {
        gm_selector selector{};
        selector.address = phone(n).at.address.masked(64).value();
        selector.bits = 64;
        if (bpf_map_update_elem(table, &selector, &binding, BPF_ANY))
            die("cannot fill the table to compare with");
    }
}

// The controller's part: a full ring would make the tap cheaper than it is.
void Bench::drain() {
    while (must(rings_->consume()).more) {
    }
}

void Bench::batch(Case& one) {
    const auto result = run(one.program, one.packet, kInBatch);
    if (one.expected != kOn && result.verdict != one.expected)
        die(fmt::format("{}: verdict {}, not {}", one.key, result.verdict, one.expected));
    one.batches.push_back(result.ns);
    drain();
}

void Bench::warm(std::vector<Case> cases) {
    for (int i = 0; i < kBatches; ++i)
        for (auto& one : cases)
            batch(one);
    for (const auto& one : cases) {
        const double median = quantile(one.batches, 0.5);
        warm_[one.key] = median;
        figures_.put("programs_best", one.key, quantile(one.batches, 0));
        const double empty = warm_.at(one.empty);
        figures_.row("programs", one.key, median, "ns", one.what,
                     fmt::format("{:.1f} x empty", median / std::max(empty, 1.0)));
    }
}

double Bench::single(int program, const Make& make, std::uint32_t among, int expected) {
    std::vector<double> samples;
    Dice dice;
    for (int i = 0; i < kSingles; ++i) {
        const auto result = run(program, make(dice.below(among)), 1);
        if (expected != kOn && result.verdict != expected)
            die(fmt::format("verdict {}, not {}", result.verdict, expected));
        samples.push_back(result.ns);
        drain();
    }
    return quantile(std::move(samples), 0.5);
}

std::vector<Case> Bench::empty_cases() const {
    const auto invite = request(one_, "INVITE", 1024);
    const auto fd_of = [](const bpf_program* program) { return bpf_program__fd(program); };
    const auto& progs = base_->progs;
    return {
        {"empty", "an empty XDP program", fd_of(progs.bench_empty), frame(one_, kClear, invite),
         kDrop, "empty"},
        {"empty_cgroup", "an empty cgroup_skb program", fd_of(progs.bench_admit),
         frame(one_, kProtected, invite), kAdmit, "empty_cgroup"},
        {"empty_tc", "an empty TC program", fd_of(progs.bench_tc), frame(one_, kClear, invite), kOn,
         "empty_tc"},
        {"listener", "what any guard does: ports, and one look-up of the listener",
         fd_of(progs.bench_listener), frame(one_, kClear, invite), kDrop, "empty"},
        {"index_1164", "the index of a REGISTER's headers alone, 1,164 bytes",
         fd_of(progs.bench_index), frame(one_, kClear, initial_register(one_)), kPass, "empty"},
    };
}

std::vector<Case> Bench::front_cases() const {
    const int front = fd(Program::front);
    const auto invite = request(one_, "INVITE", 1024);
    const auto stranger = phone(kMillion + 1);
    return {
        {"front_other", "gm_front: not for a listener", front,
         frame(one_, kClear, invite, "2001:db8::9"), kPass, "empty"},
        {"front_media", "gm_front: media to a guarded address", front,
         frame(one_, 30000, std::string(172, 'm')), kPass, "empty"},
        {"front_not_register", "gm_front: INVITE to the unprotected port", front,
         frame(one_, kClear, invite), kDrop, "empty"},
        {"front_junk", "gm_front: junk to the unprotected port", front,
         frame(one_, kClear, std::string(200, '\x7f')), kDrop, "empty"},
        {"front_register_free", "gm_front: initial REGISTER of nobody bound, 1,164 bytes", front,
         frame(stranger, kClear, initial_register(stranger)), kPass, "empty"},
        {"front_over_limit", "gm_front: the same of a source over its limit",
         limited_.objects().fd(Program::front), frame(stranger, kClear, initial_register(stranger)),
         kDrop, "empty"},
        {"front_register_8k", "gm_front: the longest REGISTER that is judged, 8,192 bytes", front,
         frame(one_, kClear, longest_register(one_)), kPass, "empty"},
    };
}

std::vector<Case> Bench::esp_cases() const {
    const int front = fd(Program::front);
    return {
        {"front_esp_admit", "gm_front: ESP from the source of its SPI", front,
         esp_frame(one_, spi(17), 1100), kPass, "empty"},
        {"front_esp_wrong_source", "gm_front: ESP from another source", front,
         esp_frame(one_, spi(18), 1100), kDrop, "empty"},
        {"front_clear_on_protected", "gm_front: clear to a port of ESP", front,
         frame(one_, kProtected, request(one_, "INVITE", 1024), kEspPcscf), kDrop, "empty"},
    };
}

std::vector<Case> Bench::inside_cases() const {
    const int inside = fd(Program::inside);
    return {
        {"inside_request_1024", "gm_inside: protected INVITE, 1,024 bytes", inside,
         frame(one_, kProtected, request(one_, "INVITE", 1024)), kAdmit, "empty_cgroup"},
        {"inside_invite_1500", "gm_inside: protected INVITE with SDP, 1,500 bytes", inside,
         frame(one_, kProtected, request(one_, "INVITE", 1500)), kAdmit, "empty_cgroup"},
        {"inside_message", "gm_inside: protected MESSAGE, 900 bytes", inside,
         frame(one_, kProtected, request(one_, "MESSAGE", 900)), kAdmit, "empty_cgroup"},
        {"inside_response", "gm_inside: protected 200 to an INVITE", inside,
         frame(one_, kProtected, response(one_)), kAdmit, "empty_cgroup"},
        {"inside_register", "gm_inside: protected REGISTER, 1,164 bytes, told", inside,
         frame(one_, kProtected, initial_register(one_)), kAdmit, "empty_cgroup"},
        {"inside_media", "gm_inside: media, 172 bytes, to a port of no listener", inside,
         frame(one_, 30000, std::string(172, 'm')), kAdmit, "empty_cgroup"},
        {"answers_401", "gm_answers: a 401 that leaves in clear, told", fd(Program::answers),
         to_phone(one_, challenge(one_)), kOn, "empty_tc"},
        {"answers_other", "gm_answers: what is no listener's", fd(Program::answers),
         frame(one_, 30000, std::string(172, 'm')), kOn, "empty_tc"},
    };
}

// What looks up a subscriber, with that many of them.
std::vector<Case> Bench::sized_cases(std::uint32_t bindings) const {
    const auto with = [&](const std::string& text) {
        return fmt::format("{}, {} bindings", text, bindings);
    };
    const auto key = [&](const std::string& name) {
        return bindings == kThousand ? name : name + "_" + size_name(bindings);
    };
    return {
        {key("front_register_1164"), with("gm_front: initial REGISTER, 1,164 bytes"),
         fd(Program::front), frame(one_, kClear, initial_register(one_)), kPass, "empty"},
        {key("front_register_1821"), with("gm_front: initial REGISTER, 1,821 bytes"),
         fd(Program::front), frame(one_, kClear, initial_register(one_, 1821)), kPass, "empty"},
        {key("inside_request"), with("gm_inside: protected INVITE, 1,024 bytes"),
         fd(Program::inside), frame(one_, kProtected, request(one_, "INVITE", 1024)), kAdmit,
         "empty_cgroup"},
    };
}

// With a thousand bindings.
std::vector<Case> Bench::all_cases() const {
    auto cases = empty_cases();
    for (const auto& more : {front_cases(), esp_cases(), inside_cases(), sized_cases(kThousand)})
        cases.insert(cases.end(), more.begin(), more.end());
    return cases;
}

// By gm_base.h, of the frame of phone(kTemplate).
bench_places places_in(const Bytes& packet, std::uint32_t subscribers) {
    const std::string bytes(packet.begin(), packet.end());
    const auto digits = phone(kTemplate).user.substr(5);
    bench_places places{};
    places.subscribers = subscribers;
    places.address = 26; // Ethernet, and twelve bytes of IPv6's header
    if (bytes.find("Contact:") == std::string::npos) {
        places.spi = 54;
        return places;
    }
    places.host = static_cast<__u32>(bytes.find("8000:1234", bytes.find("Contact:")));
    std::size_t at = 0;
    for (auto& user : places.user)
        if ((at = bytes.find(digits, at)) != std::string::npos)
            user = static_cast<__u32>(at++);
        else
            break;
    return places;
}

double Bench::picked(int program, const Bytes& packet, const bench_places& places, int expected) {
    const __u32 zero = 0;
    if (bpf_map_update_elem(bpf_map__fd(base_->maps.bench_where), &zero, &places, BPF_ANY) ||
        bpf_map_update_elem(bpf_map__fd(base_->maps.bench_next), &zero, &program, BPF_ANY))
        die("cannot have packets of random subscribers");
    Case one{"random", "", bpf_program__fd(base_->progs.bench_pick), packet, expected, ""};
    for (int i = 0; i < kBatches; ++i)
        batch(one);
    return quantile(one.batches, 0.5);
}

void Bench::random_of_front(std::uint32_t bindings) {
    const auto name = size_name(bindings);
    const auto from = phone(kTemplate);
    const auto registers = frame(from, kClear, initial_register(from));
    const auto esp = esp_frame(from, spi(kTemplate), 1100);
    const int front = fd(Program::front), nothing = bpf_program__fd(base_->progs.bench_empty);
    const auto note = [&](const std::string& key, const std::string& what, int program,
                          const Bytes& packet) {
        const auto places = places_in(packet, bindings);
        const double idle = picked(nothing, packet, places, kDrop);
        figures_.row("programs", key + "_" + name + "_random",
                     picked(program, packet, places, kPass) - idle, "ns",
                     fmt::format("{}, random subscribers of {}", what, name));
    };
    note("lookup", "a bare look-up in a map like gm_bindings",
         bpf_program__fd(base_->progs.bench_find), esp);
    note("front_register", "gm_front: initial REGISTER", front, registers);
    note("front_esp", "gm_front: ESP", front, esp);
}

void Bench::random_of_inside(std::uint32_t bindings) {
    const int inside = fd(Program::inside), empty = bpf_program__fd(base_->progs.bench_admit);
    const auto name = size_name(bindings);
    const auto call = [](std::uint32_t n) {
        return frame(phone(n), kProtected, request(phone(n), "INVITE", 1024));
    };
    const double idle = single(empty, call, bindings, kAdmit);
    const double one = single(inside, [&](std::uint32_t) { return call(17); }, 1, kAdmit);
    const double many = single(inside, call, bindings, kAdmit);
    figures_.row(
        "programs", "inside_request_" + name + "_one", one - idle, "ns",
        fmt::format("gm_inside: protected INVITE, one subscriber of {}, one by one", name));
    figures_.row("programs", "inside_request_" + name + "_random", many - idle, "ns",
                 fmt::format("gm_inside: the same, random subscribers of {}", name));
}

void Bench::sizes_of_programs() {
    for (const auto program : {Program::front, Program::inside, Program::answers}) {
        const auto info = must(bed_.objects().info(program));
        figures_.row("instructions", std::string(kernel::name(program)) + "_verified",
                     info.verified_instructions, "",
                     fmt::format("{}: instructions verified", kernel::name(program)));
    }
}

void Bench::measure() {
    const Expedited expedited;
    std::uint32_t bound = 0;
    for (const auto bindings : {kThousand, kHundredThousand, kMillion}) {
        bind(bound, bindings);
        bound = bindings;
        warm(bindings == kThousand ? all_cases() : sized_cases(bindings));
        random_of_front(bindings);
        random_of_inside(bindings);
    }
    sizes_of_programs();
}

// The least of the batches. The kernel's own for each run are an empty program's.
void Bench::count() {
    const Expedited expedited;
    bind(0, kThousand);
    std::map<std::string, double> empty;
    for (auto& one : all_cases()) {
        for (int i = 0; i < kCounts; ++i)
            batch(one);
        const double all = quantile(one.batches, 0);
        const double own = one.key == one.empty ? all : all - empty.at(one.empty);
        if (one.key == one.empty)
            empty[one.key] = all;
        figures_.row("instructions", one.key + "_executed", own, "", one.what);
    }
}

} // namespace
} // namespace gmguard::bench

int main(int argc, char** argv) {
    using namespace gmguard::bench;
    const bool counts = argc > 1 && std::string_view(argv[1]) == "--count";
    const auto json = json_file(argc - (counts ? 1 : 0), argv + (counts ? 1 : 0));
    Bench bench(counts ? kThousand : kMillion);
    if (counts)
        bench.count();
    else
        bench.measure();
    if (!json.empty())
        bench.write(json);
}
