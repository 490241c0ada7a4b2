// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/identity.h"

#include <gtest/gtest.h>

using namespace tenfold::protocol;  // NOLINT: a test

TEST(Identity, ATokenNamesItsUserAndNothingElsePasses) {
    const auto token = bearerToken("secret", 17);
    EXPECT_EQ(userOfToken("secret", token), 17u);
    EXPECT_FALSE(userOfToken("other", token));
    auto forged = token;
    forged[0] = '2';
    EXPECT_FALSE(userOfToken("secret", forged));
    for (const char* bad : {"", "17", "17.", ".abc", "x.y"})
        EXPECT_FALSE(userOfToken("secret", bad));
}

TEST(Identity, ATokenIsNotALsnAndTheHopIsItsOwn) {
    EXPECT_FALSE(lsnOf("secret", bearerToken("secret", 5)));
    EXPECT_EQ(lsnOf("secret", signedLsn("secret", 5)), 5u);
    EXPECT_TRUE(isHopSignature("secret", hopSignature("secret")));
    EXPECT_FALSE(isHopSignature("secret", "secret"));
}
