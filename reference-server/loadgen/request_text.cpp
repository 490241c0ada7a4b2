// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/request_text.h"

#include <fmt/format.h>

#include "simulator/load/endpoints.h"

namespace tenfold::loadgen {

namespace {
std::string_view idOf(const load::RequestPlan& plan) {
    return load::endpoints()[plan.endpoint].id;
}
}  // namespace

std::string targetOf(const load::RequestPlan& p) {
    const auto id = idOf(p);
    // Page numbers and searches: a server that does not paginate ignores the page.
    if (id == "products.list") {
        std::string query;
        if (!p.prefix.empty()) query += "?prefix=" + p.prefix;
        if (p.page > 1) query += fmt::format("{}page={}", query.empty() ? "?" : "&", p.page);
        return "/v1/products" + query;
    }
    if (id == "products.get" || id == "products.update")
        return fmt::format("/v1/products/{}", p.product);
    if (id == "images.get") return fmt::format("/images/{}", p.product);
    if (id == "orders.list")
        return p.page > 1 ? fmt::format("/v1/orders?page={}", p.page) : "/v1/orders";
    if (id == "orders.by_customer") return fmt::format("/v1/orders?customer={}", p.user);
    if (id == "orders.get") return fmt::format("/v1/orders/{}", p.order);
    if (id == "orders.create") return "/v1/orders";
    if (id == "payments.create") return "/v1/payments";
    if (id == "reviews.create") return "/v1/reviews";
    return "/v1/me";
}

std::string bodyOf(const load::RequestPlan& p) {
    const auto id = idOf(p);
    if (id == "orders.create")
        return fmt::format(R"({{"lines":[{{"product_id":{},"quantity":{}}}]}})", p.product,
                           p.quantity);
    if (id == "payments.create")
        return fmt::format(R"({{"order_id":{},"amount_cents":{}}})", p.order, 100 * p.quantity);
    if (id == "reviews.create")
        return fmt::format(R"({{"product_id":{},"rating":{},"body":"as described"}})", p.product,
                           2 + p.quantity);
    if (id == "me.update") return fmt::format(R"({{"address":"{} New Street"}})", p.product);
    if (id == "products.update")
        return fmt::format(R"({{"price_cents":{}}})", 1000 + p.order % 5000);
    return "";
}

RequestWriter::RequestWriter(std::string host) : m_host(std::move(host)) {}

void RequestWriter::rememberLsn(std::uint64_t user, const std::string& cookie) {
    m_lsnCookies[user] = cookie;
}

std::string RequestWriter::write(const load::RequestPlan& plan, const std::string& token,
                                 const std::string& key) const {
    const auto& endpoint = load::endpoints()[plan.endpoint];
    std::string out =
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", endpoint.method, targetOf(plan), m_host);
    if (!token.empty()) out += "Authorization: Bearer " + token + "\r\n";
    if (const auto it = m_lsnCookies.find(plan.user); it != m_lsnCookies.end())
        out += "Cookie: lsn=" + it->second + "\r\n";
    if (!key.empty()) out += "Idempotency-Key: \"" + key + "\"\r\n";
    if (endpoint.isRead) return out + "\r\n";
    const std::string body = bodyOf(plan);
    out += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.size());
    return out + body;
}

}  // namespace tenfold::loadgen
