// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/identity.h"

#include <gtest/gtest.h>

using namespace tenfold::protocol;  // NOLINT: a test

TEST(Identity, ATokenNamesItsUserAndNothingElsePasses) {
    const auto token = refreshToken("secret", 17);
    EXPECT_EQ(userOfRefreshToken("secret", token), 17u);
    EXPECT_FALSE(userOfRefreshToken("other", token));
    auto forged = token;
    forged[0] = '2';
    EXPECT_FALSE(userOfRefreshToken("secret", forged));
    for (const char* bad : {"", "17", "17.", ".abc", "x.y"})
        EXPECT_FALSE(userOfRefreshToken("secret", bad));
}

TEST(Identity, ATokenIsNotALsnAndTheHopIsItsOwn) {
    EXPECT_FALSE(lsnOf("secret", refreshToken("secret", 5)));
    EXPECT_EQ(lsnOf("secret", signedLsn("secret", 5)), 5u);
    EXPECT_TRUE(isHopSignature("secret", hopSignature("secret")));
    EXPECT_FALSE(isHopSignature("secret", "secret"));
}
