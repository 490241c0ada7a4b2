// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "simulator/load/endpoints.h"

namespace tenfold::load {

/// Answers a list: many rows, and statements that read many more. What a limit per endpoint is for.
inline bool isExpensive(std::size_t endpoint) {
    const auto& id = endpoints()[endpoint].id;
    return id == "products.list" || id == "orders.list" || id == "orders.by_customer";
}

}  // namespace tenfold::load
