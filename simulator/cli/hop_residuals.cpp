// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/hop_residuals.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "simulator/hardware/link.h"

namespace tenfold::cli {

using nlohmann::json;

namespace {

// What the gateway books on the links for the head of an answer.
constexpr std::uint64_t kHeadBytes = 300;

double numberIn(std::string_view text) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// "database;dur=0.612, statements;desc="1"".
void readTiming(std::string_view text, ProbeAnswer& into) {
    while (!text.empty()) {
        const auto comma = text.find(',');
        std::string_view entry = text.substr(0, comma);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        entry.remove_prefix(std::min(entry.find_first_not_of(' '), entry.size()));
        const std::string name(entry.substr(0, entry.find(';')));
        if (const auto at = entry.find("dur="); at != std::string_view::npos)
            into.stagesMs[name] += numberIn(entry.substr(at + 4));
        if (const auto at = entry.find("desc=\""); at != std::string_view::npos)
            into.statements = static_cast<int>(numberIn(entry.substr(at + 6)));
    }
}

double rounded(double us) {
    return std::round(us * 10) / 10;
}

}  // namespace

const std::vector<double> kHopQuantiles{0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

ProbeAnswer probeAnswerFrom(const json& sample) {
    if (!sample.is_array() || sample.size() != 4)
        throw std::invalid_argument("a sample of a probe has four parts");
    ProbeAnswer a;
    a.path = sample[0].get<std::size_t>();
    a.us = sample[1].get<double>();
    a.bodyBytes = sample[2].get<std::uint64_t>();
    readTiming(sample[3].get_ref<const std::string&>(), a);
    return a;
}

Residual ProbeEmulation::residualOf(const ProbeAnswer& answer, bool isThroughGateway) const {
    const auto stageUs = [&](const char* name) {
        const auto it = answer.stagesMs.find(name);
        return it == answer.stagesMs.end() ? 0 : it->second * 1e3;
    };
    const double roundTrip =
        stageUs("connection") + stageUs("lock") + stageUs("database") + stageUs("link");
    const double cache = stageUs("cache");
    const double cpu = hardware.apiCpuMs * 1e3 + hardware.apiPerRowUs * answer.statements +
                       hardware.apiPerByteNs * static_cast<double>(answer.bodyBytes) / 1e3;
    double transfer = 0;
    if (isThroughGateway) {
        const std::size_t bytes = answer.bodyBytes + kHeadBytes;
        transfer =
            static_cast<double>(std::max(hardware::transferNs(bytes, hardware.originLinkMbit),
                                         hardware::transferNs(bytes, hardware.clientLinkMbit))) /
            1e3;
    }
    Residual r;
    r.restUs = answer.us - roundTrip - cache - cpu - transfer;
    if (answer.statements > 0) r.databaseUs = roundTrip - statementUs - hardware.linkMs * 1e3;
    // A miss asks twice: for the answer, and to keep it.
    if (answer.statements == 0 && cache > 0) r.cacheUs = cache;
    return r;
}

std::vector<double> quantilesOf(std::vector<double> residuals) {
    std::sort(residuals.begin(), residuals.end());
    std::vector<double> out;
    for (const double p : kHopQuantiles) {
        if (residuals.empty()) {
            out.push_back(0);
            continue;
        }
        const double place = p * static_cast<double>(residuals.size() - 1);
        const auto i = static_cast<std::size_t>(place);
        const double next = residuals[std::min(i + 1, residuals.size() - 1)];
        const double value =
            residuals[i] + (next - residuals[i]) * (place - static_cast<double>(i));
        out.push_back(rounded(std::max(0.0, value)));
    }
    return out;
}

std::vector<double> quantilesOfDifference(const std::vector<double>& both,
                                          const std::vector<double>& one) {
    const auto with = quantilesOf(both);
    const auto without = quantilesOf(one);
    std::vector<double> out;
    for (std::size_t i = 0; i < with.size(); ++i)
        out.push_back(rounded(std::max(out.empty() ? 0.0 : out.back(), with[i] - without[i])));
    return out;
}

json hopsJson(const std::vector<HopResiduals>& byRate) {
    json hops = json::object();
    for (const auto& r : byRate) {
        const auto add = [&](const char* hop, std::vector<double> us, std::size_t samples) {
            hops[hop]["us"].push_back(std::move(us));
            hops[hop]["samples"].push_back(samples);
        };
        add("instance", quantilesOf(r.instance), r.instance.size());
        add("gateway", quantilesOfDifference(r.throughGateway, r.instance),
            r.throughGateway.size());
        add("database", quantilesOf(r.database), r.database.size());
        add("pooler", quantilesOfDifference(r.throughPooler, r.database), r.throughPooler.size());
        add("cache", quantilesOf(r.cache), r.cache.size());
    }
    return hops;
}

std::string hopsText(const json& file) {
    std::string out = "{";
    for (const auto& [key, value] : file.items()) {
        out += (out.size() > 1 ? ",\n " : "\n ") + json(key).dump() + ": ";
        if (key != "hops") {
            out += value.dump();
            continue;
        }
        std::string hops;
        for (const auto& [hop, entry] : value.items())
            hops += (hops.empty() ? "\n  " : ",\n  ") + json(hop).dump() + ": " + entry.dump();
        out += "{" + hops + "\n }";
    }
    return out + "\n}\n";
}

}  // namespace tenfold::cli
