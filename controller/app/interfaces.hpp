// SPDX-License-Identifier: BSD-2-Clause
// The interfaces of both sides: those of Gm have the programs, those of the core are only known.
// gm_ifaces says which is which; its entry stands before the programs do.
#pragma once

#include "base/address.hpp"
#include "config/config.hpp"
#include "feeds/clock.hpp"
#include "kernel/attach.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace gmguard::app {

struct Side {
    config::Interface interface;
    gm_iface_key key{};
    feeds::WallTime since;
};

class Interfaces {
  public:
    // `objects` outlives it.
    explicit Interfaces(const kernel::Objects& objects) : objects_(objects) {}

    // Takes over what is attached already, with the present programs. What cannot be replaced keeps
    // its old program and is told.
    [[nodiscard]] std::vector<Error> adopt();

    // Attaches, or changes what there is of this name to what is asked for: side or XDP mode.
    // Errors as of kernel::attach, and conflict: the name is in use in another namespace.
    [[nodiscard]] Result<> put(const config::Interface& interface);
    // The same; what it gives brings back what was there before, or nothing.
    [[nodiscard]] Result<std::function<void()>> exchange(const config::Interface& interface);
    // Kind not_found.
    [[nodiscard]] Result<> remove(std::string_view name);
    // Takes interfaces that are not ours out of gm_ifaces. To be called when all have been put.
    [[nodiscard]] Result<> settle() const;
    // Names of those that lost a program: made anew, or detached by somebody.
    [[nodiscard]] std::vector<std::string> broken() const;
    // Puts the programs back on those that are there. Names of the mended.
    [[nodiscard]] std::vector<std::string> mend();

    // In the order in which they came.
    [[nodiscard]] const std::vector<Side>& all() const { return sides_; }
    [[nodiscard]] const Side* find(std::string_view name) const;
    // Of the namespaces of all, the first that has this number.
    [[nodiscard]] const Side* find(unsigned ifindex) const;
    [[nodiscard]] const Side* find(const gm_iface_key& key) const;
    // Namespaces that Gm interfaces are in; empty text: the daemon's own.
    [[nodiscard]] std::vector<std::string> namespaces() const;
    // Of the namespaces that Gm interfaces are in, or will be.
    [[nodiscard]] std::vector<Address>
    host_addresses(std::span<const config::Interface> planned = {}) const;

  private:
    [[nodiscard]] Result<gm_iface_key> key_of(const config::Interface& interface) const;
    [[nodiscard]] Result<> check_free(const config::Interface& interface) const;
    [[nodiscard]] Result<> enter(const config::Interface& interface, const gm_iface_key& key) const;
    [[nodiscard]] Result<> place(const config::Interface& interface, const gm_iface_key& key) const;
    void remember(const config::Interface& interface, const gm_iface_key& key);
    [[nodiscard]] Result<> forget(const Side& side);
    [[nodiscard]] Result<> set_free(const Side& side) const;
    [[nodiscard]] bool is_whole(const Side& side,
                                const std::vector<kernel::Attached>& attached) const;

    const kernel::Objects& objects_;
    std::vector<Side> sides_;
};

} // namespace gmguard::app
