// SPDX-License-Identifier: BSD-2-Clause
// Hashes that tests can foresee: no key, but as canonical as the real ones (host in lower case).
#pragma once

#include "binding/hashing.hpp"

#include <string>

namespace gmguard::binding {

class FakeHasher : public Hasher {
  public:
    gm_u128 identity(std::string_view uri) const override {
        const auto colon = uri.find(':');
        return colon == std::string_view::npos ? 0 : hash("identity " + canonical(uri));
    }
    gm_u128 impi(std::string_view impi) const override {
        return impi.empty() ? 0 : hash("impi " + canonical(impi));
    }
    gm_u128 nonce(std::string_view nonce) const override {
        return nonce.empty() ? 0 : hash("nonce " + std::string(nonce));
    }
    gm_u128 bytes(std::string_view bytes) const override {
        return hash("bytes " + std::string(bytes));
    }

  private:
    static std::string canonical(std::string_view text) {
        std::string out(text.substr(0, text.find(';')));
        for (auto at = out.find('@'); at < out.size(); ++at)
            out[at] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[at])));
        return out;
    }
    // FNV-1a over 128 bits.
    static gm_u128 hash(const std::string& text) {
        gm_u128 value = gm_u128{0x6c62272e07bb0142} << 64 | 0x62b821756295c58d;
        for (const char c : text) {
            value ^= static_cast<unsigned char>(c);
            value *= gm_u128{1} << 88 | 0x13b;
        }
        return value;
    }
};

} // namespace gmguard::binding
