// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace tenfold::supervisor {

/// Nodes have this long to end by themselves: less than the two seconds that the owner gives the
/// supervisor.
constexpr auto kEndLimit = std::chrono::milliseconds(1000);

inline boost::asio::awaitable<void> sleepFor(boost::asio::io_context& io,
                                             std::chrono::milliseconds time) {
    boost::asio::steady_timer timer(io, time);
    boost::system::error_code ignored;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

}  // namespace tenfold::supervisor
