// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/jws.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

namespace tenfold::protocol {

using nlohmann::json;

namespace {

constexpr std::size_t kNumberBytes = 32;  // of P-256: a coordinate, r, s
constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* p) const {
        Free(p);
    }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;
using Number = Owned<BIGNUM, BN_clear_free>;

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

int digitOf(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/// A key of P-256 from its point (0x04, x, y) and, for a private one, its number. Null when the
/// point is not on the curve.
std::shared_ptr<EVP_PKEY> makeKey(std::string_view point, const BIGNUM* number) {
    const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build(OSSL_PARAM_BLD_new());
    ::OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    ::OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size());
    if (number) ::OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, number);
    const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(build.get()));
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
        EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    const int what = number ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (!parameters || !context || ::EVP_PKEY_fromdata_init(context.get()) != 1 ||
        ::EVP_PKEY_fromdata(context.get(), &key, what, parameters.get()) != 1)
        return nullptr;
    return {key, EVP_PKEY_free};
}

}  // namespace

std::string base64UrlEncode(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    unsigned int bits = 0;
    int held = 0;
    for (const char c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (held += 8; held >= 6; held -= 6) out += kDigits[bits >> (held - 6) & 63];
    }
    if (held > 0) out += kDigits[bits << (6 - held) & 63];
    return out;
}

std::optional<std::string> base64UrlDecode(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    unsigned int bits = 0;
    int held = 0;
    for (const char c : text) {
        const int digit = digitOf(c);
        if (digit < 0) return std::nullopt;
        bits = bits << 6 | static_cast<unsigned int>(digit);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out += static_cast<char>(bits >> held & 255);
    }
    // Two texts must not mean the same bytes: a token would have two spellings.
    if ((bits & ((1u << held) - 1)) != 0) return std::nullopt;
    return out;
}

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not to be had");
    return {reinterpret_cast<const char*>(digest.data()), size};
}

SigningKey::SigningKey(std::string_view secret, std::string id) : m_id(std::move(id)) {
    const std::string seed = sha256(fmt::format("ES256:{}:{}", secret, m_id));
    const Owned<EC_GROUP, EC_GROUP_free> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const Owned<BN_CTX, BN_CTX_free> context(BN_CTX_new());
    const Number number(BN_bin2bn(bytesOf(seed), static_cast<int>(seed.size()), nullptr));
    const Number range(BN_dup(EC_GROUP_get0_order(group.get())));
    const Owned<EC_POINT, EC_POINT_free> point(EC_POINT_new(group.get()));
    std::array<unsigned char, 1 + 2 * kNumberBytes> text{};
    // From 1 to the order − 1, whatever the digest is.
    const bool isMade =
        ::BN_sub_word(range.get(), 1) == 1 &&
        ::BN_nnmod(number.get(), number.get(), range.get(), context.get()) == 1 &&
        ::BN_add_word(number.get(), 1) == 1 &&
        ::EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, context.get()) ==
            1 &&
        ::EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, text.data(),
                             text.size(), context.get()) == text.size();
    const std::string_view whole(reinterpret_cast<const char*>(text.data()), text.size());
    if (isMade) m_key = makeKey(whole, number.get());
    if (!m_key) throw std::runtime_error("a signing key could not be made");
    m_x = whole.substr(1, kNumberBytes);
    m_y = whole.substr(1 + kNumberBytes);
}

json SigningKey::jwk() const {
    return {{"kty", "EC"},
            {"crv", "P-256"},
            {"use", "sig"},
            {"kid", m_id},
            {"alg", kAlgorithm},
            {"x", base64UrlEncode(m_x)},
            {"y", base64UrlEncode(m_y)}};
}

std::string SigningKey::sign(std::string_view input) const {
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    std::array<unsigned char, 80> der{};  // 72 at most
    std::size_t size = der.size();
    if (::EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, m_key.get()) != 1 ||
        ::EVP_DigestSign(context.get(), der.data(), &size, bytesOf(input), input.size()) != 1)
        throw std::runtime_error("a token could not be signed");
    const unsigned char* at = der.data();
    const Owned<ECDSA_SIG, ECDSA_SIG_free> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    std::string out(2 * kNumberBytes, '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    ::BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, kNumberBytes);
    ::BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + kNumberBytes, kNumberBytes);
    return out;
}

std::optional<VerificationKey> VerificationKey::fromJwk(const json& jwk) {
    const auto text = [&](const char* name) -> std::string {
        const auto it = jwk.is_object() ? jwk.find(name) : jwk.end();
        return jwk.is_object() && it != jwk.end() && it->is_string() ? it->get<std::string>() : "";
    };
    if (text("kty") != "EC" || text("crv") != "P-256" || text("alg") != kAlgorithm)
        return std::nullopt;
    if (const auto use = text("use"); !use.empty() && use != "sig") return std::nullopt;
    const auto x = base64UrlDecode(text("x"));
    const auto y = base64UrlDecode(text("y"));
    VerificationKey key;
    key.m_id = text("kid");
    if (key.m_id.empty() || !x || !y || x->size() != kNumberBytes || y->size() != kNumberBytes)
        return std::nullopt;
    key.m_key = makeKey("\x04" + *x + *y, nullptr);
    if (!key.m_key) return std::nullopt;
    return key;
}

bool VerificationKey::verify(std::string_view input, std::string_view signature) const {
    if (signature.size() != 2 * kNumberBytes) return false;
    const auto number = [&](std::size_t from) {
        return BN_bin2bn(bytesOf(signature) + from, kNumberBytes, nullptr);
    };
    const Owned<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
    if (!pair || ::ECDSA_SIG_set0(pair.get(), number(0), number(kNumberBytes)) != 1) return false;
    std::array<unsigned char, 80> der{};
    unsigned char* to = der.data();
    const int size = ::i2d_ECDSA_SIG(pair.get(), &to);
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    return size > 0 &&
           ::EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, m_key.get()) ==
               1 &&
           ::EVP_DigestVerify(context.get(), der.data(), static_cast<std::size_t>(size),
                              bytesOf(input), input.size()) == 1;
}

}  // namespace tenfold::protocol
