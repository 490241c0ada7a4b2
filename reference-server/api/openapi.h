// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace tenfold::api {

/// The contract of the API, OpenAPI 3.1, as served under /openapi.json.
std::string_view openApiDocument();

}  // namespace tenfold::api
