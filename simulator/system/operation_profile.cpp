// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/operation_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "simulator/hardware/assets.h"
#include "simulator/load/endpoints.h"
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

/// Searches are of two letters; up to four stand in the key as they are.
std::uint64_t packed(const std::string& prefix) {
    std::uint32_t code = 0;
    for (const char c : prefix) code = code << 8 | static_cast<unsigned char>(c);
    return code;
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
    const int pageSize = pageSizeOf(design);
    for (const auto& o : m_operations)
        if (o.endpoint == endpoint && o.isHit == isHit && o.indexes.value_or(indexes) == indexes &&
            o.queryShape.value_or(queryShape) == queryShape &&
            o.pagination.value_or(pagination) == pagination &&
            o.pageSize.value_or(pageSize) == pageSize)
            return o.traces;
    throw std::runtime_error(fmt::format(
        "{}: {} answered by the {} with indexes={}, query_shape={}, pagination={}, page size {} is "
        "not recorded; `tenfold-cli profile --set pagination.page_size={}` records it",
        m_file.string(), load::endpoints().at(endpoint).id, isHit ? "shared cache" : "database",
        indexes, queryShape, pagination, pageSize, pageSize));
}

std::uint64_t OperationProfile::keyOf(const load::RequestPlan& plan, const Design& design) {
    const std::string_view id = load::endpoints().at(plan.endpoint).id;
    // A cursor is what the generator never sends: under keyset every page it asks for is the first,
    // and without pagination there is one.
    const std::uint64_t page = design.is("pagination", "offset") ? plan.page : 1;
    if (id == "products.list") return packed(plan.prefix) << 32 | page;
    if (id == "products.get" || id == "images.get") return plan.product;
    if (id == "orders.list") return page;
    if (id == "orders.get") return plan.order;
    if (id == "orders.by_customer" || id == "me.get") return plan.user;
    return 0;  // a write: to insert here or there is the same work
}

std::span<const OperationTrace> OperationProfile::ofKey(const std::vector<OperationTrace>& traces,
                                                        std::uint64_t key) {
    const auto [first, last] =
        std::ranges::equal_range(traces, key, std::ranges::less{}, &OperationTrace::key);
    return {first, last};
}

}  // namespace tenfold::system
