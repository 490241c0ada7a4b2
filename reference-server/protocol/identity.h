// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenfold::protocol {

/// Who is who between the nodes of one run. All but the tokens is keyed by the run's secret,
/// which the supervisor hands to its children and nobody else.

/// The key of the users' refresh tokens. It follows from the run's seed, so that the generator, a
/// test or somebody with curl can be any user; the secret between the nodes does not.
std::string tokenKey(std::uint64_t seed);

/// What a user holds for long, and trades for access tokens at the auth service (RFC 6749, 6):
/// "<user>.<32 hex digits of HMAC-SHA256>".
std::string refreshToken(std::string_view key, std::uint64_t user);
/// The user of a refresh token; nothing when it is not one of this run's. Compares in constant
/// time.
std::optional<std::uint64_t> userOfRefreshToken(std::string_view key, std::string_view token);

/// What the gateway sends along so that a node can tell its headers from a client's.
std::string hopSignature(std::string_view secret);
bool isHopSignature(std::string_view secret, std::string_view value);

/// "<lsn>.<hex>": the commit position a client has written, signed.
std::string signedLsn(std::string_view secret, std::uint64_t lsn);
std::optional<std::uint64_t> lsnOf(std::string_view secret, std::string_view value);

}  // namespace tenfold::protocol
