// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/engine/simulated/idle_priority.h"

#include <pthread.h>
#include <sched.h>

namespace tenfold::engine {

void takeIdlePriority() {
    const sched_param none{};
    // Where it is refused the simulation runs as everybody does: slower for others, never wrong.
    ::pthread_setschedparam(::pthread_self(), SCHED_IDLE, &none);
}

}  // namespace tenfold::engine
