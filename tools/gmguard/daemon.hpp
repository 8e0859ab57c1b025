// SPDX-License-Identifier: BSD-2-Clause
// The daemon over its socket.
#pragma once

#include "session.hpp"

#include "admin/http.hpp"

namespace gmguard::cli {

class Daemon final : public Server {
  public:
    // `where`: "unix:/run/gmguard/admin.sock".
    explicit Daemon(std::string where) : where_(std::move(where)), client_(where_) {}

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
