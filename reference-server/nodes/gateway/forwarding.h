// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>

#include "reference-server/nodes/gateway/http_types.h"

namespace tenfold::nodes {

/// Makes of a client's request one that may be passed on: without what was meant for one hop only,
/// without what a client says about itself under our names, with one framing.
void takeOffForNextHop(HttpRequest& request);

/// Of a request to the API, its place in load::endpoints(); HEAD is GET without the body. Nothing
/// for what is none of its endpoints.
std::optional<std::size_t> endpointOf(const HttpRequest& request);

}  // namespace tenfold::nodes
