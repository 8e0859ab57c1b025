// SPDX-License-Identifier: BSD-2-Clause
#include "sip/scan.hpp"

#include "sip/tokens.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gmguard::sip {

Scan::Scan(gm_work& room, std::string_view payload, Views views)
    : room_(room), payload_(payload.substr(0, GM_SIP_MAX)) {
    if (views == Views::of_copy) {
        memory_ = std::make_shared<Memory>(std::string(payload_));
        payload_ = memory_->payload;
    }
    const std::size_t size = payload_.size();
    std::memcpy(room_.text, payload.data(), size);
    std::memset(room_.text + size, 0, GM_TEXT_SLACK);
    room_.sip.length = static_cast<__u32>(size);
    reason_ = static_cast<gm_reason>(gm_sip_index(&room_));
    if (reason_ != GM_REASON_not_sip && payload.size() > GM_SIP_MAX)
        reason_ = GM_REASON_oversize;
}

std::string_view Scan::text(Span span) const {
    return trim(payload_.substr(std::min<std::size_t>(span.at, payload_.size()), span.size));
}

std::string_view Scan::first(gm_header header) const {
    return count(header) != 0 ? text(room_.sip.first[header]) : std::string_view{};
}

std::string_view Scan::line(std::string_view text) const {
    text = trim(text);
    return text.find('\r') == std::string_view::npos ? text : keep(unfold(text));
}

std::string_view Scan::keep(std::string text) const {
    if (!memory_)
        memory_ = std::make_shared<Memory>();
    return memory_->more.emplace_front(std::move(text));
}

NameAddr Scan::name_addr() {
    NameAddr one;
    one.uri = room_.value.uri;
    const Span params = room_.value.params;
    one.star = text(one.uri) == "*";
    if (gm_read_params(&room_, params.at, gm_end(params)) == GM_REASON_none) {
        const auto& read = room_.params;
        if ((read.seen & 1U << GM_P_TAG) != 0)
            one.tag = text(read.value[GM_P_TAG]);
        if ((read.seen & 1U << GM_P_EXPIRES) != 0)
            one.expires = parse_number<std::uint32_t>(text(read.value[GM_P_EXPIRES]));
    }
    return one;
}

std::string_view Scan::scheme(const gm_uri& uri) const {
    switch (uri.scheme) {
    case GM_SCHEME_SIP:
        return "sip";
    case GM_SCHEME_SIPS:
        return "sips";
    case GM_SCHEME_TEL:
        return "tel";
    default:
        const std::string_view whole = text(uri.whole);
        return keep(lower(whole.substr(0, whole.find(':'))));
    }
}

std::optional<Uri> Scan::uri(Span span) {
    std::optional<Uri> uri(std::in_place);
    if (!read_uri(span, *uri))
        uri.reset();
    return uri;
}

bool Scan::read_uri(Span span, Uri& uri) {
    if (gm_read_uri(&room_, span.at, gm_end(span)) != GM_REASON_none)
        return false;
    const gm_uri& read = room_.uri;
    uri.text = Text::of(text(read.whole));
    uri.scheme = Text::of(scheme(read));
    uri.user = Text::of(text(read.user));
    uri.host = Text::of(text(read.host));
    if (read.port != 0)
        uri.port = static_cast<std::uint16_t>(read.port);
    if (read.host_kind == GM_HOST_V4 || read.host_kind == GM_HOST_V6)
        uri.address = Address(read.address);
    return true;
}

bool Scan::digest(Span value, Digest& digest, std::uint32_t names) {
    if (gm_read_digest(&room_, value.at, gm_end(value)) != GM_REASON_none)
        return false;
    const gm_digest& read = room_.digest;
    digest.scheme = Text::of(text(read.scheme));
    if (read.is_digest == 0)
        return true;
    const auto parameter = [&](enum gm_digest_name name, std::optional<Text>& value) {
        if ((read.seen & names & 1U << name) != 0)
            value = Text::of(line(text(read.value[name])));
    };
    parameter(GM_D_USERNAME, digest.username);
    parameter(GM_D_REALM, digest.realm);
    parameter(GM_D_NONCE, digest.nonce);
    parameter(GM_D_URI, digest.uri);
    parameter(GM_D_RESPONSE, digest.response);
    parameter(GM_D_AUTS, digest.auts);
    parameter(GM_D_ALGORITHM, digest.algorithm);
    parameter(GM_D_INTEGRITY_PROTECTED, digest.integrity_protected);
    digest.has_keys = (read.seen & (1U << GM_D_CK | 1U << GM_D_IK)) != 0;
    return true;
}

} // namespace gmguard::sip
