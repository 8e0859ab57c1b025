// SPDX-License-Identifier: BSD-2-Clause
// The shared scanner (gmguard/proto) over one payload, in types that C++ likes.
#pragma once

#include "sip/message.hpp"

// The proto headers are C.
#include "gmguard/proto/digest.h"
#include "gmguard/proto/sip.h"
#include "gmguard/proto/uri.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::sip {

// The scanner has a function of the same name.
using Span = struct gm_span;

// A URI with the parameters behind it that matter here.
struct NameAddr {
    bool star = false; // "*"
    std::optional<Uri> uri;
    std::string tag;
    std::optional<std::uint32_t> expires;
};

class Scan {
  public:
    // Reads no more than GM_SIP_MAX bytes; reason() is oversize where there are more. REQUIRES: not
    // empty; the room is nobody else's meanwhile.
    Scan(gm_work& room, std::string_view payload);

    [[nodiscard]] gm_reason reason() const { return reason_; }
    [[nodiscard]] const gm_sip& sip() const { return room_.sip; }
    [[nodiscard]] unsigned count(gm_header header) const { return room_.sip.count[header]; }
    [[nodiscard]] std::string_view text(Span span) const;
    // The first header of this name; empty where there is none.
    [[nodiscard]] std::string_view first(gm_header header) const;

    // Calls visit(span) for each header of this name, in the order of the message.
    template <typename Visit> void each(gm_header header, Visit&& visit) const {
        if (count(header) == 0)
            return;
        for (const auto& field : std::span(room_.sip.field).first(room_.sip.fields))
            if (field.header == static_cast<__u32>(header))
                visit(field.value);
    }
    // The name-addrs of one header, up to one that cannot be read.
    [[nodiscard]] std::vector<NameAddr> list(Span value);

    [[nodiscard]] std::optional<Uri> uri(Span span);
    // None where the parameters have no single reading.
    [[nodiscard]] std::optional<Digest> digest(Span value);

  private:
    gm_work& room_;
    gm_reason reason_;
};

} // namespace gmguard::sip
