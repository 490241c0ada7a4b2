// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace tenfold::load {

/// The key that a client sends with each attempt of the n-th request it means: shaped as a random
/// UUID (RFC 9562, version 4), and the same for a seed and number in every run.
std::string idempotencyKey(std::uint64_t seed, std::uint64_t number);

}  // namespace tenfold::load
