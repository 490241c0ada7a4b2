// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/slow_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <stdexcept>
#include <utility>

namespace tenfold::measure {

using nlohmann::json;

namespace {

// Taking a connection that is free is no wait: a stretch that nobody could see is left out.
constexpr double kShortestMs = 0.001;
// A question has a stretch for each of at most so many stages.
constexpr std::size_t kStagesOfAQuestion = 6;

}  // namespace

void RequestLog::begin(Question question) {
    if (question.shapes.size() > kMostShapes) question.shapes.resize(kMostShapes);
    if (m_questions.size() <= kMostQuestions) {
        if (m_questions.size() == kMostQuestions) question.shapes.clear();  // of all that follow
        m_questions.push_back(std::move(question));
    } else {
        auto& rest = m_questions.back();
        rest.statements += question.statements;
        rest.rows += question.rows;
        rest.vmSteps += question.vmSteps;
        rest.fullScanSteps += question.fullScanSteps;
    }
    m_current = static_cast<int>(m_questions.size()) - 1;
}

void RequestLog::add(Stage stage, double ms) {
    if (ms < kShortestMs) return;
    const auto isSame = [&](const Span& s) { return s.stage == stage && s.question == m_current; };
    const bool isFull = m_spans.size() >= kMostSpans;
    const std::size_t back = isFull ? m_spans.size() : m_current < 0 ? 1 : kStagesOfAQuestion;
    const auto end = m_spans.rbegin() + static_cast<std::ptrdiff_t>(std::min(back, m_spans.size()));
    if (const auto it = std::find_if(m_spans.rbegin(), end, isSame); it != end) {
        it->ms += ms;
    } else {
        m_spans.push_back({stage, ms, m_current});
    }
}

double RequestLog::totalMs() const {
    return std::accumulate(m_spans.begin(), m_spans.end(), 0.0,
                           [](double sum, const Span& s) { return sum + s.ms; });
}

double RequestLog::of(Stage stage) const {
    return std::accumulate(m_spans.begin(), m_spans.end(), 0.0, [stage](double sum, const Span& s) {
        return s.stage == stage ? sum + s.ms : sum;
    });
}

std::vector<std::string> nodesPassed(const RequestLog& log, const Way& way) {
    std::vector<std::string> nodes{way.instance};
    if (way.isFromGateway) nodes.emplace_back("gateway");
    if (way.isAuthAsked) nodes.emplace_back("auth");
    if (way.isPooled && !log.questions().empty()) nodes.emplace_back("pooler");
    for (const auto& q : log.questions())
        if (std::find(nodes.begin(), nodes.end(), q.node) == nodes.end()) nodes.push_back(q.node);
    if (log.of(Stage::cache) > 0) nodes.emplace_back("cache");
    if (log.of(Stage::sideEffects) > 0) nodes.emplace_back("sink");
    return nodes;
}

json toJson(const SlowRequest& r) {
    json spans = json::array();
    for (const auto& s : r.log.spans()) {
        json span{std::string(toString(s.stage)), s.ms};
        if (s.question >= 0) span.push_back(s.question);
        spans.push_back(std::move(span));
    }
    json questions = json::array();
    for (const auto& q : r.log.questions()) {
        json question{{"node", q.node}, {"n", q.statements}};
        if (!q.shapes.empty()) question["shapes"] = q.shapes;
        if (q.rows) question["rows"] = q.rows;
        if (q.vmSteps) question["steps"] = q.vmSteps;
        if (q.fullScanSteps) question["scanned"] = q.fullScanSteps;
        questions.push_back(std::move(question));
    }
    json j{{"endpoint", r.endpoint},    {"status", r.status},
           {"ended_ms", r.endedMs},     {"nodes", r.nodes},
           {"spans", std::move(spans)}, {"questions", std::move(questions)}};
    if (!r.request.empty()) j["request"] = r.request;
    return j;
}

namespace {

Stage stageFrom(const std::string& name) {
    for (int i = 0; i < kStages; ++i)
        if (toString(static_cast<Stage>(i)) == name) return static_cast<Stage>(i);
    throw std::invalid_argument("slow request: no stage is called " + name);
}

}  // namespace

RequestLog requestLogFromJson(const json& j) {
    RequestLog log;
    for (const auto& q : j.at("questions"))
        log.m_questions.push_back(
            {q.at("node").get<std::string>(), q.value("shapes", std::vector<std::string>{}),
             q.at("n").get<std::uint64_t>(), q.value("rows", std::uint64_t{0}),
             q.value("steps", std::uint64_t{0}), q.value("scanned", std::uint64_t{0})});
    const int questions = static_cast<int>(log.m_questions.size());
    for (const auto& s : j.at("spans")) {
        const Span span{stageFrom(s.at(0).get<std::string>()), s.at(1).get<double>(),
                        s.size() > 2 ? s.at(2).get<int>() : -1};
        if (span.question < -1 || span.question >= questions)
            throw std::invalid_argument("slow request: a stretch of no question");
        log.m_spans.push_back(span);
    }
    return log;
}

SlowRequest slowRequestFromJson(const json& j) {
    return {j.at("endpoint").get<std::string>(),
            j.value("request", ""),
            j.at("status").get<int>(),
            j.at("ended_ms").get<double>(),
            j.at("nodes").get<std::vector<std::string>>(),
            requestLogFromJson(j)};
}

bool SlowestRequests::wants(double totalMs, const std::vector<std::string>& nodes) const {
    return std::any_of(nodes.begin(), nodes.end(), [&](const std::string& node) {
        const auto it = m_byNode.find(node);
        return it == m_byNode.end() ? m_byNode.size() < kMostNodes : it->second.totalMs < totalMs;
    });
}

void SlowestRequests::keep(SlowRequest request) {
    const double totalMs = request.log.totalMs();
    for (const auto& node : request.nodes) {
        const auto it = m_byNode.find(node);
        if (it == m_byNode.end() ? m_byNode.size() < kMostNodes : it->second.totalMs < totalMs)
            m_byNode[node] = {totalMs, m_requests.size()};
    }
    m_requests.push_back(std::move(request));
    // What no node is left to can go; a place is looked for seldom, since few are kept.
    if (m_requests.size() < 4 * kMostNodes) return;
    auto kept = take();
    for (auto& r : kept.requests) keep(std::move(r));
}

SlowRequests SlowestRequests::take() {
    std::set<std::size_t> wanted;
    for (const auto& [node, kept] : m_byNode) wanted.insert(kept.request);
    SlowRequests out;
    for (const auto i : wanted) out.requests.push_back(std::move(m_requests[i]));
    m_byNode.clear();
    m_requests.clear();
    return out;
}

}  // namespace tenfold::measure
