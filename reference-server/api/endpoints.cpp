// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/endpoints.h"

#include <array>
#include <charconv>
#include <chrono>

#include "reference-server/api/problem.h"
#include "simulator/load/endpoints.h"

namespace tenfold::api {

std::int64_t IdMaker::next() {
    // 41 bits of milliseconds, 10 of instance, 12 of counter: rises with time, as "newest first"
    // wants, and no two instances meet.
    const std::int64_t ms = m_nowMs ? m_nowMs()
                                    : std::chrono::duration_cast<std::chrono::milliseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count();
    return (ms << 22) | (static_cast<std::int64_t>(m_instance & 1023) << 12) |
           (m_counter.fetch_add(1) & 4095);
}

Reply answer(std::size_t endpoint, Context& context, const Request& request) {
    using Handler = Reply (*)(Context&, const Request&);
    // In the order of load::endpoints().
    constexpr std::array<Handler, 12> handlers{
        listProducts,         getProduct,   getImage, listOrders,
        listOrdersOfCustomer, getOrder,     getMe,    createOrder,
        createPayment,        createReview, updateMe, updateProduct};
    return handlers.at(endpoint)(context, request);
}

std::int64_t idInPath(const Request& request, const char* what) {
    const std::string& digits = request.lastSegment;
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (error != std::errc{} || end != digits.data() + digits.size() || id < 1)
        throw Problem::notFound(std::string(what) + " " + digits.substr(0, 40));
    return id;
}

std::uint64_t userOf(const Request& request) {
    if (!request.user) throw Problem::unauthorized();
    return *request.user;
}

}  // namespace tenfold::api
