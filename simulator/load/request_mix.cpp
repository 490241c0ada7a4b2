// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/request_mix.h"

#include <algorithm>
#include <array>

#include "simulator/load/endpoints.h"

namespace tenfold::load {

namespace {
// Half of the list requests search by prefix; a person turns the page with probability 0.2.
constexpr double kSearchPart = 0.5;
constexpr double kStopAtPage = 0.8;
// How product names begin: the adjectives of the dataset.
constexpr std::array<const char*, 8> kPrefixes{"Am", "Br", "Cl", "Fi", "Ge", "Li", "Sm", "Wo"};
}  // namespace

RequestMix::RequestMix(std::uint64_t seed, const std::map<std::string, double>& weights,
                       double zipfExponent, ShopSize size)
    : m_size(size),
      m_products(size.products, zipfExponent),
      m_endpointStream(seed, "mix.endpoint"),
      m_userStream(seed, "mix.user"),
      m_productStream(seed, "mix.product"),
      m_orderStream(seed, "mix.order"),
      m_pageStream(seed, "mix.page"),
      m_searchStream(seed, "mix.search") {
    double sum = 0;
    for (const auto& e : endpoints()) {
        const auto it = weights.find(std::string(e.id));
        sum += it == weights.end() ? e.weight : it->second;
        m_cumulative.push_back(sum);
    }
}

RequestPlan RequestMix::next() {
    RequestPlan plan;
    const double u = m_endpointStream.uniform() * m_cumulative.back();
    const auto it = std::upper_bound(m_cumulative.begin(), m_cumulative.end(), u);
    plan.endpoint =
        static_cast<std::size_t>(std::min(it, m_cumulative.end() - 1) - m_cumulative.begin());
    plan.user = 1 + m_userStream.uniformInt(m_size.customers);
    plan.product = m_products.draw(m_productStream);
    plan.order = 1 + m_orderStream.uniformInt(m_size.orders);
    plan.page = 1 + m_pageStream.geometric(kStopAtPage);
    plan.quantity = 1 + m_pageStream.uniformInt(3);
    const bool isSearch = m_searchStream.uniform() < kSearchPart;
    const auto prefix = m_searchStream.uniformInt(kPrefixes.size());
    if (isSearch) plan.prefix = kPrefixes[prefix];
    return plan;
}

}  // namespace tenfold::load
