// SPDX-License-Identifier: BSD-2-Clause
#include "sse.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace gmguard::cli;

namespace {

struct Heard {
    std::vector<std::string> data;
    SseReader reader{[this](const std::string& text) { data.push_back(text); }};
    void lines(std::initializer_list<const char*> texts) {
        for (const char* text : texts)
            reader.line(text);
    }
};

} // namespace

TEST(SseReader, TellsEvents) {
    Heard heard;
    heard.lines(
        {"id: 1", "event: drop", "data: {\"a\":1}", "", ": ping", "", "id: 2", "data: x", ""});
    EXPECT_EQ(heard.data, (std::vector<std::string>{"{\"a\":1}", "x"}));
    EXPECT_EQ(heard.reader.last_id(), "2");
}

TEST(SseReader, JoinsLines_AndNeedsNoBlankAfterTheColon) {
    Heard heard;
    heard.lines({"data:a", "data:b", ""});
    EXPECT_EQ(heard.data, (std::vector<std::string>{"a\nb"}));
}

TEST(SseReader, ResumesFromTheLastWholeEvent) {
    Heard heard;
    heard.lines({"id: 1", "data: a", "", "id: 2", "data: b"});
    heard.reader.restart();
    EXPECT_EQ(heard.reader.last_id(), "1");
    heard.lines({"data: c", ""});
    EXPECT_EQ(heard.data, (std::vector<std::string>{"a", "c"}));
    EXPECT_EQ(heard.reader.last_id(), "1");
}
