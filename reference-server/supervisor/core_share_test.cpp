// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/core_share.h"

#include <gtest/gtest.h>

#include "simulator/hardware/host_cores.h"

namespace tenfold::supervisor {
namespace {

cpu_set_t allowed() {
    cpu_set_t set;
    CPU_ZERO(&set);
    EXPECT_EQ(::sched_getaffinity(0, sizeof set, &set), 0);
    return set;
}

TEST(CoreShare, DatabaseAndTheRestShareNoCoreAndLeaveNone) {
    const cpu_set_t all = allowed();
    if (hardware::coresOfRealDatabase(CPU_COUNT(&all)) == 0) GTEST_SKIP() << "one core";
    cpu_set_t ofDatabase;
    cpu_set_t ofOthers;
    {
        const CoreShare share(true);
        ofDatabase = allowed();
    }
    {
        const CoreShare share(false);
        ofOthers = allowed();
    }
    cpu_set_t both;
    CPU_AND(&both, &ofDatabase, &ofOthers);
    EXPECT_EQ(CPU_COUNT(&both), 0);
    CPU_OR(&both, &ofDatabase, &ofOthers);
    EXPECT_TRUE(CPU_EQUAL(&both, &all));
    EXPECT_EQ(CPU_COUNT(&ofDatabase), hardware::coresOfRealDatabase(CPU_COUNT(&all)));
    const cpu_set_t after = allowed();
    EXPECT_TRUE(CPU_EQUAL(&after, &all));
}

TEST(CoreShare, OneCoreIsSharedByAll) {
    EXPECT_EQ(hardware::coresOfRealDatabase(1), 0);
    EXPECT_EQ(hardware::coresOfRealDatabase(2), 1);
    EXPECT_EQ(hardware::coresOfRealDatabase(8), 4);
}

}  // namespace
}  // namespace tenfold::supervisor
