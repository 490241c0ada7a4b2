// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "reference-server/api/rows.h"
#include "reference-server/mechanisms/serialisation/fieldset.h"

namespace tenfold::mechanisms {

/// What an object mapper makes of rows: every column by its name, in a tree that is walked once
/// more to become text. Nobody chooses the fields, so whoever adds a column publishes it; what must
/// not be seen has to be taken out by name.
namespace graph {

using Json = nlohmann::json;

/// Columns [from, to) of a row; -1: to the last.
Json objectOf(const api::Rows& rows, int row, int from = 0, int to = -1);
Json objectsOf(const api::Rows& rows);
/// A customer as others may see them: without address and e-mail.
Json publicCustomer(Json customer);
/// Leaves of the contract's fields those that were asked for, and nothing else; an object that was
/// asked for as a whole stays as it is.
void keep(Json& object, const Fieldset& fields);
std::string textOf(const Json& tree);
/// {"items": […]}, with "next_cursor" where there is one.
std::string listOf(Json items, const Fieldset& fields, const std::string& cursor);

}  // namespace graph

}  // namespace tenfold::mechanisms
