// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/objects.hpp"

#include "kernel/features.hpp"
#include "kernel/kept_programs.hpp"
#include "kernel/libbpf_log.hpp"
#include "kernel/pins.hpp"
#include "kernel/rings.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>

#include "gm_answers.skel.h"
#include "gm_front.skel.h"
#include "gm_inside.skel.h"
#include "gm_inside_sa.skel.h"
#include "gm_onward.skel.h"
#include "gm_show.skel.h"
#include "gm_stream.skel.h"
#include "gm_stream_sa.skel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>

namespace gmguard::kernel {
namespace {

template <typename T> struct Destroy {
    void operator()(T* skeleton) const { T::destroy(skeleton); }
};
template <typename T> using Skeleton = std::unique_ptr<T, Destroy<T>>;

// Maps that the programs share and that are pinned; the others are scratch of one program, which
// another one may interrupt.
constexpr std::array<std::string_view, 21> kPinned = {
    "gm_listeners",  "gm_pools",    "gm_peers",    "gm_ifaces",   "gm_bindings",  "gm_owners",
    "gm_challenges", "gm_spis",     "gm_graces",   "gm_flows",    "gm_flow_text", "gm_buckets",
    "gm_pinholes",   "gm_probes",   "gm_settings", "gm_counters", "gm_losses",    "gm_sip_clear",
    "gm_sip_inner",  "gm_sip_core", "gm_events"};

bool is_pinned(std::string_view map) {
    return std::ranges::find(kPinned, map) != kPinned.end();
}

// Those found pinned, then those that an object has made.
using Shared = SharedMaps;

Fd copy(int fd) {
    return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

Error load_error(int errno_value, std::string subject, const LibbpfLog& log) {
    auto error = system_error(errno_value, std::move(subject), "cannot load");
    if (log.text().find("BEGIN PROG LOAD LOG") != std::string::npos) {
        error.kind = ErrorKind::unsupported;
        error.what += "; the verifier's last words:\n" + log.tail(24);
    } else if (log.text().find("kernel BTF") != std::string::npos) {
        error.kind = ErrorKind::unsupported;
        error.what = "cannot load: there is no BTF of the kernel in /sys/kernel/btf/vmlinux";
        error.hint = "a kernel with CONFIG_DEBUG_INFO_BTF=y has it";
    } else if (errno_value == EPERM) {
        error.hint = "needs root, or CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";
    } else {
        error.what += ":\n" + log.tail(4);
    }
    return error;
}

std::uint32_t configured_size(const Sizes& sizes, std::string_view map) {
    if (map == "gm_bindings")
        return sizes.bindings;
    if (map == "gm_owners")
        return sizes.identities;
    if (map == "gm_challenges")
        return sizes.challenges;
    if (map == "gm_spis")
        return sizes.spis;
    if (map == "gm_graces")
        return sizes.challenges;
    return map == "gm_buckets" ? sizes.buckets : 0;
}

Result<> resize(bpf_object* object, const Sizes& sizes) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) {
        const auto size = configured_size(sizes, bpf_map__name(map));
        if (size == 0)
            continue;
        if (const int error = bpf_map__set_max_entries(map, size); error != 0)
            return fail(system_error(-error, std::string("map ") + bpf_map__name(map),
                                     "cannot be of " + std::to_string(size) + " entries"));
    }
    return {};
}

// The pinned map must be the one that the programs are made for.
Result<> compare(const bpf_map* wanted, const Fd& pinned) {
    const std::string subject = std::string("map ") + bpf_map__name(wanted);
    bpf_map_info info{};
    __u32 length = sizeof info;
    if (bpf_obj_get_info_by_fd(pinned.get(), &info, &length) != 0)
        return fail(system_error(errno, subject, "cannot ask for its sizes"));
    const char* hint = "detach and start anew: `gmguard detach --all`; registrations are learned "
                       "again as phones renew them";
    if (info.type != bpf_map__type(wanted) || info.key_size != bpf_map__key_size(wanted) ||
        info.value_size != bpf_map__value_size(wanted))
        return fail(ErrorKind::conflict, subject, "is pinned with another layout", hint);
    if (info.max_entries != bpf_map__max_entries(wanted))
        return fail(ErrorKind::conflict, subject,
                    "is pinned with " + std::to_string(info.max_entries) + " entries, not " +
                        std::to_string(bpf_map__max_entries(wanted)),
                    hint);
    return {};
}

Result<> share(bpf_object* object, const Shared& shared) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) {
        const auto found = shared.find(std::string_view(bpf_map__name(map)));
        if (found == shared.end())
            continue;
        if (auto same = compare(map, found->second); !same)
            return same;
        if (const int error = bpf_map__reuse_fd(map, found->second.get()); error != 0)
            return fail(system_error(-error, "map " + found->first, "cannot be shared"));
    }
    return {};
}

