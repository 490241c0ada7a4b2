// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "reference-server/api/body.h"
#include "reference-server/api/endpoints.h"
#include "reference-server/api/text.h"
#include "reference-server/data/graph_statements.h"
#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/cdn/cache_control.h"
#include "reference-server/mechanisms/in_process_cache/local_answer.h"
#include "reference-server/mechanisms/pagination/page.h"
#include "reference-server/mechanisms/read_replicas/routing.h"
#include "reference-server/mechanisms/serialisation/serialisation.h"
#include "reference-server/mechanisms/shared_cache/cached_answer.h"
#include "reference-server/mechanisms/shared_cache/product_changes.h"
#include "reference-server/protocol/http_cache.h"

namespace tenfold::api {

using mechanisms::Fieldset;
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

/// The three forms of the list, of whole rows or of the contract's columns.
Statement listStatement(const Page& page, const std::string& prefix, bool isGraph) {
    const std::string end = data::afterPrefix(prefix);
    const auto of = [&](std::string_view columns, std::string_view rows) {
        return std::string(isGraph ? rows : columns);
    };
    switch (page.mode) {
        case Page::Mode::all:
            return {of(sql::kProductsAll, sql::graph::kProductsAll), {prefix, end}};
        case Page::Mode::offset:
            return {of(sql::kProductsOffset, sql::graph::kProductsOffset),
                    {prefix, end, std::to_string(page.size), std::to_string(page.offset)}};
        case Page::Mode::keyset:
            break;
    }
    return {of(sql::kProductsKeyset, sql::graph::kProductsKeyset),
            {page.isFirst() ? prefix : page.afterText, std::to_string(page.afterId), end,
             std::to_string(page.size)}};
}

/// From the instance's memory, the shared cache, or computed: whoever has it first.
std::string cachedAnswer(Context& c, const std::string& key,
                         const std::function<std::string()>& compute,
                         const std::string& mark = "") {
    return mechanisms::localAnswer(c, key,
                                   [&] { return mechanisms::cachedAnswer(c, key, compute, mark); });
}

/// The same in another form is another entry of a cache: whole rows, or some of the fields.
std::string formOf(const Context& c, const Fieldset& fields) {
    const std::string chosen = fields.key();
    return (mechanisms::isFullGraph(c.design) ? "graph:" : "") +
           (chosen.empty() ? "" : chosen + ":");
}

/// Names the version of a product that an answer shows: "7-3". Whole rows bring what the product's
/// version says nothing about.
std::string entityTag(const std::string& product, std::string_view version, bool isGraph = false) {
    return fmt::format("{}\"{}-{}\"", isGraph ? "W/" : "", product, version);
}

/// What caches between the users and here may do with an answer of the catalogue.
void tellCaches(const Context& c, Reply& reply) {
    const std::string control = mechanisms::catalogueCacheControl(c.design);
    if (control.empty()) return;
    reply.headers["Cache-Control"] = control;
    // To be asked about: a list has no version of its own.
    if (!reply.headers.count("ETag")) reply.headers["ETag"] = protocol::entityTagOf(reply.body);
}

}  // namespace

Reply listProducts(Context& c, const Request& request) {
    std::vector<Shortfall> shortfalls;
    const std::string prefix = searchOf(request, shortfalls);
    // A cursor belongs to the list it came from: another search gives it no meaning.
    const mechanisms::CursorKey cursors{c.secret, "products:" + prefix};
    const Page page = mechanisms::pageFrom(request.query, c.design, cursors, shortfalls);
    const auto fields =
        mechanisms::fieldsFrom(request.query, mechanisms::kListedProductFields, shortfalls);
    if (!shortfalls.empty()) throw Problem::invalid(std::move(shortfalls));
    const bool isGraph = mechanisms::isFullGraph(c.design);
    Reply reply;
    // What a client chose freely stands last: no search can be made to read as another page's key.
    const std::string key = fmt::format(
        "{}products:{}:{}:{}:{}:{}:{}:{}", formOf(c, fields), static_cast<int>(page.mode),
        page.size, page.offset, page.afterId, page.afterText.size(), page.afterText, prefix);
    reply.body = cachedAnswer(c, key, [&] {
        const Rows rows = mechanisms::read(c, request, listStatement(page, prefix, isGraph));
        reply.rows = static_cast<std::uint64_t>(rows.count());
        const bool hasNext = page.mode == Page::Mode::keyset && rows.count() == page.size;
        const std::string cursor =
            hasNext ? mechanisms::cursorFor(cursors, std::string(rows.text(rows.count() - 1, 1)),
                                            rows.number(rows.count() - 1, 0))
                    : "";
        return isGraph ? mechanisms::graphOfProducts(rows, fields, cursor)
                       : mechanisms::writtenProducts(rows, fields, cursor);
    });
    tellCaches(c, reply);
    return reply;
}

Reply getProduct(Context& c, const Request& request) {
    std::vector<Shortfall> shortfalls;
    const auto fields =
        mechanisms::fieldsFrom(request.query, mechanisms::kProductFields, shortfalls);
    if (!shortfalls.empty()) throw Problem::invalid(std::move(shortfalls));
    const std::string id = std::to_string(idInPath(request, "product"));
    const bool isGraph = mechanisms::isFullGraph(c.design);
    Reply reply;
    // The version comes first: it is not among the fields of every answer.
    const auto compute = [&] {
        const Rows product = mechanisms::read(c, request, {std::string(sql::kProduct), {id}});
        if (product.empty()) throw Problem::notFound("product " + id);
        reply.rows = 1;
        const std::string version = std::string(product.text(0, 5)) + "\n";
        if (!isGraph) return version + mechanisms::writtenProduct(product, fields);
        const Rows reviews =
            mechanisms::read(c, request, {std::string(sql::graph::kReviewsOfProduct), {id}});
        reply.rows += static_cast<std::uint64_t>(reviews.count());
        return version + mechanisms::graphOfProduct(product, reviews, fields);
    };
    const auto kept =
        cachedAnswer(c, formOf(c, fields) + "product:" + id, compute, mechanisms::markOf(id));
    const auto line = kept.find('\n');
    reply.headers["ETag"] = entityTag(id, std::string_view(kept).substr(0, line), isGraph);
    reply.body = kept.substr(line + 1);
    tellCaches(c, reply);
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
    const auto rows = mechanisms::writeWithNews(
        c,
        {{std::string(sql::kUpdateProduct),
          {std::to_string(price), std::to_string(c.nowMs), std::to_string(id)}}},
        std::to_string(id), reply);
    if (rows.front().affected() == 0) throw Problem::notFound(fmt::format("product {}", id));
    reply.headers["ETag"] = entityTag(std::to_string(id), rows.front().text(0, 0));
    reply.body = json{{"id", id}, {"price_cents", price}}.dump();
    return reply;
}

}  // namespace tenfold::api
