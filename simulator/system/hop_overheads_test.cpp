// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/hop_overheads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace tenfold::system {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

json smallFile() {
    json hops;
    for (const char* hop : {"gateway", "instance", "database", "pooler", "cache"})
        hops[hop] = {{"us", {{10, 20, 100}, {30, 40, 300}}}, {"samples", {50, 500}}};
    return {{"format", "tenfold.hops/1"},
            {"date", "2026-11-24"},
            {"cpu", "AMD EPYC"},
            {"cores", 2},
            {"quantiles", {0.1, 0.5, 0.9}},
            {"rates_hz", {10, 1000}},
            {"hops", std::move(hops)}};
}

class HopOverheadsTest : public testing::Test {
protected:
    HopOverheadsTest()
        : m_file(std::filesystem::temp_directory_path() /
                 ("tenfold-hops-" + std::to_string(::getpid()) + ".json")) {}
    ~HopOverheadsTest() override {
        std::error_code ignored;
        std::filesystem::remove(m_file, ignored);
    }
    HopOverheads load(const json& j) {
        std::ofstream(m_file) << j.dump();
        return HopOverheads(m_file);
    }

    std::filesystem::path m_file;
};

TEST_F(HopOverheadsTest, QuantilesAreThoseOfTheFileAndLinearBetween) {
    const auto hops = load(smallFile());
    EXPECT_DOUBLE_EQ(hops.quantileUs(Hop::gateway, 10, 0.5), 20);
    EXPECT_DOUBLE_EQ(hops.quantileUs(Hop::gateway, 10, 0.3), 15);
    EXPECT_DOUBLE_EQ(hops.quantileUs(Hop::gateway, 10, 0.7), 60);
    EXPECT_DOUBLE_EQ(hops.quantileUs(Hop::gateway, 10, 0), 10) << "flat beyond the outermost";
    EXPECT_DOUBLE_EQ(hops.quantileUs(Hop::gateway, 10, 1), 100);
    EXPECT_EQ(hops.measuredOn(), "AMD EPYC, 2 cores, 2026-11-24");
}

TEST_F(HopOverheadsTest, BetweenTwoRatesItGoesByTheLogarithm) {
    const auto hops = load(smallFile());
    EXPECT_DOUBLE_EQ(hops.quantileUs(Hop::cache, 1000, 0.5), 40);
    EXPECT_DOUBLE_EQ(hops.quantileUs(Hop::cache, 100, 0.5), 30) << "half way";
    EXPECT_DOUBLE_EQ(hops.quantileUs(Hop::cache, 1, 0.5), 20);
    EXPECT_DOUBLE_EQ(hops.quantileUs(Hop::cache, 0, 0.5), 20);
    EXPECT_DOUBLE_EQ(hops.quantileUs(Hop::cache, 1e6, 0.5), 40);
}

TEST_F(HopOverheadsTest, DrawsHaveTheQuantilesTheyAreDrawnFrom) {
    const auto hops = load(smallFile());
    random::Stream stream(1, "test.hops");
    std::vector<kernel::Nanos> draws;
    for (int i = 0; i < 10'001; ++i) draws.push_back(hops.sampleNs(Hop::pooler, 1000, stream));
    std::sort(draws.begin(), draws.end());
    EXPECT_NEAR(static_cast<double>(draws[5000]), 40'000, 800);
    EXPECT_NEAR(static_cast<double>(draws[7000]), 170'000, 5'000);
    EXPECT_EQ(draws.back(), 300'000);
}

TEST_F(HopOverheadsTest, ABadFileIsNamedWithItsKey) {
    const auto changed = [](const char* pointer, json value) {
        json j = smallFile();
        j[json::json_pointer(pointer)] = std::move(value);
        return j;
    };
    const std::pair<json, const char*> cases[] = {
        {changed("/format", "tenfold.run/1"), "$.format"},
        {changed("/rates_hz", json::array({1000, 10})), "$.rates_hz must be rising"},
        {changed("/rates_hz", json::array({10})), "$.hops.gateway.us"},
        {changed("/quantiles", json::array({0.1, 0.5, 1.5})), "$.quantiles"},
        {changed("/hops/cache/us/1", json::array({3, 4})), "$.hops.cache.us[1]"},
        {changed("/hops/cache/us/1/0", -3), "$.hops.cache.us[1]"},
        {changed("/hops/pooler", json::object()), "$.hops.pooler.us is missing"}};
    for (const auto& [bad, key] : cases)
        EXPECT_THAT([&] { load(bad); }, testing::ThrowsMessage<std::runtime_error>(
                                            AllOf(HasSubstr(m_file.string()), HasSubstr(key))));
}

TEST_F(HopOverheadsTest, AFileThatIsNotThereIsNamed) {
    EXPECT_THAT([&] { HopOverheads missing(m_file); },
                testing::ThrowsMessage<std::runtime_error>(HasSubstr(m_file.string())));
}

TEST_F(HopOverheadsTest, WhatIsShippedCanBeRead) {
    const HopOverheads hops(HopOverheads::shippedFile());
    ASSERT_GE(hops.ratesHz().size(), 2u);
    for (const auto hop : {Hop::gateway, Hop::instance, Hop::database, Hop::pooler, Hop::cache})
        EXPECT_GT(hops.quantileUs(hop, 250, 0.5), 0) << toString(hop);
}

}  // namespace
}  // namespace tenfold::system
