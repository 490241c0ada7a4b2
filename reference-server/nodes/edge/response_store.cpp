// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/edge/response_store.h"

#include <string_view>
#include <utility>

#include "reference-server/protocol/http_cache.h"

namespace tenfold::nodes {

namespace http = boost::beast::http;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// How long nobody waits for an answer that has turned out not to be for sharing.
constexpr std::int64_t kPassNs = 120 * kSecond;
constexpr std::size_t kMostVarying = 10'000;
// An entry's own weight: nodes of lists and tables, the names of the fields.
constexpr std::size_t kEntryBytes = 300;

/// All values of a field, as one list.
std::string joined(const HttpRequest& request, const std::string& name) {
    std::string all;
    const auto [from, to] = request.equal_range(name);
    for (auto it = from; it != to; ++it)
        all += (all.empty() ? "" : ", ") + std::string(it->value());
    return all;
}

std::string joined(const HttpResponse& response, http::field name) {
    std::string all;
    const auto [from, to] = response.equal_range(name);
    for (auto it = from; it != to; ++it)
        all += (all.empty() ? "" : ", ") + std::string(it->value());
    return all;
}

/// For one client, or for one hop.
void takeOffPersonal(HttpResponse& response) {
    for (const char* name :
         {"Connection", "Keep-Alive", "Proxy-Connection", "TE", "Upgrade", "Transfer-Encoding",
          "Server-Timing", "RateLimit", "RateLimit-Policy", "Set-Cookie", "Age"})
        response.erase(name);
}

std::optional<protocol::Freshness> freshnessOf(const HttpRequest& request,
                                               const HttpResponse& response) {
    const std::string control = joined(response, http::field::cache_control);
    const std::string vary = joined(response, http::field::vary);
    protocol::AnswerHead head;
    head.status = static_cast<int>(response.result_int());
    head.cacheControl = control;
    head.age = view(response[http::field::age]);
    head.date = view(response[http::field::date]);
    head.expires = view(response[http::field::expires]);
    head.vary = vary;
    head.setsCookie = response.count(http::field::set_cookie) > 0;
    head.answersAuthorized = isAuthorized(request);
    return protocol::freshnessOf(head);
}

std::size_t bytesOf(const HttpResponse& response, const std::string& key) {
    std::size_t bytes = response.body().size() + 2 * key.size() + kEntryBytes;
    for (const auto& field : response) bytes += field.name_string().size() + field.value().size();
    return bytes;
}

}  // namespace

bool isAuthorized(const HttpRequest& request) {
    return request.count(http::field::authorization) > 0;
}

std::string ResponseStore::addressOf(const HttpRequest& request) const {
    return m_form + ' ' + std::string(request[http::field::host]) + ' ' +
           std::string(request.target());
}

std::string ResponseStore::keyOf(const std::string& address, const HttpRequest& request) const {
    const auto it = m_varying.find(address);
    if (it == m_varying.end()) return address;
    std::string key = address + '\n' + std::to_string(it->second.number);
    // A value ends at its line: no header field can contain one.
    for (const auto& name : it->second.names) key += '\n' + name + ':' + joined(request, name);
    return key;
}

ResponseStore::Found ResponseStore::look(const HttpRequest& request, std::int64_t nowNs) {
    const auto wanted = protocol::cacheControlFrom(joined(request, "Cache-Control"));
    Found found;
    if (wanted.noStore) return found;
    const std::string address = addressOf(request);
    const std::string key = keyOf(address, request);
    const bool isHead = request.method() == http::verb::head;
    const bool mustAsk = wanted.noCache || wanted.maxAgeS == 0;
    const KeptAnswerPtr kept = m_store.peek(key).value_or(nullptr);
    // What was said to nobody in particular is not for one who says who they are, unless it says
    // so: the origin may have more for them.
    if (kept && isAuthorized(request) && !kept->isForAll) return found;
    if (isHead && (mustAsk || !m_store.isServable(key, nowNs))) return found;
    auto decided = m_store.look(key, nowNs, mustAsk);
    found.way = decided.way;
    found.answer = decided.answer.value_or(nullptr);
    found.isStale = decided.isStale;
    found.flight = decided.flight;
    const auto varying = m_varying.find(address);
    const bool isVarying = varying != m_varying.end();
    if (found.flight != Store::kNoFlight && found.way != Way::wait)
        m_asked[found.flight] = {address, isVarying ? varying->second.number : 0};
    found.forwarded = !found.answer ? (isVarying ? "vary-miss" : "uri-miss")
                      : mustAsk     ? "request"
                                    : "stale";
    if (found.way == Way::pass) found.forwarded = "bypass";
    if (found.answer) {
        found.ageS = found.answer->ageAtArrivalS + (nowNs - decided.storedAt) / kSecond;
        found.leftS = (decided.freshUntil - nowNs) / kSecond;
    }
    return found;
}

