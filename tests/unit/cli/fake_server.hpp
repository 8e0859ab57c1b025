// SPDX-License-Identifier: BSD-2-Clause
// A daemon that gives prepared answers and remembers what it was asked.
#pragma once

#include "session.hpp"

#include <deque>
#include <sstream>
#include <vector>

namespace gmguard::cli {

class FakeServer : public Server {
  public:
    std::deque<Result<admin::Response>> answers; // one an exchange; none left: unavailable
    std::vector<admin::Request> asked;

    void answer(unsigned status, std::string body, std::vector<admin::Header> headers = {}) {
        admin::Response response;
        response.status = status;
        response.body = std::move(body);
        response.headers = std::move(headers);
        answers.emplace_back(std::move(response));
    }
    // "GET /v1/status" of every question so far.
    [[nodiscard]] std::vector<std::string> questions() const {
        std::vector<std::string> lines;
        for (const auto& request : asked)
            lines.push_back(request.method + " " + request.target);
        return lines;
    }

    [[nodiscard]] std::string name() const override { return "unix:/fake.sock"; }
    [[nodiscard]] Result<admin::Response> exchange(const admin::Request& request) override {
        asked.push_back(request);
        if (answers.empty())
            return fail(ErrorKind::unavailable, name(), "nobody answers");
        auto answer = std::move(answers.front());
        answers.pop_front();
        return answer;
    }
    [[nodiscard]] Result<admin::Response> follow(const admin::Request& request,
                                                 const OnLine& on_line) override {
        auto response = exchange(request);
        std::istringstream lines(response && response->status == 200 ? response->body : "");
        for (std::string line; std::getline(lines, line);)
            if (!on_line(line))
                break;
        return response;
    }
};

// A session with a fake daemon; what it writes is in `out` and `err`.
struct FakeSession {
    FakeServer server;
    std::ostringstream out, err;
    int pauses = 0; // tries after the first before giving up
    Output output;
    Session session;
    explicit FakeSession(Format format = Format::table)
        : output(out, err, {.format = format, .color = false, .quiet = false}),
          session{server, output, "/nowhere/pins", *time_of("2026-01-02T03:04:05Z"),
                  [this] { return pauses-- > 0; }} {}
};

} // namespace gmguard::cli
