// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/idempotency_key.h"

#include <fmt/format.h>

#include "simulator/random/stream.h"

namespace tenfold::load {

std::string idempotencyKey(std::uint64_t seed, std::uint64_t number) {
    random::Stream stream(seed ^ (number * 0x9e3779b97f4a7c15ULL), "idempotency.keys");
    const std::uint64_t a = (stream.bits() & ~0xf000ULL) | 0x4000ULL;
    const std::uint64_t b = (stream.bits() & ~(3ULL << 62)) | (2ULL << 62);
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", a >> 32, (a >> 16) & 0xffff,
                       a & 0xffff, b >> 48, b & 0xffff'ffff'ffffULL);
}

}  // namespace tenfold::load
