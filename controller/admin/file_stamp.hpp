// SPDX-License-Identifier: BSD-2-Clause
// Whether a file is still the one that was read.
#pragma once

#include <compare>
#include <string>

#include <sys/stat.h>

namespace gmguard::admin {

struct FileStamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    long changed_s = 0, changed_ns = 0; // of the inode, so that a change of rights counts, too

    // All 0 where there is no file.
    [[nodiscard]] static FileStamp of(const std::string& path) {
        struct stat now{};
        if (stat(path.c_str(), &now) != 0)
            return {};
        return {now.st_dev, now.st_ino, now.st_size, now.st_ctim.tv_sec, now.st_ctim.tv_nsec};
    }
    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

} // namespace gmguard::admin
