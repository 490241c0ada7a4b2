// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "simulator/random/stream.h"
#include "simulator/random/zipf.h"

namespace tenfold::load {

/// How many of everything the dataset `shop` (×1) has.
struct ShopSize {
    std::uint64_t customers = 20'000;
    std::uint64_t products = 5'000;
    std::uint64_t orders = 80'000;
};

/// What one request asks for. Every field is drawn for every request, whether its endpoint needs it
/// or not: two runs then see the same work even where one of them skips some.
struct RequestPlan {
    std::size_t endpoint = 0;  // index into endpoints()
    std::uint64_t user = 1;
    std::uint64_t product = 1;
    std::uint64_t order = 1;
    std::uint64_t page = 1;  // mostly the first
    std::string prefix;      // two letters for the search, empty for the whole catalogue
    std::uint64_t quantity = 1;
};

/// Draws requests by the endpoint mix and Zipf popularity, a named stream for each purpose.
class RequestMix {
public:
    /// `weights`: endpoint id → weight, where it differs from the default mix.
    RequestMix(std::uint64_t seed, const std::map<std::string, double>& weights,
               double zipfExponent, ShopSize size = {});
    RequestPlan next();

private:
    std::vector<double> m_cumulative;
    ShopSize m_size;
    random::Zipf m_products;
    random::Stream m_endpointStream;
    random::Stream m_userStream;
    random::Stream m_productStream;
    random::Stream m_orderStream;
    random::Stream m_pageStream;
    random::Stream m_searchStream;
};

}  // namespace tenfold::load
