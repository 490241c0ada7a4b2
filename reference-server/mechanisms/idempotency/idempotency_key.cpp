// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/idempotency/idempotency_key.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "reference-server/api/problem.h"

namespace tenfold::mechanisms {

namespace {

constexpr std::size_t kLongestKey = 255;  // as Stripe's
constexpr std::size_t kFingerprintBytes = 16;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string idempotencyKeyIn(std::string_view header) {
    auto key = trimmed(header);
    const bool isQuoted = key.size() >= 2 && key.front() == '"' && key.back() == '"';
    if (isQuoted) key = key.substr(1, key.size() - 2);
    const bool isVisible = std::all_of(key.begin(), key.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != ',';
    });
    if (key.empty() || key.size() > kLongestKey || !isVisible)
        throw api::Problem(
            400, fmt::format("Idempotency-Key must be one key of 1 to {} visible characters.",
                             kLongestKey));
    return std::string(key);
}

std::string fingerprintOf(const api::Request& request) {
    const std::string text = request.method + "\n" + request.path + "\n" + request.body;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::string out;
    for (std::size_t i = 0; i < kFingerprintBytes; ++i) out += fmt::format("{:02x}", digest[i]);
    return out;
}

}  // namespace tenfold::mechanisms