ResponseStore::Landed ResponseStore::landed(Store::FlightId flight, const HttpRequest& request,
                                            const HttpResponse& response, const KeptAnswerPtr& old,
                                            std::int64_t nowNs) {
    const Asked asked = std::exchange(m_asked[flight], {});
    m_asked.erase(flight);
    auto kept = std::make_shared<KeptAnswer>();
    Landed result;
    result.isUnchanged = old && response.result() == http::status::not_modified;
    if (result.isUnchanged) {
        // What the origin says anew about the old answer counts (RFC 9111, 4.3.4).
        kept->response = old->response;
        std::map<std::string, bool> seen;
        for (const auto& field : response) {
            const std::string name(field.name_string());
            if (boost::beast::iequals(name, "Content-Length")) continue;
            if (!seen[name]) kept->response.erase(name);
            seen[name] = true;
            kept->response.insert(name, field.value());
        }
    } else {
        kept->response = response;
    }
    const auto freshness = freshnessOf(request, kept->response);
    takeOffPersonal(kept->response);
    if (!freshness) {
        // A refusal or a breakdown says nothing about the next answer; one that is not for sharing
        // does.
        const bool isAnswer = response.result_int() < 400;
        for (auto& w : m_store.lost(flight, isAnswer ? nowNs + kPassNs : 0, nowNs))
            result.others.push_back(std::move(w.tell));
        return result;
    }
    kept->ageAtArrivalS = freshness->ageS;
    kept->isForAll = freshness->isForAll;
    result.answer = kept;

    // Another release may have been made meanwhile: it is kept where it was asked for.
    const std::string& address = asked.address;
    if (asked.varying != 0) {
        const auto now = m_varying.find(address);
        if (now == m_varying.end() || now->second.number != asked.varying) {
            // The address was invalidated meanwhile: this may be what was there before.
            for (auto& w : m_store.lost(flight, 0, nowNs))
                result.others.push_back(std::move(w.tell));
            return result;
        }
    }
    auto names = protocol::variesBy(joined(kept->response, http::field::vary));
    if (names.empty()) {
        m_varying.erase(address);
    } else if (auto& varying = m_varying[address]; varying.names != names) {
        varying = {std::move(names), ++m_varyings};
    }
    const std::string key = keyOf(address, request);
    const std::int64_t freshUntil = nowNs + freshness->freshS * kSecond;
    const std::int64_t staleUntil = freshUntil + freshness->staleS * kSecond;
    for (auto& w : m_store.landed(flight, key, kept, bytesOf(kept->response, key),
                                  {freshUntil, staleUntil}, nowNs)) {
        // They waited before anybody knew what the answer depends on.
        const bool isTheirs =
            keyOf(address, *w.request) == key && (kept->isForAll || !isAuthorized(*w.request));
        (isTheirs ? result.sharers : result.others).push_back(std::move(w.tell));
    }
    // An address whose dependence is forgotten is only asked for again.
    if (m_varying.size() > kMostVarying) m_varying.clear();
    return result;
}

std::vector<ResponseStore::Tell> ResponseStore::lost(Store::FlightId flight, std::int64_t nowNs) {
    std::vector<Tell> all;
    m_asked.erase(flight);
    for (auto& w : m_store.lost(flight, 0, nowNs)) all.push_back(std::move(w.tell));
    return all;
}

void ResponseStore::invalidate(const HttpRequest& request) {
    const std::string address = addressOf(request);
    m_varying.erase(address);
    m_store.invalidate(address);
}

}  // namespace tenfold::nodes
