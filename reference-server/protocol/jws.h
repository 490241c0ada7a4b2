// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

using EVP_PKEY = struct evp_pkey_st;

namespace tenfold::protocol {

/// Signatures of tokens: JSON Web Signature (RFC 7515) with ES256 (RFC 7518, 3.4: ECDSA on P-256
/// with SHA-256), keys as JSON Web Keys (RFC 7517). The arithmetic is OpenSSL's.

/// Without padding (RFC 7515, 2).
std::string base64UrlEncode(std::string_view bytes);
/// Nothing for anything but what base64UrlEncode makes: no padding, no other characters, no bits
/// left over.
std::optional<std::string> base64UrlDecode(std::string_view text);
std::string sha256(std::string_view bytes);

/// The only algorithm of this run. A key says so, and a token must agree with its key: nobody
/// chooses by what a token says of itself (RFC 8725, 3.1).
inline constexpr std::string_view kAlgorithm = "ES256";

/// A private key. Threads: any number may sign at once.
class SigningKey {
public:
    /// The key that follows from a secret and its name: whoever knows both has it again after a
    /// restart. Throws std::runtime_error when the library refuses.
    SigningKey(std::string_view secret, std::string id);
    const std::string& id() const { return m_id; }
    /// The public half, with kid, alg and use.
    nlohmann::json jwk() const;
    /// 64 bytes: r and s.
    std::string sign(std::string_view input) const;

private:
    std::string m_id;
    std::string m_x;
    std::string m_y;
    std::shared_ptr<EVP_PKEY> m_key;
};

/// A public key. Threads: any number may verify at once.
class VerificationKey {
public:
    /// Nothing when it is not a signing key for ES256 with a name.
    static std::optional<VerificationKey> fromJwk(const nlohmann::json& jwk);
    const std::string& id() const { return m_id; }
    std::string_view algorithm() const { return kAlgorithm; }
    bool verify(std::string_view input, std::string_view signature) const;

private:
    std::string m_id;
    std::shared_ptr<EVP_PKEY> m_key;
};

}  // namespace tenfold::protocol
