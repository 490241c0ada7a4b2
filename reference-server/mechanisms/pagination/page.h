// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "simulator/scenario/design.h"

namespace tenfold::mechanisms {

/// Which part of a list is asked for.
struct Page {
    enum class Mode { all, offset, keyset } mode = Mode::all;
    std::int64_t size = 20;
    std::int64_t offset = 0;
    std::string afterText;  // keyset: sort key of the last row seen; empty: from the start
    std::int64_t afterId = 0;
    bool isFirst() const { return mode == Mode::keyset ? afterId == 0 : offset == 0; }
};

/// Reads ?limit=, ?page= and ?cursor= under the switch `pagination`. A limit above 100 is 100.
/// Throws Problem 400 for a page below 1 or a cursor that is not one of ours.
Page pageFrom(const std::multimap<std::string, std::string>& query, const scenario::Design& design);

/// An opaque cursor for the row that ended a page.
std::string cursorFor(const std::string& sortKey, std::int64_t id);

}  // namespace tenfold::mechanisms
