// SPDX-License-Identifier: BSD-2-Clause
#include "host.hpp"

#include "kernel/socket_holders.hpp"
#include "kernel/sockets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <fstream>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <optional>
#include <span>

namespace gmguard::cli {
namespace {

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

// Empty: not known.
std::string program_of(const kernel::Holders& holders, std::uint32_t inode) {
    std::string name;
    if (const auto found = holders.find(inode); found != holders.end()) {
        std::ifstream comm(fmt::format("/proc/{}/comm", found->second.process));
        std::getline(comm, name);
    }
    return name;
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
    const auto holders = kernel::socket_holders();
    Host host{std::move(*links), {}};
    for (const auto& socket : *sockets)
        if (socket.protocol == GM_UDP)
            host.sockets.push_back({socket.local, program_of(holders, socket.inode)});
    return host;
}

} // namespace gmguard::cli
