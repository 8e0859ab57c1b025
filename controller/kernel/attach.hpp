// SPDX-License-Identifier: BSD-2-Clause
// The programs at their hooks. Everything is pinned: it outlives the controller, and a later one
// replaces the programs in place, without a moment in which nothing is attached.
//
//   <pins>/links/xdp-<netns>-<ifindex>    gm_front; netns is the number of the namespace
//   <pins>/links/inside, links/onward     the cgroup
//   <pins>/maps/gm_attached               which interfaces, with their namespaces, and whether
//                                         clsact was made for gm_answers: so that removal needs
//                                         nothing but the pins
#pragma once

#include "config/config.hpp"
#include "kernel/objects.hpp"

#include <optional>
#include <string>
#include <vector>

namespace gmguard::kernel {

// One guarded interface as the kernel has it now.
struct Attached {
    std::string name;
    std::string netns;
    std::uint64_t netns_inode = 0;
    unsigned ifindex = 0;
    config::XdpMode mode = config::XdpMode::native;
    std::uint32_t front = 0;   // program id; 0: gone, the interface went or somebody detached it
    std::uint32_t answers = 0; // program id; 0: gone
    bool clsact_made = false;
};

struct AttachedCgroup {
    std::string path;         // empty: it is gone
    std::uint32_t inside = 0; // program ids; 0: not attached
    std::uint32_t stream = 0;
    std::uint32_t onward = 0;

    [[nodiscard]] bool is_whole() const { return inside != 0 && stream != 0 && onward != 0; }
};

// Attaches gm_front and gm_answers, or replaces them where they are. Undoes what it did on error:
//   not_found    no such interface or namespace
//   conflict     the XDP slot is taken (`what` says by whom, hint what to do), or it is attached
//                in the other mode
//   unsupported  the driver has no native XDP
// REQUIRES, here and below: `objects` is pinned.
[[nodiscard]] Result<Attached> attach(const Objects& objects, const config::Interface& interface);

// Kind not_found where it is not attached. clsact goes only if attach() made it and nobody else
// uses it.
[[nodiscard]] Result<> detach(const std::string& pin_path, const std::string& name,
                              const std::string& netns);

// gm_inside, gm_stream and gm_onward on a cgroup, or replaced where they are; another cgroup than
// before is attached first and the old one left after. Empty path: where cgroup2 is mounted.
[[nodiscard]] Result<> attach_cgroup(const Objects& objects, const std::string& path);

// Nothing attached is no error.
[[nodiscard]] Result<> detach_cgroup(const std::string& pin_path);

// Pins the iterator of gm_bindings as <pins>/show/bindings; where the kernel refused it, no file is
// there.
[[nodiscard]] Result<> pin_show(const Objects& objects);

// Every interface in the record, live or not.
[[nodiscard]] Result<std::vector<Attached>> attached(const std::string& pin_path);
[[nodiscard]] Result<AttachedCgroup> attached_cgroup(const std::string& pin_path);

// Replaces the programs everywhere they are attached, and forgets interfaces that are gone. What
// cannot be replaced keeps its old program and is reported, one error each.
[[nodiscard]] std::vector<Error> refresh(const Objects& objects);

// Detaches and unpins everything, and removes the directories. What is not there is no error, so
// it can be repeated; whoever calls it holds the lock (PinLock), or knows that no controller runs.
[[nodiscard]] Result<> remove_all(const std::string& pin_path);

// The mount point of cgroup2. Kind not_found.
[[nodiscard]] Result<std::string> cgroup2_mount();

// One controller per pin directory. The lock goes with the process.
class PinLock {
  public:
    // Makes the directory where it is not there. Kind conflict: held by another process.
    [[nodiscard]] static Result<PinLock> take(const std::string& pin_path);

  private:
    explicit PinLock(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

} // namespace gmguard::kernel
