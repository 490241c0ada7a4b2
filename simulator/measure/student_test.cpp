// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/student.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

using tenfold::measure::studentCdf;
using tenfold::measure::studentQuantile;

TEST(Student, OneAndTwoDegreesHaveClosedForms) {
    for (const double p : {0.001, 0.2, 0.5, 0.9, 0.995, 0.9999}) {
        EXPECT_NEAR(studentQuantile(p, 1), std::tan(std::numbers::pi * (p - 0.5)),
                    1e-9 * std::abs(std::tan(std::numbers::pi * (p - 0.5))) + 1e-12);
        const double a = 4 * p * (1 - p);
        EXPECT_NEAR(studentQuantile(p, 2), 2 * (p - 0.5) * std::sqrt(2 / a), 1e-9);
    }
}

/// The printed table every textbook has.
TEST(Student, AgreesWithThePrintedTable) {
    EXPECT_NEAR(studentQuantile(0.975, 4), 2.776445, 1e-6);
    EXPECT_NEAR(studentQuantile(0.995, 19), 2.860935, 1e-6);
    EXPECT_NEAR(studentQuantile(0.975, 19), 2.093024, 1e-6);
    EXPECT_NEAR(studentQuantile(0.95, 30), 1.697261, 1e-6);
    EXPECT_NEAR(studentQuantile(0.995, 1e7), 2.575829, 1e-5) << "the normal distribution's";
}

TEST(Student, QuantileAndProbabilityAreInverseAndSymmetric) {
    for (const double nu : {1.0, 3.5, 19.0, 79.0, 1000.0})
        for (const double p : {1e-6, 0.01, 0.3, 0.7, 0.995}) {
            EXPECT_NEAR(studentCdf(studentQuantile(p, nu), nu), p, 1e-12);
            EXPECT_NEAR(studentQuantile(p, nu), -studentQuantile(1 - p, nu),
                        1e-9 * std::abs(studentQuantile(p, nu)));
        }
    EXPECT_EQ(studentQuantile(1, 5), std::numeric_limits<double>::infinity());
    EXPECT_EQ(studentQuantile(0, 5), -std::numeric_limits<double>::infinity());
    EXPECT_NEAR(studentQuantile(0.5, 5), 0, 1e-12);
}
