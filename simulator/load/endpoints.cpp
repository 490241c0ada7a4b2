// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/endpoints.h"

namespace tenfold::load {

const std::vector<Endpoint>& endpoints() {
    static const std::vector<Endpoint> all{
        {"products.list", "GET", "/v1/products", 20, true, false, true},
        {"products.get", "GET", "/v1/products/{id}", 25, true, false, true},
        {"images.get", "GET", "/images/{id}", 20, true, false, true},
        {"orders.list", "GET", "/v1/orders", 8, true, true, false},
        {"orders.by_customer", "GET", "/v1/orders?customer={id}", 6, true, true, false},
        {"orders.get", "GET", "/v1/orders/{id}", 6, true, true, false},
        {"me.get", "GET", "/v1/me", 6, true, true, false},
        {"orders.create", "POST", "/v1/orders", 5, false, true, false},
        {"payments.create", "POST", "/v1/payments", 2, false, true, false},
        {"reviews.create", "POST", "/v1/reviews", 1, false, true, false},
        {"me.update", "PATCH", "/v1/me", 0.5, false, true, false},
        {"products.update", "PUT", "/v1/products/{id}", 0.5, false, true, false},
    };
    return all;
}

std::optional<std::size_t> endpointIndex(std::string_view id) {
    const auto& all = endpoints();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].id == id) return i;
    return std::nullopt;
}

std::optional<std::size_t> endpointOf(std::string_view method, std::string_view target) {
    const auto question = target.find('?');
    const std::string_view path = target.substr(0, question);
    const std::string_view query =
        question == std::string_view::npos ? "" : target.substr(question + 1);
    if (method == "GET" && path == "/v1/orders") {
        const bool isOfCustomer =
            query.rfind("customer=", 0) == 0 || query.find("&customer=") != std::string_view::npos;
        return endpointIndex(isOfCustomer ? "orders.by_customer" : "orders.list");
    }
    const auto& all = endpoints();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].method != method) continue;
        const std::string_view pattern = all[i].path.substr(0, all[i].path.find('?'));
        const auto brace = pattern.find('{');
        if (brace == std::string_view::npos) {
            if (path == pattern) return i;
        } else if (path.size() > brace && path.substr(0, brace) == pattern.substr(0, brace) &&
                   path.find('/', brace) == std::string_view::npos) {
            return i;
        }
    }
    return std::nullopt;
}

}  // namespace tenfold::load
