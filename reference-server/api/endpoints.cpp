// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/endpoints.h"

#include <array>
#include <charconv>

#include "reference-server/api/problem.h"
#include "simulator/load/endpoints.h"

namespace tenfold::api {

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
