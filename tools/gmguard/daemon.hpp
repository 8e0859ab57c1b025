// SPDX-License-Identifier: BSD-2-Clause
// The daemon over its admin interface.
#pragma once

#include "session.hpp"

#include "admin/http_client.hpp"

namespace gmguard::cli {

class Daemon final : public Server {
  public:
    explicit Daemon(admin::Remote remote) : where_(remote.where), client_(std::move(remote)) {}

    [[nodiscard]] std::string name() const override { return where_; }
    [[nodiscard]] Result<admin::Response> exchange(const admin::Request& request) override {
        return client_.send(request);
    }
    [[nodiscard]] Result<admin::Response> follow(const admin::Request& request,
                                                 const OnLine& on_line) override {
        return client_.follow(request, on_line);
    }

  private:
    std::string where_;
    admin::HttpClient client_;
};

} // namespace gmguard::cli
