// SPDX-License-Identifier: BSD-2-Clause
#include "base/error.hpp"

#include <system_error>

namespace gmguard {

std::string Error::text() const {
    std::string out = subject.empty() ? what : subject + ": " + what;
    if (!hint.empty())
        out += "; " + hint;
    return out;
}

Error system_error(int errno_value, std::string subject, std::string what) {
    what += ": " + std::generic_category().message(errno_value);
    return Error{ErrorKind::system, errno_value, std::move(subject), std::move(what), {}};
}

} // namespace gmguard
