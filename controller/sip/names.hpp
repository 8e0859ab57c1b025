// SPDX-License-Identifier: BSD-2-Clause
// The names of a transaction and its dialog that a client makes up. New ones each time, which
// nobody can guess: who repeats them has got the request.
#pragma once

#include <string>

namespace gmguard::sip {

struct Names {
    std::string branch;  // with the magic cookie of RFC 3261 8.1.1.7
    std::string call_id; // without a host
    std::string tag;
};

} // namespace gmguard::sip
