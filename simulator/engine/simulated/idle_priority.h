// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tenfold::engine {

/// The calling thread runs only while the host has nothing better to do (SCHED_IDLE), so that a
/// simulation never takes time from what is measured beside it.
void takeIdlePriority();

}  // namespace tenfold::engine
