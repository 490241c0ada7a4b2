// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "simulator/measure/sample.h"

namespace tenfold::measure {

/// One round trip to a database, and what it took there.
struct Question {
    std::string node;                 // "primary"
    std::vector<std::string> shapes;  // of its statements, in order; a write is one pipeline
    std::uint64_t statements = 0;     // more than there are shapes: those that were not kept
    std::uint64_t rows = 0;           // returned
    std::uint64_t vmSteps = 0;
    std::uint64_t fullScanSteps = 0;
    bool operator==(const Question&) const = default;
};

/// A stretch of a request's time.
struct Span {
    Stage stage = Stage::edge;
    double ms = 0;
    int question = -1;  // the one it belongs to; −1: none
    bool operator==(const Span&) const = default;
};

/// What a request did, one thing after the other: nothing of it overlaps, so each stretch begins
/// where the one before has ended, and their sum is the whole.
///
/// Bounded: of a request with hundreds of statements the first kMostQuestions stand for themselves,
/// the others are one.
class RequestLog {
public:
    static constexpr std::size_t kMostQuestions = 64;
    static constexpr std::size_t kMostSpans = 400;
    static constexpr std::size_t kMostShapes = 16;  // of one question

    void add(Stage stage, double ms);
    /// What is added until end() belongs to this question.
    void begin(Question question);
    void end() { m_current = -1; }

    const std::vector<Span>& spans() const { return m_spans; }
    const std::vector<Question>& questions() const { return m_questions; }
    double totalMs() const;
    double of(Stage stage) const;
    bool operator==(const RequestLog&) const = default;

private:
    friend RequestLog requestLogFromJson(const nlohmann::json& j);
    std::vector<Span> m_spans;
    std::vector<Question> m_questions;
    int m_current = -1;
};

/// A request that was slow, as the instance that answered it tells.
struct SlowRequest {
    std::string endpoint;  // orders.list
    std::string request;   // "GET /v1/orders?limit=20"; the twin knows the endpoint only
    int status = 200;
    double endedMs = 0;              // since t0
    std::vector<std::string> nodes;  // that it passed
    RequestLog log;
    bool operator==(const SlowRequest&) const = default;
};

/// What the log of a request does not say about its way.
struct Way {
    const std::string& instance;
    bool isFromGateway = true;
    bool isAuthAsked = false;  // by the gateway, about its token
    bool isPooled = false;     // statements go through the pooler
};
/// The nodes that a request passed, each once.
std::vector<std::string> nodesPassed(const RequestLog& log, const Way& way);

nlohmann::json toJson(const SlowRequest& request);
/// Throws std::exception with a message on malformed input.
SlowRequest slowRequestFromJson(const nlohmann::json& j);

/// Those that somebody reports at one time.
struct SlowRequests {
    std::vector<SlowRequest> requests;
};

/// Keeps the slowest request through each node since it was last asked: all that is left of the
/// others is a comparison. Not safe from several threads.
class SlowestRequests {
public:
    static constexpr std::size_t kMostNodes = 16;

    /// Whether a request through these nodes would be kept.
    bool wants(double totalMs, const std::vector<std::string>& nodes) const;
    void keep(SlowRequest request);
    /// Each once, and starts afresh.
    SlowRequests take();

private:
    struct Kept {
        double totalMs = 0;
        std::size_t request = 0;  // index into m_requests
    };
    std::map<std::string, Kept> m_byNode;
    std::vector<SlowRequest> m_requests;
};

}  // namespace tenfold::measure
