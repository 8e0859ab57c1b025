// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/netns.hpp"

#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <system_error>

namespace gmguard::kernel {
namespace {

constexpr const char* kOwn = "/proc/thread-self/ns/net";

std::string path_of(const std::string& netns) {
    return netns.find('/') == std::string::npos ? "/run/netns/" + netns : netns;
}

Result<Fd> open_netns(const std::string& path, const std::string& netns) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid() && errno == ENOENT)
        return fail(ErrorKind::not_found, "network namespace " + netns, "there is no " + path);
    if (!fd.valid())
        return fail(system_error(errno, "network namespace " + netns, "cannot open " + path));
    return fd;
}

std::uint64_t inode_of(const Fd& fd) {
    struct stat status{};
    return ::fstat(fd.get(), &status) == 0 ? status.st_ino : 0;
}

// Where namespaces can be seen: by their names, and by the processes in them.
std::vector<std::string> namespace_files() {
    std::vector<std::string> files;
    std::error_code error; // what cannot be read is not looked at; processes come and go
    for (const auto& file : std::filesystem::directory_iterator("/run/netns", error))
        files.push_back(file.path());
    for (const auto& process : std::filesystem::directory_iterator("/proc", error))
        files.push_back(process.path() / "ns/net");
    return files;
}

std::optional<Address> address_of(const sockaddr* address) {
    if (address == nullptr)
        return std::nullopt;
    std::array<std::uint8_t, 16> bytes{};
    if (address->sa_family == AF_INET) {
        std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, 4);
        return Address::from_bytes(std::span(bytes).first(4));
    }
    if (address->sa_family != AF_INET6)
        return std::nullopt;
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, 16);
    return Address::from_bytes(bytes);
}

} // namespace

Result<InNetns> InNetns::enter(const std::string& netns) {
    InNetns in;
    auto own = open_netns(kOwn, "of this thread");
    if (!own)
        return fail(std::move(own.error()));
    in.inode_ = inode_of(*own);
    if (netns.empty())
        return in;
    auto wanted = open_netns(path_of(netns), netns);
    if (!wanted)
        return fail(std::move(wanted.error()));
    const auto inode = inode_of(*wanted);
    if (inode == in.inode_)
        return in;
    if (::setns(wanted->get(), CLONE_NEWNET) != 0)
        return fail(system_error(errno, "network namespace " + netns, "cannot enter"));
    in.inode_ = inode;
    in.back_ = std::move(*own);
    return in;
}

InNetns::~InNetns() {
    if (!back_.valid() || ::setns(back_.get(), CLONE_NEWNET) == 0)
        return;
    std::perror("gmguard: cannot leave a network namespace");
    std::abort();
}

Result<std::string> netns_with(std::uint64_t inode) {
    for (const auto& file : namespace_files()) {
        struct stat status{};
        if (::stat(file.c_str(), &status) == 0 && status.st_ino == inode)
            return file;
    }
    return fail(ErrorKind::not_found, "network namespace " + std::to_string(inode),
                "has no name and no process");
}

Result<unsigned> ifindex_of(const std::string& interface) {
    const unsigned ifindex = ::if_nametoindex(interface.c_str());
    if (ifindex == 0)
        return fail(ErrorKind::not_found, "interface " + interface, "there is none of this name");
    return ifindex;
}

Result<gm_iface_key> own_device(unsigned ifindex) {
    const auto in = InNetns::enter({});
    return in ? Result<gm_iface_key>({static_cast<__u32>(in->inode()), ifindex}) : fail(in.error());
}

Result<std::vector<Address>> addresses_in(const std::string& netns) {
    const auto in = InNetns::enter(netns);
    if (!in)
        return fail(in.error());
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0)
        return fail(system_error(errno, "network namespace " + netns, "cannot list addresses"));
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
    std::vector<Address> addresses;
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next)
        if (const auto address = address_of(entry->ifa_addr))
            addresses.push_back(*address);
    return addresses;
}

} // namespace gmguard::kernel
