// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/hardware/profile.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

using namespace tenfold::hardware;  // NOLINT: a test

TEST(HardwareProfile, TheTiersAreThoseOfTheDesign) {
    const auto small = profileForTier("10k");
    EXPECT_EQ(small.instances * small.threadsPerInstance, 20);
    EXPECT_EQ(small.usableConnections(), 97);
    EXPECT_DOUBLE_EQ(small.apiCpuMs, 5);
    const auto large = profileForTier("1M");
    EXPECT_EQ(large.instances, 8);
    EXPECT_EQ(large.coresPerInstance, 8);
    EXPECT_EQ(large.threadsPerInstance, 40);
    EXPECT_EQ(large.primaryCores, 4);
    EXPECT_DOUBLE_EQ(large.dataFactor, 100);
    EXPECT_EQ(profileForTier("100k").replicaCores, 2);
    EXPECT_TRUE(profileForTier("native").native);
    EXPECT_THROW(profileForTier("5M"), std::invalid_argument);
}

TEST(HardwareProfile, TheFileNamesItsProfiles) {
    EXPECT_EQ(profileNames(), (std::vector<std::string>{"10k", "100k", "1M", "native"}));
}

TEST(HardwareProfile, UsersPickTheNearestTier) {
    EXPECT_EQ(profileForUsers(10'000).id, "10k");
    EXPECT_EQ(profileForUsers(31'000).id, "10k");
    EXPECT_EQ(profileForUsers(32'000).id, "100k");
    EXPECT_EQ(profileForUsers(640'000).id, "1M");
}

TEST(HardwareProfile, SurvivesJsonAndNamesWhatIsMissing) {
    const auto p = profileForTier("100k");
    EXPECT_EQ(profileFromJson(toJson(p)), p);
    auto j = toJson(p);
    j.erase("slice_ms");
    try {
        profileFromJson(j);
        FAIL();
    } catch (const std::invalid_argument& e) {
        EXPECT_STREQ(e.what(), "hardware profile: slice_ms is missing");
    }
}

TEST(HardwareProfile, EveryNumberHasASource) {
    const auto sources = profileSources();
    const auto profile = toJson(profileForTier("10k"));
    for (const auto& [key, value] : profile.items())
        if (value.is_number()) {
            EXPECT_TRUE(sources.count(key)) << key;
        }
}
