// SPDX-License-Identifier: BSD-2-Clause
// Changes to the messages of a Play.
#pragma once

#include "unit/binding/play.hpp"

namespace gmguard::binding {

[[nodiscard]] sip::Uri uri(const std::string& text);
[[nodiscard]] sip::Contact contact(const Endpoint& at, std::optional<std::uint32_t> expires);

using Change = Play::Change;

[[nodiscard]] Change own_branch(const std::string& branch); // of the topmost Via
[[nodiscard]] Change own_host(const std::string& host);
[[nodiscard]] Change without_via(std::size_t place);
[[nodiscard]] Change extra_via(std::size_t place, const std::string& host);
[[nodiscard]] Change phone_branch(const std::string& branch); // of the last Via
[[nodiscard]] Change received(const std::string& address);    // in the last Via
[[nodiscard]] Change to(const std::string& uri);
[[nodiscard]] Change destination(const std::string& endpoint);
[[nodiscard]] Change source(const std::string& endpoint);
[[nodiscard]] Change user(const std::string& impi); // username of Authorization
[[nodiscard]] Change no_authorization();
[[nodiscard]] Change nonce(const std::string& nonce); // of Authorization or WWW-Authenticate
[[nodiscard]] Change expiry(std::uint32_t seconds);   // of each Contact
[[nodiscard]] Change expires_header(std::uint32_t seconds);
[[nodiscard]] Change no_contacts();
[[nodiscard]] Change star();
[[nodiscard]] Change contacts(std::vector<sip::Contact> all);
[[nodiscard]] Change associated(const std::vector<std::string>& uris);
[[nodiscard]] Change same_ids_as(const sip::Message& other); // Call-ID, CSeq, tag, Via

} // namespace gmguard::binding
