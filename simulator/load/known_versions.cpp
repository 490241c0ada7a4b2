// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/known_versions.h"

#include <algorithm>

namespace tenfold::load {

namespace {
constexpr std::size_t kKept = 1000;
}

std::uint64_t KnownVersions::newest(std::uint64_t product) const {
    const auto it = m_known.find(product);
    return it == m_known.end() ? 0 : it->second.back().version;
}

void KnownVersions::saw(std::uint64_t product, std::uint64_t version, std::int64_t now) {
    if (version == 0) return;
    auto& known = m_known[product];
    if (!known.empty() && known.back().version >= version) return;
    known.push_back({version, now});
    if (known.size() > kKept) known.pop_front();
}

std::int64_t KnownVersions::ageOf(std::uint64_t product, std::uint64_t shown,
                                  std::int64_t askedAt) const {
    const auto it = m_known.find(product);
    if (it == m_known.end()) return 0;
    // The first that made it old.
    const auto newer =
        std::upper_bound(it->second.begin(), it->second.end(), shown,
                         [](std::uint64_t version, const Known& k) { return version < k.version; });
    return newer == it->second.end() ? 0 : std::max<std::int64_t>(0, askedAt - newer->since);
}

}  // namespace tenfold::load
