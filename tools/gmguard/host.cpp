// SPDX-License-Identifier: BSD-2-Clause
#include "host.hpp"

#include "kernel/sockets.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ifaddrs.h>
#include <map>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <optional>
#include <span>

namespace gmguard::cli {
namespace {

namespace fs = std::filesystem;

using Programs = std::map<std::uint32_t, std::string>; // by the inode of a socket

std::optional<Address> address_of(const sockaddr* address) {
    if (address == nullptr)
        return std::nullopt;
    const auto bytes = [](const auto& field) {
        return std::span(reinterpret_cast<const std::uint8_t*>(&field), sizeof field);
    };
    if (address->sa_family == AF_INET)
        return Address::from_bytes(bytes(reinterpret_cast<const sockaddr_in*>(address)->sin_addr));
    if (address->sa_family != AF_INET6)
        return std::nullopt;
    const auto& v6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    return IN6_IS_ADDR_LINKLOCAL(&v6) ? std::nullopt
                                      : std::optional(Address::from_bytes(bytes(v6)));
}

Result<std::vector<HostInterface>> interfaces() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0)
        return fail(system_error(errno, "interfaces", "cannot be listed"));
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> list(first, &::freeifaddrs);
    std::vector<HostInterface> out;
    for (const auto* each = first; each != nullptr; each = each->ifa_next) {
        const auto address = address_of(each->ifa_addr);
        if (!address || (each->ifa_flags & IFF_LOOPBACK) != 0)
            continue;
        auto found = std::ranges::find(out, each->ifa_name, &HostInterface::name);
        if (found == out.end())
            found = out.insert(out.end(), {each->ifa_name, {}});
        found->addresses.push_back(*address);
    }
    return out;
}

// 0: no socket.
std::uint32_t socket_inode(const fs::path& link) {
    std::error_code none;
    const auto text = fs::read_symlink(link, none).string();
    constexpr std::string_view kMark = "socket:[";
    return text.starts_with(kMark)
               ? static_cast<std::uint32_t>(std::strtoul(text.c_str() + kMark.size(), nullptr, 10))
               : 0;
}

// A process may end while it is looked at.
Programs programs() {
    Programs out;
    std::error_code none;
    for (const auto& process : fs::directory_iterator("/proc", none)) {
        const auto id = process.path().filename().string();
        if (!std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; }))
            continue;
        std::ifstream comm(process.path() / "comm");
        std::string name;
        std::getline(comm, name);
        auto at = fs::directory_iterator(process.path() / "fd", none);
        for (; !none && at != fs::directory_iterator(); at.increment(none))
            if (const auto inode = socket_inode(at->path()); inode != 0)
                out.emplace(inode, name);
    }
    return out;
}

} // namespace

const HostInterface* Host::with(Address address) const {
    const auto found = std::ranges::find_if(interfaces, [address](const HostInterface& each) {
        return std::ranges::find(each.addresses, address) != each.addresses.end();
    });
    return found == interfaces.end() ? nullptr : &*found;
}

Result<Host> this_host() {
    auto links = interfaces();
    if (!links)
        return fail(std::move(links.error()));
    const auto sockets = kernel::sockets("");
    if (!sockets)
        return fail(sockets.error());
    const auto names = programs();
    Host host{std::move(*links), {}};
    for (const auto& socket : *sockets) {
        if (socket.protocol != GM_UDP)
            continue;
        const auto name = names.find(socket.inode);
        host.sockets.push_back({socket.local, name == names.end() ? "" : name->second});
    }
    return host;
}

} // namespace gmguard::cli
