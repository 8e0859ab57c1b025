// SPDX-License-Identifier: BSD-2-Clause
#include "admin/event_stream.hpp"

#include <fmt/format.h>

#include <utility>

namespace gmguard::admin {
namespace {

constexpr std::size_t kEventsPerPiece = 128;

} // namespace

EventStream::EventStream(EventLog& log, const store::Store& store, EventFilter filter,
                         std::uint64_t after, StreamFormat format)
    : log_(log), store_(store), filter_(std::move(filter)), after_(after), format_(format) {}

EventStream::~EventStream() {
    if (subscription_)
        log_.unsubscribe(*subscription_);
}

std::string EventStream::take() {
    std::string piece;
    if (format_ == StreamFormat::server_sent && !std::exchange(greeted_, true))
        piece = fmt::format("retry: 2000\nid: {}\n\n", after_);
    const PastPage page = read_past(log_, store_, after_, filter_, kEventsPerPiece);
    if (page.lost > 0)
        piece += gap(page.lost);
    for (const store::Shown& event : page.items)
        piece += show(event);
    after_ = page.next;
    return piece;
}

std::string EventStream::ping() const {
    return format_ == StreamFormat::json_lines ? "\n" : fmt::format(": ping\nid: {}\n\n", after_);
}

void EventStream::on_ready(std::function<void()> wake) {
    if (subscription_)
        log_.unsubscribe(*subscription_);
    subscription_ = log_.subscribe(std::move(wake));
}

std::string EventStream::gap(std::uint64_t lost) const {
    if (format_ == StreamFormat::json_lines)
        return fmt::format("{{\"type\":\"gap\",\"lost\":{}}}\n", lost);
    return fmt::format("event: gap\ndata: {{\"lost\":{}}}\n\n", lost);
}

std::string EventStream::show(const store::Shown& event) const {
    if (format_ == StreamFormat::json_lines)
        return event.text + "\n";
    return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.id, event.type, event.text);
}

std::optional<SseEvent> SseReader::feed(std::string_view line) {
    if (line.empty()) {
        SseEvent event{id_, type_.empty() ? "message" : type_, std::exchange(data_, {})};
        type_.clear();
        if (event.data.empty())
            return std::nullopt;
        event.data.pop_back(); // the line end after its last line
        return event;
    }
    const std::size_t colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == line.npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (field == "id")
        id_ = value;
    else if (field == "event")
        type_ = value;
    else if (field == "data")
        data_.append(value).append("\n");
    return std::nullopt;
}

} // namespace gmguard::admin
