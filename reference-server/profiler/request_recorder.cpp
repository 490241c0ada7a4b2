// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/profiler/request_recorder.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <future>
#include <stdexcept>

#include "reference-server/api/endpoints.h"
#include "reference-server/api/problem.h"
#include "reference-server/loadgen/request_text.h"
#include "simulator/load/endpoints.h"
#include "simulator/load/idempotency_key.h"

namespace tenfold::profiler {

namespace {

// 1 July 2026, in ms: a clock of its own, so that ids and times are the same in every recording.
constexpr std::int64_t kStartMs = 1'782'864'000'000;
constexpr measure::Nanos kRequestLimitNs = 600'000'000'000;

nodes::DatabaseNode::Settings settingsFor(const std::filesystem::path& dataset) {
    nodes::DatabaseNode::Settings s;
    s.id = "primary";
    s.file = dataset;
    s.hardware = hardware::profileForTier("native");
    s.cores = s.hardware.primaryCores;
    return s;
}

/// A plan as the API sees it when it comes from the generator through the gateway.
api::Request requestFor(const load::RequestPlan& plan) {
    api::Request r;
    const std::string target = loadgen::targetOf(plan);
    const auto question = target.find('?');
    r.method = load::endpoints().at(plan.endpoint).method;
    r.path = target.substr(0, question);
    r.lastSegment = r.path.substr(r.path.rfind('/') + 1);
    for (auto at = question; at != std::string::npos;) {
        const auto next = target.find('&', at + 1);
        const std::string pair = target.substr(at + 1, next - at - 1);
        const auto equals = pair.find('=');
        r.query.emplace(pair.substr(0, equals), pair.substr(equals + 1));
        at = next;
    }
    r.body = loadgen::bodyOf(plan);
    r.user = plan.user;
    return r;
}

/// Not an error: enough was seen.
struct Enough {};

}  // namespace

RequestRecorder::RequestRecorder(const std::filesystem::path& dataset,
                                 const std::atomic<bool>& isOver)
    : m_isOver(isOver),
      m_database([&] {
          auto settings = settingsFor(dataset);
          settings.onStatement = [this](const nodes::StatementCount& s) {
              std::lock_guard lock(m_mutex);
              m_statements.push_back(
                  {std::string(s.shape), s.vmSteps, s.fullScanSteps, s.rows, s.bytes});
          };
          return settings;
      }()),
      m_cacheNode("cache"),
      m_databaseThread([this] { m_database.run(); }),
      m_cacheThread([this] { m_cacheNode.run(); }),
      m_cache(m_cacheNode.port()),
      m_nowMs(kStartMs),
      m_ids(1, [this] { return m_nowMs; }) {
    reconnect();
}

RequestRecorder::~RequestRecorder() {
    m_access.reset();
    m_database.stop();
    m_cacheNode.stop();
    m_databaseThread.join();
    m_cacheThread.join();
}

void RequestRecorder::reconnect() {
    m_access.reset();
    api::DatabaseAccess::Plan plan;
    plan.primary = {"primary", m_database.port(), "shop"};
    plan.size = 1;
    plan.waitMs = 10'000;
    m_access = std::make_unique<api::DatabaseAccess>(plan);
}

void RequestRecorder::setIndexes(bool isOn) {
    if (m_hasIndexes == isOn) return;
    m_hasIndexes = isOn;
    std::promise<void> done;
    boost::asio::post(m_database.io(), [&] {
        m_database.setIndexes(isOn, [&](const std::string&) { done.set_value(); });
    });
    done.get_future().get();
    reconnect();
}

void RequestRecorder::keepOrders(std::int64_t count) {
    api::Trace trace;
    m_access->primary().lend(trace)->run(
        {"DELETE FROM orders WHERE id > $1", {std::to_string(count)}}, trace,
        measure::monotonicNow() + kRequestLimitNs);
    reconnect();
}

void RequestRecorder::deleteSince(std::int64_t ms) {
    api::Trace trace;
    const std::string firstId = std::to_string(ms << 22);  // of IdMaker
    for (const char* table : {"orders", "order_lines", "payments", "reviews"})
        m_access->primary().lend(trace)->run(
            {fmt::format("DELETE FROM {} WHERE id >= $1", table), {firstId}}, trace,
            measure::monotonicNow() + kRequestLimitNs);
}

Recorded RequestRecorder::ask(const load::RequestPlan& plan, const scenario::Design& design,
                              std::size_t mostStatements) {
    api::Trace trace;
    return ask(plan, design, mostStatements, trace);
}

Recorded RequestRecorder::askCached(const load::RequestPlan& plan, const scenario::Design& design) {
    ask(plan, design);
    api::Trace trace;
    Recorded hit = ask(plan, design, 0, trace);
    if (trace.counts.cacheHits != 1 || !hit.statements.empty())
        throw std::runtime_error(fmt::format("{} was not answered by the cache",
                                             load::endpoints().at(plan.endpoint).id));
    return hit;
}

Recorded RequestRecorder::askAgain(const load::RequestPlan& plan, const scenario::Design& design) {
    ask(plan, design);
    --m_keys;
    api::Trace trace;
    Recorded again = ask(plan, design, 0, trace);
    if (trace.counts.replays != 1)
        throw std::runtime_error(
            fmt::format("{} was carried out again", load::endpoints().at(plan.endpoint).id));
    return again;
}

Recorded RequestRecorder::ask(const load::RequestPlan& plan, const scenario::Design& design,
                              std::size_t mostStatements, api::Trace& trace) {
    Recorded out;
    {
        std::lock_guard lock(m_mutex);
        m_statements.clear();
    }
    std::size_t roundTrips = 0;
    trace.afterRoundTrip = [&] {
        if (m_isOver) throw std::runtime_error("the recording was ended");
        if (++roundTrips == mostStatements) throw Enough{};
    };
    ++m_nowMs;
    const bool isCached = !design.is("shared_cache", "off");
    api::Context context{design,
                         *m_access,
                         nullptr,
                         isCached ? &m_cache : nullptr,
                         m_recomputes,
                         nullptr,
                         m_ids,
                         trace,
                         measure::monotonicNow() + kRequestLimitNs,
                         m_nowMs,
                         m_secret};
    const auto what = [&] {
        return fmt::format("{} {}", load::endpoints().at(plan.endpoint).method,
                           loadgen::targetOf(plan));
    };
    try {
        auto request = requestFor(plan);
        if (request.method == "POST") request.idempotencyKey = load::idempotencyKey(0, m_keys++);
        const api::Reply reply = api::answer(plan.endpoint, context, request);
        out.status = reply.status;
        out.rows = reply.rows;
        out.bytes = reply.body.size();
    } catch (const Enough&) {
        out.isCut = true;
    } catch (const api::Problem& p) {
        throw std::runtime_error(fmt::format("{}: {} {}", what(), p.status(), p.detail()));
    } catch (const api::DatabaseError& e) {
        throw std::runtime_error(fmt::format("{}: {} {}", what(), e.sqlState(), e.what()));
    }
    std::lock_guard lock(m_mutex);
    out.statements = std::move(m_statements);
    m_statements.clear();
    return out;
}

}  // namespace tenfold::profiler
