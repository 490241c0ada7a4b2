// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/profiler/operation_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "simulator/load/endpoints.h"
#include "simulator/load/request_key.h"

namespace tenfold::profiler {

namespace {

// Statements recorded of a list that asks two for each of its orders, after the list itself.
constexpr std::size_t kFollowUps = 400;
// Some seconds of real work.
constexpr double kMostRowsRead = 1e9;
// The two shops of a few orders.
constexpr std::int64_t kFewer = 20;
constexpr std::int64_t kMore = 60;

std::vector<load::RequestPlan> drawn(const data::ShopRows& rows, std::uint64_t seed, int draws) {
    load::ShopSize size;
    size.customers = static_cast<std::uint64_t>(rows.customers);
    size.products = static_cast<std::uint64_t>(rows.products);
    size.orders = static_cast<std::uint64_t>(rows.orders);
    load::RequestMix mix(seed, {}, 1.0, size);
    std::vector<load::RequestPlan> out;
    for (int i = 0; i < draws; ++i) out.push_back(mix.next());
    return out;
}

bool isSame(const Recorded& a, const Recorded& b) {
    return a.statements == b.statements && a.rows == b.rows && a.bytes == b.bytes &&
           a.status == b.status;
}

bool isUnpagedList(const Combination& c, std::string_view queryShape) {
    return load::endpoints().at(c.endpoint).id == "orders.list" && c.pagination == "none" &&
           c.queryShape == queryShape;
}

/// Lays out what was recorded so that the whole has `followUps` statements after the first: the
/// recorded ones again and again, and before them the rest that does not divide.
void repeatFollowUps(DrawnTrace& trace, std::uint64_t followUps) {
    auto& all = trace.recorded.statements;
    const std::size_t recorded = all.size() - 1;
    const auto rest = static_cast<std::ptrdiff_t>(followUps % recorded);
    const std::vector<CountedStatement> first(all.begin() + 1, all.begin() + 1 + rest);
    all.insert(all.begin() + 1, first.begin(), first.end());
    trace.repeatLast = recorded;
    trace.repeatTimes = followUps / recorded;
}

}  // namespace

OperationRecorder::OperationRecorder(RequestRecorder& recorder, const data::ShopRows& rows,
                                     std::uint64_t seed, int draws, int most)
    : m_recorder(recorder), m_rows(rows), m_most(most), m_plans(drawn(rows, seed, draws)) {}

Operation OperationRecorder::record(const Combination& combination) {
    const auto design = combination.design();
    Operation out{combination, !load::endpoints().at(combination.endpoint).isRead, "", {}};
    std::unordered_map<std::uint64_t, std::size_t> asked;  // key → trace
    int requests = 0;
    for (auto plan : m_plans) {
        plan.endpoint = combination.endpoint;
        const auto key = load::keyOf(plan, design);
        if (const auto it = asked.find(key); it != asked.end() && !out.isWrite) {
            ++out.traces[it->second].draws;
            continue;
        }
        if (requests == m_most) continue;
        ++requests;
        asked.emplace(key, out.traces.size());
        auto trace = traceOf(plan, combination, design);
        trace.key = key;
        const auto same =
            std::find_if(out.traces.begin(), out.traces.end(), [&](const DrawnTrace& t) {
                return t.key == key && isSame(t.recorded, trace.recorded);
            });
        if (same == out.traces.end()) {
            out.traces.push_back(std::move(trace));
        } else {
            ++same->draws;
        }
    }
    return out;
}

DrawnTrace OperationRecorder::traceOf(const load::RequestPlan& plan, const Combination& combination,
                                      const scenario::Design& design) {
    DrawnTrace trace;
    if (combination.isHit && combination.idempotency) {
        trace.recorded = m_recorder.askAgain(plan, design);
        return trace;
    }
    if (combination.isHit) {
        trace.recorded = m_recorder.askCached(plan, design);
        return trace;
    }
    const bool mayBeCut = isUnpagedList(combination, "n_plus_one");
    trace.recorded = m_recorder.ask(plan, design, mayBeCut ? 1 + kFollowUps : 0);
    if (!trace.recorded.isCut) return trace;
    const Recorded& whole = wholeList(combination);
    trace.recorded.rows = whole.rows;
    trace.recorded.bytes = whole.bytes;
    trace.recorded.status = whole.status;
    repeatFollowUps(trace, 2 * trace.recorded.statements.front().rows);
    return trace;
}

const Recorded& OperationRecorder::wholeList(const Combination& combination) {
    const std::string form =
        combination.indexes.value_or("") + " " + combination.serialisation.value_or("");
    if (const auto it = m_wholeLists.find(form); it != m_wholeLists.end()) return it->second;
    Combination batched = combination;
    batched.queryShape = "batched";
    load::RequestPlan plan;
    plan.endpoint = combination.endpoint;
    return m_wholeLists.emplace(form, m_recorder.ask(plan, batched.design())).first->second;
}

bool OperationRecorder::takesForever(const Combination& combination) const {
    // A scan of all lines for each of all orders.
    return isUnpagedList(combination, "join") && combination.indexes == "off" &&
           static_cast<double>(m_rows.orders) * static_cast<double>(m_rows.lines) > kMostRowsRead;
}

void OperationRecorder::noteWholeList(const Combination& combination) {
    wholeList(combination);
}

Operation OperationRecorder::extrapolate(const Combination& combination) {
    const Recorded whole = wholeList(combination);
    const auto design = combination.design();
    load::RequestPlan plan;
    plan.endpoint = combination.endpoint;
    m_recorder.keepOrders(kMore);
    const auto more = m_recorder.ask(plan, design).statements.at(0);
    m_recorder.keepOrders(kFewer);
    const auto fewer = m_recorder.ask(plan, design).statements.at(0);
    // Each order more is one scan more, and a row of the sorter.
    const std::uint64_t orders = whole.statements.front().rows;
    const auto along = [&](std::uint64_t CountedStatement::*count) {
        return fewer.*count + (more.*count - fewer.*count) * (orders - kFewer) / (kMore - kFewer);
    };
    DrawnTrace trace;
    trace.key = load::keyOf(plan, design);
    trace.draws = m_plans.size();
    trace.recorded = whole;
    trace.recorded.statements = {{fewer.shape, along(&CountedStatement::vmSteps),
                                  along(&CountedStatement::fullScanSteps),
                                  along(&CountedStatement::rows), along(&CountedStatement::bytes)}};
    return {combination,
            false,
            fmt::format("from lists of {} and {} orders", kFewer, kMore),
            {std::move(trace)}};
}

}  // namespace tenfold::profiler
