// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/statement_book.h"

#include <nlohmann/json.hpp>

namespace tenfold::measure {

using nlohmann::json;

json toJson(const StatementBook& book) {
    json j = json::object();
    for (const auto& [shape, s] : book.byShape) {
        j[shape] = {{"text", s.text}};
        if (!s.plan.empty()) j[shape]["plan"] = s.plan;
    }
    return j;
}

StatementBook statementBookFromJson(const json& j) {
    StatementBook book;
    for (const auto& [shape, s] : j.items())
        book.byShape[shape] = {s.at("text").get<std::string>(), s.value("plan", "")};
    return book;
}

}  // namespace tenfold::measure
