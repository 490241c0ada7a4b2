// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/operation_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "simulator/hardware/assets.h"
#include "simulator/load/endpoints.h"
#include "simulator/load/request_key.h"
#include "simulator/system/operation_profile_file.h"

namespace tenfold::system {

namespace fs = std::filesystem;
using scenario::Design;

namespace {

constexpr const char* kFolder = "profiles";
constexpr const char* kFile = "shop.json";

int pageSizeOf(const Design& design) {
    return static_cast<int>(std::lround(design.parameter("pagination", "page_size", 20)));
}

}  // namespace

OperationProfile::OperationProfile(const fs::path& file) : m_file(file) {
    OperationProfileFile::read(file, *this);
}

fs::path OperationProfile::userFile() {
    return hardware::userCacheDir() / kFolder / kFile;
}

fs::path OperationProfile::shippedFile() {
    return hardware::assetsDir() / kFolder / kFile;
}

OperationProfile OperationProfile::shipped() {
    OperationProfile shipped(shippedFile());
    std::error_code ignored;
    if (!fs::exists(userFile(), ignored)) return shipped;
    OperationProfile own(userFile());
    return own.checksum() == shipped.checksum() ? own : shipped;
}

const std::vector<OperationTrace>& OperationProfile::traces(std::size_t endpoint,
                                                            const Design& design,
                                                            bool isHit) const {
    const auto& indexes = design.of("indexes").value;
    const auto& queryShape = design.of("query_shape").value;
    const auto& pagination = design.of("pagination").value;
    const auto& sideEffects = design.of("side_effects").value;
    const auto& idempotency = design.of("idempotency").value;
    const auto& serialisation = design.of("serialisation").value;
    const auto& sharedCache = design.of("shared_cache").value;
    const int pageSize = pageSizeOf(design);
    for (const auto& o : m_operations)
        if (o.endpoint == endpoint && o.isHit == isHit && o.indexes.value_or(indexes) == indexes &&
            o.queryShape.value_or(queryShape) == queryShape &&
            o.pagination.value_or(pagination) == pagination &&
            o.pageSize.value_or(pageSize) == pageSize &&
            o.sideEffects.value_or(sideEffects) == sideEffects &&
            o.idempotency.value_or(idempotency) == idempotency &&
            o.serialisation.value_or(serialisation) == serialisation &&
            o.sharedCache.value_or(sharedCache) == sharedCache)
            return o.traces;
    throw std::runtime_error(fmt::format(
        "{}: {} answered by the {} with indexes={}, query_shape={}, pagination={}, page size {}, "
        "side_effects={}, idempotency={}, serialisation={}, shared_cache={} is not recorded; "
        "`tenfold-cli profile --set pagination.page_size={}` records it",
        m_file.string(), load::endpoints().at(endpoint).id, isHit ? "shared cache" : "database",
        indexes, queryShape, pagination, pageSize, sideEffects, idempotency, serialisation,
        sharedCache, pageSize));
}

std::uint64_t OperationProfile::keyOf(const load::RequestPlan& plan, const Design& design) {
    return load::keyOf(plan, design);
}

std::span<const OperationTrace> OperationProfile::ofKey(const std::vector<OperationTrace>& traces,
                                                        std::uint64_t key) {
    const auto [first, last] =
        std::ranges::equal_range(traces, key, std::ranges::less{}, &OperationTrace::key);
    return {first, last};
}

}  // namespace tenfold::system