Result<> remember_maps(bpf_object* object, Shared& shared) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) {
        if (!is_pinned(bpf_map__name(map)) || shared.contains(bpf_map__name(map)))
            continue;
        Fd fd = copy(bpf_map__fd(map));
        if (!fd.valid())
            return fail(system_error(errno, bpf_map__name(map), "cannot keep"));
        shared.emplace(bpf_map__name(map), std::move(fd));
    }
    return {};
}

// Before the layouts are compared: another schema is the better thing to say.
Result<> check_schema(const Fd& settings) {
    bpf_map_info info{};
    __u32 length = sizeof info;
    if (bpf_obj_get_info_by_fd(settings.get(), &info, &length) != 0)
        return fail(system_error(errno, "map gm_settings", "cannot ask for its sizes"));
    std::vector<std::byte> value(std::max<std::size_t>(info.value_size, 4));
    const std::uint32_t entry = 0;
    std::uint32_t schema = 0;
    if (bpf_map_lookup_elem(settings.get(), &entry, value.data()) != 0)
        return fail(system_error(errno, "map gm_settings", "cannot look up"));
    std::copy_n(value.data(), sizeof schema, reinterpret_cast<std::byte*>(&schema));
    if (schema == GM_SCHEMA || schema == 0)
        return {};
    return fail(ErrorKind::conflict, "map gm_settings",
                "is pinned by a version with schema " + std::to_string(schema) + ", this one has " +
                    std::to_string(GM_SCHEMA),
                "detach with the other version first: `gmguard detach --all`");
}

Result<Shared> open_pinned_maps(const std::string& pins) {
    Shared shared;
    for (const auto name : kPinned) {
        auto fd = open_pin(map_pin(pins, name));
        if (!fd)
            return fail(std::move(fd.error()));
        if (fd->valid())
            shared.emplace(name, std::move(*fd));
    }
    if (const auto settings = shared.find("gm_settings"); settings != shared.end())
        if (auto same = check_schema(settings->second); !same)
            return fail(std::move(same.error()));
    return shared;
}

// Pins what is not pinned yet; all or nothing.
Result<> pin_maps(const Shared& shared, const std::string& pins) {
    std::vector<std::string> made;
    for (const auto& [name, fd] : shared) {
        const auto path = map_pin(pins, name);
        if (::access(path.c_str(), F_OK) == 0)
            continue;
        if (auto pinned = pin(fd, path); !pinned) {
            for (const auto& undo : made)
                (void)unpin(undo);
            return pinned;
        }
        made.push_back(path);
    }
    return {};
}

template <typename M> Result<> take(M& map, const Shared& shared, std::string_view name) {
    const auto found = shared.find(name);
    if (found == shared.end())
        return fail(ErrorKind::not_found, "map " + std::string(name), "no program has it");
    auto adopted = M::adopt(copy(found->second.get()));
    if (!adopted)
        return fail(std::move(adopted.error()));
    map = std::move(*adopted);
    return {};
}

