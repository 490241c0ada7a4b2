// SPDX-License-Identifier: GPL-3.0-or-later
// The cases of mechanism_cases.h on the running system: what mechanisms_simulated_test asks of the
// twin.
#include <gtest/gtest.h>

#include "tests/contract/mechanism_cases.h"
#include "tests/support/live_system.h"

using namespace tenfold;  // NOLINT: a test
using test::MechanismCase;

namespace tenfold::test {
void PrintTo(const MechanismCase& c, std::ostream* out) {
    *out << c.name;
}
}  // namespace tenfold::test

class MechanismCasesLive : public testing::TestWithParam<MechanismCase> {};

TEST_P(MechanismCasesLive, CountsChangeAsTheCardSaysAndNothingIsLost) {
    test::runCase<test::LiveSystem>(GetParam());
}
INSTANTIATE_TEST_SUITE_P(All, MechanismCasesLive, testing::ValuesIn(test::mechanismCases()),
                         [](const auto& it) { return it.param.name; });
