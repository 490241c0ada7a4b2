// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/request_mix.h"

#include <gtest/gtest.h>

#include <cmath>

#include "simulator/load/endpoints.h"

using namespace tenfold::load;  // NOLINT: a test

TEST(Endpoints, RequestLinesAreTakenForTheRightEndpoint) {
    const auto idOf = [](std::string_view method, std::string_view target) {
        const auto i = endpointOf(method, target);
        return i ? endpoints()[*i].id : "none";
    };
    EXPECT_EQ(idOf("GET", "/v1/products"), "products.list");
    EXPECT_EQ(idOf("GET", "/v1/products?prefix=ab"), "products.list");
    EXPECT_EQ(idOf("GET", "/v1/products/17"), "products.get");
    EXPECT_EQ(idOf("PUT", "/v1/products/17"), "products.update");
    EXPECT_EQ(idOf("GET", "/images/3"), "images.get");
    EXPECT_EQ(idOf("GET", "/v1/orders"), "orders.list");
    EXPECT_EQ(idOf("GET", "/v1/orders?page=2"), "orders.list");
    EXPECT_EQ(idOf("GET", "/v1/orders?customer=5"), "orders.by_customer");
    EXPECT_EQ(idOf("GET", "/v1/orders/5"), "orders.get");
    EXPECT_EQ(idOf("PATCH", "/v1/me"), "me.update");
    EXPECT_EQ(idOf("GET", "/v1/products/"), "none");
    EXPECT_EQ(idOf("GET", "/v1/orders/5/lines"), "none");
    EXPECT_EQ(idOf("DELETE", "/v1/me"), "none");
}

TEST(Endpoints, NinetyOnePercentAreReads) {
    double reads = 0, all = 0;
    for (const auto& e : endpoints()) {
        all += e.weight;
        if (e.isRead) reads += e.weight;
    }
    EXPECT_DOUBLE_EQ(all, 100);
    EXPECT_DOUBLE_EQ(reads, 91);
}

TEST(RequestMix, DrawsEndpointsInTheirShares) {
    RequestMix mix(1, {}, 1.0);
    constexpr int kN = 100'000;
    std::vector<int> seen(endpoints().size());
    for (int i = 0; i < kN; ++i) ++seen[mix.next().endpoint];
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const double p = endpoints()[i].weight / 100;
        EXPECT_NEAR(seen[i], kN * p, 4 * std::sqrt(kN * p)) << endpoints()[i].id;
    }
}

TEST(RequestMix, AnotherMixDrawsTheSameUsersAndProducts) {
    RequestMix a(7, {}, 1.0), b(7, {{"images.get", 0}, {"orders.list", 50}}, 1.0);
    for (int i = 0; i < 1000; ++i) {
        const auto x = a.next(), y = b.next();
        EXPECT_EQ(x.user, y.user);
        EXPECT_EQ(x.product, y.product);
        EXPECT_NE(endpoints()[y.endpoint].id, "images.get");
    }
}

TEST(RequestMix, EverythingStaysWithinTheShop) {
    RequestMix mix(2, {}, 1.0, {10, 20, 30});
    for (int i = 0; i < 10'000; ++i) {
        const auto p = mix.next();
        EXPECT_TRUE(p.user >= 1 && p.user <= 10);
        EXPECT_TRUE(p.product >= 1 && p.product <= 20);
        EXPECT_TRUE(p.order >= 1 && p.order <= 30);
        EXPECT_GE(p.page, 1u);
    }
}
