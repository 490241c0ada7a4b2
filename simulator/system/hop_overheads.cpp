// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/hop_overheads.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "simulator/hardware/assets.h"

namespace tenfold::system {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr const char* kHopsFormat = "tenfold.hops/1";
constexpr std::array<std::string_view, kHops> kNames{"gateway", "instance", "database", "pooler",
                                                     "cache"};

/// Numbers that are ≥ `least` and do not fall. Throws with file and path otherwise.
std::vector<double> risingNumbers(const json& j, const std::string& where, double least,
                                  std::size_t count = 0) {
    const auto fail = [&](const char* what) {
        throw std::runtime_error(fmt::format("{} must be {}", where, what));
    };
    if (!j.is_array() || j.empty()) fail("a list of numbers");
    if (count > 0 && j.size() != count) fail("a list as long as $.quantiles");
    std::vector<double> out;
    for (const auto& v : j) {
        if (!v.is_number()) fail("a list of numbers");
        out.push_back(v.get<double>());
        if (out.back() < least) fail("of numbers that are large enough");
        if (out.size() > 1 && out.back() < out[out.size() - 2]) fail("rising");
    }
    return out;
}

/// Linear between points whose x rise; flat beyond them.
double interpolated(const std::vector<double>& x, const std::vector<double>& y, double at) {
    const auto above = std::upper_bound(x.begin(), x.end(), at);
    if (above == x.begin()) return y.front();
    if (above == x.end()) return y.back();
    const auto i = static_cast<std::size_t>(above - x.begin());
    return y[i - 1] + (y[i] - y[i - 1]) * (at - x[i - 1]) / (x[i] - x[i - 1]);
}

}  // namespace

std::string_view toString(Hop hop) {
    return kNames[static_cast<std::size_t>(hop)];
}

HopOverheads::HopOverheads(const fs::path& file) {
    const std::string name = file.string();
    const auto fail = [&](const std::string& what) {
        throw std::runtime_error(name + ": " + what);
    };
    std::ifstream in(file);
    if (!in) fail("cannot be read");
    const json j = json::parse(in, nullptr, false);
    if (j.is_discarded() || !j.is_object()) fail("is not JSON");
    const auto part = [&](const json& of, const std::string& path, const std::string& key) {
        if (!of.is_object() || !of.contains(key)) fail(path + "." + key + " is missing");
        return of[key];
    };
    if (part(j, "$", "format") != kHopsFormat)
        fail(fmt::format("$.format must be {}", kHopsFormat));
    m_ratesHz = risingNumbers(part(j, "$", "rates_hz"), name + ": $.rates_hz", 0.001);
    const auto quantiles = risingNumbers(part(j, "$", "quantiles"), name + ": $.quantiles", 0);
    if (quantiles.back() > 1) fail("$.quantiles must be at most 1");
    for (std::size_t h = 0; h < kHops; ++h) {
        const std::string hop(kNames[h]);
        const json us = part(part(part(j, "$", "hops"), "$.hops", hop), "$.hops." + hop, "us");
        if (!us.is_array() || us.size() != m_ratesHz.size())
            fail("$.hops." + hop + ".us must be a list for each of $.rates_hz");
        for (std::size_t r = 0; r < us.size(); ++r) {
            const auto values = risingNumbers(
                us[r], fmt::format("{}: $.hops.{}.us[{}]", name, hop, r), 0, quantiles.size());
            Grid& grid = m_grids[h].emplace_back();
            for (std::size_t i = 0; i <= kSteps; ++i)
                grid[i] = interpolated(quantiles, values,
                                       static_cast<double>(i) / static_cast<double>(kSteps));
        }
    }
    m_measuredOn = fmt::format("{}, {} cores, {}", j.value("cpu", "an unknown machine"),
                               j.value("cores", 0), j.value("date", "no date"));
}

fs::path HopOverheads::userFile() {
    return hardware::userCacheDir() / "profiles" / "hops.json";
}

fs::path HopOverheads::shippedFile() {
    return hardware::assetsDir() / "profiles" / "hops.json";
}

HopOverheads HopOverheads::shipped() {
    std::error_code ignored;
    return HopOverheads(fs::exists(userFile(), ignored) ? userFile() : shippedFile());
}

HopOverheads::Between HopOverheads::at(double rateHz) const {
    const auto above = std::upper_bound(m_ratesHz.begin(), m_ratesHz.end(), rateHz);
    if (above == m_ratesHz.begin()) return {0, 0};
    const auto lower = static_cast<std::size_t>(above - m_ratesHz.begin()) - 1;
    if (above == m_ratesHz.end()) return {lower, 0};
    return {lower, std::log(rateHz / m_ratesHz[lower]) / std::log(*above / m_ratesHz[lower])};
}

double HopOverheads::quantileUs(Hop hop, double rateHz, double p) const {
    const Between between = at(rateHz);
    const auto& grids = m_grids[static_cast<std::size_t>(hop)];
    const double place = std::clamp(p, 0.0, 1.0) * static_cast<double>(kSteps);
    const auto i = std::min(static_cast<std::size_t>(place), kSteps - 1);
    const double share = place - static_cast<double>(i);
    const auto of = [&](const Grid& g) { return g[i] + (g[i + 1] - g[i]) * share; };
    const double lower = of(grids[between.lower]);
    if (between.share == 0) return lower;
    return lower + (of(grids[between.lower + 1]) - lower) * between.share;
}

kernel::Nanos HopOverheads::sampleNs(Hop hop, double rateHz, random::Stream& stream) const {
    return static_cast<kernel::Nanos>(quantileUs(hop, rateHz, stream.uniform()) * 1e3);
}

}  // namespace tenfold::system