Result<Maps> take_maps(const Shared& shared) {
    Maps maps;
    const std::array taken = {
        take(maps.listeners, shared, "gm_listeners"),   take(maps.pools, shared, "gm_pools"),
        take(maps.peers, shared, "gm_peers"),           take(maps.ifaces, shared, "gm_ifaces"),
        take(maps.bindings, shared, "gm_bindings"),     take(maps.owners, shared, "gm_owners"),
        take(maps.challenges, shared, "gm_challenges"), take(maps.spis, shared, "gm_spis"),
        take(maps.graces, shared, "gm_graces"),         take(maps.buckets, shared, "gm_buckets"),
        take(maps.pinholes, shared, "gm_pinholes"),     take(maps.probes, shared, "gm_probes"),
        take(maps.settings, shared, "gm_settings"),     take(maps.counters, shared, "gm_counters"),
        take(maps.losses, shared, "gm_losses"),
    };
    for (const auto& result : taken)
        if (!result)
            return fail(result.error());
    return maps;
}

// Programs that stay pinned. (gm_onward, with which the maps come, is loaded each time.)
constexpr std::array kKept = {Program::front, Program::inside, Program::stream, Program::answers,
                              Program::show};

// What came of one program.
struct Loaded {
    Fd fd;
    std::string kept; // its name among those that stay pinned
    std::string log;  // what libbpf had to say although all went well
};

template <typename T> Fd program_of(const Skeleton<T>& skeleton, Program which) {
    const std::string program(name(which));
    return copy(bpf_program__fd(bpf_object__find_program_by_name(skeleton->obj, program.c_str())));
}

} // namespace

struct Objects::Parts {
    std::array<Loaded, kPrograms> programs; // show: none, where the kernel refused it
    bool tells_associations = false;        // gm_inside and gm_stream read the sec_path
    Shared shared;
    Maps maps;
    std::string pins;
    bool adopted = false;
    Streams streams = Streams::with;
    Sizes sizes;
    std::string log;
    std::future<Result<>> rest; // of load_rest()

    [[nodiscard]] Result<> load_first();
    [[nodiscard]] Result<> load_rest();
    [[nodiscard]] Result<> keep() const; // REQUIRES: the pin directory is there
    void let_go() const;                 // of what keep() has pinned
    [[nodiscard]] const Fd& fd(Program which) const {
        return programs[static_cast<std::size_t>(which)].fd;
    }

  private:
    struct Loading {
        Program which;
        std::future<Result<Loaded>> loaded;
    };

    template <typename T>
    [[nodiscard]] Result<Skeleton<T>> verify(Program which, const LibbpfLog& libbpf) const;
    template <typename T> [[nodiscard]] Result<Loaded> load(Program which) const;
    template <typename T> [[nodiscard]] Loading begin(Program which) const;
    void have(Program which, Loaded loaded);
    [[nodiscard]] Result<> end(std::vector<Loading> loadings);
    [[nodiscard]] std::vector<Loading> begin_judges(bool tell_associations) const;
    [[nodiscard]] Result<> load_judges(std::vector<Loading> judges, bool tell_associations);
    void load_show();
};

template <typename T>
Result<Skeleton<T>> Objects::Parts::verify(Program which, const LibbpfLog& libbpf) const {
    const std::string subject = "program " + std::string(name(which));
    Skeleton<T> skeleton(T::open());
    if (!skeleton)
        return fail(load_error(errno, subject, libbpf));
    if (auto sized = resize(skeleton->obj, sizes); !sized)
        return fail(std::move(sized.error()));
    if (auto joined = share(skeleton->obj, shared); !joined)
        return fail(std::move(joined.error()));
    if (const int error = T::load(skeleton.get()); error != 0)
        return fail(load_error(-error, subject, libbpf));
    return skeleton;
}

// From the pins where it is there. REQUIRES: `shared` stays as it is meanwhile.
template <typename T> Result<Loaded> Objects::Parts::load(Program which) const {
    std::size_t size = 0;
    const auto* const object = static_cast<const char*>(T::elf_bytes(&size));
    const auto kept = kept_name(name(which), {object, size});
    if (!pins.empty()) {
        auto found = find_kept(pins, kept, shared);
        if (!found)
            return fail(std::move(found.error()));
        if (found->valid())
            return Loaded{std::move(*found), kept, {}};
    }
    const LibbpfLog libbpf;
    const auto skeleton = verify<T>(which, libbpf);
    if (!skeleton)
        return fail(skeleton.error());
    return Loaded{program_of<T>(*skeleton, which), kept, libbpf.text()};
}

