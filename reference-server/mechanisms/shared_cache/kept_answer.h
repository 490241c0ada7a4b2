// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenfold::mechanisms {

/// An answer as the shared cache keeps it: in a line of its own what early recomputation has to
/// know, "took_us ends_at_ms", and then the answer itself. Times are ms since 1970, since another
/// instance reads them.
struct KeptAnswer {
    std::string value;
    std::int64_t tookUs = 0;  // to compute
    std::int64_t endsAtMs = 0;

    std::string text() const;
    /// Nothing: that is no such entry.
    static std::optional<KeptAnswer> from(std::string_view text);
};

}  // namespace tenfold::mechanisms
