// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

namespace tenfold::nodes::pooler {

/// What the pooler counts. Written on its IO thread, read by the thread that reports slots.
///
/// arrived + loginsRefused = completed + waitTimeouts + serverUnavailable + serversLost +
/// clientsLeft + waiting + busy.
struct Counters {
    std::atomic<std::uint64_t> arrived{0};    // transactions that asked for a connection
    std::atomic<std::uint64_t> completed{0};  // and gave it back
    std::atomic<std::uint64_t> waitTimeouts{0};
    std::atomic<std::uint64_t> tooManyClients{0};
    std::atomic<std::uint64_t> serverUnavailable{0};
    std::atomic<std::uint64_t> loginsRefused{0};  // of the two above, those that never arrived
    std::atomic<std::uint64_t> serversLost{0};    // with a transaction on it
    std::atomic<std::uint64_t> clientsLeft{0};    // while they waited or held a connection
    // As of now.
    std::atomic<int> clients{0};
    std::atomic<int> servers{0};
    std::atomic<int> busy{0};
    std::atomic<int> waiting{0};
    std::atomic<int> capacity{0};
};

}  // namespace tenfold::nodes::pooler
