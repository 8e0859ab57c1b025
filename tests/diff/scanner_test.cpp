// SPDX-License-Identifier: BSD-2-Clause
// One source, two targets, one opinion: the scanner in the kernel and on the host over a million
// mutated messages. GMGUARD_DIFF_COUNT and GMGUARD_DIFF_SEED choose how many and which.
#include "diff_scan.skel.h"
#include "mutation.hpp"
#include "scan.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace gmguard::test {
namespace {

constexpr std::size_t kHead = 16; // SCAN_HEAD of diff_scan.bpf.c

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

class Scanner : public testing::Test {
  protected:
    void SetUp() override {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(0, &one);
        ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
        program_ = diff_scan::open_and_load();
        ASSERT_NE(program_, nullptr) << "cannot load the program; run as root";
        void* mapped =
            mmap(nullptr, size(), PROT_READ, MAP_SHARED, bpf_map__fd(program_->maps.scan_rooms), 0);
        ASSERT_NE(mapped, MAP_FAILED) << std::strerror(errno);
        kernel_ = static_cast<const scan_room*>(mapped);
        host_ = std::make_unique<scan_room>();
    }
    void TearDown() override {
        if (kernel_)
            munmap(const_cast<scan_room*>(kernel_), size());
        diff_scan::destroy(program_);
    }

    static std::size_t size() { return (sizeof(scan_room) + 4095) / 4096 * 4096; }

    void in_kernel(const std::string& text) {
        packet_.assign(kHead, 0);
        const auto length = static_cast<std::uint32_t>(text.size());
        std::memcpy(packet_.data(), &length, sizeof length);
        packet_.insert(packet_.end(), text.begin(), text.end());
        LIBBPF_OPTS(bpf_test_run_opts, run);
        run.data_in = packet_.data();
        run.data_size_in = static_cast<__u32>(packet_.size());
        ASSERT_EQ(bpf_prog_test_run_opts(bpf_program__fd(program_->progs.diff_scan), &run), 0);
        ASSERT_EQ(run.retval, 2u) << "the program did not take the message";
    }

    void on_host(const std::string& text) {
        std::memcpy(host_->work.text, text.data(), text.size());
        std::memset(host_->work.text + text.size(), 0, 8);
        host_->work.sip.length = static_cast<__u32>(text.size());
        scan_message(host_.get());
    }

    // The first step that differs, or SCAN_STEPS.
    [[nodiscard]] int difference() const {
        for (int step = 0; step < SCAN_STEPS; ++step)
            if (kernel_->result.fold[step] != host_->result.fold[step])
                return step;
        return kernel_->result.read == host_->result.read ? static_cast<int>(SCAN_STEPS) : -1;
    }

    diff_scan* program_ = nullptr;
    const scan_room* kernel_ = nullptr;
    std::unique_ptr<scan_room> host_;
    std::vector<char> packet_;
};

TEST_F(Scanner, ReadsTheSame_InTheKernelAndOnTheHost) {
    const auto count = from_environment("GMGUARD_DIFF_COUNT", 1'000'000);
    const auto seed = from_environment("GMGUARD_DIFF_SEED", 20'261'123);
    Mutation mutation(seed, seed_messages());
    std::uint64_t whole = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
        const auto text = mutation.next();
        ASSERT_NO_FATAL_FAILURE(in_kernel(text));
        on_host(text);
        ASSERT_EQ(difference(), SCAN_STEPS) << "message " << n << " of seed " << seed << ":\n"
                                            << testing::PrintToString(text);
        whole += host_->work.scan.done != 0 && host_->work.scan.reason == 0;
    }
    fmt::print("{} messages of seed {}: identical; {} of them read to the end of their headers\n",
               count, seed, whole);
    EXPECT_GT(whole, count / 10) << "the mutations leave too little to read";
}

// The comparison itself: a scanner that is wrong in one field is found.
TEST_F(Scanner, IsFoundOut_WhenTheHostReadsOtherwise) {
    Mutation mutation(1, seed_messages());
    for (int n = 0; n < 100; ++n) {
        const auto text = mutation.next();
        ASSERT_NO_FATAL_FAILURE(in_kernel(text));
        on_host(text);
    }
    ASSERT_EQ(difference(), SCAN_STEPS);
    const auto text = mutation.next();
    ASSERT_NO_FATAL_FAILURE(in_kernel(text));
    on_host(text.substr(0, text.size() - 1) + static_cast<char>(text.back() ^ 1));
    host_->work.sip.body++;
    scan_add(host_.get(), SCAN_INDEX, host_->work.sip.body);
    EXPECT_EQ(difference(), SCAN_INDEX);
}

} // namespace
} // namespace gmguard::test
