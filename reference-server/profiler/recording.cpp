// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/profiler/recording.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "reference-server/data/query_plans.h"
#include "simulator/load/endpoints.h"

namespace tenfold::profiler {

using nlohmann::json;

namespace {

/// In this order nothing is recorded of a shop that something before has changed, but for writes,
/// which find some more rows than there were, and indexes are built and dropped once.
enum Phase { readsWithout, readsWith, writesWith, writesWithout, fewOrders };

Phase phaseOf(const Combination& c, bool takesForever) {
    if (takesForever) return fewOrders;
    const bool isRead = load::endpoints().at(c.endpoint).isRead;
    if (c.indexes == "off") return isRead ? readsWithout : writesWithout;
    return isRead ? readsWith : writesWith;
}

template <typename T>
json valueOrAny(const std::optional<T>& value) {
    return value ? json(*value) : json("*");
}

}  // namespace

std::vector<Operation> recordAll(const RecordingSettings& settings, const std::atomic<bool>& isOver,
                                 const RecordingProgress& progress) {
    const auto copy = settings.scratch / "profiled.db";
    data::copyForRun(settings.dataset, copy);
    RequestRecorder requests(copy, isOver);
    OperationRecorder recorder(requests, settings.rows, settings.seed, settings.draws,
                               settings.most);

    const auto all = combinations(settings.pageSize, settings.onlyPaged);
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto phase = [&](std::size_t i) {
        return phaseOf(all[i], recorder.takesForever(all[i]));
    };
    std::ranges::stable_sort(order, std::ranges::less{}, phase);
    for (const auto& c : all)
        if (recorder.takesForever(c)) recorder.noteWholeList(c);

    std::vector<Operation> out(all.size());
    std::size_t done = 0;
    for (const std::size_t i : order) {
        progress(done++, all.size(), all[i].text());
        const auto p = phase(i);
        requests.setIndexes(p == readsWith || p == writesWith);
        const auto begin = requests.now();
        out[i] = p == fewOrders ? recorder.extrapolate(all[i]) : recorder.record(all[i]);
        if (all[i].idempotency == "keys") requests.deleteSince(begin);
    }
    return out;
}

json plansJson() {
    const auto without = data::plansOfSchema(false);
    const auto with = data::plansOfSchema(true);
    json statements = json::object();
    for (const auto& [shape, s] : without.byShape) {
        statements[shape] = {{"text", s.text}};
        if (s.plan.empty()) continue;
        statements[shape]["off"] = s.plan;
        statements[shape]["on"] = with.byShape.at(shape).plan;
    }
    return {{"format", "tenfold.plans/1"},
            {"sqlite", ::sqlite3_libversion()},
            {"statements", std::move(statements)}};
}

json toJson(const std::vector<Operation>& operations, const RecordingSettings& settings) {
    json statements = json::array();
    std::map<json, std::size_t> indexOf;
    json list = json::array();
    for (const auto& o : operations) {
        const auto& c = o.combination;
        json traces = json::array();
        for (const auto& t : o.traces) {
            json sequence = json::array();
            for (const auto& s : t.recorded.statements) {
                const json entry{s.shape, s.vmSteps, s.fullScanSteps, s.rows, s.bytes};
                const auto [it, isNew] = indexOf.emplace(entry, indexOf.size());
                if (isNew) statements.push_back(entry);
                sequence.push_back(it->second);
            }
            const auto& r = t.recorded;
            json trace{t.key, t.draws, r.status, r.rows, r.bytes, std::move(sequence)};
            if (t.repeatTimes > 1) {
                trace.push_back(t.repeatLast);
                trace.push_back(t.repeatTimes);
            }
            traces.push_back(std::move(trace));
        }
        json operation{{"endpoint", load::endpoints().at(c.endpoint).id},
                       {"cache", c.isHit ? "hit" : "miss"},
                       {"indexes", valueOrAny(c.indexes)},
                       {"query_shape", valueOrAny(c.queryShape)},
                       {"pagination", valueOrAny(c.pagination)},
                       {"page_size", valueOrAny(c.pageSize)},
                       {"side_effects", valueOrAny(c.sideEffects)},
                       {"serialisation", valueOrAny(c.serialisation)},
                       {"shared_cache", valueOrAny(c.sharedCache)},
                       {"traces", std::move(traces)}};
        if (c.idempotency) operation["idempotency"] = *c.idempotency;
        if (o.isWrite) operation["write"] = true;
        if (!o.extrapolated.empty()) operation["extrapolated"] = o.extrapolated;
        list.push_back(std::move(operation));
    }
    return {{"format", "tenfold.operations/2"},
            {"sqlite", ::sqlite3_libversion()},
            {"dataset", "shop"},
            {"checksum", settings.checksum},
            {"seed", settings.seed},
            {"draws", settings.draws},
            {"most_requests", settings.most},
            {"statements", std::move(statements)},
            {"operations", std::move(list)}};
}

}  // namespace tenfold::profiler
