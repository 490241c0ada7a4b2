// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/idempotency/idempotency_key.h"

#include <gtest/gtest.h>

#include "reference-server/api/problem.h"

using namespace tenfold;  // NOLINT: a test

namespace {

int statusOf(std::string_view header) {
    try {
        mechanisms::idempotencyKeyIn(header);
        return 200;
    } catch (const api::Problem& p) {
        return p.status();
    }
}

api::Request post(const std::string& path, const std::string& body) {
    api::Request r;
    r.method = "POST";
    r.path = path;
    r.body = body;
    return r;
}

}  // namespace

TEST(IdempotencyKey, IsAStringOfStructuredFieldsOrBare) {
    EXPECT_EQ(mechanisms::idempotencyKeyIn("\"8e03978e-40d5\""), "8e03978e-40d5");
    EXPECT_EQ(mechanisms::idempotencyKeyIn("8e03978e-40d5"), "8e03978e-40d5");
    EXPECT_EQ(mechanisms::idempotencyKeyIn("  \"a\" "), "a");
    EXPECT_EQ(mechanisms::idempotencyKeyIn(std::string(255, 'k')).size(), 255u);
}

TEST(IdempotencyKey, WhatIsNoKeyIsRefused) {
    for (const auto& header : {std::string(), std::string("\"\""), std::string("  "),
                               std::string("a b"), std::string("a\"b"), std::string("\"a\",\"b\""),
                               std::string("\xC3\xBC"), std::string(256, 'k')})
        EXPECT_EQ(statusOf(header), 400) << header;
}

TEST(IdempotencyKey, AnotherPathOrBodyIsAnotherRequest) {
    const auto one = mechanisms::fingerprintOf(post("/v1/orders", "{}"));
    EXPECT_EQ(one.size(), 32u);
    EXPECT_EQ(one, mechanisms::fingerprintOf(post("/v1/orders", "{}")));
    EXPECT_NE(one, mechanisms::fingerprintOf(post("/v1/payments", "{}")));
    EXPECT_NE(one, mechanisms::fingerprintOf(post("/v1/orders", "{ }")));
}