template <typename T> auto Objects::Parts::begin(Program which) const -> Loading {
    return {which, std::async(std::launch::async, [this, which] { return load<T>(which); })};
}

void Objects::Parts::have(Program which, Loaded loaded) {
    log += loaded.log;
    programs[static_cast<std::size_t>(which)] = std::move(loaded);
}

// Waits for all; the first error.
Result<> Objects::Parts::end(std::vector<Loading> loadings) {
    Result<> all;
    for (auto& loading : loadings) {
        auto loaded = loading.loaded.get();
        if (loaded)
            have(loading.which, std::move(*loaded));
        else if (all)
            all = fail(std::move(loaded.error()));
    }
    return all;
}

// The smallest program: with it come the maps that the others share.
Result<> Objects::Parts::load_first() {
    const LibbpfLog libbpf;
    const auto onward = verify<gm_onward>(Program::onward, libbpf);
    if (!onward)
        return fail(onward.error());
    have(Program::onward, {program_of<gm_onward>(*onward, Program::onward), {}, libbpf.text()});
    if (auto kept = remember_maps((*onward)->obj, shared); !kept)
        return kept;
    auto taken = take_maps(shared);
    if (!taken)
        return fail(std::move(taken.error()));
    maps = std::move(*taken);
    return {};
}

// They are verified at once, each on a processor of its own as far as there are any: that is most
// of a start's time.
Result<> Objects::Parts::load_rest() {
    const bool tell = may_tell_associations();
    auto judges = begin_judges(tell);
    std::vector<Loading> others;
    others.push_back(begin<gm_front>(Program::front));
    others.push_back(begin<gm_answers>(Program::answers));
    const auto judged = load_judges(std::move(judges), tell);
    const auto loaded = end(std::move(others));
    if (!judged || !loaded)
        return judged ? loaded : judged;
    load_show();
    return {};
}

// Those that read the sec_path, where the kernel lets them: both or none, so that a message is
// judged alike however it came.
auto Objects::Parts::begin_judges(bool tell_associations) const -> std::vector<Loading> {
    std::vector<Loading> judges;
    if (streams == Streams::with)
        judges.push_back(tell_associations ? begin<gm_stream_sa>(Program::stream)
                                           : begin<gm_stream>(Program::stream));
    judges.push_back(tell_associations ? begin<gm_inside_sa>(Program::inside)
                                       : begin<gm_inside>(Program::inside));
    return judges;
}

Result<> Objects::Parts::load_judges(std::vector<Loading> judges, bool tell_associations) {
    auto judged = end(std::move(judges));
    tells_associations = tell_associations && judged;
    if (judged || !tell_associations)
        return judged;
    log += "security associations are told by address and port: " + judged.error().text();
    return end(begin_judges(false));
}

// A table for people is no reason not to judge.
void Objects::Parts::load_show() {
    auto loaded = load<gm_show>(Program::show);
    if (loaded)
        have(Program::show, std::move(*loaded));
    else
        log += loaded.error().text();
}

// So that the next start finds them.
Result<> Objects::Parts::keep() const {
    if (pins.empty())
        return {};
    for (const auto which : kKept) {
        const auto& program = programs[static_cast<std::size_t>(which)];
        if (!program.fd.valid())
            continue;
        if (auto kept = keep_program(pins, name(which), program.kept, program.fd); !kept)
            return kept;
    }
    return {};
}

void Objects::Parts::let_go() const {
    for (const auto which : kKept)
        if (const auto& kept = programs[static_cast<std::size_t>(which)].kept; !kept.empty())
            (void)unpin(program_pin(pins, kept));
}

std::string_view name(Program program) {
    constexpr std::array<std::string_view, kPrograms> names = {
        "gm_front", "gm_inside", "gm_stream", "gm_onward", "gm_answers", "gm_show"};
    return names[static_cast<std::size_t>(program)];
}

std::string_view name(Ring ring) {
    constexpr std::array<std::string_view, kRings> names = {"gm_sip_core", "gm_sip_inner",
                                                            "gm_sip_clear", "gm_events"};
    return names[static_cast<std::size_t>(ring)];
}

