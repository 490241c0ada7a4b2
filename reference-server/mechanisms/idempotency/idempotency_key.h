// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "reference-server/api/context.h"

namespace tenfold::mechanisms {

/// The key in an Idempotency-Key header: a string of Structured Fields ("8e03…" with its quotes,
/// IETF draft), or bare as most clients send it. 1 to 255 visible characters. Throws Problem 400.
std::string idempotencyKeyIn(std::string_view header);

/// What a key stands for: 32 hex digits of SHA-256 over method, path and body.
std::string fingerprintOf(const api::Request& request);

}  // namespace tenfold::mechanisms
