// SPDX-License-Identifier: BSD-2-Clause
#include "replay/framing.hpp"

#include "sip/scan.hpp"
#include "sip/tokens.hpp"

#include <algorithm>
#include <memory>
#include <optional>

namespace gmguard::replay {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

gm_work& room() {
    thread_local const auto room = std::make_unique<gm_work>();
    return *room;
}

// The length of the body, which has to be there, once.
std::optional<std::size_t> body_of(std::string_view header) {
    const sip::Scan scan(room(), header);
    if (scan.count(GM_H_CONTENT_LENGTH) != 1)
        return std::nullopt;
    const auto length = sip::parse_number<std::uint32_t>(scan.first(GM_H_CONTENT_LENGTH));
    return length && *length <= GM_BODY_MAX ? std::optional<std::size_t>(*length) : std::nullopt;
}

} // namespace

void Framing::begin_anew() {
    message_.clear();
    body_ = 0;
    in_body_ = false;
}

std::vector<std::string> Framing::add(std::string_view bytes) {
    std::vector<std::string> out;
    while (!bytes.empty())
        if (!(in_body_ ? skip_body(bytes, out) : take_next(bytes, out)))
            break;
    return out;
}

// Takes what is here of a body. False: that is all that is here.
bool Framing::skip_body(std::string_view& bytes, std::vector<std::string>& out) {
    const std::size_t here = std::min(body_, bytes.size());
    if (until_ == Until::body)
        message_ += bytes.substr(0, std::min(here, GM_SIP_MAX - message_.size()));
    bytes.remove_prefix(here);
    body_ -= here;
    if (body_ > 0)
        return false;
    if (until_ == Until::body)
        out.push_back(std::move(message_));
    begin_anew();
    return true;
}

// Takes a header section, or what is here of it. False: the rest cannot be told.
bool Framing::take_next(std::string_view& bytes, std::vector<std::string>& out) {
    if (message_.empty())
        bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
    const std::size_t before = message_.size();
    message_ += bytes.substr(0, GM_SIP_MAX - before);
    const std::size_t end = message_.find(kEnd, before - std::min(before, kEnd.size() - 1));
    if (end == std::string::npos) {
        if (message_.size() >= GM_SIP_MAX)
            begin_anew();
        return false;
    }
    message_.resize(end + kEnd.size());
    bytes.remove_prefix(message_.size() - before);
    const auto body = body_of(message_);
    if (until_ == Until::header || !body)
        out.push_back(message_);
    if (!body) {
        begin_anew();
        return false;
    }
    body_ = *body;
    in_body_ = true;
    return body_ > 0 || skip_body(bytes, out);
}

bool begins_message(std::string_view bytes) {
    if (bytes.empty() || bytes.front() == '\r' || bytes.front() == '\n')
        return false;
    return sip::Scan(room(), bytes).reason() != GM_REASON_not_sip;
}

} // namespace gmguard::replay
