// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/random/ziggurat.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

using tenfold::random::kZiggurat;
using tenfold::random::standardExponential;
using tenfold::random::Stream;
using tenfold::random::ZigguratTable;

TEST(Ziggurat, LayersHaveEqualAreaAndCoverTheCurve) {
    // Widths from the scale; layer i spans the heights density[i] to density[i + 1].
    double area = 0;
    for (std::size_t i = 1; i < ZigguratTable::kLayers; ++i) {
        const double width = kZiggurat.layers[i].scale * 0x1.0p53;
        const double height = kZiggurat.density[i + 1] - kZiggurat.density[i];
        EXPECT_NEAR(width * height, ZigguratTable::kArea, 1e-13) << i;
        EXPECT_NEAR(kZiggurat.density[i], std::exp(-width), 2e-14) << i;
        area += width * height;
    }
    EXPECT_NEAR(kZiggurat.density[ZigguratTable::kLayers], 1, 0);
    EXPECT_GT(area, 0.99) << "255 layers and the base cover the area of 1 and the corners above";
}

/// Chi-square over cells of equal probability, fine enough to see a wrong wedge or tail.
TEST(Ziggurat, IsExponentialInTheBodyAndInTheTail) {
    constexpr int kDraws = 2'000'000, kCells = 1'000;
    Stream s(5, "ziggurat");
    std::vector<int> seen(kCells);
    int beyondTail = 0, beyondTwice = 0;
    for (int i = 0; i < kDraws; ++i) {
        const double x = standardExponential(s);
        ASSERT_GE(x, 0);
        ++seen[static_cast<std::size_t>(-std::expm1(-x) * kCells)];
        beyondTail += x > ZigguratTable::kTail ? 1 : 0;
        beyondTwice += x > 12 ? 1 : 0;
    }
    double chi = 0;
    for (const int n : seen)
        chi += (n - kDraws / kCells) * (n - kDraws / kCells) * 1.0 / (kDraws / kCells);
    EXPECT_LT(chi, 1143.9) << "0.1 % point of chi-square with 999 degrees of freedom";
    const double expected = kDraws * std::exp(-ZigguratTable::kTail);
    EXPECT_NEAR(beyondTail, expected, 4 * std::sqrt(expected));
    EXPECT_NEAR(beyondTwice, kDraws * std::exp(-12.0), 4 * std::sqrt(kDraws * std::exp(-12.0)));
}

TEST(Ziggurat, IsPinnedForAllMachines) {
    Stream s(42, "pinned");
    std::vector<double> draws;
    for (int i = 0; i < 4; ++i) draws.push_back(standardExponential(s));
    EXPECT_EQ(draws, (std::vector<double>{0x1.4981f450ec516p+0, 0x1.b06dc6bfb9655p-2,
                                          0x1.a1b5a5cb58d11p-1, 0x1.4f6d75e3bd4bcp-2}));
}