Sizes Sizes::of(std::uint32_t bindings) {
    constexpr std::uint32_t enough = 65'536;
    const auto at_once = std::max(bindings / 16, std::min(bindings, enough));
    return {bindings, bindings * 4, at_once, at_once, bindings * 4};
}

Objects::Objects(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Objects::Objects(Objects&&) noexcept = default;
Objects& Objects::operator=(Objects&&) noexcept = default;
Objects::~Objects() = default;

Result<Objects> Objects::open_private(const Sizes& sizes, Streams streams) {
    auto parts = std::make_unique<Parts>();
    parts->streams = streams;
    parts->sizes = sizes;
    auto loaded = parts->load_first();
    if (loaded)
        loaded = parts->load_rest();
    if (!loaded)
        return fail(std::move(loaded.error()));
    return Objects(std::move(parts));
}

Result<Objects> Objects::open_pinned(const std::string& path, const Sizes& sizes) {
    auto objects = begin_pinned(path, sizes);
    if (!objects)
        return objects;
    if (auto loaded = objects->await_programs(); !loaded)
        return fail(std::move(loaded.error()));
    return objects;
}

Result<Objects> Objects::begin_pinned(const std::string& path, const Sizes& sizes) {
    auto found = open_pinned_maps(path);
    if (!found)
        return fail(std::move(found.error()));
    auto parts = std::make_unique<Parts>();
    parts->pins = path;
    parts->adopted = found->contains("gm_bindings");
    parts->shared = std::move(*found);
    parts->sizes = sizes;
    auto loaded = parts->load_first();
    if (loaded)
        parts->rest = std::async(std::launch::async, &Parts::load_rest, parts.get());
    if (loaded && !parts->adopted)
        loaded = parts->rest.get();
    if (!loaded)
        return fail(std::move(loaded.error()));
    auto pinned = make_pin_directories(path);
    if (pinned && !parts->adopted)
        pinned = parts->keep();
    if (pinned)
        pinned = pin_maps(parts->shared, path);
    if (!pinned) {
        if (!parts->adopted)
            parts->let_go();
        remove_empty_pin_directories(path);
        return fail(std::move(pinned.error()));
    }
    return Objects(std::move(parts));
}

Result<> Objects::await_programs() const {
    if (!parts_->rest.valid())
        return {};
    auto loaded = parts_->rest.get();
    return loaded ? parts_->keep() : loaded;
}

const Maps& Objects::maps() const {
    return parts_->maps;
}
int Objects::fd(Program program) const {
    return parts_->fd(program).get();
}
bool Objects::reads_associations() const {
    if (parts_->rest.valid())
        parts_->rest.wait();
    return parts_->tells_associations;
}
const std::string& Objects::pin_path() const {
    return parts_->pins;
}
bool Objects::adopted() const {
    return parts_->adopted;
}
const std::string& Objects::load_log() const {
    return parts_->log;
}

int Objects::ring_fd(std::size_t ring) const {
    return map_fd(name(static_cast<Ring>(ring)));
}

int Objects::map_fd(std::string_view name) const {
    const auto found = parts_->shared.find(name);
    return found == parts_->shared.end() ? -1 : found->second.get();
}

Result<ProgramInfo> Objects::info(Program program) const {
    bpf_prog_info info{};
    __u32 length = sizeof info;
    if (bpf_obj_get_info_by_fd(fd(program), &info, &length) != 0)
        return fail(system_error(errno, "program " + std::string(name(program)), "cannot ask"));
    return ProgramInfo{info.id, info.verified_insns, info.run_cnt, info.run_time_ns};
}

Result<> write_settings(const Maps& maps, gm_settings settings) {
    const auto there = read_settings(maps);
    if (!there)
        return fail(there.error());
    settings.schema = GM_SCHEMA;
    settings.listeners = there->listeners;
    return maps.settings.put(0, settings);
}

Result<gm_settings> read_settings(const Maps& maps) {
    const auto settings = maps.settings.lookup(0);
    if (!settings)
        return fail(settings.error());
    return settings->value_or(gm_settings{});
}

} // namespace gmguard::kernel
