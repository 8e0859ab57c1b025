// SPDX-License-Identifier: BSD-2-Clause
// Who may ask what: the part of a request that is looked at before its body is read.
//
//   unix socket  every peer is an admin: the mode of the file says who gets there
//   TCP          Host is a name of ours (a page whose name was made to point at us has another);
//                a certificate of the CA for clients, or a bearer token, says who asks
//   both         no page of another origin asks; a viewer does not change anything
#pragma once

#include "admin/backoff.hpp"
#include "admin/exchange.hpp"
#include "admin/peer.hpp"
#include "admin/problem.hpp"
#include "admin/refusals.hpp"
#include "admin/tokens.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gmguard::admin {

// How one listener lets in.
struct Access {
    std::string scheme;                // "http" or "https"; empty: a unix socket
    std::vector<std::string> names;    // of ours, beside the address that was connected to
    std::shared_ptr<TokenFile> tokens; // null: none is good
    // By the common names of certificates. No viewers: every certificate that the CA has signed.
    std::vector<std::string> admins, viewers;
};

class Gate {
  public:
    using Clock = std::chrono::steady_clock;

    // `refusals` must outlive it.
    Gate(Access access, Refusals& refusals) : access_(std::move(access)), refusals_(refusals) {}

    // Lets in and fills in caller and role, or answers 400, 401, 403 or 429.
    [[nodiscard]] std::optional<Response> admit(Request& request, const Peer& peer,
                                                Clock::time_point now = Clock::now());

    [[nodiscard]] Refusals& refusals() { return refusals_; }

  private:
    struct Verdict {
        Refused why;
        Problem problem;
    };
    [[nodiscard]] std::optional<Verdict> judge(Request& request, const Peer& peer);
    [[nodiscard]] std::optional<Verdict> check_host(const Request& request, const Peer& peer) const;
    [[nodiscard]] std::optional<Verdict> check_origin(const Request& request) const;
    [[nodiscard]] std::optional<Verdict> identify(Request& request, const Peer& peer);
    [[nodiscard]] bool take_certificate(Request& request, const Peer& peer) const;
    [[nodiscard]] std::optional<Verdict> take_token(Request& request, std::string_view token);
    [[nodiscard]] Response refuse(const Verdict& verdict, const Request& request, const Peer& peer,
                                  Clock::time_point now);

    Access access_;
    Refusals& refusals_;
    Backoff backoff_;
};

} // namespace gmguard::admin
