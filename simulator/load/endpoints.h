// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace tenfold::load {

/// One endpoint of the API, as both sides of a run name it.
struct Endpoint {
    std::string_view id;
    std::string_view method;
    std::string_view path;  // with {id}
    double weight;          // in the default mix
    bool isRead;
    bool needsUser;
    bool isShareable;  // the same for everybody: a shared cache may keep the answer
};

/// All endpoints, in a fixed order: an index into this list names an endpoint inside a process.
const std::vector<Endpoint>& endpoints();
/// Index by id; nothing when there is none.
std::optional<std::size_t> endpointIndex(std::string_view id);
/// Index of the endpoint a request line belongs to. `target` may carry a query.
std::optional<std::size_t> endpointOf(std::string_view method, std::string_view target);

}  // namespace tenfold::load
