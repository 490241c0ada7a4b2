// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <memory>

#include "simulator/measure/sample.h"

namespace tenfold::nodes {

/// Asks a node on its own IO thread for its sample. When that is too busy to answer in time,
/// nothing is taken: what was counted stays for the next slot.
template <class Node>
measure::Sample collectOnIo(Node& node) {
    struct Asked {
        std::atomic<bool> isOpen{true};
        std::promise<measure::Sample> sample;
    };
    const auto asked = std::make_shared<Asked>();
    auto future = asked->sample.get_future();
    boost::asio::post(node.io(), [&node, asked] {
        if (asked->isOpen.exchange(false)) asked->sample.set_value(node.collect());
    });
    const bool isInTime =
        future.wait_for(std::chrono::milliseconds(200)) == std::future_status::ready;
    if (!isInTime && asked->isOpen.exchange(false)) return {};
    return future.get();
}

}  // namespace tenfold::nodes
