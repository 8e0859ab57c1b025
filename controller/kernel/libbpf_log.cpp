// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/libbpf_log.hpp"

#include <bpf/libbpf.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace gmguard::kernel {
namespace {

constexpr std::size_t kKept = 64 * 1024;
thread_local LibbpfLog* keeper = nullptr;

} // namespace

void keep(const char* line) {
    keeper->text_ += line;
    if (keeper->text_.size() > kKept)
        keeper->text_.erase(0, keeper->text_.size() - kKept);
}

namespace {

// A verifier log is one line of up to 16 MiB to libbpf; its end is what counts.
void print(const char* format, std::va_list arguments) {
    char* line = nullptr;
    if (vasprintf(&line, format, arguments) < 0)
        return;
    if (keeper)
        keep(line);
    else
        spdlog::debug("{}", std::string_view(line).substr(0, 1000));
    std::free(line);
}

int on_print(libbpf_print_level level, const char* format, std::va_list arguments) {
    if (level == LIBBPF_WARN)
        print(format, arguments);
    return 0;
}

} // namespace

LibbpfLog::LibbpfLog() : outer_(keeper) {
    keeper = this;
    libbpf_set_print(on_print);
}

// The print function stays: libbpf's own writes to stderr.
LibbpfLog::~LibbpfLog() {
    keeper = outer_;
}

std::string LibbpfLog::tail(unsigned lines) const {
    auto begin = text_.size();
    for (unsigned i = 0; i <= lines && begin != 0 && begin != std::string::npos; ++i)
        begin = text_.rfind('\n', begin - 1);
    return begin == std::string::npos || begin == 0 ? text_ : text_.substr(begin + 1);
}

} // namespace gmguard::kernel
