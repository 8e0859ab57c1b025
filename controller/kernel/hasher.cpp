// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/hasher.hpp"

#include "gmguard/proto/identity.h"

#include <algorithm>
#include <cstring>

namespace gmguard::kernel {
namespace {

// Puts the text where the shared source reads it; its end where it is too long for any name.
bool write(gm_work& room, std::string_view text) {
    if (text.empty() || text.size() > GM_FIND_MAX)
        return false;
    std::memcpy(room.text, text.data(), text.size());
    std::memset(room.text + text.size(), 0, GM_TEXT_SLACK);
    room.sip.length = static_cast<__u32>(text.size());
    return true;
}

gm_u128 hash(gm_work& room, const gm_hash_input& input, const HashKey& key) {
    gm_hash out{{key[0], key[1]}, 0};
    return gm_hash_identity(&room, &input, &out) == GM_REASON_none ? out.value : 0;
}

} // namespace

Hasher::Hasher(const HashKey& key) : key_(key), room_(std::make_unique<gm_work>()) {}
Hasher::~Hasher() = default;

gm_u128 Hasher::identity(std::string_view uri) const {
    if (!write(*room_, uri) || gm_read_uri(room_.get(), 0, room_->sip.length) != GM_REASON_none)
        return 0;
    return hash(*room_, gm_uri_identity(room_.get()), key_);
}

gm_u128 Hasher::impi(std::string_view impi) const {
    if (!write(*room_, impi))
        return 0;
    return hash(*room_, gm_impi_identity(room_.get(), 0, room_->sip.length), key_);
}

gm_u128 Hasher::nonce(std::string_view nonce) const {
    if (!write(*room_, nonce))
        return 0;
    gm_hash_input input{};
    input.user = gm_span(0, room_->sip.length);
    return hash(*room_, input, key_);
}

// A length of its own at the end, as in gm_hash_identity, which no name has.
gm_u128 Hasher::bytes(std::string_view bytes) const {
    gm_siphash state;
    gm_siphash_start(&state, key_[0], key_[1]);
    std::size_t at = 0;
    for (__u64 word = 0; at + sizeof word <= bytes.size(); at += sizeof word) {
        std::memcpy(&word, bytes.data() + at, sizeof word);
        gm_siphash_word(&state, word);
    }
    if (at != bytes.size()) {
        __u64 word = 0;
        std::memcpy(&word, bytes.data() + at, bytes.size() - at);
        gm_siphash_word(&state, word);
    }
    gm_siphash_word(&state, bytes.size() | ~__u64{0} << 48);
    return std::max<gm_u128>(gm_siphash_end(&state), 1);
}

} // namespace gmguard::kernel
