// SPDX-License-Identifier: BSD-2-Clause
// The BPF programs, loaded, and the maps that they share.
//
// A pin directory has this form (mode 0700; names without dots, which bpffs refuses):
//   <path>/maps/gm_...       every map but the programs' scratch
//   <path>/programs/...      the programs as they were verified last (kernel/kept_programs.hpp)
//   <path>/links/...         what holds the programs at their hooks (kernel/attach.hpp)
//   <path>/show/bindings     `cat` prints the bindings
#pragma once

#include "base/error.hpp"
#include "gmguard/abi/events.h"
#include "gmguard/abi/settings.h"
#include "kernel/map.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace gmguard::kernel {

enum class Program : std::uint8_t {
    front,   // XDP, Gm interfaces
    inside,  // cgroup_skb ingress
    stream,  // cgroup_skb ingress
    onward,  // cgroup_skb egress
    answers, // TC egress, Gm interfaces
    show,    // iter/bpf_map_elem
};
inline constexpr std::size_t kPrograms = 6;
// The program's name in the kernel: "gm_front".
[[nodiscard]] std::string_view name(Program program);

// Entries of the maps whose size is configured. Maps that a pin directory holds already must have
// the same.
struct Sizes {
    std::uint32_t bindings = 100'000;
    std::uint32_t identities = 400'000; // of gm_owners
    std::uint32_t challenges = 100'000;
    std::uint32_t buckets = 100'000;
    std::uint32_t spis = 400'000;

    // From limits.bindings: four identities a binding, challenges and buckets for those that may
    // register at once, and the SPIs of two generations of two associations (D.2.3).
    [[nodiscard]] static Sizes of(std::uint32_t bindings);
};

// Whether gm_stream is wanted, which no test run can feed: it asks a socket.
enum class Streams : bool { without, with };

struct Maps {
    Map<gm_listener_key, gm_listener> listeners;
    Map<gm_prefix_key, gm_pool> pools;
    Map<gm_prefix_key, gm_peer> peers;
    Map<gm_iface_key, gm_iface> ifaces;
    Map<gm_selector, gm_binding> bindings;
    Map<gm_u128, gm_owner> owners;
    Map<gm_challenge_key, gm_challenge> challenges;
    Map<gm_spi_key, gm_spi> spis;
    Map<gm_u128, std::uint64_t> graces;
    Map<gm_bucket_key, gm_bucket> buckets;
    Map<gm_pinhole_key, std::uint64_t> pinholes;
    Map<std::uint64_t, gm_probe> probes;
    Map<std::uint32_t, gm_settings> settings; // entry 0
    PerCpuCounters<gm_counters> counters;     // by listener id
    PerCpuCounters<gm_losses> losses;         // entry 0
};

// What a load told of one program.
struct ProgramInfo {
    std::uint32_t id = 0;
    std::uint32_t verified_instructions = 0;
    std::uint64_t run_count = 0; // only with kernel.bpf_stats_enabled
    std::uint64_t run_time_ns = 0;
};

class Objects {
  public:
    // A private instance: nothing is pinned, nothing outlives it. For replay, explain and tests.
    [[nodiscard]] static Result<Objects> open_private(const Sizes& sizes = Sizes::of(10'000),
                                                      Streams streams = Streams::with);

    // Makes the pin directory, or adopts the maps in it. Nothing is attached or detached. Errors:
    //   conflict     the pins are of another schema or of other sizes: hint says what to do
    //   unsupported  the verifier refused a program: `what` ends with the tail of its log
    //   system       no bpffs there, no privilege, ...
    // An error leaves a directory that was there as it was.
    [[nodiscard]] static Result<Objects> open_pinned(const std::string& path, const Sizes& sizes);
    // The same, but where the maps were there before the programs may still be loading: what is in
    // the maps can be read meanwhile. Before anything else is asked for: await_programs(), which
    // returns what can go wrong with them. (reads_associations() waits by itself.)
    [[nodiscard]] static Result<Objects> begin_pinned(const std::string& path, const Sizes& sizes);
    [[nodiscard]] Result<> await_programs() const;

    Objects(Objects&&) noexcept;
    Objects& operator=(Objects&&) noexcept;
    ~Objects();

    [[nodiscard]] const Maps& maps() const;
    // Descriptors that stay this object's. Program::stream: -1 without streams. Program::show: -1
    // where the kernel refused it, as a locked-down one may; then nothing is lacking but the table,
    // and load_log() says why.
    [[nodiscard]] int fd(Program program) const;
    // Whether gm_inside and gm_stream know by its SPI which security association decrypted a
    // packet; else (6.1) address and port stand for it.
    [[nodiscard]] bool reads_associations() const;
    [[nodiscard]] int ring_fd(std::size_t ring) const;     // in the order of enum Ring (rings.hpp)
    [[nodiscard]] int map_fd(std::string_view name) const; // -1: no shared map of that name
    [[nodiscard]] Result<ProgramInfo> info(Program program) const;

    // Empty where the instance is private.
    [[nodiscard]] const std::string& pin_path() const;
    // Whether the maps were there before.
    [[nodiscard]] bool adopted() const;
    // What libbpf had to say although all went well. Anything is a reason to look.
    [[nodiscard]] const std::string& load_log() const;

  private:
    struct Parts;
    explicit Objects(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

// Writes entry 0 of gm_settings, schema included.
[[nodiscard]] Result<> write_settings(const Maps& maps, gm_settings settings);
[[nodiscard]] Result<gm_settings> read_settings(const Maps& maps);

} // namespace gmguard::kernel
