// SPDX-License-Identifier: BSD-2-Clause
// What the tests of this folder make outside their process, all named by the pid and all removed,
// also after a failure: a pin directory, a network namespace with a veth pair, a cgroup.
#pragma once

#include "kernel/attach.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace gmguard::kernel {

inline std::string unique(const std::string& prefix) {
    static int count = 0;
    return prefix + std::to_string(::getpid()) + "-" + std::to_string(count++);
}

// REQUIRES the shell to find `ip` and `tc`.
inline bool run(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

class Sandbox : public testing::Test {
  protected:
    static constexpr std::uint32_t kBindings = 64;

    void SetUp() override { ASSERT_EQ(::geteuid(), 0u) << "tests with label bpf need root"; }
    void TearDown() override {
        EXPECT_TRUE(remove_all(pins)) << remove_all(pins).error().text();
        EXPECT_NE(::access(pins.c_str(), F_OK), 0) << pins << " is left over";
    }

    // For tests of the table.
    static bool is_shown(const Objects& objects) { return objects.fd(Program::show) >= 0; }
    static constexpr const char* kNotShown = "this kernel refuses gm_show, as if locked down";

    Objects open() {
        auto objects = Objects::open_pinned(pins, Sizes::of(kBindings));
        if (!objects)
            throw std::runtime_error(objects.error().text());
        return std::move(*objects);
    }

    const std::string pins = unique("/sys/fs/bpf/gmgtest-");
};

// A namespace with the interface gm0, whose peer ue0 is in it too.
class Netns {
  public:
    Netns() {
        made_ = run("ip netns add " + name) &&
                run("ip -n " + name + " link add gm0 type veth peer name ue0") &&
                run("ip -n " + name + " link set gm0 up") &&
                run("ip -n " + name + " link set ue0 up");
    }
    ~Netns() { remove(); }
    Netns(const Netns&) = delete;
    Netns& operator=(const Netns&) = delete;

    void remove() { run("ip netns del " + name); }
    bool ip(const std::string& arguments) const { return run("ip -n " + name + " " + arguments); }
    bool tc(const std::string& arguments) const { return run("tc -n " + name + " " + arguments); }
    [[nodiscard]] bool made() const { return made_; }

    const std::string name = unique("gmgtest-");

  private:
    bool made_ = false;
};

class CgroupDirectory {
  public:
    CgroupDirectory()
        : path(cgroup2_mount().value_or("/sys/fs/cgroup") + "/" + unique("gmgtest-")) {
        made_ = ::mkdir(path.c_str(), 0755) == 0;
    }
    ~CgroupDirectory() { ::rmdir(path.c_str()); }
    CgroupDirectory(const CgroupDirectory&) = delete;
    CgroupDirectory& operator=(const CgroupDirectory&) = delete;
    [[nodiscard]] bool made() const { return made_; }

    const std::string path;

  private:
    bool made_ = false;
};

} // namespace gmguard::kernel
