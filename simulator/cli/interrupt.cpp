// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/interrupt.h"

#include <signal.h>

#include <algorithm>
#include <atomic>

namespace tenfold::cli {

namespace {
std::atomic<bool> g_isInterrupted{false};  // a signal handler can reach nothing else
void interrupt(int) {
    g_isInterrupted = true;
}
}  // namespace

void catchInterrupts() {
    struct sigaction action {};
    action.sa_handler = interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

bool isInterrupted() {
    return g_isInterrupted;
}

bool waitUnlessInterrupted(Recorder& recorder, const std::function<bool()>& isEnough,
                           std::chrono::milliseconds limit) {
    // The recorder wakes for updates only, and while nodes start there are none.
    constexpr std::chrono::milliseconds kSlice{100};
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!isInterrupted()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (recorder.waitFor(isEnough, std::clamp(left, std::chrono::milliseconds(0), kSlice)))
            return true;
        if (left.count() <= 0 || recorder.phase() == engine::Phase::failed) return false;
    }
    return false;
}

}  // namespace tenfold::cli
