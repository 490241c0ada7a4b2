// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/jws.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

using namespace tenfold::protocol;  // NOLINT: a test

TEST(Jws, Base64UrlHasOneSpellingForEachText) {
    // RFC 7515, appendix C.
    EXPECT_EQ(base64UrlEncode(std::string("\x03\xec\xff\xe0\xc1", 5)), "A-z_4ME");
    EXPECT_EQ(base64UrlDecode("A-z_4ME"), std::string("\x03\xec\xff\xe0\xc1", 5));
    for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
        EXPECT_EQ(base64UrlDecode(base64UrlEncode(text)), text);
    for (const char* bad : {"A", "A+z/4ME", "A-z_4ME=", "A-z_4MF", "A z_4ME"})
        EXPECT_FALSE(base64UrlDecode(bad)) << bad;
}

TEST(Jws, TheSignatureOfTheStandardsExampleIsGoodAndNoOtherIs) {
    // RFC 7515, appendix A.3; the name and the algorithm of the key are ours.
    const nlohmann::json jwk = {{"kty", "EC"},
                                {"crv", "P-256"},
                                {"kid", "a"},
                                {"alg", "ES256"},
                                {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                                {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}};
    const auto key = VerificationKey::fromJwk(jwk);
    ASSERT_TRUE(key);
    const std::string input =
        "eyJhbGciOiJFUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    auto signature = *base64UrlDecode(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
    EXPECT_TRUE(key->verify(input, signature));
    EXPECT_FALSE(key->verify(input + "x", signature));
    EXPECT_FALSE(key->verify(input, signature.substr(1)));
    signature[5] = static_cast<char>(signature[5] ^ 1);
    EXPECT_FALSE(key->verify(input, signature));
    EXPECT_FALSE(key->verify(input, std::string(64, '\0')));
}

TEST(Jws, AKeyFollowsFromItsSecretAndNameAndItsPublicHalfVerifies) {
    const SigningKey key("secret", "7");
    const SigningKey again("secret", "7");
    EXPECT_EQ(key.jwk(), again.jwk());
    EXPECT_NE(key.jwk()["x"], SigningKey("secret", "8").jwk()["x"]);
    EXPECT_NE(key.jwk()["x"], SigningKey("other", "7").jwk()["x"]);
    EXPECT_FALSE(key.jwk().contains("d")) << "the private half";
    const auto other = VerificationKey::fromJwk(again.jwk());
    ASSERT_TRUE(other);
    const auto signature = key.sign("text");
    EXPECT_EQ(signature.size(), 64u);
    EXPECT_TRUE(other->verify("text", signature));
    EXPECT_FALSE(
        VerificationKey::fromJwk(SigningKey("secret", "8").jwk())->verify("text", signature));
}

TEST(Jws, WhatIsNoKeyOfOursIsNone) {
    const auto good = SigningKey("secret", "7").jwk();
    ASSERT_TRUE(VerificationKey::fromJwk(good));
    const std::pair<const char*, const char*> changes[] = {
        {"kty", "RSA"},
        {"crv", "P-384"},
        {"alg", "HS256"},
        {"alg", "none"},
        {"use", "enc"},
        {"kid", ""},
        {"x", "AAAA"},
        {"y", "!"},
        // A point beside the curve.
        {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}};
    for (const auto& [name, value] : changes) {
        auto bad = good;
        bad[name] = value;
        EXPECT_FALSE(VerificationKey::fromJwk(bad)) << name << " " << value;
    }
    EXPECT_FALSE(VerificationKey::fromJwk(nlohmann::json::array()));
    EXPECT_FALSE(VerificationKey::fromJwk({{"kty", 1}}));
}
