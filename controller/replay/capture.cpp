// SPDX-License-Identifier: BSD-2-Clause
#include "replay/capture.hpp"

#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace gmguard::replay {
namespace {

using View = std::span<const std::uint8_t>;

constexpr std::size_t kCooked = 16, kCooked2 = 20, kNull = 4;
constexpr const char* kCaptureHint = "give a pcap or pcapng file, as tcpdump and Wireshark write";

// Where the payload begins, and its Ethernet type. The IP version tells that where the link type
// has no such field, or one whose numbers differ between systems.
struct Link {
    std::size_t payload = 0;
    std::uint16_t type = 0;
};

std::uint16_t get16(View bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint16_t type_by_version(View bytes, std::size_t at) {
    if (at >= bytes.size())
        return 0;
    return bytes[at] >> 4 == 6 ? 0x86dd : 0x0800;
}

Link link_of(int type, View bytes) {
    switch (type) {
    case DLT_LINUX_SLL:
        return {kCooked, bytes.size() < kCooked ? std::uint16_t{0} : get16(bytes, kCooked - 2)};
    case DLT_LINUX_SLL2:
        return {kCooked2, bytes.size() < kCooked2 ? std::uint16_t{0} : get16(bytes, 0)};
    case DLT_NULL:
    case DLT_LOOP:
        return {kNull, type_by_version(bytes, kNull)};
    default:
        return {0, type_by_version(bytes, 0)};
    }
}

bool is_known(int type) {
    constexpr std::array known = {DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW,
                                  DLT_NULL,   DLT_LOOP,      DLT_IPV4,       DLT_IPV6};
    return std::ranges::find(known, type) != known.end();
}

Bytes ethernet_of(int type, View bytes) {
    if (type == DLT_EN10MB)
        return {bytes.begin(), bytes.end()};
    const Link link = link_of(type, bytes);
    Bytes out = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    out.push_back(static_cast<std::uint8_t>(link.type >> 8));
    out.push_back(static_cast<std::uint8_t>(link.type));
    if (link.payload < bytes.size())
        out.insert(out.end(), bytes.begin() + static_cast<std::ptrdiff_t>(link.payload),
                   bytes.end());
    return out;
}

Result<> readable(const std::string& path) {
    if (path == "-")
        return {};
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file) {
        std::fclose(file);
        return {};
    }
    if (errno == ENOENT)
        return fail(ErrorKind::not_found, path, "there is no such file");
    return fail(system_error(errno, path, "cannot be read"));
}

} // namespace

void CaptureFile::Close::operator()(pcap* handle) const {
    pcap_close(handle);
}

Result<CaptureFile> CaptureFile::open(const std::string& path) {
    if (const auto there = readable(path); !there)
        return fail(there.error());
    std::array<char, PCAP_ERRBUF_SIZE> text{};
    std::unique_ptr<pcap, Close> handle(pcap_open_offline_with_tstamp_precision(
        path.c_str(), PCAP_TSTAMP_PRECISION_NANO, text.data()));
    if (!handle)
        return fail(ErrorKind::invalid, path, std::string("is no capture: ") + text.data(),
                    kCaptureHint);
    const int link = pcap_datalink(handle.get());
    if (!is_known(link)) {
        const char* name = pcap_datalink_val_to_name(link);
        return fail(ErrorKind::unsupported, path,
                    "link type " + (name ? std::string(name) : std::to_string(link)) +
                        " is not read",
                    "capture on an Ethernet, raw IP, loopback or \"any\" device");
    }
    return CaptureFile(path, std::move(handle), link);
}

Result<std::optional<Frame>> CaptureFile::next() {
    pcap_pkthdr* head = nullptr;
    const u_char* data = nullptr;
    const int got = pcap_next_ex(handle_.get(), &head, &data);
    if (got == PCAP_ERROR_BREAK)
        return std::optional<Frame>{};
    if (got != 1)
        return fail(ErrorKind::invalid, path_,
                    "cannot be read beyond frame " + std::to_string(frames_) + ": " +
                        pcap_geterr(handle_.get()),
                    "what came before it was judged");
    Frame frame;
    frame.number = ++frames_;
    // The precision asked for makes tv_usec nanoseconds.
    frame.time_ns = static_cast<std::uint64_t>(head->ts.tv_sec) * 1'000'000'000 +
                    static_cast<std::uint64_t>(head->ts.tv_usec);
    frame.ethernet = ethernet_of(link_, View(data, head->caplen));
    return std::optional<Frame>(std::move(frame));
}

} // namespace gmguard::replay
