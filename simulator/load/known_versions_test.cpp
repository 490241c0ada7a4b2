// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/known_versions.h"

#include <gtest/gtest.h>

using tenfold::load::KnownVersions;

TEST(KnownVersions, TheNewestIsKnownWhateverComesLater) {
    KnownVersions known;
    EXPECT_EQ(known.newest(7), 0u);
    known.saw(7, 3, 10);
    known.saw(7, 2, 20);
    known.saw(8, 1, 20);
    EXPECT_EQ(known.newest(7), 3u);
    EXPECT_EQ(known.newest(8), 1u);
}

TEST(KnownVersions, AnAnswerIsOldSinceTheFirstThatIsNewer) {
    KnownVersions known;
    known.saw(7, 2, 100);
    known.saw(7, 3, 400);
    EXPECT_EQ(known.ageOf(7, 1, 1000), 900);
    EXPECT_EQ(known.ageOf(7, 2, 1000), 600);
    EXPECT_EQ(known.ageOf(7, 3, 1000), 0) << "nothing is newer";
    EXPECT_EQ(known.ageOf(7, 2, 300), 0) << "it was not known yet";
    EXPECT_EQ(known.ageOf(9, 1, 300), 0);
}

TEST(KnownVersions, ManyVersionsOfOneProductTakeNoEndlessMemory) {
    KnownVersions known;
    for (std::uint64_t v = 1; v <= 5000; ++v) known.saw(7, v, static_cast<std::int64_t>(v));
    EXPECT_EQ(known.newest(7), 5000u);
    EXPECT_EQ(known.ageOf(7, 1, 5000), 5000 - 4001) << "as old as the oldest that is kept";
}
