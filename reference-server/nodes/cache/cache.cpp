// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/cache/cache.h"

#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "reference-server/nodes/cache/cache_node.h"
#include "reference-server/nodes/common/slot_reporter.h"

namespace tenfold::nodes {

using nlohmann::json;

int runCache(ControlChannel& control, const json& start) {
    const NodeIdentity identity = identityFrom(start);
    std::atomic<std::uint64_t> version{start.at("version").get<std::uint64_t>()};
    CacheNode node(identity.id);
    std::thread io([&] { node.run(); });
    {
        SlotReporter reporter(control, identity, [&](std::int64_t) {
            const auto promise = std::make_shared<std::promise<measure::Sample>>();
            auto future = promise->get_future();
            boost::asio::post(node.io(), [&node, promise] { promise->set_value(node.collect()); });
            measure::Sample s;
            if (future.wait_for(std::chrono::milliseconds(200)) == std::future_status::ready)
                s = future.get();
            s.version = version;
            return s;
        });
        MetricsServer metrics([&] { return reporter.metricsText(); });
        control.emit({{"ready", true}, {"port", node.port()}, {"metrics_port", metrics.port()}});
        runWithoutDesign(control, version);
    }
    node.stop();
    io.join();
    return 0;
}

}  // namespace tenfold::nodes
