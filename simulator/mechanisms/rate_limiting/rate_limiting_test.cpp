// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/rate_limiting/rate_limiting.h"

#include <gtest/gtest.h>

#include <string_view>

#include "simulator/load/endpoints.h"
#include "simulator/system/request.h"

namespace tenfold::mechanisms {
namespace {

constexpr system::Nanos kMs = 1'000'000;

RateLimiting limiting(const std::string& value, std::map<std::string, double> parameters) {
    scenario::Design design;
    design.put("rate_limiting", {value, std::move(parameters)});
    RateLimiting out;
    out.configure(design);
    return out;
}

system::Request from(std::uint32_t user, std::uint32_t address,
                     const char* endpoint = "products.get") {
    system::Request r;
    r.endpoint = static_cast<std::uint32_t>(*load::endpointIndex(endpoint));
    r.user = user;
    r.address = address;
    return r;
}

const char* refusalOf(RateLimiting& limit, const system::Request& request, system::Nanos now) {
    const char* reason = limit.refuseAddress(request, now);
    return reason ? reason : limit.refuseUser(request, now);
}

TEST(RateLimiting, AdmitsExactlyTheBurstAndThenTheRate) {
    auto limit = limiting("per_user", {{"user_rate_per_s", 10}, {"user_burst", 5}});
    const auto user = from(3, 1);
    int atOnce = 0;
    for (int i = 0; i < 20; ++i) atOnce += refusalOf(limit, user, 0) == nullptr;
    EXPECT_EQ(atOnce, 5);
    int later = 0;  // asked every ms for ten seconds
    for (int ms = 1; ms <= 10'000; ++ms) later += refusalOf(limit, user, ms * kMs) == nullptr;
    EXPECT_EQ(later, 100);
    // After a long pause the burst is there again, and no more than that.
    int again = 0;
    for (int i = 0; i < 20; ++i) again += refusalOf(limit, user, 100'000 * kMs) == nullptr;
    EXPECT_EQ(again, 5);
}

TEST(RateLimiting, WhoKeepsToTheRateIsNeverRefused) {
    auto limit = limiting("per_user", {{"user_rate_per_s", 10}, {"user_burst", 1}});
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(refusalOf(limit, from(3, 1), i * 100 * kMs), nullptr);
}

TEST(RateLimiting, UsersAndAddressesHaveTheirOwnAllowances) {
    auto users = limiting("per_user", {{"user_rate_per_s", 1}, {"user_burst", 1}});
    EXPECT_EQ(refusalOf(users, from(1, 9), 0), nullptr);
    EXPECT_EQ(refusalOf(users, from(2, 9), 0), nullptr) << "another user behind the same address";
    EXPECT_STREQ(refusalOf(users, from(1, 8), 0), "rate_limited_user");
    auto addresses = limiting("per_ip", {{"ip_rate_per_s", 1}, {"ip_burst", 1}});
    EXPECT_EQ(refusalOf(addresses, from(1, 9), 0), nullptr);
    EXPECT_STREQ(refusalOf(addresses, from(2, 9), 0), "rate_limited_ip") << "a limit hits the NAT";
    EXPECT_EQ(refusalOf(addresses, from(1, 8), 0), nullptr);
}

TEST(RateLimiting, OffLetsEverythingInAndBothLimitBoth) {
    auto off = limiting("off", {{"user_rate_per_s", 1}, {"user_burst", 1}});
    for (int i = 0; i < 100; ++i) EXPECT_EQ(refusalOf(off, from(1, 1), 0), nullptr);
    auto both = limiting(
        "per_ip+per_user",
        {{"ip_rate_per_s", 1}, {"ip_burst", 2}, {"user_rate_per_s", 1}, {"user_burst", 1}});
    EXPECT_EQ(refusalOf(both, from(1, 1), 0), nullptr);
    EXPECT_STREQ(refusalOf(both, from(1, 1), 0), "rate_limited_user");
    EXPECT_STREQ(refusalOf(both, from(2, 1), 0), "rate_limited_ip");
}

TEST(RateLimiting, EachListHasAnAllowanceOfItsOwnForEachUser) {
    auto limit = limiting("per_endpoint", {{"endpoint_rate_per_s", 1}, {"endpoint_burst", 2}});
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(refusalOf(limit, from(1, 1, "products.list"), 0), nullptr);
    EXPECT_STREQ(refusalOf(limit, from(1, 1, "products.list"), 0), "rate_limited_endpoint");
    EXPECT_EQ(refusalOf(limit, from(1, 1, "orders.list"), 0), nullptr) << "another list";
    EXPECT_EQ(refusalOf(limit, from(2, 1, "products.list"), 0), nullptr) << "another user";
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(refusalOf(limit, from(1, 1, "products.get"), 0), nullptr) << "cheap: no limit";
    EXPECT_EQ(refusalOf(limit, from(1, 1, "products.list"), 1000 * kMs), nullptr);
    EXPECT_STREQ(refusalOf(limit, from(1, 1, "products.list"), 1000 * kMs),
                 "rate_limited_endpoint");
}

TEST(RateLimiting, SoManyOfOneUserMayBeInProgressAndNoMore) {
    auto limit = limiting("per_user",
                          {{"user_rate_per_s", 1e5}, {"user_burst", 1e5}, {"user_concurrency", 2}});
    EXPECT_EQ(refusalOf(limit, from(1, 1), 0), nullptr);
    EXPECT_EQ(refusalOf(limit, from(1, 1), 0), nullptr);
    EXPECT_STREQ(refusalOf(limit, from(1, 1), 0), "rate_limited_concurrency");
    EXPECT_EQ(refusalOf(limit, from(2, 1), 0), nullptr) << "another user";
    limit.left(from(1, 1));
    EXPECT_EQ(refusalOf(limit, from(1, 1), 0), nullptr);
    EXPECT_STREQ(refusalOf(limit, from(1, 1), 0), "rate_limited_concurrency");
}

TEST(RateLimiting, WhoIsRefusedByOneLimitIsNotInProgress) {
    auto limit =
        limiting("per_user", {{"user_rate_per_s", 1}, {"user_burst", 1}, {"user_concurrency", 2}});
    EXPECT_EQ(refusalOf(limit, from(1, 1), 0), nullptr);
    for (int i = 0; i < 5; ++i) EXPECT_STREQ(refusalOf(limit, from(1, 1), 0), "rate_limited_user");
    EXPECT_EQ(refusalOf(limit, from(1, 1), 1000 * kMs), nullptr) << "one is in progress, not six";
    EXPECT_STREQ(refusalOf(limit, from(1, 1), 5000 * kMs), "rate_limited_concurrency");
}

}  // namespace
}  // namespace tenfold::mechanisms
