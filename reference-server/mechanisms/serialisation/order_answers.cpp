// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/serialisation/json_writer.h"
#include "reference-server/mechanisms/serialisation/serialisation.h"

namespace tenfold::mechanisms {

using api::Rows;
using graph::Json;

namespace {

/// The customer inside an order: who it is, and the name where the contract has it.
void writeCustomer(JsonWriter& w, std::int64_t id, const std::string* name = nullptr) {
    if (!w.wants("customer")) return;
    w.name("customer").beginObject().field("id", id);
    if (name) w.field("name", *name);
    w.endObject();
}

void writeLines(JsonWriter& w, const Rows& lines) {
    w.name("lines").beginArray();
    for (int i = 0; i < lines.count(); ++i)
        w.beginObject()
            .field("id", lines.number(i, 0))
            .field("product_id", lines.number(i, 1))
            .field("quantity", lines.number(i, 2))
            .field("price_cents", lines.number(i, 3))
            .field("comment", lines.text(i, 4))
            .endObject();
    w.endArray();
}

}  // namespace

std::string writtenOrders(const std::vector<OrderSummary>& orders, const Fieldset& fields,
                          const std::string& cursor) {
    JsonWriter w;
    w.beginObject().name("items").beginArray();
    for (const auto& o : orders) {
        w.beginObject(&fields).field("id", o.id);
        writeCustomer(w, o.customerId, &o.customerName);
        w.field("status", o.status)
            .field("lines", o.lines)
            .field("total_cents", o.totalCents)
            .field("created_at", o.createdAt)
            .endObject();
    }
    w.endArray();
    if (!cursor.empty()) w.field("next_cursor", cursor);
    return w.endObject().take();
}

std::string writtenOrdersOfCustomer(const Rows& orders, const Fieldset& fields) {
    JsonWriter w;
    w.beginObject().name("items").beginArray();
    for (int i = 0; i < orders.count(); ++i) {
        w.beginObject(&fields).field("id", orders.number(i, 0));
        writeCustomer(w, orders.number(i, 1));
        w.field("status", orders.text(i, 2))
            .field("total_cents", orders.number(i, 3))
            .field("created_at", orders.number(i, 4))
            .endObject();
    }
    return w.endArray().endObject().take();
}

std::string graphOfOrdersOfCustomer(const Rows& orders, const Rows& customer,
                                    const Fieldset& fields) {
    Json items = graph::objectsOf(orders);
    for (auto& item : items)
        item["customer"] = customer.empty() ? Json::object({{"id", item["customer_id"]}})
                                            : graph::publicCustomer(graph::objectOf(customer, 0));
    return graph::listOf(std::move(items), fields, "");
}

std::string writtenOrder(const Rows& order, const std::optional<Rows>& lines,
                         const Fieldset& fields) {
    JsonWriter w;
    w.beginObject(&fields).field("id", order.number(0, 0));
    writeCustomer(w, order.number(0, 1));
    w.field("status", order.text(0, 2))
        .field("note", order.text(0, 3))
        .field("total_cents", order.number(0, 4))
        .field("created_at", order.number(0, 5));
    if (lines) writeLines(w, *lines);
    return w.endObject().take();
}

std::string graphOfOrder(const OrderRows& rows, const Fieldset& fields) {
    Json out = graph::objectOf(rows.order, 0);
    out["customer"] = rows.customer.empty()
                          ? Json::object({{"id", out["customer_id"]}})
                          : graph::publicCustomer(graph::objectOf(rows.customer, 0));
    Json products = Json::object();
    for (int i = 0; i < rows.products.count(); ++i)
        products[std::string(rows.products.text(i, 0))] = graph::objectOf(rows.products, i);
    Json& lines = out["lines"] = graph::objectsOf(rows.lines);
    for (int i = 0; i < rows.lines.count(); ++i)
        lines[static_cast<std::size_t>(i)]["product"] =
            products[std::string(rows.lines.text(i, 1))];
    out["payments"] = graph::objectsOf(rows.payments);
    // By its reference the provider would tell more.
    for (auto& payment : out["payments"]) payment.erase("provider_ref");
    graph::keep(out, fields);
    return graph::textOf(out);
}

}  // namespace tenfold::mechanisms
