// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "reference-server/mechanisms/serialisation/json_writer.h"
#include "reference-server/mechanisms/serialisation/serialisation.h"

namespace tenfold::mechanisms {

using api::Rows;
using graph::Json;

namespace {
std::string imageOf(std::int64_t product) {
    return fmt::format("/images/{}", product);
}
}  // namespace

std::string writtenProducts(const Rows& rows, const Fieldset& fields, const std::string& cursor) {
    JsonWriter w;
    w.beginObject().name("items").beginArray();
    for (int i = 0; i < rows.count(); ++i)
        w.beginObject(&fields)
            .field("id", rows.number(i, 0))
            .field("name", rows.text(i, 1))
            .field("price_cents", rows.number(i, 2))
            .field("stock", rows.number(i, 3))
            .field("image", imageOf(rows.number(i, 0)))
            .endObject();
    w.endArray();
    if (!cursor.empty()) w.field("next_cursor", cursor);
    return w.endObject().take();
}

std::string graphOfProducts(const Rows& rows, const Fieldset& fields, const std::string& cursor) {
    Json items = graph::objectsOf(rows);
    for (int i = 0; i < rows.count(); ++i)
        items[static_cast<std::size_t>(i)]["image"] = imageOf(rows.number(i, 0));
    return graph::listOf(std::move(items), fields, cursor);
}

std::string writtenProduct(const Rows& product, const Fieldset& fields) {
    JsonWriter w;
    return w.beginObject(&fields)
        .field("id", product.number(0, 0))
        .field("name", product.text(0, 1))
        .field("description", product.text(0, 2))
        .field("price_cents", product.number(0, 3))
        .field("stock", product.number(0, 4))
        .field("version", product.number(0, 5))
        .field("updated_at", product.number(0, 6))
        .field("image", imageOf(product.number(0, 0)))
        .endObject()
        .take();
}

std::string graphOfProduct(const Rows& product, const Rows& reviews, const Fieldset& fields) {
    Json out = graph::objectOf(product, 0);
    out["image"] = imageOf(product.number(0, 0));
    out["reviews"] = graph::objectsOf(reviews);
    // Who wrote them is nobody else's business.
    for (auto& review : out["reviews"]) review.erase("customer_id");
    graph::keep(out, fields);
    return graph::textOf(out);
}

}  // namespace tenfold::mechanisms
