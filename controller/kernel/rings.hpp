// SPDX-License-Identifier: BSD-2-Clause
// What the programs send up. The four rings are read as one stream in the order of time, so that a
// REGISTER is seen before the answer to it; yet each has its own share of a reading, so that none
// can crowd out another (H4).
#pragma once

#include "kernel/objects.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace gmguard::kernel {

enum class Ring : std::uint8_t { core, inner, clear, events };
inline constexpr std::size_t kRings = 4;
[[nodiscard]] std::string_view name(Ring ring); // "gm_sip_core"

struct Record {
    Ring ring;
    gm_record head;           // head.length == message.size()
    std::string_view message; // valid during the call only
};

// A record as it lies in a ring; nullopt where its schema, its lengths or its enums are not in
// range. `bytes` must live as long as the record.
[[nodiscard]] std::optional<Record> read_record(Ring ring, std::string_view bytes);

class Rings {
  public:
    // Called with records that read_record() takes. It must not throw.
    using Handler = std::function<void(const Record&)>;

    // The maps must outlive it: `objects` does, here.
    [[nodiscard]] static Result<Rings> open(const Objects& objects, Handler handler);
    Rings(Rings&&) noexcept;
    Rings& operator=(Rings&&) noexcept;
    ~Rings();

    // Readable where a ring has records and the program asked for a wake-up. Stays this object's.
    [[nodiscard]] int epoll_fd() const;

    struct Consumed {
        std::size_t records = 0; // handed to the handler
        std::size_t refused = 0; // of another schema or broken
        bool more = false;       // a share was used up: call again
    };
    // Reads up to `share` records of each ring. Of equal times, those of gm_sip_core come last.
    [[nodiscard]] Result<Consumed> consume(std::size_t share = 256);

  private:
    struct Parts;
    explicit Rings(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

} // namespace gmguard::kernel
