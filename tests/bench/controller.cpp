// SPDX-License-Identifier: BSD-2-Clause
// What the controller does in a second of one core's time, and how soon: whole registrations, as
// the programs tell of them by their rings, through the policy into the maps. The P-CSCF's and the
// core's part are packets through BPF_PROG_RUN; the controller's is gmguardd's own engine, with its
// journal on disk. Prints a table; --json FILE writes it as well.

#include "admin/journal.hpp"
#include "app/engine.hpp"
#include "app/names.hpp"
#include "bench/figures.hpp"
#include "bench/registration.hpp"
#include "kernel/netns.hpp"
#include "kernel/test_run.hpp"

#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

namespace gmguard::bench {
namespace {

using kernel::Program;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kRoom = 200'000;
constexpr std::uint32_t kBatch = 250; // registrations in the rings at once
constexpr std::uint32_t kThrough = 40'000;
constexpr std::uint32_t kSingles = 3'000; // registrations whose commit is waited for
constexpr std::uint32_t kBursts = 200;    // of so many answers at once
constexpr std::uint32_t kBurst = 32;

double thread_cpu_s() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// A thread that waits for another's work in a loop would keep it off the processor that both are
// on.
void stay_on(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(cpu), &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        die(fmt::format("cannot stay on processor {}: two are needed", cpu));
}

double us_since(Clock::time_point then) {
    return std::chrono::duration<double, std::micro>(Clock::now() - then).count();
}

// For the journal, as long as it is measured.
class Folder {
  public:
    Folder() : path_(std::filesystem::temp_directory_path() / "gmguard-bench-XXXXXX") {
        if (mkdtemp(path_.data()) == nullptr)
            die("cannot make a folder for the journal");
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

class Bench {
  public:
    Bench();
    void measure();
    void write(const std::string& path) const { figures_.write(path); }

  private:
    void side(gm_side side);
    void play(Program program, const Bytes& packet);
    void play_first(const std::vector<Registration>& all);
    void play_second(const Registration& one, bool with_answer);
    [[nodiscard]] bool is_bound(std::uint32_t n) const;
    void consume();
    void once_a_second();
    void through();
    void follow_rings(const std::atomic<bool>& ends);
    [[nodiscard]] std::vector<double> burst(std::uint32_t many);
    void commits(std::uint32_t bursts, std::uint32_t many, const std::string& key,
                 const std::string& what);

    config::Config config_ = must(config::parse(configuration({.bindings = kRoom}), "bench"));
    Folder folder_;
    store::Store store_{{folder_.path() + "/bench.db", {}}};
    admin::EventLog log_{10'000};
    admin::Journal journal_{log_, store_};
    app::Names names_;
    std::unique_ptr<app::Engine> engine_;
    gm_iface_key device_ = must(kernel::own_device(1));
    Figures figures_;
    double cpu_s_ = 0; // of consume() and once_a_second()
    double next_second_ = 0;
    std::uint32_t next_ = 0; // subscriber
};

Bench::Bench() {
    auto objects =
        must(kernel::Objects::open_private(kernel::Sizes::of(kRoom), kernel::Streams::without));
    engine_ = must(app::Engine::make(config_, std::move(objects), log_, names_));
    must(engine_->fill({}));
    must(engine_->listen());
}

// Where what is played next comes from.
void Bench::side(gm_side side) {
    must(engine_->objects().maps().ifaces.put(device_, gm_iface{side, "lo"}));
}

void Bench::play(Program program, const Bytes& packet) {
    const auto verdict = must(kernel::test_run(
        engine_->objects(), program, {.frame = std::as_bytes(std::span(packet)), .ifindex = 1}));
    if (!kernel::passes(program, verdict.code))
        die(fmt::format("{} dropped a packet of a registration", kernel::name(program)));
}

// Up to the 401, and the second REGISTER.
void Bench::play_first(const std::vector<Registration>& all) {
    side(GM_SIDE_GM);
    for (const auto& one : all)
        play(Program::inside, one.clear);
    consume();
    side(GM_SIDE_CORE);
    for (const auto& one : all) {
        play(Program::onward, one.onward[0]);
        play(Program::inside, one.from_core[0]);
        play(Program::answers, one.to_phone[0]);
    }
    consume();
    side(GM_SIDE_GM);
    for (const auto& one : all)
        play(Program::inside, one.inner);
    side(GM_SIDE_CORE);
    for (const auto& one : all)
        play(Program::onward, one.onward[1]);
    consume();
}

bool Bench::is_bound(std::uint32_t n) const {
    gm_selector selector{};
    selector.address = phone(n).at.address.masked(64).value();
    selector.bits = 64;
    return must(engine_->objects().maps().bindings.lookup(selector)).has_value();
}

void Bench::consume() {
    const double begun = thread_cpu_s();
    while (must(engine_->consume())) {
    }
    cpu_s_ += thread_cpu_s() - begun;
}

// Of the controller's own time.
void Bench::once_a_second() {
    if (cpu_s_ < next_second_)
        return;
    const double begun = thread_cpu_s();
    engine_->tick();
    journal_.flush();
    cpu_s_ += thread_cpu_s() - begun;
    next_second_ += 1;
}

// The controller's own time, the packets' taken off.
void Bench::through() {
    cpu_s_ = 0;
    next_second_ = 1;
    for (; next_ < kThrough; next_ += kBatch) {
        std::vector<Registration> all;
        for (std::uint32_t i = 0; i < kBatch; ++i)
            all.push_back(registration(next_ + i));
        play_first(all);
        for (const auto& one : all) {
            play(Program::inside, one.from_core[1]);
            play(Program::answers, one.to_phone[1]);
        }
        consume();
        once_a_second();
    }
    for (std::uint32_t n = 0; n < kThrough; ++n)
        if (!is_bound(n))
            die(fmt::format("phone {} registered and is not bound", n));
    figures_.row("controller", "registrations_per_second", kThrough / cpu_s_, "/s",
                 "whole registrations in a second of one core's time");
}

// As gmguardd does: sleeps until a ring has something.
void Bench::follow_rings(const std::atomic<bool>& ends) {
    stay_on(1);
    const int epoll = epoll_create1(0);
    epoll_event event{.events = EPOLLIN, .data = {}};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, engine_->epoll_fd(), &event) != 0)
        die("epoll failed");
    while (!ends)
        if (epoll_wait(epoll, &event, 1, 10) > 0)
            while (must(engine_->consume())) {
            }
    close(epoll);
}

// From the moment each answer was seen until the binding of its phone is there.
std::vector<double> Bench::burst(std::uint32_t many) {
    std::vector<Registration> all;
    for (std::uint32_t i = 0; i < many; ++i)
        all.push_back(registration(next_ + i));
    play_first(all);
    std::vector<Clock::time_point> seen;
    std::vector<double> waited;
    std::atomic<bool> ends = false;
    std::thread controller([&] { follow_rings(ends); });
    std::this_thread::sleep_for(std::chrono::milliseconds(1)); // it sleeps by now
    for (const auto& one : all) {
        seen.push_back(Clock::now());
        play(Program::inside, one.from_core[1]);
    }
    for (std::uint32_t i = 0; i < many; ++i, ++next_) {
        while (!is_bound(next_))
            if (us_since(seen[i]) > 5e6)
                die("a registration was not learned in five seconds");
        waited.push_back(us_since(seen[i]));
    }
    ends = true;
    controller.join();
    return waited;
}

void Bench::commits(std::uint32_t bursts, std::uint32_t many, const std::string& key,
                    const std::string& what) {
    std::vector<double> waited;
    for (std::uint32_t n = 0; n < bursts; ++n)
        for (const double us : burst(many))
            waited.push_back(us);
    for (const auto& [part, share] :
         {std::pair{"_p50_us", 0.5}, {"_p99_us", 0.99}, {"_p999_us", 0.999}})
        figures_.row("controller", key + part, quantile(waited, share), "us",
                     fmt::format("{}, {:.1f} % within", what, 100 * share));
}

void Bench::measure() {
    through();
    stay_on(0);
    commits(kSingles, 1, "commit", "200 seen until bound in the kernel");
    commits(kBursts, kBurst, "commit_of_32", "the same, of 32 at once");
    const auto losses = must(engine_->objects().maps().losses.sum(0));
    figures_.row("controller", "records_lost",
                 static_cast<double>(losses.sip_clear + losses.sip_inner + losses.sip_core), "",
                 "records that found a ring full meanwhile");
}

} // namespace
} // namespace gmguard::bench

int main(int argc, char** argv) {
    using namespace gmguard::bench;
    const auto json = json_file(argc, argv);
    Bench bench;
    bench.measure();
    if (!json.empty())
        bench.write(json);
}
