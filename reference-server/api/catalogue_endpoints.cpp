// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "reference-server/api/body.h"
#include "reference-server/api/endpoints.h"
#include "reference-server/api/text.h"
#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/in_process_cache/local_answer.h"
#include "reference-server/mechanisms/pagination/page.h"
#include "reference-server/mechanisms/read_replicas/routing.h"
#include "reference-server/mechanisms/shared_cache/cached_answer.h"

namespace tenfold::api {

using mechanisms::Page;
using nlohmann::json;
namespace sql = data::sql;

namespace {

std::string searchOf(const Request& request, std::vector<Shortfall>& shortfalls) {
    const auto it = request.query.find("prefix");
    if (it == request.query.end()) return "";
    const auto characters = charactersOf(it->second);
    if (!characters || *characters > 100)
        shortfalls.push_back({Shortfall::In::query, "prefix",
                              "must be at most 100 characters of UTF-8, none of them NUL."});
    return it->second;
}

Statement listStatement(const Page& page, const std::string& prefix) {
    const std::string end = data::afterPrefix(prefix);
    switch (page.mode) {
        case Page::Mode::all:
            return {std::string(sql::kProductsAll), {prefix, end}};
        case Page::Mode::offset:
            return {std::string(sql::kProductsOffset),
                    {prefix, end, std::to_string(page.size), std::to_string(page.offset)}};
        case Page::Mode::keyset:
            break;
    }
    return {std::string(sql::kProductsKeyset),
            {page.isFirst() ? prefix : page.afterText, std::to_string(page.afterId), end,
             std::to_string(page.size)}};
}

/// From the instance's memory, the shared cache, or computed: whoever has it first.
std::string cachedAnswer(Context& c, const std::string& key,
                         const std::function<std::string()>& compute) {
    return mechanisms::localAnswer(c, key,
                                   [&] { return mechanisms::cachedAnswer(c, key, compute); });
}

/// Names the version of a product that an answer shows: "7-3".
std::string entityTag(std::int64_t product, std::int64_t version) {
    return fmt::format("\"{}-{}\"", product, version);
}

}  // namespace

Reply listProducts(Context& c, const Request& request) {
    std::vector<Shortfall> shortfalls;
    const std::string prefix = searchOf(request, shortfalls);
    // A cursor belongs to the list it came from: another search gives it no meaning.
    const mechanisms::CursorKey cursors{c.secret, "products:" + prefix};
    const Page page = mechanisms::pageFrom(request.query, c.design, cursors, shortfalls);
    if (!shortfalls.empty()) throw Problem::invalid(std::move(shortfalls));
    Reply reply;
    // What a client chose stands last: no search can be made to read as another page's key.
    const std::string key =
        fmt::format("products:{}:{}:{}:{}:{}:{}:{}", static_cast<int>(page.mode), page.size,
                    page.offset, page.afterId, page.afterText.size(), page.afterText, prefix);
    reply.body = cachedAnswer(c, key, [&] {
        const Rows rows = mechanisms::read(c, request, listStatement(page, prefix));
        reply.rows = static_cast<std::uint64_t>(rows.count());
        json items = json::array();
        for (int i = 0; i < rows.count(); ++i)
            items.push_back({{"id", rows.number(i, 0)},
                             {"name", rows.text(i, 1)},
                             {"price_cents", rows.number(i, 2)},
                             {"stock", rows.number(i, 3)},
                             {"image", fmt::format("/images/{}", rows.number(i, 0))}});
        json out = {{"items", std::move(items)}};
        if (page.mode == Page::Mode::keyset && rows.count() == page.size)
            out["next_cursor"] =
                mechanisms::cursorFor(cursors, std::string(rows.text(rows.count() - 1, 1)),
                                      rows.number(rows.count() - 1, 0));
        return out.dump(-1, ' ', false, json::error_handler_t::replace);
    });
    return reply;
}

Reply getProduct(Context& c, const Request& request) {
    const std::int64_t id = idInPath(request, "product");
    Reply reply;
    reply.body = cachedAnswer(c, fmt::format("product:{}", id), [&] {
        const Rows rows =
            mechanisms::read(c, request, {std::string(sql::kProduct), {std::to_string(id)}});
        if (rows.empty()) throw Problem::notFound(fmt::format("product {}", id));
        reply.rows = 1;
        return json{{"id", id},
                    {"name", rows.text(0, 1)},
                    {"description", rows.text(0, 2)},
                    {"price_cents", rows.number(0, 3)},
                    {"stock", rows.number(0, 4)},
                    {"version", rows.number(0, 5)},
                    {"updated_at", rows.number(0, 6)},
                    {"image", fmt::format("/images/{}", id)}}
            .dump(-1, ' ', false, json::error_handler_t::replace);
    });
    const json product = json::parse(reply.body, nullptr, false);
    if (product.is_object())
        reply.headers["ETag"] = entityTag(id, product.value("version", std::int64_t{0}));
    return reply;
}

Reply updateProduct(Context& c, const Request& request) {
    userOf(request);
    const std::int64_t id = idInPath(request, "product");
    Body body(request.body);
    const std::int64_t price = body.integer(body.root(), "", "price_cents", 1, 100'000'000);
    body.noOthers(body.root(), "", {"price_cents"});
    body.check();
    Reply reply;
    const auto rows =
        mechanisms::write(c,
                          {{std::string(sql::kUpdateProduct),
                            {std::to_string(price), std::to_string(c.nowMs), std::to_string(id)}}},
                          reply);
    if (rows.front().affected() == 0) throw Problem::notFound(fmt::format("product {}", id));
    reply.headers["ETag"] = entityTag(id, rows.front().number(0, 0));
    reply.body = json{{"id", id}, {"price_cents", price}}.dump();
    return reply;
}

}  // namespace tenfold::api
