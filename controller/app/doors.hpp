// SPDX-License-Identifier: BSD-2-Clause
// The listeners of the admin interface, as the configuration names them. Each has connections of
// its own, so that a flood of one does not keep anybody out of another.
#pragma once

#include "admin/api.hpp"
#include "admin/http_server.hpp"
#include "config/config.hpp"

#include <memory>
#include <vector>

namespace gmguard::app {

class Doors {
  public:
    // Listens, or tells what is in the way; then nothing of it is left. `io` and `api` must outlive
    // it.
    [[nodiscard]] static Result<Doors> open(boost::asio::io_context& io, const config::Admin& admin,
                                            admin::Api& api);

    // As HttpServer::stop().
    void stop();
    [[nodiscard]] std::size_t connections() const;

  private:
    std::vector<std::unique_ptr<admin::HttpServer>> servers_;
};

} // namespace gmguard::app
