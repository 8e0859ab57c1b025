// SPDX-License-Identifier: BSD-2-Clause
// Hashes of names as the programs compute them: by the very same source (gmguard/proto).
#pragma once

#include "binding/hashing.hpp"

#include <array>
#include <cstdint>
#include <memory>

struct gm_work;

namespace gmguard::kernel {

using HashKey = std::array<std::uint64_t, 2>; // as gm_settings.hash_key

class Hasher final : public binding::Hasher {
  public:
    explicit Hasher(const HashKey& key);
    ~Hasher() override;

    [[nodiscard]] gm_u128 identity(std::string_view uri) const override;
    [[nodiscard]] gm_u128 impi(std::string_view impi) const override;
    [[nodiscard]] gm_u128 nonce(std::string_view nonce) const override;
    [[nodiscard]] gm_u128 bytes(std::string_view bytes) const override;

  private:
    HashKey key_;
    std::unique_ptr<gm_work> room_; // what the shared source works in
};

} // namespace gmguard::kernel
