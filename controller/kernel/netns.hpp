// SPDX-License-Identifier: BSD-2-Clause
// Network namespaces: interfaces are named with one, and a link is made while in it.
#pragma once

#include "base/address.hpp"
#include "base/error.hpp"
#include "gmguard/abi/keys.h"
#include "kernel/fd.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace gmguard::kernel {

// The calling thread is in the namespace while this lives.
class InNetns {
  public:
    // Empty: the thread's own, nothing changes. A name is one under /run/netns; else a path.
    // Kind not_found where there is none.
    [[nodiscard]] static Result<InNetns> enter(const std::string& netns);
    InNetns(InNetns&&) noexcept = default;
    InNetns& operator=(InNetns&&) = delete;
    // Ends the process where the way back is closed: every later call would be in the wrong place.
    ~InNetns();

    // The namespace's number: inode of its file in nsfs.
    [[nodiscard]] std::uint64_t inode() const { return inode_; }

  private:
    InNetns() = default;
    Fd back_; // not valid: was there already
    std::uint64_t inode_ = 0;
};

// A path of the namespace with that number: it has a name, or a process is in it. Kind not_found.
[[nodiscard]] Result<std::string> netns_with(std::uint64_t inode);

// In the thread's namespace. Kind not_found.
[[nodiscard]] Result<unsigned> ifindex_of(const std::string& interface);

// As gm_ifaces knows an interface of the thread's namespace.
[[nodiscard]] Result<gm_iface_key> own_device(unsigned ifindex);

// All addresses of the interfaces of a namespace.
[[nodiscard]] Result<std::vector<Address>> addresses_in(const std::string& netns);

} // namespace gmguard::kernel
