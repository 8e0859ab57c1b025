// SPDX-License-Identifier: BSD-2-Clause
// The file of a unix socket: making it, not taking it from somebody else, removing it.
#pragma once

#include "base/error.hpp"

#include <string>

#include <sys/stat.h>

namespace gmguard::admin {

// Who made the connection, as the kernel knows (SO_PEERCRED): "uid 0 gid 0 pid 4711". "unknown"
// where it does not.
[[nodiscard]] std::string peer_of(int fd);

// A listening stream socket, mode 0660. Owns the descriptor until release(), and removes the file,
// if it is still the one it made, with remove() or when destroyed.
class ListeningSocket {
  public:
    // Replaces a socket that nobody answers on. Errors: conflict, somebody answers or it is no
    // socket; system.
    // REQUIRES: an absolute path of at most 107 bytes.
    [[nodiscard]] static Result<ListeningSocket> open(const std::string& path);
    ListeningSocket(ListeningSocket&& other) noexcept;
    ListeningSocket& operator=(ListeningSocket&&) = delete;
    ~ListeningSocket();

    // The descriptor is the caller's from now on.
    [[nodiscard]] int release();
    void remove();

  private:
    ListeningSocket(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

    std::string path_; // empty: nothing to remove
    int fd_;           // -1: released
    struct stat made_{};
};

} // namespace gmguard::admin
