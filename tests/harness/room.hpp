// SPDX-License-Identifier: BSD-2-Clause
// The shared scanner's room on the host: what an entry of gm_work is to the programs.
#pragma once

#include "gmguard/proto/digest.h"
#include "gmguard/proto/identity.h"
#include "gmguard/proto/params.h"
#include "gmguard/proto/uri.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gmguard::test {

class Room {
  public:
    Room() : work_(std::make_unique<gm_work>()) {}

    // The message, eight zeros behind it, and beyond them, as in the kernel, what an earlier
    // message left: here `stale`, so that a read past the end changes the outcome.
    void write(std::string_view text, char stale = '"') {
        if (text.size() > GM_SIP_MAX)
            throw std::invalid_argument("longer than a room");
        std::memset(work_->text, stale, sizeof work_->text);
        std::ranges::copy(text, work_->text);
        std::memset(work_->text + text.size(), 0, 8);
        work_->sip.length = static_cast<__u32>(text.size());
    }
    // GM_REASON_none or why not.
    int index(std::string_view text, char stale = '"') {
        write(text, stale);
        return gm_sip_index(get());
    }

    [[nodiscard]] gm_work* get() { return work_.get(); }
    [[nodiscard]] gm_work* operator->() { return work_.get(); }
    [[nodiscard]] std::string_view view(struct gm_span span) const {
        return {work_->text + span.at, span.size};
    }

  private:
    std::unique_ptr<gm_work> work_;
};

inline std::string_view reason_name(int reason) {
#define GM_REASON_NAME(number, name, check, when, text)                                            \
    if (reason == (number))                                                                        \
        return #name;
    GM_REASONS(GM_REASON_NAME)
#undef GM_REASON_NAME
    return reason == GM_REASON_none ? "none" : "unknown";
}

} // namespace gmguard::test
