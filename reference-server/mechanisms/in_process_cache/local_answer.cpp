// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/in_process_cache/local_answer.h"

#include "reference-server/mechanisms/in_process_cache/local_cache.h"

namespace tenfold::mechanisms {

std::string localAnswer(api::Context& c, const std::string& key,
                        const std::function<std::string()>& elsewhere) {
    if (!c.localCache) return elsewhere();
    if (auto hit = c.localCache->find(key, measure::monotonicNow())) {
        ++c.trace.counts.localHits;
        return *hit;
    }
    ++c.trace.counts.localMisses;
    std::string value = elsewhere();
    c.localCache->store(key, value, measure::monotonicNow());
    return value;
}

}  // namespace tenfold::mechanisms
