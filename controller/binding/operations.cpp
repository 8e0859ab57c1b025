// SPDX-License-Identifier: BSD-2-Clause
#include "binding/operations.hpp"

#include <array>
#include <utility>

namespace gmguard::binding {
namespace {

constexpr std::array<std::string_view, kNoticeKinds> kNoticeNames{
    "bound",        "refreshed",     "released",          "expired",
    "lapsed",       "moved",         "conflict",          "shadowed",
    "contested",    "superseded",    "address_conflict",  "challenged",
    "auth_timeout", "forged_answer", "not_believed",      "port_reused",
    "adopted",      "lost",          "sec_agree_mismatch"};

constexpr std::array<std::string_view, 16> kDoubtNames{
    "none",        "clear_register", "not_sent_on",   "altered",
    "via_list",    "ambiguous",      "other_source",  "other_nonce",
    "other_user",  "other_impi",     "no_challenge",  "other_contact",
    "still_there", "no_answer",      "too_many_open", "table_full"};

static_assert(kNoticeNames.size() == std::to_underlying(NoticeKind::sec_agree_mismatch) + 1);
static_assert(kDoubtNames.size() == std::to_underlying(Doubt::table_full) + 1);

} // namespace

std::string_view name(NoticeKind kind) {
    return kNoticeNames[std::to_underlying(kind)];
}

std::string_view name(Doubt doubt) {
    return kDoubtNames[std::to_underlying(doubt)];
}

} // namespace gmguard::binding
