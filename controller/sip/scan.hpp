// SPDX-License-Identifier: BSD-2-Clause
// The shared scanner (gmguard/proto) over one payload, in types that C++ likes.
#pragma once

#include "sip/message.hpp"

// The proto headers are C.
#include "gmguard/proto/digest.h"
#include "gmguard/proto/sip.h"
#include "gmguard/proto/uri.h"

#include <cstdint>
#include <forward_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gmguard::sip {

// The scanner has a function of the same name.
using Span = struct gm_span;

// A URI with the parameters behind it that matter here.
struct NameAddr {
    bool star = false; // "*"
    Span uri{};        // read_uri()
    std::string_view tag;
    std::optional<std::uint32_t> expires;
};

class Scan {
  public:
    // Whose text the views below are of: one that memory() keeps, or the payload's own.
    enum class Views : std::uint8_t { of_copy, of_payload };
    // Reads no more than GM_SIP_MAX bytes; reason() is oversize where there are more. REQUIRES: not
    // empty; the room is nobody else's meanwhile.
    Scan(gm_work& room, std::string_view payload, Views views = Views::of_copy);

    // To be asked for once all is read: what views are of, but for the payload; null: nothing.
    [[nodiscard]] std::shared_ptr<const void> memory() const { return memory_; }

    [[nodiscard]] gm_reason reason() const { return reason_; }
    [[nodiscard]] const gm_sip& sip() const { return room_.sip; }
    [[nodiscard]] unsigned count(gm_header header) const { return room_.sip.count[header]; }
    [[nodiscard]] std::string_view text(Span span) const;
    // The first header of this name; empty where there is none.
    [[nodiscard]] std::string_view first(gm_header header) const;
    // The same text in one line (unfold()).
    [[nodiscard]] std::string_view line(std::string_view text) const;

    // Calls visit(span) for each header of this name, in the order of the message.
    template <typename Visit> void each(gm_header header, Visit&& visit) const {
        if (count(header) == 0)
            return;
        for (const auto& field : std::span(room_.sip.field).first(room_.sip.fields))
            if (field.header == static_cast<__u32>(header))
                visit(field.value);
    }
    // Calls visit(const NameAddr&) for those of one header, up to one that cannot be read.
    template <typename Visit> void each_name_addr(Span value, Visit&& visit) {
        gm_list_start(&room_, value);
        while (gm_list_next(&room_) != 0)
            visit(name_addr());
    }

    // Into an empty one; false: it cannot be read.
    [[nodiscard]] bool read_uri(Span span, Uri& uri);
    [[nodiscard]] std::optional<Uri> uri(Span span);
    // False where the parameters have no single reading. Those of `names` are read, bits by
    // gm_digest_name.
    [[nodiscard]] bool digest(Span value, Digest& digest, std::uint32_t names = ~0U);

  private:
    // Read once, and what of it is not in one piece.
    struct Memory {
        std::string payload;
        std::forward_list<std::string> more;
    };

    [[nodiscard]] NameAddr name_addr();
    [[nodiscard]] std::string_view scheme(const gm_uri& uri) const;
    [[nodiscard]] std::string_view keep(std::string text) const;

    gm_work& room_;
    std::string_view payload_;
    mutable std::shared_ptr<Memory> memory_; // null: nothing is kept so far
    gm_reason reason_;
};

} // namespace gmguard::sip
