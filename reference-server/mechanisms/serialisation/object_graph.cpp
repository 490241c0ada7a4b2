// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/serialisation/object_graph.h"

namespace tenfold::mechanisms::graph {

using api::Rows;

Json objectOf(const Rows& rows, int row, int from, int to) {
    Json out = Json::object();
    const int end = to < 0 ? rows.columns() : to;
    for (int c = from; c < end; ++c) {
        auto& value = out[std::string(rows.name(c))];
        if (rows.isNull(row, c)) continue;
        if (rows.isWhole(c)) {
            value = rows.number(row, c);
        } else {
            value = std::string(rows.text(row, c));
        }
    }
    return out;
}

Json objectsOf(const Rows& rows) {
    Json out = Json::array();
    for (int i = 0; i < rows.count(); ++i) out.push_back(objectOf(rows, i));
    return out;
}

Json publicCustomer(Json customer) {
    for (const char* secret : {"email", "address", "created_at"}) customer.erase(secret);
    return customer;
}

void keep(Json& object, const Fieldset& fields) {
    if (fields.isWhole()) return;
    for (auto it = object.begin(); it != object.end();)
        it = fields.has(it.key()) ? std::next(it) : object.erase(it);
}

std::string textOf(const Json& tree) {
    return tree.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string listOf(Json items, const Fieldset& fields, const std::string& cursor) {
    for (auto& item : items) keep(item, fields);
    Json out{{"items", std::move(items)}};
    if (!cursor.empty()) out["next_cursor"] = cursor;
    return textOf(out);
}

}  // namespace tenfold::mechanisms::graph
