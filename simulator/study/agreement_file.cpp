// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/agreement_file.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "simulator/hardware/assets.h"

namespace tenfold::study {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::uintmax_t kMostBytes = 16 << 20;
constexpr std::size_t kMostWorst = 50;

const json* memberOf(const json& j, const char* key) {
    if (!j.is_object()) return nullptr;
    const auto it = j.find(key);
    return it == j.end() ? nullptr : &*it;
}

std::optional<double> numberOf(const json& j, const char* key) {
    const auto* v = memberOf(j, key);
    return v && v->is_number() ? std::optional(v->get<double>()) : std::nullopt;
}

std::optional<int> countOf(const json& j, const char* key) {
    const auto n = numberOf(j, key);
    return n && *n >= 0 && *n < 1e6 ? std::optional(static_cast<int>(*n)) : std::nullopt;
}

std::string textOf(const json& j, const char* key) {
    const auto* v = memberOf(j, key);
    return v && v->is_string() ? v->get<std::string>() : std::string();
}

std::optional<AgreementPart> partOf(const json& j, const char* key) {
    const auto* part = memberOf(j, key);
    if (!part || !part->is_object()) return std::nullopt;
    AgreementPart out;
    out.cells = countOf(*part, "cells");
    out.within = countOf(*part, "within");
    if (const auto* errors = memberOf(*part, "median_error"))
        for (int m = 0; m < kMetrics; ++m) {
            const std::string name(toString(static_cast<Metric>(m)));
            out.medianError[static_cast<std::size_t>(m)] = numberOf(*errors, name.c_str());
        }
    const auto* worst = memberOf(*part, "worst");
    if (worst && worst->is_array())
        for (const auto& w : *worst) {
            if (out.worst.size() >= kMostWorst) break;
            const auto error = numberOf(w, "error");
            if (!error) continue;
            out.worst.push_back(
                {textOf(w, "cell"), textOf(w, "metric"), *error, textOf(w, "cause")});
        }
    return out;
}

}  // namespace

std::optional<AgreementFile> readAgreement(const fs::path& file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error || size > kMostBytes) return std::nullopt;
    std::ifstream in(file);
    const json j = json::parse(in, nullptr, false);
    if (j.is_discarded() || textOf(j, "format") != "tenfold.agreement/1") return std::nullopt;
    AgreementFile out;
    out.date = textOf(j, "date");
    out.live = partOf(j, "live");
    out.real = partOf(j, "real");
    if (const auto* d = memberOf(j, "decisions"); d && d->is_object())
        out.decisions = {numberOf(*d, "right"), countOf(*d, "of"), numberOf(*d, "coverage")};
    return out;
}

fs::path userAgreementFile() {
    return hardware::userCacheDir() / "agreement.json";
}

fs::path shippedAgreementFile() {
    return hardware::assetsDir() / "profiles" / "agreement.json";
}

fs::path defaultAgreementFile() {
    std::error_code ignored;
    const auto own = userAgreementFile();
    return fs::exists(own, ignored) ? own : shippedAgreementFile();
}

EstimateOptions optionsFrom(const std::optional<AgreementFile>& agreement) {
    EstimateOptions options;
    if (!agreement || !agreement->live) return options;
    constexpr double kMedianOfNormal = 0.6745;
    for (std::size_t m = 0; m < options.modelError.size(); ++m)
        if (const auto median = agreement->live->medianError[m])
            options.modelError[m] = *median / kMedianOfNormal;
    return options;
}

}  // namespace tenfold::study
