// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/side_effects/sink_client.h"

#include <httplib.h>

#include <algorithm>
#include <utility>

namespace tenfold::mechanisms {

using measure::Nanos;

namespace {
constexpr Nanos kIdleNs = 1'000'000'000;  // the provider closes later: no call meets a closed door
constexpr Nanos kMicro = 1'000;
constexpr Nanos kSecond = 1'000'000'000;
}  // namespace

SinkClient::SinkClient(int port) : m_port(port) {}
SinkClient::~SinkClient() = default;

std::unique_ptr<httplib::Client> SinkClient::take() {
    const Nanos now = measure::monotonicNow();
    std::vector<Idle> stale;  // closed outside the lock
    std::unique_ptr<httplib::Client> client;
    std::lock_guard lock(m_mutex);
    // The last given back is the freshest; the oldest are first.
    while (!m_idle.empty() && m_idle.front().since + kIdleNs < now) {
        stale.push_back(std::move(m_idle.front()));
        m_idle.erase(m_idle.begin());
    }
    if (m_idle.empty()) return nullptr;
    client = std::move(m_idle.back().client);
    m_idle.pop_back();
    return client;
}

void SinkClient::giveBack(std::unique_ptr<httplib::Client> client) {
    std::lock_guard lock(m_mutex);
    m_idle.push_back({std::move(client), measure::monotonicNow()});
}

Delivery SinkClient::deliver(const SideEffect& effect, Nanos deadlineNs) {
    const Nanos left = deadlineNs - measure::monotonicNow();
    if (left <= 0) return Delivery::timedOut;
    auto client = take();
    if (!client) {
        client = std::make_unique<httplib::Client>("127.0.0.1", m_port);
        client->set_tcp_nodelay(true);
        client->set_keep_alive(true);
    }
    const auto seconds = static_cast<time_t>(left / kSecond);
    const auto micros = static_cast<time_t>(std::max<Nanos>(left % kSecond, kMicro) / kMicro);
    client->set_connection_timeout(seconds, micros);
    client->set_read_timeout(seconds, micros);
    client->set_write_timeout(seconds, micros);
    const httplib::Headers headers{{"Idempotency-Key", effect.id}};
    const auto answer = client->Post("/messages", headers, effect.payload, "application/json");
    if (!answer)
        // The library may wake a moment early.
        return measure::monotonicNow() >= deadlineNs - 2'000'000 ? Delivery::timedOut
                                                                 : Delivery::failed;
    giveBack(std::move(client));
    return answer->status == 202 || answer->status == 200 ? Delivery::done : Delivery::failed;
}

}  // namespace tenfold::mechanisms
