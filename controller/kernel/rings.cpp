// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/rings.hpp"

#include <bpf/libbpf.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

namespace gmguard::kernel {
namespace {

// A record that was read, in Store::bytes.
struct Held {
    Ring ring;
    std::uint64_t time_ns;
    std::size_t at;
    std::size_t size;
};

// Records in the order in which they were read. Their bytes lie one behind the other, so that what
// is sorted is small; the room of a reading serves the next one.
struct Store {
    std::vector<Held> held;
    std::vector<char> bytes;

    void add(Ring ring, std::uint64_t time_ns, std::string_view record) {
        held.push_back({ring, time_ns, bytes.size(), record.size()});
        bytes.insert(bytes.end(), record.begin(), record.end());
    }
    [[nodiscard]] std::string_view view(const Held& one) const {
        return {bytes.data() + one.at, one.size};
    }
    void clear() {
        held.clear();
        bytes.clear();
    }
};

bool in_range(const gm_record& head, std::size_t bytes) {
    return head.schema == GM_SCHEMA && head.length <= bytes && head.length <= GM_SIP_MAX &&
           static_cast<unsigned>(head.hook) <= GM_HOOK_ONWARD &&
           static_cast<unsigned>(head.role) <= GM_ROLE_UNNAMED &&
           static_cast<unsigned>(head.verdict) <= GM_VERDICT_DROP &&
           static_cast<unsigned>(head.reason) < GM_REASON_COUNT && head.listener < GM_LISTENERS;
}

// False where it is not in range.
bool read_head(std::string_view bytes, gm_record& head) {
    if (bytes.size() < sizeof head)
        return false;
    std::memcpy(&head, bytes.data(), sizeof head);
    return in_range(head, bytes.size() - sizeof head);
}

struct FreeRing {
    void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
};

// One ring, read up to a share at a time.
struct Reader {
    Ring which{};
    std::unique_ptr<ring_buffer, FreeRing> ring;
    Store* out = nullptr;
    std::size_t left = 0;
    std::size_t refused = 0;
    std::uint64_t last_ns = 0; // time of the last record taken

    // libbpf stops after the record for which a negative number is returned.
    int take(const void* data, std::size_t size) {
        const std::string_view bytes{static_cast<const char*>(data), size};
        gm_record head;
        if (read_head(bytes, head)) {
            last_ns = head.time_ns;
            out->add(which, last_ns, bytes.substr(0, sizeof head + head.length));
        } else {
            ++refused;
        }
        return --left == 0 ? -ECANCELED : 0;
    }

    [[nodiscard]] Result<> read(std::size_t share) {
        left = share;
        refused = 0;
        if (share == 0)
            return {};
        const int read = ring_buffer__consume(ring.get());
        if (read < 0 && left != 0)
            return fail(system_error(-read, "ring " + std::string(name(which)), "cannot read"));
        return {};
    }
    [[nodiscard]] bool cut() const { return left == 0; }
};

int on_record(void* reader, void* data, std::size_t size) {
    return static_cast<Reader*>(reader)->take(data, size);
}

} // namespace

std::optional<Record> read_record(Ring ring, std::string_view bytes) {
    Record record{ring, {}, {}};
    if (!read_head(bytes, record.head))
        return std::nullopt;
    record.message = bytes.substr(sizeof record.head, record.head.length);
    return record;
}

struct Rings::Parts {
    std::array<Reader, kRings> readers; // in the order of enum Ring
    Store read, later;                  // not yet handed on; later: none between two readings
    Fd epoll;
    Handler handler;

    Reader& reader(Ring ring) { return readers[static_cast<std::size_t>(ring)]; }
    [[nodiscard]] Result<> open(Ring ring, int map_fd);
    std::size_t hand_on(std::uint64_t until_ns);
};

Result<> Rings::Parts::open(Ring ring, int map_fd) {
    auto& reader = this->reader(ring);
    const std::string subject = "ring " + std::string(name(ring));
    reader.which = ring;
    reader.out = &read;
    reader.ring.reset(ring_buffer__new(map_fd, on_record, &reader, nullptr));
    if (!reader.ring)
        return fail(system_error(errno, subject, "cannot open"));
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, map_fd, &event) != 0)
        return fail(system_error(errno, subject, "cannot wait for it"));
    return {};
}

// The core's answers up to that time and all else, in the order of time.
std::size_t Rings::Parts::hand_on(std::uint64_t until_ns) {
    std::ranges::sort(read.held, {}, [](const Held& h) {
        return std::tuple(h.time_ns, h.ring == Ring::core, h.at);
    });
    std::size_t count = 0;
    for (const Held& one : read.held) {
        if (one.ring == Ring::core && one.time_ns > until_ns) {
            later.add(one.ring, one.time_ns, read.view(one));
        } else if (const auto record = read_record(one.ring, read.view(one))) {
            handler(*record);
            ++count;
        }
    }
    read.clear();
    std::swap(read, later);
    return count;
}

Rings::Rings(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Rings::Rings(Rings&&) noexcept = default;
Rings& Rings::operator=(Rings&&) noexcept = default;
Rings::~Rings() = default;

Result<Rings> Rings::open(const Objects& objects, Handler handler) {
    auto parts = std::make_unique<Parts>();
    parts->handler = std::move(handler);
    parts->epoll = Fd(::epoll_create1(EPOLL_CLOEXEC));
    if (!parts->epoll.valid())
        return fail(system_error(errno, "rings", "cannot wait for them"));
    for (std::size_t ring = 0; ring < kRings; ++ring)
        if (auto opened = parts->open(static_cast<Ring>(ring), objects.ring_fd(ring)); !opened)
            return fail(std::move(opened.error()));
    return Rings(std::move(parts));
}

int Rings::epoll_fd() const {
    return parts_->epoll.get();
}

// The core's ring is read first: what caused an answer was written before it, so it is in its own
// ring by the time that one is read. Where the protected REGISTERs are not read to their end, the
// answers of a later time wait; the clear ones, which anybody can send, hold up nothing.
Result<Rings::Consumed> Rings::consume(std::size_t share) {
    Consumed consumed;
    for (auto& reader : parts_->readers) {
        const auto waiting = reader.which == Ring::core ? parts_->read.held.size() : 0;
        if (auto read = reader.read(share - std::min(share, waiting)); !read)
            return fail(std::move(read.error()));
        consumed.refused += reader.refused;
        consumed.more |= reader.cut();
    }
    const auto& inner = parts_->reader(Ring::inner);
    consumed.records = parts_->hand_on(inner.cut() ? inner.last_ns : ~std::uint64_t{0});
    return consumed;
}

} // namespace gmguard::kernel
