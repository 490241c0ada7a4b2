// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/identity.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>

namespace tenfold::protocol {

namespace {

std::string tag(std::string_view secret, std::string_view purpose, std::string_view value) {
    const std::string text = fmt::format("{}:{}", purpose, value);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    ::HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
           &length);
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < 16; ++i) {
        out += digits[digest[i] >> 4];
        out += digits[digest[i] & 15];
    }
    return out;
}

bool isEqual(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string sign(std::string_view secret, std::string_view purpose, std::uint64_t number) {
    const std::string text = std::to_string(number);
    return text + "." + tag(secret, purpose, text);
}

std::optional<std::uint64_t> verify(std::string_view secret, std::string_view purpose,
                                    std::string_view value) {
    const auto dot = value.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + dot, number);
    if (error != std::errc{} || end != value.data() + dot) return std::nullopt;
    if (!isEqual(value.substr(dot + 1), tag(secret, purpose, value.substr(0, dot))))
        return std::nullopt;
    return number;
}

}  // namespace

std::string tokenKey(std::uint64_t seed) {
    return fmt::format("tenfold-users-{}", seed);
}

std::string refreshToken(std::string_view key, std::uint64_t user) {
    return sign(key, "refresh", user);
}

std::optional<std::uint64_t> userOfRefreshToken(std::string_view key, std::string_view token) {
    return verify(key, "refresh", token);
}

std::string hopSignature(std::string_view secret) {
    return tag(secret, "hop", "gateway");
}

bool isHopSignature(std::string_view secret, std::string_view value) {
    return isEqual(value, hopSignature(secret));
}

std::string signedLsn(std::string_view secret, std::uint64_t lsn) {
    return sign(secret, "lsn", lsn);
}

std::optional<std::uint64_t> lsnOf(std::string_view secret, std::string_view value) {
    return verify(secret, "lsn", value);
}

}  // namespace tenfold::protocol
