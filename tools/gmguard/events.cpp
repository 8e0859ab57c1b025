// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "event_text.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

Parameters filter_of(const EventsOptions& options) {
    return {{"type", options.type}, {"reason", options.reason}, {"impi", options.impi}};
}

// Shows events as they come.
class Teller {
  public:
    explicit Teller(Output& out) : out_(out) {
        if (out_.is_table())
            out_.line_now(table_.titles());
    }
    void tell(const json::value& event) {
        out_.line_now(out_.is_table() ? table_.row(event_row(event), out_.color())
                                      : json::serialize(event));
    }
    void tell_all(const json::value& document) {
        for (const auto& event : list(document, "items"))
            tell(event);
    }

  private:
    Output& out_;
    LiveTable table_ = event_table();
};

Outcome<json::value> past(Session& session, const EventsOptions& options) {
    auto parameters = filter_of(options);
    parameters.emplace_back("after", options.after);
    parameters.emplace_back("limit", std::to_string(options.limit));
    return get(session, target_of("/v1/events", parameters));
}

void remark_on(Output& out, const json::value& document) {
    if (number(document, "lost") != 0)
        out.remark(fmt::format("{} older events are gone", text(document, "lost")));
    if (text(document, "more") == "true")
        out.remark("there are more; --limit shows them, -f waits for new ones");
}

Exit list_events(Session& session, const EventsOptions& options) {
    const auto document = past(session, options);
    if (!document)
        return session.out.fail(document.error());
    if (!session.out.is_table()) {
        session.out.list(*document);
        return Exit::ok;
    }
    Teller(session.out).tell_all(*document);
    remark_on(session.out, *document);
    return Exit::ok;
}

// Events as they happen, over as many connections as it takes.
class Follower {
  public:
    Follower(Session& session, const EventsOptions& options, Teller& teller, std::string after)
        : session_(session), options_(options), teller_(teller), after_(std::move(after)) {}

    Exit run() {
        for (;;) {
            const auto answer = connect();
            if (answer && answer->status != 200)
                return session_.out.fail(failure(*answer));
            session_.out.remark("the daemon is gone; waiting for it");
            if (!session_.pause())
                return Exit::degraded;
        }
    }

  private:
    Result<admin::Response> connect() {
        auto parameters = filter_of(options_);
        parameters.emplace_back("after", after_);
        auto request = get_request(target_of("/v1/events/stream", parameters));
        request.headers.push_back({"Accept", "application/x-ndjson"});
        return session_.server.follow(request, [this](std::string_view line) {
            take(line);
            return true;
        });
    }

    void take(std::string_view line) {
        boost::system::error_code error;
        const auto event = json::parse(line, error);
        if (error || !event.is_object())
            return; // an empty line: a sign of life
        teller_.tell(event);
        if (const auto id = text(event, "id"); !id.empty())
            after_ = id;
    }

    Session& session_;
    const EventsOptions& options_;
    Teller& teller_;
    std::string after_;
};

Exit follow_events(Session& session, const EventsOptions& options) {
    const auto document = past(session, options);
    if (!document)
        return session.out.fail(document.error());
    if (number(*document, "lost") != 0)
        session.out.remark(fmt::format("{} older events are gone", text(*document, "lost")));
    Teller teller(session.out);
    teller.tell_all(*document);
    return Follower(session, options, teller, text(*document, "next_after")).run();
}

} // namespace

Exit events(Session& session, const EventsOptions& options) {
    return options.follow ? follow_events(session, options) : list_events(session, options);
}

} // namespace gmguard::cli
