// SPDX-License-Identifier: BSD-2-Clause
#include "sip/scan.hpp"

#include "sip/tokens.hpp"

#include <algorithm>
#include <cstring>

namespace gmguard::sip {
namespace {

std::string scheme_of(const gm_uri& uri, std::string_view whole) {
    switch (uri.scheme) {
    case GM_SCHEME_SIP:
        return "sip";
    case GM_SCHEME_SIPS:
        return "sips";
    case GM_SCHEME_TEL:
        return "tel";
    default:
        return lower(whole.substr(0, std::min(whole.find(':'), whole.size())));
    }
}

} // namespace

Scan::Scan(gm_work& room, std::string_view payload) : room_(room) {
    const std::size_t size = std::min<std::size_t>(payload.size(), GM_SIP_MAX);
    std::memcpy(room_.text, payload.data(), size);
    std::memset(room_.text + size, 0, GM_TEXT_SLACK);
    room_.sip.length = static_cast<__u32>(size);
    reason_ = static_cast<gm_reason>(gm_sip_index(&room_));
    if (reason_ != GM_REASON_not_sip && payload.size() > GM_SIP_MAX)
        reason_ = GM_REASON_oversize;
}

std::string_view Scan::text(Span span) const {
    return trim({room_.text + span.at, span.size});
}

std::string_view Scan::first(gm_header header) const {
    return count(header) != 0 ? text(room_.sip.first[header]) : std::string_view{};
}

std::vector<NameAddr> Scan::list(Span value) {
    std::vector<NameAddr> values;
    gm_list_start(&room_, value);
    while (gm_list_next(&room_) != 0) {
        NameAddr one;
        const Span inside = room_.value.uri;
        const Span params = room_.value.params;
        one.star = text(inside) == "*";
        if (!one.star)
            one.uri = uri(inside);
        if (gm_read_params(&room_, params.at, gm_end(params)) == GM_REASON_none) {
            const auto& read = room_.params;
            if ((read.seen & 1U << GM_P_TAG) != 0)
                one.tag = text(read.value[GM_P_TAG]);
            if ((read.seen & 1U << GM_P_EXPIRES) != 0)
                one.expires = parse_number<std::uint32_t>(text(read.value[GM_P_EXPIRES]));
        }
        values.push_back(std::move(one));
    }
    return values;
}

std::optional<Uri> Scan::uri(Span span) {
    if (gm_read_uri(&room_, span.at, gm_end(span)) != GM_REASON_none)
        return std::nullopt;
    const gm_uri& read = room_.uri;
    Uri uri;
    uri.text = text(read.whole);
    uri.scheme = scheme_of(read, uri.text);
    uri.user = text(read.user);
    uri.host = text(read.host);
    if (read.port != 0)
        uri.port = static_cast<std::uint16_t>(read.port);
    if (read.host_kind == GM_HOST_V4 || read.host_kind == GM_HOST_V6)
        uri.address = Address(read.address);
    return uri;
}

std::optional<Digest> Scan::digest(Span value) {
    if (gm_read_digest(&room_, value.at, gm_end(value)) != GM_REASON_none)
        return std::nullopt;
    const gm_digest& read = room_.digest;
    const auto parameter = [&](enum gm_digest_name name) -> std::optional<std::string> {
        if ((read.seen & 1U << name) == 0)
            return std::nullopt;
        return unfold(text(read.value[name]));
    };
    Digest digest;
    digest.scheme = text(read.scheme);
    if (read.is_digest == 0)
        return digest;
    digest.username = parameter(GM_D_USERNAME);
    digest.realm = parameter(GM_D_REALM);
    digest.nonce = parameter(GM_D_NONCE);
    digest.uri = parameter(GM_D_URI);
    digest.response = parameter(GM_D_RESPONSE);
    digest.auts = parameter(GM_D_AUTS);
    digest.algorithm = parameter(GM_D_ALGORITHM);
    digest.integrity_protected = parameter(GM_D_INTEGRITY_PROTECTED);
    digest.has_keys = (read.seen & (1U << GM_D_CK | 1U << GM_D_IK)) != 0;
    return digest;
}

} // namespace gmguard::sip
