// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tenfold::measure {

/// What a statement of a shape says, and how the database carries it out.
struct StatementText {
    std::string text;  // SQL, with its parameters by number
    std::string plan;  // lines, indented as a tree; empty: it has none (COMMIT)
    bool operator==(const StatementText&) const = default;
};

/// The statements of the API by shape, with the plans the database has for them now. Told when the
/// database starts and whenever its indexes change, so that a request need carry shapes only.
struct StatementBook {
    std::map<std::string, StatementText> byShape;
    bool operator==(const StatementBook&) const = default;
};

/// {"orders.count":{"text":…,"plan":…},…}
nlohmann::json toJson(const StatementBook& book);
/// Throws std::exception with a message on malformed input.
StatementBook statementBookFromJson(const nlohmann::json& j);

}  // namespace tenfold::measure
