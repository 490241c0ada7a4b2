// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "simulator/measure/clock.h"

namespace httplib {
class Client;
}

namespace tenfold::mechanisms {

/// What a write wants done at somebody else's: an e-mail, or a webhook.
struct SideEffect {
    std::string kind;     // email, webhook
    std::string id;       // of the order or payment: the provider does each once
    std::string payload;  // JSON
};

enum class Delivery { done, failed, timedOut };

/// Calls of the provider over HTTP. Connections are kept for a second and lent to one caller at a
/// time. Any thread.
class SinkClient {
public:
    explicit SinkClient(int port);
    ~SinkClient();

    /// Blocks until the provider has answered, at most until `deadlineNs`. A failed or late call
    /// may have been carried out all the same.
    Delivery deliver(const SideEffect& effect, measure::Nanos deadlineNs);
    int port() const { return m_port; }

private:
    struct Idle {
        std::unique_ptr<httplib::Client> client;
        measure::Nanos since;
    };
    std::unique_ptr<httplib::Client> take();
    void giveBack(std::unique_ptr<httplib::Client> client);

    int m_port;
    std::mutex m_mutex;
    std::vector<Idle> m_idle;
};

}  // namespace tenfold::mechanisms
