// SPDX-License-Identifier: BSD-2-Clause
#include "sse.hpp"

namespace gmguard::cli {

void SseReader::restart() {
    data_.clear();
    id_ = last_id_;
}

void SseReader::line(std::string_view text) {
    if (text.empty()) {
        last_id_ = id_;
        if (!data_.empty())
            on_data_(data_);
        data_.clear();
        return;
    }
    const auto colon = text.find(':');
    const auto field = text.substr(0, colon);
    auto value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (field == "data")
        data_ += (data_.empty() ? "" : "\n") + std::string(value);
    else if (field == "id")
        id_ = value;
}

} // namespace gmguard::cli
