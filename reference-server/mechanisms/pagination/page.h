// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reference-server/api/problem.h"
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

/// What a cursor is signed with: the run's secret, and the list it belongs to ("orders").
struct CursorKey {
    std::string secret;
    std::string list;
};

/// Reads ?limit=, ?page= and ?cursor= under the switch `pagination`. A limit above 100 is 100. What
/// is wrong (a page below 1, a cursor that is not one of ours or of another list) is added to
/// `shortfalls`.
Page pageFrom(const std::multimap<std::string, std::string>& query, const scenario::Design& design,
              const CursorKey& key, std::vector<api::Shortfall>& shortfalls);

/// An opaque cursor for the row that ended a page: base64url, signed, so that a client cannot make
/// or change one, and nobody builds on what is in it.
std::string cursorFor(const CursorKey& key, const std::string& sortKey, std::int64_t id);

}  // namespace tenfold::mechanisms
